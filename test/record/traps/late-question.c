/*
 * iov_iter_extract_will_pin() is asked after the extraction, of the same iterator: it has only moved on.
 */
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/uio.h>

#define FJORD_PAGES 16

struct fjord_io {
	struct page *pages[FJORD_PAGES];
	unsigned int nr;
	size_t offset;
	bool need_unpin;
	bool dirty;
};

static void fjord_release(struct fjord_io *io)
{
	if (!io->need_unpin)
		return;
	unpin_user_pages_dirty_lock(io->pages, io->nr, io->dirty);
	io->need_unpin = false;
}

static ssize_t fjord_fill(struct fjord_io *io, struct iov_iter *iter, size_t max)
{
	struct page **pages = io->pages;
	ssize_t got;

	got = iov_iter_extract_pages(iter, &pages, max, FJORD_PAGES, 0, &io->offset);
	if (got <= 0)
		return got ? got : -EFAULT;

	io->nr = DIV_ROUND_UP(io->offset + got, PAGE_SIZE);
	io->need_unpin = iov_iter_extract_will_pin(iter);
	io->dirty = iov_iter_rw(iter) == READ;
	return got;
}

static ssize_t fjord_rw(struct fjord_dev *dev, struct iov_iter *iter)
{
	struct fjord_io io = {};
	ssize_t done = 0, got;
	int ret;

	while (iov_iter_count(iter)) {
		got = fjord_fill(&io, iter, FJORD_PAGES * PAGE_SIZE);
		if (got < 0)
			return done ? done : got;
		ret = fjord_submit(dev, io.pages, io.nr, io.offset, got);
		fjord_release(&io);
		if (ret)
			return done ? done : ret;
		done += got;
	}
	return done;
}
