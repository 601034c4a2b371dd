// expect: refused
// the object leaves as a pointer that says nothing of what it is
#include <linux/mm.h>
#include <linux/dma-mapping.h>
#include <linux/kref.h>
struct f1_buf { struct kref ref; struct page **pages; unsigned long n; struct sg_table *sgt; struct device *dev; bool write; };
static void f1_destroy(struct kref *ref)
{
	struct f1_buf *b = container_of(ref, struct f1_buf, ref);
	unsigned long i;

	if (b->sgt) {
		dma_unmap_sgtable(b->dev, b->sgt, DMA_BIDIRECTIONAL, 0);
		sg_free_table(b->sgt);
		kfree(b->sgt);
	}
	if (b->pages) {
		for (i = 0; i < b->n; i++) {
			if (b->write)
				set_page_dirty_lock(b->pages[i]);
			put_page(b->pages[i]);
		}
		kvfree(b->pages);
	}
	kfree(b);
}
void f1_put(struct f1_buf *b)
{
	kref_put(&b->ref, f1_destroy);
}
void *f1_create(struct device *dev, unsigned long addr, size_t len, bool write)
{
	struct f1_buf *b;
	long got;
	int ret;

	b = kzalloc(sizeof(*b), GFP_KERNEL);
	if (!b)
		return ERR_PTR(-ENOMEM);
	kref_init(&b->ref);
	b->dev = dev;
	b->write = write;
	b->pages = kvcalloc(len >> PAGE_SHIFT, sizeof(*b->pages), GFP_KERNEL);
	if (!b->pages) {
		ret = -ENOMEM;
		goto err;
	}
	got = get_user_pages_fast(addr, len >> PAGE_SHIFT, write ? FOLL_WRITE : 0, b->pages);
	if (got < 0) {
		ret = got;
		goto err;
	}
	b->n = got;
	if (got != len >> PAGE_SHIFT) {
		ret = -EFAULT;
		goto err;
	}
	b->sgt = kzalloc(sizeof(*b->sgt), GFP_KERNEL);
	if (!b->sgt) {
		ret = -ENOMEM;
		goto err;
	}
	ret = sg_alloc_table_from_pages(b->sgt, b->pages, b->n, 0, len, GFP_KERNEL);
	if (ret) {
		kfree(b->sgt);
		b->sgt = NULL;
		goto err;
	}
	ret = dma_map_sgtable(dev, b->sgt, DMA_BIDIRECTIONAL, 0);
	if (ret) {
		sg_free_table(b->sgt);
		kfree(b->sgt);
		b->sgt = NULL;
		goto err;
	}
	return b;
err:
	f1_put(b);
	return ERR_PTR(ret);
}
