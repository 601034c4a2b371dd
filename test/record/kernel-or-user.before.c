/*
 * Requests of a hash engine: data of a socket call, or of the kernel itself through the same path.
 */
#include <crypto/if_alg.h>
#include <linux/mm.h>
#include <linux/uio.h>

#define HE_PAGES 16

struct he_sgl {
	struct scatterlist sg[HE_PAGES];
	struct page *pages[HE_PAGES];
	unsigned int nents;
};

static ssize_t he_make_sg(struct he_sgl *sgl, struct iov_iter *iter, size_t max)
{
	struct page **pages = sgl->pages;
	size_t offset, left;
	ssize_t got;

	got = iov_iter_extract_pages(iter, &pages, max, HE_PAGES, 0, &offset);
	if (got <= 0)
		return got;

	sgl->nents = 0;
	sg_init_table(sgl->sg, HE_PAGES);
	for (left = got; left; sgl->nents++) {
		size_t len = min_t(size_t, left, PAGE_SIZE - offset);

		sg_set_page(&sgl->sg[sgl->nents], pages[sgl->nents], len, offset);
		left -= len;
		offset = 0;
	}
	sg_mark_end(&sgl->sg[sgl->nents - 1]);
	return got;
}

static void he_free_sg(struct he_sgl *sgl)
{
	unpin_user_pages(sgl->pages, sgl->nents);
	// <-- warning[extract-unpin-unguarded]
	sgl->nents = 0;
}

static int he_update(struct he_ctx *ctx, struct iov_iter *iter)
{
	struct he_sgl sgl = {};
	ssize_t got;
	int ret = 0;

	while (iov_iter_count(iter) && !ret) {
		got = he_make_sg(&sgl, iter, HE_PAGES * PAGE_SIZE);
		if (got <= 0)
			return got ? got : -EFAULT;
		ret = he_hash(ctx, sgl.sg, got);
		he_free_sg(&sgl);
	}
	return ret;
}
