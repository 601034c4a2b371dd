/*
 * Asynchronous I/O of a network file system of the time before extraction: references until the last reply is in.
 */
#include <linux/bvec.h>
#include <linux/kref.h>
#include <linux/mm.h>
#include <linux/uio.h>

struct na_ctx {
	struct kref refs;
	struct bio_vec *bv;
	unsigned int npages;
	bool should_dirty;
};

static void na_ctx_release(struct kref *refs)
{
	struct na_ctx *ctx = container_of(refs, struct na_ctx, refs);
	unsigned int i;

	for (i = 0; i < ctx->npages; i++) {
		if (ctx->should_dirty)
			set_page_dirty(ctx->bv[i].bv_page);
			// <-- warning[dirty-unlocked]
		put_page(ctx->bv[i].bv_page);
	}
	kvfree(ctx->bv);
	kfree(ctx);
}

static int na_ctx_fill(struct na_ctx *ctx, struct iov_iter *iter, unsigned int max)
{
	size_t left = iov_iter_count(iter), offset;
	struct page **pages;
	ssize_t got;
	unsigned int i;

	pages = kvmalloc_array(max, sizeof(*pages), GFP_KERNEL);
	ctx->bv = kvmalloc_array(max, sizeof(*ctx->bv), GFP_KERNEL);
	if (!pages || !ctx->bv) {
		kvfree(pages);
		return -ENOMEM;
	}

	while (left && ctx->npages < max) {
		got = iov_iter_get_pages2(iter, pages, left, max - ctx->npages, &offset);
		if (got <= 0)
			break;
		left -= got;
		for (i = 0; got; i++) {
			size_t len = min_t(size_t, got, PAGE_SIZE - offset);

			ctx->bv[ctx->npages].bv_page = pages[i];
			ctx->bv[ctx->npages].bv_offset = offset;
			ctx->bv[ctx->npages].bv_len = len;
			ctx->npages++;
			got -= len;
			offset = 0;
		}
	}
	kvfree(pages);
	ctx->should_dirty = iov_iter_rw(iter) == READ;
	return ctx->npages ? 0 : -EFAULT;
}

static void na_ctx_put(struct na_ctx *ctx)
{
	kref_put(&ctx->refs, na_ctx_release);
}
