/*
 * A frame grabber that wants all pages of a buffer, and tries again while the process faults them in.
 */
#include <linux/dma-mapping.h>
#include <linux/mm.h>
#include <linux/slab.h>

#define PIN_TRIES 3

struct grab_buf {
	struct page **pages;
	unsigned int nr_pages;
	struct sg_table sgt;
};

static int grab_pin(struct grab_buf *buf, unsigned long addr)
{
	unsigned int tries;
	int got = 0;

	for (tries = 0; tries < PIN_TRIES; tries++) {
		got = pin_user_pages_fast(addr, buf->nr_pages, FOLL_WRITE | FOLL_LONGTERM, buf->pages);
		if (got == buf->nr_pages)
			return 0;
		if (got < 0)
			return got;
		/* The next try pins all of them again. */
		unpin_user_pages(buf->pages, got);
		cond_resched();
	}
	return -EAGAIN;
}

static int grab_queue(struct device *dev, struct grab_buf *buf, unsigned long addr, size_t len)
{
	int ret;

	buf->nr_pages = DIV_ROUND_UP(offset_in_page(addr) + len, PAGE_SIZE);
	buf->pages = kvmalloc_array(buf->nr_pages, sizeof(*buf->pages), GFP_KERNEL);
	if (!buf->pages)
		return -ENOMEM;

	ret = grab_pin(buf, addr);
	if (ret)
		goto free;
	ret = sg_alloc_table_from_pages(&buf->sgt, buf->pages, buf->nr_pages, offset_in_page(addr), len, GFP_KERNEL);
	if (ret)
		goto unpin;
	ret = dma_map_sgtable(dev, &buf->sgt, DMA_FROM_DEVICE, 0);
	if (ret)
		goto free_table;
	return 0;

free_table:
	sg_free_table(&buf->sgt);
unpin:
	unpin_user_pages(buf->pages, buf->nr_pages);
free:
	kvfree(buf->pages);
	return ret;
}

static void grab_done(struct device *dev, struct grab_buf *buf)
{
	dma_unmap_sgtable(dev, &buf->sgt, DMA_FROM_DEVICE, 0);
	sg_free_table(&buf->sgt);
	unpin_user_pages_dirty_lock(buf->pages, buf->nr_pages, true);
	kvfree(buf->pages);
}
