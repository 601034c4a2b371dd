// expect: refused
// BUILD_BUG_ON(sizeof(struct) > sizeof(cb)) for a request living in skb->cb / req private area
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

#define BUGONSIZE_MAX 16

struct cbk {
	u8 hdr[36];
	u32 nr;
	struct page **pages;
};

struct bugonsize_dev {
	struct miscdevice misc;
	struct device *dev;
};

static int bugonsize_dma(struct bugonsize_dev *xd, struct page *p)
{
	dma_addr_t d = dma_map_page(xd->dev, p, 0, PAGE_SIZE, DMA_BIDIRECTIONAL);

	if (dma_mapping_error(xd->dev, d))
		return -EIO;
	dma_unmap_page(xd->dev, d, PAGE_SIZE, DMA_BIDIRECTIONAL);
	return 0;
}

static void bugonsize_done(struct cbk *r)
{
	u32 i;

	for (i = 0; i < r->nr; i++)
		put_page(r->pages[i]);
	kvfree(r->pages);
}

static ssize_t bugonsize_send(struct bugonsize_dev *xd, struct iov_iter *from)
{
	u8 cb[48] __aligned(8);
	struct cbk *r = (struct cbk *)cb;
	size_t off;
	ssize_t n;
	u32 i;

	BUILD_BUG_ON(sizeof(struct cbk) != sizeof(cb));
	n = iov_iter_get_pages_alloc2(from, &r->pages, SZ_64K, &off);
	if (n <= 0)
		return n;
	r->nr = DIV_ROUND_UP(off + n, PAGE_SIZE);
	for (i = 0; i < r->nr; i++)
		bugonsize_dma(xd, r->pages[i]);
	bugonsize_done(r);
	return n;
}

static ssize_t bugonsize_write_iter(struct kiocb *iocb, struct iov_iter *from)
{
	return bugonsize_send(iocb->ki_filp->private_data, from);
}

static const struct file_operations bugonsize_fops = {
	.owner = THIS_MODULE,
	.write_iter = bugonsize_write_iter,
};

static struct miscdevice bugonsize_misc = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "bugonsize",
	.fops = &bugonsize_fops,
};
module_misc_device(bugonsize_misc);
MODULE_LICENSE("GPL");
