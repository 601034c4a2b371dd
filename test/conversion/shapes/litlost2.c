// expect: refused
// a compound literal rewrites the request after the take: only pages and nr survive, not the flag
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

#define LITLOST2_MAX 16

struct ll {
	struct work_struct w;
	struct page **pages;
	int nr;
	int prio;
};

struct litlost2_dev {
	struct miscdevice misc;
	struct device *dev;
};

static int litlost2_dma(struct litlost2_dev *xd, struct page *p)
{
	dma_addr_t d = dma_map_page(xd->dev, p, 0, PAGE_SIZE, DMA_BIDIRECTIONAL);

	if (dma_mapping_error(xd->dev, d))
		return -EIO;
	dma_unmap_page(xd->dev, d, PAGE_SIZE, DMA_BIDIRECTIONAL);
	return 0;
}

static void litlost2_work(struct work_struct *w)
{
	struct ll *r = container_of(w, struct ll, w);
	int i;

	for (i = 0; i < r->nr; i++)
		put_page(r->pages[i]);
	kvfree(r->pages);
	kfree(r);
}

static ssize_t litlost2_send(struct litlost2_dev *xd, struct iov_iter *from)
{
	struct ll *r = kzalloc(sizeof(*r), GFP_KERNEL);
	size_t off;
	ssize_t n;
	int i;

	if (!r)
		return -ENOMEM;
	n = iov_iter_get_pages_alloc2(from, &r->pages, SZ_64K, &off);
	if (n <= 0) {
		kfree(r);
		return n;
	}
	r->nr = DIV_ROUND_UP(off + n, PAGE_SIZE);
	for (i = 0; i < r->nr; i++)
		litlost2_dma(xd, r->pages[i]);
	*r = (struct ll){ .pages = r->pages, .nr = r->nr, .prio = 1 };
	INIT_WORK(&r->w, litlost2_work);
	schedule_work(&r->w);
	return n;
}

static ssize_t litlost2_write_iter(struct kiocb *iocb, struct iov_iter *from)
{
	return litlost2_send(iocb->ki_filp->private_data, from);
}

static const struct file_operations litlost2_fops = {
	.owner = THIS_MODULE,
	.write_iter = litlost2_write_iter,
};

static struct miscdevice litlost2_misc = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "litlost2",
	.fops = &litlost2_fops,
};
module_misc_device(litlost2_misc);
MODULE_LICENSE("GPL");
