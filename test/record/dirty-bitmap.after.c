/*
 * Dirty tracking of an IOMMU: a bitmap of user space is pinned a window at a time, and the bits are set by the CPU.
 */
#include <linux/bitmap.h>
#include <linux/highmem.h>
#include <linux/mm.h>

struct dirty_window {
	unsigned long base;
	unsigned long npages;
	struct page **pages;
};

struct dirty_bitmap {
	unsigned long uaddr;
	unsigned long page_shift;
	unsigned long total;
	struct dirty_window win;
};

static int dirty_bitmap_get(struct dirty_bitmap *bm, unsigned long index)
{
	struct dirty_window *win = &bm->win;
	unsigned long left = min(bm->total - index, PAGE_SIZE / sizeof(struct page *));
	long got;

	got = pin_user_pages_fast(bm->uaddr + index * PAGE_SIZE, left, FOLL_WRITE, win->pages);
	if (got <= 0)
		return got ? got : -EFAULT;

	/* Fewer than asked for make a smaller window. */
	win->npages = got;
	win->base = index;
	return 0;
}

static void dirty_bitmap_put(struct dirty_bitmap *bm)
{
	struct dirty_window *win = &bm->win;

	if (win->npages) {
		unpin_user_pages_dirty_lock(win->pages, win->npages, true);
		win->npages = 0;
	}
}

static void dirty_bitmap_mark(struct dirty_bitmap *bm, unsigned long iova, unsigned long nbits)
{
	unsigned long bit = iova >> bm->page_shift;

	while (nbits) {
		unsigned long page = bit / BITS_PER_PAGE, off = bit % BITS_PER_PAGE;
		unsigned long n = min(nbits, BITS_PER_PAGE - off);
		void *kaddr;

		if (page - bm->win.base >= bm->win.npages)
			return;
		kaddr = kmap_local_page(bm->win.pages[page - bm->win.base]);
		bitmap_set(kaddr, off, n);
		kunmap_local(kaddr);
		bit += n;
		nbits -= n;
	}
}

static int dirty_bitmap_for_each(struct dirty_bitmap *bm, void *opaque,
				 int (*fn)(struct dirty_bitmap *bm, void *opaque))
{
	unsigned long index = 0;
	int ret = 0;

	while (index < bm->total && !ret) {
		ret = dirty_bitmap_get(bm, index);
		if (ret)
			break;
		ret = fn(bm, opaque);
		index += bm->win.npages;
		dirty_bitmap_put(bm);
	}
	return ret;
}
