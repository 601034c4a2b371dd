/*
 * The number that was obtained goes into the object before it is judged, and the destructor runs on every failure.
 */
#include <linux/mm.h>
#include <linux/slab.h>

struct tarn_map {
	struct page **pages;
	long nr_pages;
	u64 iova;
	struct tarn_dev *dev;
};

static void tarn_map_free(struct tarn_map *map)
{
	if (map->iova)
		tarn_unmap(map->dev, map->iova);
	if (map->nr_pages > 0)
		unpin_user_pages_dirty_lock(map->pages, map->nr_pages, true);
	kvfree(map->pages);
	kfree(map);
}

static struct tarn_map *tarn_map_user(struct tarn_dev *dev, unsigned long addr, unsigned long nr_pages)
{
	struct tarn_map *map;
	int ret = -ENOMEM;

	map = kzalloc(sizeof(*map), GFP_KERNEL);
	if (!map)
		return ERR_PTR(-ENOMEM);
	map->dev = dev;
	map->pages = kvmalloc_array(nr_pages, sizeof(*map->pages), GFP_KERNEL);
	if (!map->pages)
		goto fail;

	mmap_read_lock(current->mm);
	map->nr_pages = pin_user_pages(addr, nr_pages, FOLL_WRITE | FOLL_LONGTERM, map->pages);
	mmap_read_unlock(current->mm);
	if (map->nr_pages != nr_pages) {
		ret = map->nr_pages < 0 ? map->nr_pages : -EFAULT;
		goto fail;
	}

	ret = tarn_map_pages(dev, map->pages, map->nr_pages, &map->iova);
	if (ret)
		goto fail;
	return map;

fail:
	tarn_map_free(map);
	return ERR_PTR(ret);
}

static int tarn_ioctl_map(struct tarn_file *file, unsigned long addr, unsigned long nr_pages)
{
	struct tarn_map *map = tarn_map_user(file->dev, addr, nr_pages);

	if (IS_ERR(map))
		return PTR_ERR(map);
	return tarn_file_add(file, map);
}
