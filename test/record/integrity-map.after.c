/*
 * Protection information of a request from a buffer of user space, attached to the bio without a copy.
 */
#include <linux/bio.h>
#include <linux/blk-mq.h>
#include <linux/uio.h>

#define PI_INLINE_PAGES 8

struct pi_payload {
	struct bio *bio;
	unsigned int nr_vecs;
	bool pinned;
	struct bio_vec *vecs;
};

static unsigned int pi_vecs_from_pages(struct bio_vec *vecs, struct page **pages, unsigned int nr,
				       size_t bytes, size_t offset)
{
	unsigned int i;

	for (i = 0; i < nr && bytes; i++) {
		size_t len = min_t(size_t, bytes, PAGE_SIZE - offset);

		bvec_set_page(&vecs[i], pages[i], len, offset);
		bytes -= len;
		offset = 0;
	}
	return i;
}

static void pi_release(struct pi_payload *pi)
{
	unsigned int i;

	if (pi->pinned)
		for (i = 0; i < pi->nr_vecs; i++)
			unpin_user_page(pi->vecs[i].bv_page);
	kfree(pi->vecs);
}

static int pi_map_user(struct pi_payload *pi, struct iov_iter *iter)
{
	struct page *inline_pages[PI_INLINE_PAGES], **pages = inline_pages;
	size_t offset, bytes = iov_iter_count(iter);
	unsigned int nr;
	ssize_t got;
	int ret;

	if (!user_backed_iter(iter))
		return -EINVAL;
	nr = iov_iter_npages(iter, PI_INLINE_PAGES + 1);
	if (nr > PI_INLINE_PAGES)
		return -E2BIG;

	pi->vecs = kcalloc(nr, sizeof(*pi->vecs), GFP_KERNEL);
	if (!pi->vecs)
		return -ENOMEM;

	got = iov_iter_extract_pages(iter, &pages, bytes, nr, 0, &offset);
	if (got < 0) {
		kfree(pi->vecs);
		return got;
	}
	if (got != bytes) {
		if (got > 0)
			unpin_user_pages(pages, DIV_ROUND_UP(offset + got, PAGE_SIZE));
		kfree(pi->vecs);
		return -EFAULT;
	}

	pi->nr_vecs = pi_vecs_from_pages(pi->vecs, pages, nr, bytes, offset);
	pi->pinned = true;
	ret = pi_attach(pi->bio, pi);
	if (ret)
		pi_release(pi);
	return ret;
}

static void pi_end_io(struct bio *bio)
{
	struct pi_payload *pi = bio->bi_private;

	pi_release(pi);
	bio_endio(bio);
}
