// expect: refused
// static table of requests with positional initialisers of the struct that gets the flag
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

#define INITARRPOS_MAX 16

struct ta2 {
	int nr;
	struct page **pages;
	int irq;
	const char *name;
};

struct initarrpos_dev {
	struct miscdevice misc;
	struct device *dev;
};

static int initarrpos_dma(struct initarrpos_dev *xd, struct page *p)
{
	dma_addr_t d = dma_map_page(xd->dev, p, 0, PAGE_SIZE, DMA_BIDIRECTIONAL);

	if (dma_mapping_error(xd->dev, d))
		return -EIO;
	dma_unmap_page(xd->dev, d, PAGE_SIZE, DMA_BIDIRECTIONAL);
	return 0;
}

static struct ta2 initarrpos_tab[] = {
	{ 0, NULL, 5, "rx" },
	{ 0, NULL, 6, "tx" },
};

static void initarrpos_done(struct ta2 *r)
{
	int i;

	for (i = 0; i < r->nr; i++)
		put_page(r->pages[i]);
	kvfree(r->pages);
	pr_debug("%s %d\n", r->name, r->irq);
}

static ssize_t initarrpos_send(struct initarrpos_dev *xd, struct iov_iter *from)
{
	struct ta2 *r = &initarrpos_tab[1];
	size_t off;
	ssize_t n;
	int i;

	n = iov_iter_get_pages_alloc2(from, &r->pages, SZ_64K, &off);
	if (n <= 0)
		return n;
	r->nr = DIV_ROUND_UP(off + n, PAGE_SIZE);
	for (i = 0; i < r->nr; i++)
		initarrpos_dma(xd, r->pages[i]);
	initarrpos_done(r);
	return n;
}

static ssize_t initarrpos_write_iter(struct kiocb *iocb, struct iov_iter *from)
{
	return initarrpos_send(iocb->ki_filp->private_data, from);
}

static const struct file_operations initarrpos_fops = {
	.owner = THIS_MODULE,
	.write_iter = initarrpos_write_iter,
};

static struct miscdevice initarrpos_misc = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "initarrpos",
	.fops = &initarrpos_fops,
};
module_misc_device(initarrpos_misc);
MODULE_LICENSE("GPL");
