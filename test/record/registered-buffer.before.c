/*
 * Buffers a process registers with a ring: pinned once, looked up by number for every request.
 */
#include <linux/bvec.h>
#include <linux/mm.h>
#include <linux/slab.h>

struct ring_buf {
	unsigned long ubuf;
	unsigned int nr_bvecs;
	struct bio_vec bvec[];
};

static struct page **ring_pin_pages(unsigned long addr, size_t len, int *npages)
{
	int nr = DIV_ROUND_UP(offset_in_page(addr) + len, PAGE_SIZE);
	struct page **pages;
	int got;

	pages = kvmalloc_array(nr, sizeof(*pages), GFP_KERNEL_ACCOUNT);
	if (!pages)
		return ERR_PTR(-ENOMEM);

	got = pin_user_pages_fast(addr, nr, FOLL_WRITE | FOLL_LONGTERM, pages);
	if (got == nr) {
		*npages = nr;
		return pages;
	}
	if (got > 0)
		unpin_user_pages(pages, got);
	kvfree(pages);
	return ERR_PTR(got < 0 ? got : -EFAULT);
}

static int ring_buf_register(struct ring_ctx *ctx, unsigned long addr, size_t len, struct ring_buf **out)
{
	struct ring_buf *buf = NULL;
	struct page **pages;
	size_t off = offset_in_page(addr);
	int ret, nr, i;

	pages = ring_pin_pages(addr, len, &nr);
	if (IS_ERR(pages))
		return PTR_ERR(pages);

	ret = -ENOMEM;
	buf = kvmalloc(struct_size(buf, bvec, nr), GFP_KERNEL_ACCOUNT);
	if (!buf)
		goto done;

	ret = ring_account(ctx, nr);
	if (ret) {
		unpin_user_pages(pages, nr);
		goto done;
	}

	buf->ubuf = addr;
	buf->nr_bvecs = nr;
	for (i = 0; i < nr; i++) {
		size_t part = min_t(size_t, len, PAGE_SIZE - off);

		bvec_set_page(&buf->bvec[i], pages[i], part, off);
		len -= part;
		off = 0;
	}
	*out = buf;
done:
	if (ret)
		kvfree(buf);
	kvfree(pages);
	return ret;
	// <-- warning[gup-leak]
}

static void ring_buf_unregister(struct ring_ctx *ctx, struct ring_buf *buf)
{
	unsigned int i;

	for (i = 0; i < buf->nr_bvecs; i++)
		unpin_user_pages_dirty_lock(&buf->bvec[i].bv_page, 1, true);
	ring_unaccount(ctx, buf->nr_bvecs);
	kvfree(buf);
}
