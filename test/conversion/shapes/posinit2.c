// expect: refused
// positional initialiser of the request struct: a new member in the middle shifts the values
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

#define POSINIT2_MAX 16

struct pi {
	struct page **pages;
	int nr;
	int prio;
	int tag;
};

struct posinit2_dev {
	struct miscdevice misc;
	struct device *dev;
};

static int posinit2_dma(struct posinit2_dev *xd, struct page *p)
{
	dma_addr_t d = dma_map_page(xd->dev, p, 0, PAGE_SIZE, DMA_BIDIRECTIONAL);

	if (dma_mapping_error(xd->dev, d))
		return -EIO;
	dma_unmap_page(xd->dev, d, PAGE_SIZE, DMA_BIDIRECTIONAL);
	return 0;
}

static void posinit2_finish(struct pi *r)
{
	int i;

	for (i = 0; i < r->nr; i++)
		put_page(r->pages[i]);
	kvfree(r->pages);
}

static ssize_t posinit2_send(struct posinit2_dev *xd, struct iov_iter *from)
{
	struct pi r = { NULL, 0, 7, 9 };
	size_t off;
	ssize_t n;
	int i;

	n = iov_iter_get_pages_alloc2(from, &r.pages, SZ_64K, &off);
	if (n <= 0)
		return n;
	r.nr = DIV_ROUND_UP(off + n, PAGE_SIZE);
	for (i = 0; i < r.nr; i++)
		posinit2_dma(xd, r.pages[i]);
	pr_debug("%d %d\n", r.prio, r.tag);
	posinit2_finish(&r);
	return n;
}

static ssize_t posinit2_write_iter(struct kiocb *iocb, struct iov_iter *from)
{
	return posinit2_send(iocb->ki_filp->private_data, from);
}

static const struct file_operations posinit2_fops = {
	.owner = THIS_MODULE,
	.write_iter = posinit2_write_iter,
};

static struct miscdevice posinit2_misc = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "posinit2",
	.fops = &posinit2_fops,
};
module_misc_device(posinit2_misc);
MODULE_LICENSE("GPL");
