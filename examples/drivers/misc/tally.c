// SPDX-License-Identifier: MIT
/*
 * tally - event counters that the hardware adds up in memory of the application
 */
#include <linux/highmem.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>

struct tally_counters {
	struct page **pages;
	unsigned int nr_pages;
};

/*
 * A negative errno does not survive in an unsigned: -EFAULT becomes a very large
 * number of pages, and the test below never sees it.
 */
static int tally_attach(struct tally_counters *tc, unsigned long addr, unsigned int nr)
{
	unsigned int pinned;

	tc->pages = kcalloc(nr, sizeof(*tc->pages), GFP_KERNEL);
	if (!tc->pages)
		return -ENOMEM;

	pinned = pin_user_pages_fast(addr, nr, FOLL_WRITE | FOLL_LONGTERM, tc->pages);
	if (pinned < 0)
		goto free;
	tc->nr_pages = pinned;
	return 0;

free:
	kfree(tc->pages);
	return -EFAULT;
}

/* The release must match: what a get_user_pages*() took is not a pin. */
static int tally_peek(unsigned long addr, u64 *value)
{
	struct page *page;
	u64 *counters;
	int got;

	got = get_user_pages_fast(addr & PAGE_MASK, 1, FOLL_GET, &page);
	if (got != 1)
		return got < 0 ? got : -EFAULT;

	counters = kmap_local_page(page);
	*value = counters[offset_in_page(addr) / sizeof(*counters)];
	kunmap_local(counters);

	unpin_user_page(page);
	return 0;
}

/* *locked says whether mmap_lock is held on entry: it is, so it has to be 1. */
static long tally_snapshot(struct mm_struct *mm, unsigned long addr, unsigned long nr,
			   struct page **pages)
{
	int locked = 0;
	long got;

	mmap_read_lock(mm);
	got = pin_user_pages_remote(mm, addr, nr, FOLL_FORCE, pages, &locked);
	if (locked)
		mmap_read_unlock(mm);
	return got;
}

MODULE_DESCRIPTION("Event counters");
MODULE_LICENSE("Dual MIT/GPL");
