/*
 * Direct reads of a network file system: every page becomes a request that the receive path completes.
 */
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/uio.h>

#define BATCH 16

struct nd_io {
	struct list_head requests;
	size_t good_bytes;
	bool should_dirty;
};

struct nd_request {
	struct list_head node;
	struct page *page;
	size_t offset;
	size_t bytes;
};

static struct nd_request *nd_request_alloc(struct page *page, size_t offset, size_t bytes)
{
	struct nd_request *req = kmalloc(sizeof(*req), GFP_NOFS);

	if (req) {
		req->page = page;
		req->offset = offset;
		req->bytes = bytes;
	}
	return req;
}

static int nd_schedule(struct nd_io *io, struct iov_iter *iter)
{
	struct page *batch[BATCH], **pages = batch;
	struct nd_request *req;
	size_t offset;
	ssize_t bytes;
	int nr, i;

	if (WARN_ON_ONCE(!user_backed_iter(iter)))
		return -EIO;
	bytes = iov_iter_extract_pages(iter, &pages, BATCH * PAGE_SIZE, BATCH, 0, &offset);
	if (bytes <= 0)
		return bytes ? bytes : -EFAULT;

	nr = DIV_ROUND_UP(bytes + offset, PAGE_SIZE);
	for (i = 0; i < nr; i++) {
		size_t len = min_t(size_t, bytes, PAGE_SIZE - offset);

		req = nd_request_alloc(pages[i], offset, len);
		if (!req) {
			unpin_user_pages(pages + i, nr - i);
			return -ENOMEM;
		}
		list_add_tail(&req->node, &io->requests);
		bytes -= len;
		offset = 0;
	}
	return 0;
}

static void nd_read_completion(struct nd_io *io)
{
	struct nd_request *req, *next;
	size_t bytes = 0;

	list_for_each_entry_safe(req, next, &io->requests, node) {
		struct page *page = req->page;

		unpin_user_pages_dirty_lock(&page, 1, bytes < io->good_bytes && io->should_dirty);
		bytes += req->bytes;
		list_del(&req->node);
		kfree(req);
	}
}
