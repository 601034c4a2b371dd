/*
 * Buffers of a device model: the tool stack names them, the hypervisor reads and writes them during one hypercall.
 */
#include <linux/mm.h>
#include <linux/slab.h>

struct dm_buf {
	unsigned long uptr;
	size_t size;
};

static void dm_unlock_pages(struct page **pages, unsigned int nr_pages)
{
	unpin_user_pages_dirty_lock(pages, nr_pages, true);
}

static int dm_lock_pages(const struct dm_buf *bufs, unsigned int num, struct page **pages, unsigned int nr_pages,
			 unsigned int *pinned)
{
	unsigned int i, off = 0;

	for (i = 0; i < num; ) {
		unsigned int requested = DIV_ROUND_UP(offset_in_page(bufs[i].uptr) + bufs[i].size, PAGE_SIZE) - off;
		int got;

		if (requested > nr_pages)
			return -ENOSPC;

		got = pin_user_pages_fast(bufs[i].uptr + off * PAGE_SIZE, requested, FOLL_WRITE, pages);
		if (got <= 0)
			return got ? got : -EFAULT;

		*pinned += got;
		nr_pages -= got;
		pages += got;
		off = requested == got ? 0 : off + got;
		i += !off;
	}
	return 0;
}

static long dm_op(struct dm_buf *bufs, unsigned int num, unsigned int nr_pages)
{
	unsigned int pinned = 0;
	struct page **pages;
	long ret;

	pages = kcalloc(nr_pages, sizeof(*pages), GFP_KERNEL);
	if (!pages)
		return -ENOMEM;

	ret = dm_lock_pages(bufs, num, pages, nr_pages, &pinned);
	if (ret < 0)
		goto out;
	ret = hypervisor_dm_op(page_to_pfn(pages[0]), pinned);
out:
	dm_unlock_pages(pages, pinned);
	kfree(pages);
	return ret;
}
