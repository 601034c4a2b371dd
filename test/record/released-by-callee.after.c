/*
 * A submission that fails twice over: the callee has cleaned up already, and the caller cleans up again.
 */
#include <linux/dma-mapping.h>
#include <linux/mm.h>
#include <linux/slab.h>

struct xfer {
	struct page **pages;
	int nr_pages;
	dma_addr_t *addrs;
};

static void xfer_unpin(struct xfer *x, bool dirty)
{
	unpin_user_pages_dirty_lock(x->pages, x->nr_pages, dirty);
	kvfree(x->pages);
	kvfree(x->addrs);
}

static int xfer_map(struct device *dev, struct xfer *x)
{
	int i;

	for (i = 0; i < x->nr_pages; i++) {
		x->addrs[i] = dma_map_page(dev, x->pages[i], 0, PAGE_SIZE, DMA_FROM_DEVICE);
		if (dma_mapping_error(dev, x->addrs[i]))
			goto unmap;
	}
	return 0;

unmap:
	while (i--)
		dma_unmap_page(dev, x->addrs[i], PAGE_SIZE, DMA_FROM_DEVICE);
	xfer_unpin(x, false);
	return -EIO;
}

static int xfer_start(struct device *dev, struct xfer *x, unsigned long addr, int nr)
{
	int got, ret;

	x->addrs = kvmalloc_array(nr, sizeof(*x->addrs), GFP_KERNEL);
	x->pages = kvmalloc_array(nr, sizeof(*x->pages), GFP_KERNEL);
	if (!x->addrs || !x->pages) {
		ret = -ENOMEM;
		goto free;
	}

	got = pin_user_pages_fast(addr, nr, FOLL_WRITE, x->pages);
	if (got != nr) {
		if (got > 0)
			unpin_user_pages(x->pages, got);
		ret = got < 0 ? got : -EFAULT;
		goto free;
	}
	x->nr_pages = nr;

	ret = xfer_map(dev, x);
	if (ret) {
		/* xfer_map() has released what it could not map. */
		return ret;
	}
	xfer_kick(dev, x);
	return 0;

free:
	kvfree(x->pages);
	kvfree(x->addrs);
	return ret;
}

static void xfer_done(struct device *dev, struct xfer *x)
{
	int i;

	for (i = 0; i < x->nr_pages; i++)
		dma_unmap_page(dev, x->addrs[i], PAGE_SIZE, DMA_FROM_DEVICE);
	xfer_unpin(x, true);
}
