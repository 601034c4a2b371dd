// expect: refused
// pages and count live in a union arm with a fixed raw twin: a third member clobbers or is clobbered by raw writes
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

#define UNIONFLAG_MAX 16

struct un {
	union {
		struct {
			struct page **pages;
			int nr;
		};
		u8 raw[16];
	};
	u8 tag;
};

struct unionflag_dev {
	struct miscdevice misc;
	struct device *dev;
};

static int unionflag_dma(struct unionflag_dev *xd, struct page *p)
{
	dma_addr_t d = dma_map_page(xd->dev, p, 0, PAGE_SIZE, DMA_BIDIRECTIONAL);

	if (dma_mapping_error(xd->dev, d))
		return -EIO;
	dma_unmap_page(xd->dev, d, PAGE_SIZE, DMA_BIDIRECTIONAL);
	return 0;
}

static void unionflag_done(struct un *r)
{
	int i;

	for (i = 0; i < r->nr; i++)
		put_page(r->pages[i]);
	kvfree(r->pages);
	memset(r->raw, 0, sizeof(r->raw));
}

static ssize_t unionflag_send(struct unionflag_dev *xd, struct iov_iter *from)
{
	struct un r = { };
	size_t off;
	ssize_t n;
	int i;

	n = iov_iter_get_pages_alloc2(from, &r.pages, SZ_64K, &off);
	if (n <= 0)
		return n;
	r.nr = DIV_ROUND_UP(off + n, PAGE_SIZE);
	r.raw[12] = 0;
	for (i = 0; i < r.nr; i++)
		unionflag_dma(xd, r.pages[i]);
	unionflag_done(&r);
	return n;
}

static ssize_t unionflag_write_iter(struct kiocb *iocb, struct iov_iter *from)
{
	return unionflag_send(iocb->ki_filp->private_data, from);
}

static const struct file_operations unionflag_fops = {
	.owner = THIS_MODULE,
	.write_iter = unionflag_write_iter,
};

static struct miscdevice unionflag_misc = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "unionflag",
	.fops = &unionflag_fops,
};
module_misc_device(unionflag_misc);
MODULE_LICENSE("GPL");
