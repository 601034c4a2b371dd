// expect: refused
// request zeroed for reuse before the pages copied out are put: the flag reads false
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

#define MEMSETRESET_MAX 16

struct ms {
	struct page **pages;
	int nr;
	u32 tag;
};

struct memsetreset_dev {
	struct miscdevice misc;
	struct device *dev;
	struct ms slot;
};

static int memsetreset_dma(struct memsetreset_dev *xd, struct page *p)
{
	dma_addr_t d = dma_map_page(xd->dev, p, 0, PAGE_SIZE, DMA_BIDIRECTIONAL);

	if (dma_mapping_error(xd->dev, d))
		return -EIO;
	dma_unmap_page(xd->dev, d, PAGE_SIZE, DMA_BIDIRECTIONAL);
	return 0;
}

static void memsetreset_finish(struct ms *r)
{
	struct page **pages = r->pages;
	int i, nr = r->nr;

	memset(r, 0, sizeof(*r));
	for (i = 0; i < nr; i++)
		put_page(pages[i]);
	kvfree(pages);
}

static ssize_t memsetreset_send(struct memsetreset_dev *xd, struct iov_iter *from)
{
	struct ms *r = &xd->slot;
	size_t off;
	ssize_t n;
	int i;

	n = iov_iter_get_pages_alloc2(from, &r->pages, SZ_64K, &off);
	if (n <= 0)
		return n;
	r->nr = DIV_ROUND_UP(off + n, PAGE_SIZE);
	for (i = 0; i < r->nr; i++)
		memsetreset_dma(xd, r->pages[i]);
	memsetreset_finish(r);
	return n;
}

static ssize_t memsetreset_write_iter(struct kiocb *iocb, struct iov_iter *from)
{
	return memsetreset_send(iocb->ki_filp->private_data, from);
}

static const struct file_operations memsetreset_fops = {
	.owner = THIS_MODULE,
	.write_iter = memsetreset_write_iter,
};

static struct miscdevice memsetreset_misc = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "memsetreset",
	.fops = &memsetreset_fops,
};
module_misc_device(memsetreset_misc);
MODULE_LICENSE("GPL");
