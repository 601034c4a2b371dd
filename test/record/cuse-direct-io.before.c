/*
 * Direct I/O of a file system whose server is a process: the pages of the caller travel with the request.
 */
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/uio.h>

#define REQ_PAGES 32

struct us_request {
	struct page *pages[REQ_PAGES];
	unsigned int nr_pages;
	size_t offset;
	bool should_dirty;
};

static void us_release_pages(struct us_request *req)
{
	unsigned int i;

	for (i = 0; i < req->nr_pages; i++) {
		if (req->should_dirty)
			set_page_dirty_lock(req->pages[i]);
		put_page(req->pages[i]);
	}
	req->nr_pages = 0;
}

static ssize_t us_get_pages(struct us_request *req, struct iov_iter *iter, size_t max)
{
	ssize_t got;

	got = iov_iter_get_pages2(iter, req->pages, max, REQ_PAGES, &req->offset);
	// <-- warning[iov-iter-get-pages]
	if (got <= 0)
		return got ? got : -EIO;

	req->nr_pages = DIV_ROUND_UP(req->offset + got, PAGE_SIZE);
	return got;
}

static ssize_t us_direct_io(struct us_file *file, struct iov_iter *iter, loff_t *pos)
{
	struct us_request req = { .should_dirty = iov_iter_rw(iter) == READ };
	ssize_t done = 0, got;

	while (iov_iter_count(iter)) {
		got = us_get_pages(&req, iter, REQ_PAGES * PAGE_SIZE);
		if (got < 0)
			return done ? done : got;
		got = us_send(file, &req, *pos, got);
		us_release_pages(&req);
		if (got <= 0)
			return done ? done : got;
		*pos += got;
		done += got;
	}
	return done;
}
