// SPDX-License-Identifier: MIT
/*
 * palimpsest - direct I/O of a small network file system
 *
 * The old side and the new one, next to each other.
 */
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/uio.h>

struct palimpsest_dio {
	struct kiocb *iocb;
	struct page **pages;
	unsigned int nr_pages;
	size_t offset;
	bool should_dirty;
	bool need_unpin;
};

/* References are the wrong thing for pages that a read will overwrite. */
static ssize_t palimpsest_read_old(struct palimpsest_dio *dio, struct iov_iter *iter,
				   size_t rsize)
{
	ssize_t bytes;
	unsigned int i;

	bytes = iov_iter_get_pages_alloc2(iter, &dio->pages, rsize, &dio->offset);
	if (bytes <= 0)
		return bytes;

	dio->nr_pages = DIV_ROUND_UP(dio->offset + bytes, PAGE_SIZE);
	bytes = palimpsest_receive(dio, bytes);

	for (i = 0; i < dio->nr_pages; i++) {
		if (dio->should_dirty)
			set_page_dirty_lock(dio->pages[i]);
		put_page(dio->pages[i]);
	}
	kvfree(dio->pages);
	return bytes;
}

/* The same for a fixed array. */
static ssize_t palimpsest_write_old(struct palimpsest_dio *dio, struct iov_iter *iter)
{
	struct page *pages[16];
	size_t offset;
	ssize_t bytes;
	int i, nr;

	bytes = iov_iter_get_pages2(iter, pages, SZ_64K, ARRAY_SIZE(pages), &offset);
	if (bytes <= 0)
		return bytes;

	nr = DIV_ROUND_UP(offset + bytes, PAGE_SIZE);
	bytes = palimpsest_send(dio, pages, offset, bytes);
	for (i = 0; i < nr; i++)
		put_page(pages[i]);
	return bytes;
}

/* What it should look like: extracted, and released as the iterator asks. */
static ssize_t palimpsest_read(struct palimpsest_dio *dio, struct iov_iter *iter,
			       size_t rsize)
{
	ssize_t bytes;

	dio->pages = NULL;
	dio->need_unpin = iov_iter_extract_will_pin(iter);
	bytes = iov_iter_extract_pages(iter, &dio->pages, rsize, UINT_MAX, 0, &dio->offset);
	if (bytes <= 0)
		goto out;

	dio->nr_pages = DIV_ROUND_UP(dio->offset + bytes, PAGE_SIZE);
	bytes = palimpsest_receive(dio, bytes);

	if (dio->need_unpin)
		unpin_user_pages_dirty_lock(dio->pages, dio->nr_pages, dio->should_dirty);
out:
	kvfree(dio->pages);
	return bytes;
}
