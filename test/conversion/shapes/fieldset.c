// expect: refused
// checked request field iterator is replaced through a setter helper given the request
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

#define FIELDSET_MAX 16

struct fs {
	struct iov_iter iter;
	struct page *pages[FIELDSET_MAX];
	int nr;
};

struct fieldset_dev {
	struct miscdevice misc;
	struct device *dev;
	struct bio_vec pad;
};

static int fieldset_dma(struct fieldset_dev *xd, struct page *p)
{
	dma_addr_t d = dma_map_page(xd->dev, p, 0, PAGE_SIZE, DMA_BIDIRECTIONAL);

	if (dma_mapping_error(xd->dev, d))
		return -EIO;
	dma_unmap_page(xd->dev, d, PAGE_SIZE, DMA_BIDIRECTIONAL);
	return 0;
}

static void fieldset_pad(struct fieldset_dev *xd, struct fs *r)
{
	iov_iter_bvec(&r->iter, ITER_SOURCE, &xd->pad, 1, PAGE_SIZE);
}

static ssize_t fieldset_send(struct fieldset_dev *xd, struct iov_iter *from)
{
	struct fs *r = kzalloc(sizeof(*r), GFP_KERNEL);
	size_t off;
	ssize_t n = -EINVAL;
	int i;

	if (!r)
		return -ENOMEM;
	r->iter = *from;
	if (!user_backed_iter(&r->iter))
		goto out;
	if (iov_iter_count(&r->iter) < SZ_1K)
		fieldset_pad(xd, r);
	n = iov_iter_get_pages2(&r->iter, r->pages, SZ_64K, FIELDSET_MAX, &off);
	if (n <= 0)
		goto out;
	r->nr = DIV_ROUND_UP(off + n, PAGE_SIZE);
	for (i = 0; i < r->nr; i++)
		fieldset_dma(xd, r->pages[i]);
	for (i = 0; i < r->nr; i++)
		put_page(r->pages[i]);
out:
	kfree(r);
	return n;
}

static ssize_t fieldset_write_iter(struct kiocb *iocb, struct iov_iter *from)
{
	return fieldset_send(iocb->ki_filp->private_data, from);
}

static const struct file_operations fieldset_fops = {
	.owner = THIS_MODULE,
	.write_iter = fieldset_write_iter,
};

static struct miscdevice fieldset_misc = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "fieldset",
	.fops = &fieldset_fops,
};
module_misc_device(fieldset_misc);
MODULE_LICENSE("GPL");
