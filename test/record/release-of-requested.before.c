/*
 * A data acquisition ring in memory of the process.
 */
#include <linux/dma-mapping.h>
#include <linux/mm.h>
#include <linux/slab.h>

struct daq_ring {
	struct page **pages;
	unsigned long nr_pages;
	void *kaddr;
};

static int daq_ring_attach(struct daq_ring *ring, unsigned long addr, unsigned long nr_pages)
{
	long got;
	int ret;

	ring->pages = kvmalloc_array(nr_pages, sizeof(*ring->pages), GFP_KERNEL);
	if (!ring->pages)
		return -ENOMEM;
	ring->nr_pages = nr_pages;

	mmap_read_lock(current->mm);
	got = pin_user_pages(addr, nr_pages, FOLL_WRITE | FOLL_LONGTERM, ring->pages);
	mmap_read_unlock(current->mm);
	if (got != nr_pages) {
		ret = got < 0 ? got : -EFAULT;
		goto unpin;
	}

	ring->kaddr = vmap(ring->pages, nr_pages, VM_MAP, PAGE_KERNEL);
	if (!ring->kaddr) {
		ret = -ENOMEM;
		goto unpin;
	}
	return 0;

unpin:
	unpin_user_pages(ring->pages, nr_pages);
	// <-- error[gup-release-overrun]
	kvfree(ring->pages);
	return ret;
}

static void daq_ring_detach(struct daq_ring *ring)
{
	vunmap(ring->kaddr);
	unpin_user_pages_dirty_lock(ring->pages, ring->nr_pages, true);
	kvfree(ring->pages);
}
