// expect: refused
// container struct copy brings the kernel iterator: *r = xd->tmpl after the check
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

#define STRUCTITER_MAX 16

struct creq {
	struct iov_iter iter;
	struct page *pages[STRUCTITER_MAX];
	int nr;
};

struct structiter_dev {
	struct miscdevice misc;
	struct device *dev;
	struct creq tmpl;
};

static int structiter_dma(struct structiter_dev *xd, struct page *p)
{
	dma_addr_t d = dma_map_page(xd->dev, p, 0, PAGE_SIZE, DMA_BIDIRECTIONAL);

	if (dma_mapping_error(xd->dev, d))
		return -EIO;
	dma_unmap_page(xd->dev, d, PAGE_SIZE, DMA_BIDIRECTIONAL);
	return 0;
}

static int structiter_setup(struct structiter_dev *xd, struct bio_vec *bv)
{
	iov_iter_bvec(&xd->tmpl.iter, ITER_SOURCE, bv, 1, bv->bv_len);
	return 0;
}

static ssize_t structiter_send(struct structiter_dev *xd, struct iov_iter *from)
{
	struct creq r;
	size_t off;
	ssize_t n;
	int i;

	if (!user_backed_iter(from))
		return -EINVAL;
	r.iter = *from;
	if (!iov_iter_count(from))
		r = xd->tmpl;
	n = iov_iter_get_pages2(&r.iter, r.pages, SZ_64K, STRUCTITER_MAX, &off);
	if (n <= 0)
		return n ?: structiter_setup(xd, NULL);
	r.nr = DIV_ROUND_UP(off + n, PAGE_SIZE);
	for (i = 0; i < r.nr; i++)
		structiter_dma(xd, r.pages[i]);
	for (i = 0; i < r.nr; i++)
		put_page(r.pages[i]);
	return n;
}

static ssize_t structiter_write_iter(struct kiocb *iocb, struct iov_iter *from)
{
	return structiter_send(iocb->ki_filp->private_data, from);
}

static const struct file_operations structiter_fops = {
	.owner = THIS_MODULE,
	.write_iter = structiter_write_iter,
};

static struct miscdevice structiter_misc = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "structiter",
	.fops = &structiter_fops,
};
module_misc_device(structiter_misc);
MODULE_LICENSE("GPL");
