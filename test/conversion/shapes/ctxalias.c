// expect: refused
// c.it = from before the check; a helper re-initialises through c
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

#define CTXALIAS_MAX 16

struct ca {
	struct iov_iter *it;
	struct bio_vec *pad;
};

struct ctxalias_dev {
	struct miscdevice misc;
	struct device *dev;
	struct bio_vec pad;
};

static int ctxalias_dma(struct ctxalias_dev *xd, struct page *p)
{
	dma_addr_t d = dma_map_page(xd->dev, p, 0, PAGE_SIZE, DMA_BIDIRECTIONAL);

	if (dma_mapping_error(xd->dev, d))
		return -EIO;
	dma_unmap_page(xd->dev, d, PAGE_SIZE, DMA_BIDIRECTIONAL);
	return 0;
}

static void ctxalias_prep(struct ca *c)
{
	if (iov_iter_count(c->it) < SZ_1K)
		iov_iter_bvec(c->it, ITER_SOURCE, c->pad, 1, PAGE_SIZE);
}

static ssize_t ctxalias_send(struct ctxalias_dev *xd, struct iov_iter *from)
{
	struct page *pages[CTXALIAS_MAX];
	size_t off;
	ssize_t n;
	int i, nr;
	struct ca c = { .it = from, .pad = &xd->pad };

	if (!user_backed_iter(from))
		return -EINVAL;
	ctxalias_prep(&c);
	n = iov_iter_get_pages2(from, pages, SZ_64K, CTXALIAS_MAX, &off);
	if (n <= 0)
		return n;
	nr = DIV_ROUND_UP(off + n, PAGE_SIZE);
	for (i = 0; i < nr; i++)
		ctxalias_dma(xd, pages[i]);
	for (i = 0; i < nr; i++)
		put_page(pages[i]);
	return n;
}

static ssize_t ctxalias_write_iter(struct kiocb *iocb, struct iov_iter *from)
{
	return ctxalias_send(iocb->ki_filp->private_data, from);
}

static const struct file_operations ctxalias_fops = {
	.owner = THIS_MODULE,
	.write_iter = ctxalias_write_iter,
};

static struct miscdevice ctxalias_misc = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "ctxalias",
	.fops = &ctxalias_fops,
};
module_misc_device(ctxalias_misc);
MODULE_LICENSE("GPL");
