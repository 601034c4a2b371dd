/*
 * A driver that asks again for what a short call left over, and releases what it has when an error ends that.
 */
#include <linux/dma-mapping.h>
#include <linux/mm.h>
#include <linux/slab.h>

struct weft_buf {
	struct page **pages;
	unsigned long nr_pages;
	enum dma_data_direction dir;
	struct sg_table sgt;
};

static int weft_pin(struct weft_buf *buf, unsigned long addr)
{
	unsigned int flags = FOLL_LONGTERM;
	unsigned long pinned = 0;
	int ret;

	if (buf->dir != DMA_TO_DEVICE)
		flags |= FOLL_WRITE;

	while (pinned < buf->nr_pages) {
		ret = pin_user_pages_fast(addr + pinned * PAGE_SIZE, buf->nr_pages - pinned, flags,
					  buf->pages + pinned);
		if (ret <= 0)
			goto unpin;
		pinned += ret;
	}
	return 0;

unpin:
	unpin_user_pages(buf->pages, pinned);
	return ret ? ret : -EFAULT;
}

static int weft_map(struct device *dev, struct weft_buf *buf, unsigned long addr, size_t len)
{
	int ret;

	buf->nr_pages = DIV_ROUND_UP(offset_in_page(addr) + len, PAGE_SIZE);
	buf->pages = kvmalloc_array(buf->nr_pages, sizeof(*buf->pages), GFP_KERNEL);
	if (!buf->pages)
		return -ENOMEM;

	ret = weft_pin(buf, addr & PAGE_MASK);
	if (ret)
		goto free_pages;
	ret = sg_alloc_table_from_pages(&buf->sgt, buf->pages, buf->nr_pages, offset_in_page(addr), len, GFP_KERNEL);
	if (ret)
		goto unpin;
	ret = dma_map_sgtable(dev, &buf->sgt, buf->dir, 0);
	if (ret)
		goto free_table;
	return 0;

free_table:
	sg_free_table(&buf->sgt);
unpin:
	unpin_user_pages(buf->pages, buf->nr_pages);
free_pages:
	kvfree(buf->pages);
	return ret;
}

static void weft_unmap(struct device *dev, struct weft_buf *buf)
{
	dma_unmap_sgtable(dev, &buf->sgt, buf->dir, 0);
	sg_free_table(&buf->sgt);
	unpin_user_pages_dirty_lock(buf->pages, buf->nr_pages, buf->dir != DMA_TO_DEVICE);
	kvfree(buf->pages);
}
