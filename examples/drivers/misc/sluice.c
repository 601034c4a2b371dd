// SPDX-License-Identifier: MIT
/*
 * sluice - data mover that fills or empties a buffer of the application, a page
 * at a time
 */
#include <linux/completion.h>
#include <linux/dma-mapping.h>
#include <linux/mm.h>
#include <linux/module.h>

struct sluice_device {
	struct device *dev;
	struct completion done;
};

static int sluice_run(struct sluice_device *sluice, struct page *page,
		      unsigned int offset, unsigned int len,
		      enum dma_data_direction dir)
{
	dma_addr_t addr = dma_map_page(sluice->dev, page, offset, len, dir);

	if (dma_mapping_error(sluice->dev, addr))
		return -ENOMEM;
	wait_for_completion(&sluice->done);
	dma_unmap_page(sluice->dev, addr, len, dir);
	return 0;
}

/* The card writes to the page: fork() and writeback do not know. */
static int sluice_fill(struct sluice_device *sluice, unsigned long addr,
		       unsigned int len)
{
	struct page *page;
	int ret;

	if (get_user_pages_fast(addr & PAGE_MASK, 1, FOLL_WRITE, &page) != 1)
		return -EFAULT;

	ret = sluice_run(sluice, page, offset_in_page(addr), len, DMA_FROM_DEVICE);
	set_page_dirty_lock(page);
	put_page(page);
	return ret;
}

static int sluice_drain(struct sluice_device *sluice, unsigned long addr,
			unsigned int len)
{
	struct page *page;
	int ret;

	if (get_user_pages_fast(addr & PAGE_MASK, 1, 0, &page) != 1)
		return -EFAULT;

	ret = sluice_run(sluice, page, offset_in_page(addr), len, DMA_TO_DEVICE);
	put_page(page);
	return ret;
}

MODULE_LICENSE("MIT");
