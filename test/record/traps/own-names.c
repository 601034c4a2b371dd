/*
 * A GEM backend whose callbacks, labels and helpers are named like the API, and which takes shmem pages of its own.
 */
#include <drm/drm_gem.h>
#include <linux/shmem_fs.h>

struct shoal_object {
	struct drm_gem_object base;
	struct page **pages;
	unsigned int pin_count;
	const struct shoal_ops *ops;
};

struct shoal_ops {
	int (*get_pages)(struct shoal_object *obj);
	void (*put_pages)(struct shoal_object *obj);
};

/* Pages of the object's own file: they are cached there until its last user is gone. */
static int shoal_pin_user_pages(struct shoal_object *obj)
{
	unsigned long nr = obj->base.size >> PAGE_SHIFT, i;
	struct address_space *mapping = obj->base.filp->f_mapping;
	int ret;

	obj->pages = kvmalloc_array(nr, sizeof(*obj->pages), GFP_KERNEL);
	if (!obj->pages)
		return -ENOMEM;

	for (i = 0; i < nr; i++) {
		struct page *page = shmem_read_mapping_page(mapping, i);

		if (IS_ERR(page)) {
			ret = PTR_ERR(page);
			goto put_pages;
		}
		obj->pages[i] = page;
	}
	return 0;

put_pages:
	while (i--)
		put_page(obj->pages[i]);
	kvfree(obj->pages);
	return ret;
}

static void shoal_unpin_user_pages(struct shoal_object *obj)
{
	unsigned long nr = obj->base.size >> PAGE_SHIFT, i;

	for (i = 0; i < nr; i++) {
		set_page_dirty(obj->pages[i]);
		put_page(obj->pages[i]);
	}
	kvfree(obj->pages);
}

static int shoal_pin(struct shoal_object *obj)
{
	int ret = 0;

	if (!obj->pin_count)
		ret = obj->ops->get_pages(obj);
	if (!ret)
		obj->pin_count++;
	return ret;
}

static void shoal_unpin(struct shoal_object *obj)
{
	if (!--obj->pin_count)
		obj->ops->put_pages(obj);
}

static const struct shoal_ops shoal_shmem_ops = {
	.get_pages = shoal_pin_user_pages,
	.put_pages = shoal_unpin_user_pages,
};
