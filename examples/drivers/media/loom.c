// SPDX-License-Identifier: MIT
/*
 * loom - frame grabber, last touched years ago
 *
 * The calls below were right for the kernels of their time.
 */
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

struct loom_frame {
	unsigned long uaddr;
	unsigned int nr_pages;
	struct page **pages;
	bool capture;
};

/* Since 6.5 there is no `vmas` argument. */
static long loom_pin_frame(struct loom_frame *frame)
{
	unsigned int flags = FOLL_LONGTERM;
	long pinned;

	if (frame->capture)
		flags |= FOLL_WRITE;

	mmap_read_lock(current->mm);
	pinned = pin_user_pages(frame->uaddr, frame->nr_pages, flags, frame->pages, NULL);
	mmap_read_unlock(current->mm);
	if (pinned != frame->nr_pages) {
		if (pinned > 0)
			unpin_user_pages(frame->pages, pinned);
		return pinned < 0 ? pinned : -EFAULT;
	}
	return 0;
}

/* The fast variants take a reference for every page, so they need somewhere to put it. */
static int loom_fault_in(struct loom_frame *frame)
{
	int got = get_user_pages_fast(frame->uaddr, frame->nr_pages,
				      frame->capture ? FOLL_WRITE : 0, NULL);

	return got < 0 ? got : 0;
}

/* FOLL_PIN is what the pin_*() functions set for themselves; it is private to mm/. */
static int loom_pin_header(struct loom_frame *frame)
{
	return pin_user_pages_fast(frame->uaddr, 1, FOLL_PIN | FOLL_LONGTERM, frame->pages);
}

static void loom_unpin_frame(struct loom_frame *frame)
{
	unpin_user_pages_dirty_lock(frame->pages, frame->nr_pages, frame->capture);
	kvfree(frame->pages);
}

MODULE_DESCRIPTION("Frame grabber");
MODULE_LICENSE("Dual MIT/GPL");
