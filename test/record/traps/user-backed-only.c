/*
 * Iterators of kernel memory are turned away at the door, so what was extracted is pinned and needs no question.
 */
#include <linux/bvec.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/uio.h>

struct bight_req {
	struct bio_vec *bv;
	unsigned int nr;
	bool dirty;
};

static ssize_t bight_extract(struct bight_req *req, struct iov_iter *iter, size_t max, unsigned int max_pages)
{
	struct page **pages = NULL;
	size_t offset, left;
	ssize_t got;

	if (WARN_ON_ONCE(!iter_is_ubuf(iter) && !iter_is_iovec(iter)))
		return -EIO;

	req->bv = kvcalloc(max_pages, sizeof(*req->bv), GFP_KERNEL);
	if (!req->bv)
		return -ENOMEM;

	got = iov_iter_extract_pages(iter, &pages, max, max_pages, 0, &offset);
	if (got <= 0) {
		kvfree(pages);
		kvfree(req->bv);
		return got ? got : -EFAULT;
	}

	req->nr = 0;
	for (left = got; left; req->nr++) {
		size_t len = min_t(size_t, left, PAGE_SIZE - offset);

		bvec_set_page(&req->bv[req->nr], pages[req->nr], len, offset);
		left -= len;
		offset = 0;
	}
	req->dirty = iov_iter_rw(iter) == READ;
	kvfree(pages);
	return got;
}

static void bight_complete(struct bight_req *req)
{
	unsigned int i;

	for (i = 0; i < req->nr; i++)
		unpin_user_pages_dirty_lock(&req->bv[i].bv_page, 1, req->dirty);
	kvfree(req->bv);
	kfree(req);
}
