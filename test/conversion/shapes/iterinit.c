// expect: converted
// the object gets the iterator in its initialiser and is asked where pages are given back
#include <linux/uio.h>
/* fuse-like copy, one page at a time */
struct d4_state { struct iov_iter *iter; struct page *pg; unsigned int len, offset; void *buf; bool write; };
static void d4_finish(struct d4_state *cs)
{
	if (cs->pg) {
		kunmap_local(cs->buf);
		if (cs->write) {
			flush_dcache_page(cs->pg);
			set_page_dirty_lock(cs->pg);
		}
		put_page(cs->pg);
	}
	cs->pg = NULL;
}
static int d4_fill(struct d4_state *cs)
{
	struct page *page;
	size_t off;
	ssize_t err;

	d4_finish(cs);
	err = iov_iter_get_pages2(cs->iter, &page, PAGE_SIZE, 1, &off);
	if (err < 0)
		return err;
	cs->len = err;
	cs->offset = off;
	cs->pg = page;
	cs->buf = kmap_local_page(page) + off;
	return 0;
}
int d4_copy(struct d4_state *cs, void *val, unsigned int size)
{
	while (size) {
		unsigned int n;

		if (!cs->len) {
			int err = d4_fill(cs);

			if (err)
				return err;
		}
		n = min(size, cs->len);
		if (cs->write)
			memcpy(cs->buf, val, n);
		else
			memcpy(val, cs->buf, n);
		cs->buf += n;
		cs->len -= n;
		val += n;
		size -= n;
	}
	return 0;
}
ssize_t d4_do(struct iov_iter *iter, void *val, unsigned int size)
{
	struct d4_state cs = { .iter = iter, .write = true };
	int err = d4_copy(&cs, val, size);

	d4_finish(&cs);
	return err ? err : size;
}
