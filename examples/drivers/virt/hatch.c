// SPDX-License-Identifier: MIT
/*
 * hatch - lends memory of the monitor to an enclave
 */
#include <linux/err.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/slab.h>

struct hatch_region {
	struct list_head list;
	unsigned int nr_pages;
	struct page **pages;
};

/* get_user_pages*() sets FOLL_GET itself, so to spell it out says nothing. */
static int hatch_add_region(struct hatch_region *region, unsigned long uaddr)
{
	unsigned int done = 0;

	while (done < region->nr_pages) {
		int got = get_user_pages_unlocked(uaddr + done * PAGE_SIZE,
						  region->nr_pages - done,
						  region->pages + done, FOLL_GET);

		if (got <= 0) {
			release_pages(region->pages, done);
			return got ? got : -EFAULT;
		}
		done += got;
	}
	return 0;
}

/*
 * The same question with an answer: the suppression names the rule and says why, and
 * the tool reports it when there is nothing left to suppress.
 */
static int hatch_probe(unsigned long uaddr, struct page **page)
{
	/* gup-lens: keep foll-get-redundant -- spelled out to match the comment in the ABI document */
	return get_user_pages_fast(uaddr, 1, FOLL_GET, page);
}

/* FOLL_GET has no business in a pin, and FOLL_REMOTE is set by the _remote variants. */
static long hatch_map_guest(struct mm_struct *mm, unsigned long uaddr, struct page **pages)
{
	long got;

	mmap_read_lock(mm);
	got = pin_user_pages_remote(mm, uaddr, 1, FOLL_WRITE | FOLL_GET, pages, NULL);
	mmap_read_unlock(mm);
	if (got < 1)
		return got < 0 ? got : -EFAULT;

	mmap_read_lock(mm);
	got = get_user_pages_remote(mm, uaddr, 1, FOLL_WRITE | FOLL_REMOTE, pages + 1, NULL);
	mmap_read_unlock(mm);
	return got;
}

MODULE_DESCRIPTION("Enclave memory");
MODULE_LICENSE("Dual MIT/GPL");
