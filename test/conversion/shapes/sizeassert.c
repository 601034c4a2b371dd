// expect: refused
// request struct has a fixed size: static_assert(sizeof() == 64) and __packed hardware layout
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

#define SIZEASSERT_MAX 16

struct hw {
	__le64 desc[5];
	struct page **pages;
	u64 cookie;
	int nr;
	int status;
} __packed;
static_assert(sizeof(struct hw) == 64);

struct sizeassert_dev {
	struct miscdevice misc;
	struct device *dev;
};

static int sizeassert_dma(struct sizeassert_dev *xd, struct page *p)
{
	dma_addr_t d = dma_map_page(xd->dev, p, 0, PAGE_SIZE, DMA_BIDIRECTIONAL);

	if (dma_mapping_error(xd->dev, d))
		return -EIO;
	dma_unmap_page(xd->dev, d, PAGE_SIZE, DMA_BIDIRECTIONAL);
	return 0;
}

static void sizeassert_done(struct hw *r)
{
	int i;

	for (i = 0; i < r->nr; i++)
		put_page(r->pages[i]);
	kvfree(r->pages);
	kfree(r);
}

static ssize_t sizeassert_send(struct sizeassert_dev *xd, struct iov_iter *from)
{
	struct hw *r = kzalloc(sizeof(*r), GFP_KERNEL);
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
		sizeassert_dma(xd, r->pages[i]);
	sizeassert_done(r);
	return n;
}

static ssize_t sizeassert_write_iter(struct kiocb *iocb, struct iov_iter *from)
{
	return sizeassert_send(iocb->ki_filp->private_data, from);
}

static const struct file_operations sizeassert_fops = {
	.owner = THIS_MODULE,
	.write_iter = sizeassert_write_iter,
};

static struct miscdevice sizeassert_misc = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "sizeassert",
	.fops = &sizeassert_fops,
};
module_misc_device(sizeassert_misc);
MODULE_LICENSE("GPL");
