// expect: refused
// request goes back to the free list before the put loop; another send may rewrite the flag meanwhile
// SPDX-License-Identifier: GPL-2.0
#include <linux/module.h>
#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/uio.h>
#include <linux/bvec.h>
#include <linux/bio.h>
#include <linux/workqueue.h>
#include <linux/dma-mapping.h>
#include <linux/scatterlist.h>
#include <crypto/skcipher.h>
#include <crypto/hash.h>
#include <linux/virtio.h>

#define RECYCLE_MAX 16

struct rc {
	struct list_head node;
	struct work_struct w;
	struct page **pages;
	int nr;
};
static LIST_HEAD(recycle_pool);
static DEFINE_SPINLOCK(recycle_lock);

struct recycle_dev {
	struct miscdevice misc;
	struct device *dev;
};

static int recycle_dma(struct recycle_dev *xd, struct page *p)
{
	dma_addr_t d = dma_map_page(xd->dev, p, 0, PAGE_SIZE, DMA_BIDIRECTIONAL);

	if (dma_mapping_error(xd->dev, d))
		return -EIO;
	dma_unmap_page(xd->dev, d, PAGE_SIZE, DMA_BIDIRECTIONAL);
	return 0;
}

static void recycle_work(struct work_struct *w)
{
	struct rc *r = container_of(w, struct rc, w);
	struct page **pages = r->pages;
	int i, nr = r->nr;

	spin_lock(&recycle_lock);
	list_add(&r->node, &recycle_pool);
	spin_unlock(&recycle_lock);
	for (i = 0; i < nr; i++)
		put_page(pages[i]);
	kvfree(pages);
}

static ssize_t recycle_send(struct recycle_dev *xd, struct iov_iter *from)
{
	struct rc *r;
	size_t off;
	ssize_t n;

	spin_lock(&recycle_lock);
	r = list_first_entry_or_null(&recycle_pool, struct rc, node);
	if (r)
		list_del(&r->node);
	spin_unlock(&recycle_lock);
	if (!r)
		return -EBUSY;
	n = iov_iter_get_pages_alloc2(from, &r->pages, SZ_64K, &off);
	if (n <= 0)
		return n;
	r->nr = DIV_ROUND_UP(off + n, PAGE_SIZE);
	recycle_dma(xd, r->pages[0]);
	INIT_WORK(&r->w, recycle_work);
	schedule_work(&r->w);
	return n;
}

static ssize_t recycle_write_iter(struct kiocb *iocb, struct iov_iter *from)
{
	return recycle_send(iocb->ki_filp->private_data, from);
}

static const struct file_operations recycle_fops = {
	.owner = THIS_MODULE,
	.write_iter = recycle_write_iter,
};

static struct miscdevice recycle_misc = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "recycle",
	.fops = &recycle_fops,
};
module_misc_device(recycle_misc);
MODULE_LICENSE("GPL");
