// expect: converted
// a request keeps pages, their number and a table of them; the answer is kept beside the number
#include <linux/mm.h>
#include <linux/uio.h>
#include <linux/dma-mapping.h>
struct a4_req {
	struct page **pages;
	size_t len, off;
	int n;
	struct sg_table sgt;
};
int a4_setup(struct device *dev, struct a4_req *rq, struct iov_iter *iter)
{
	ssize_t len;
	int i, err;

	len = iov_iter_get_pages_alloc2(iter, &rq->pages, SIZE_MAX, &rq->off);
	if (len < 0)
		return len;
	rq->len = len;
	rq->n = DIV_ROUND_UP(len + rq->off, PAGE_SIZE);
	err = sg_alloc_table_from_pages(&rq->sgt, rq->pages, rq->n, rq->off, len, GFP_KERNEL);
	if (err)
		goto out;
	err = dma_map_sgtable(dev, &rq->sgt, DMA_TO_DEVICE, 0);
	if (err)
		goto free;
	return 0;
free:
	sg_free_table(&rq->sgt);
out:
	for (i = 0; i < rq->n; i++)
		put_page(rq->pages[i]);
	kvfree(rq->pages);
	return err;
}
void a4_done(struct device *dev, struct a4_req *rq)
{
	int i;

	dma_unmap_sgtable(dev, &rq->sgt, DMA_TO_DEVICE, 0);
	sg_free_table(&rq->sgt);
	for (i = 0; i < rq->n; i++)
		put_page(rq->pages[i]);
	kvfree(rq->pages);
}
