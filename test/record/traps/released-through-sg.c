/*
 * The page array lives only while the scatterlist is built: everything is released through sg_page() afterwards.
 */
#include <linux/dma-mapping.h>
#include <linux/mm.h>
#include <linux/scatterlist.h>
#include <linux/slab.h>

struct skein_mr {
	struct sg_table sgt;
	bool writable;
	struct kref refs;
	struct device *dev;
};

static void skein_release(struct kref *refs)
{
	struct skein_mr *mr = container_of(refs, struct skein_mr, refs);
	struct sg_page_iter iter;

	dma_unmap_sgtable(mr->dev, &mr->sgt, DMA_BIDIRECTIONAL, 0);
	for_each_sgtable_page(&mr->sgt, &iter, 0) {
		struct page *page = sg_page_iter_page(&iter);

		unpin_user_pages_dirty_lock(&page, 1, mr->writable);
	}
	sg_free_table(&mr->sgt);
	kfree(mr);
}

static struct skein_mr *skein_register(struct device *dev, unsigned long addr, unsigned int nr, bool writable)
{
	unsigned int flags = FOLL_LONGTERM | (writable ? FOLL_WRITE : 0);
	struct page **pages;
	struct skein_mr *mr;
	int got, ret = -ENOMEM;

	mr = kzalloc(sizeof(*mr), GFP_KERNEL);
	pages = kvmalloc_array(nr, sizeof(*pages), GFP_KERNEL);
	if (!mr || !pages)
		goto free;
	kref_init(&mr->refs);
	mr->writable = writable;
	mr->dev = dev;

	got = pin_user_pages_fast(addr, nr, flags, pages);
	if (got < 0) {
		ret = got;
		goto free;
	}
	if (got < (int)nr) {
		ret = -EFAULT;
		goto unpin;
	}

	ret = sg_alloc_table_from_pages(&mr->sgt, pages, nr, 0, (size_t)nr << PAGE_SHIFT, GFP_KERNEL);
	if (ret)
		goto unpin;
	ret = dma_map_sgtable(dev, &mr->sgt, DMA_BIDIRECTIONAL, 0);
	if (ret)
		goto free_table;

	kvfree(pages);
	return mr;

free_table:
	sg_free_table(&mr->sgt);
unpin:
	unpin_user_pages(pages, got);
free:
	kvfree(pages);
	kfree(mr);
	return ERR_PTR(ret);
}

static void skein_put(struct skein_mr *mr)
{
	kref_put(&mr->refs, skein_release);
}
