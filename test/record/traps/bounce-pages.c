/*
 * Pages of the driver next to pages of the process: what the device cannot reach is copied into pages allocated here.
 */
#include <linux/gfp.h>
#include <linux/highmem.h>
#include <linux/mm.h>
#include <linux/slab.h>

struct cove_page {
	struct page *user;
	struct page *bounce;
};

static void cove_free(struct cove_page *slots, int nr)
{
	int i;

	for (i = 0; i < nr; i++) {
		if (slots[i].bounce)
			__free_page(slots[i].bounce);
		unpin_user_page(slots[i].user);
	}
}

static int cove_prepare(struct cove_dev *cove, struct cove_page *slots, unsigned long addr, int nr)
{
	struct page **pages;
	int got, i;

	pages = kmalloc_array(nr, sizeof(*pages), GFP_KERNEL);
	if (!pages)
		return -ENOMEM;

	got = pin_user_pages_fast(addr, nr, 0, pages);
	if (got != nr) {
		if (got > 0)
			unpin_user_pages(pages, got);
		kfree(pages);
		return got < 0 ? got : -EFAULT;
	}
	for (i = 0; i < nr; i++) {
		slots[i].user = pages[i];
		slots[i].bounce = NULL;
	}
	kfree(pages);

	for (i = 0; i < nr; i++) {
		if (page_to_phys(slots[i].user) <= cove->reach)
			continue;
		slots[i].bounce = alloc_page(GFP_KERNEL | GFP_DMA32);
		if (!slots[i].bounce) {
			cove_free(slots, nr);
			return -ENOMEM;
		}
		copy_highpage(slots[i].bounce, slots[i].user);
	}
	return 0;
}

static int cove_write(struct cove_dev *cove, struct cove_page *slots, unsigned long addr, int nr)
{
	int ret = cove_prepare(cove, slots, addr, nr);

	if (ret)
		return ret;
	ret = cove_transmit(cove, slots, nr);
	cove_free(slots, nr);
	return ret;
}
