// expect: refused
// request is freed inside the put loop's helper at the last page (refcount reaches zero), flag read after it
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

#define CTXFREEGUARD_MAX 16

struct cg {
	struct page **pages;
	int nr;
	int left;
};

struct ctxfreeguard_dev {
	struct miscdevice misc;
	struct device *dev;
};

static int ctxfreeguard_dma(struct ctxfreeguard_dev *xd, struct page *p)
{
	dma_addr_t d = dma_map_page(xd->dev, p, 0, PAGE_SIZE, DMA_BIDIRECTIONAL);

	if (dma_mapping_error(xd->dev, d))
		return -EIO;
	dma_unmap_page(xd->dev, d, PAGE_SIZE, DMA_BIDIRECTIONAL);
	return 0;
}

static void ctxfreeguard_step(struct cg *r)
{
	if (!--r->left)
		kfree(r);
}

static void ctxfreeguard_done(struct cg *r)
{
	struct page **pages = r->pages;
	int i, nr = r->nr;

	for (i = 0; i < nr; i++) {
		ctxfreeguard_step(r);
		put_page(pages[i]);
	}
	kvfree(pages);
}

static ssize_t ctxfreeguard_send(struct ctxfreeguard_dev *xd, struct iov_iter *from)
{
	struct cg *r = kzalloc(sizeof(*r), GFP_KERNEL);
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
	r->left = r->nr;
	for (i = 0; i < r->nr; i++)
		ctxfreeguard_dma(xd, r->pages[i]);
	ctxfreeguard_done(r);
	return n;
}

static ssize_t ctxfreeguard_write_iter(struct kiocb *iocb, struct iov_iter *from)
{
	return ctxfreeguard_send(iocb->ki_filp->private_data, from);
}

static const struct file_operations ctxfreeguard_fops = {
	.owner = THIS_MODULE,
	.write_iter = ctxfreeguard_write_iter,
};

static struct miscdevice ctxfreeguard_misc = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "ctxfreeguard",
	.fops = &ctxfreeguard_fops,
};
module_misc_device(ctxfreeguard_misc);
MODULE_LICENSE("GPL");
