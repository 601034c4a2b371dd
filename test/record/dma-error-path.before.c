/*
 * Transfers of an offload card: pages of the process are mapped one by one into a list the card reads.
 */
#include <linux/dma-mapping.h>
#include <linux/mm.h>
#include <linux/slab.h>

struct card_dma {
	struct page **pages;
	dma_addr_t *addrs;
	int nr_pages;
	int nr_mapped;
	enum dma_data_direction direction;
};

static void card_dma_unmap(struct device *dev, struct card_dma *dma)
{
	while (dma->nr_mapped)
		dma_unmap_page(dev, dma->addrs[--dma->nr_mapped], PAGE_SIZE, dma->direction);
}

static int card_dma_start(struct device *dev, struct card_dma *dma, unsigned long addr, int nr)
{
	unsigned int flags = dma->direction != DMA_TO_DEVICE ? FOLL_WRITE : 0;
	int got, ret, i;

	dma->nr_mapped = 0;
	dma->pages = kmalloc_array(nr, sizeof(*dma->pages), GFP_KERNEL);
	dma->addrs = kmalloc_array(nr, sizeof(*dma->addrs), GFP_KERNEL);
	if (!dma->pages || !dma->addrs) {
		ret = -ENOMEM;
		goto free;
	}

	got = pin_user_pages_fast(addr & PAGE_MASK, nr, flags, dma->pages);
	if (got != nr) {
		if (got > 0)
			unpin_user_pages(dma->pages, got);
		ret = got < 0 ? got : -EINVAL;
		goto free;
	}
	dma->nr_pages = nr;

	for (i = 0; i < nr; i++) {
		dma->addrs[i] = dma_map_page(dev, dma->pages[i], 0, PAGE_SIZE, dma->direction);
		if (dma_mapping_error(dev, dma->addrs[i])) {
			__free_page(dma->pages[i]);
			// <-- error[gup-free-page]
			return -EIO;
		}
		dma->nr_mapped++;
	}
	ret = card_submit(dev, dma);
	if (ret)
		goto unpin;
	return 0;

unpin:
	card_dma_unmap(dev, dma);
	unpin_user_pages(dma->pages, nr);
free:
	kfree(dma->addrs);
	kfree(dma->pages);
	return ret;
}

static void card_dma_done(struct device *dev, struct card_dma *dma)
{
	card_dma_unmap(dev, dma);
	unpin_user_pages_dirty_lock(dma->pages, dma->nr_pages, dma->direction != DMA_TO_DEVICE);
	kfree(dma->addrs);
	kfree(dma->pages);
}
