// expect: refused
// a function of another file gets the checked iterator and may replace it
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

#define EXTERNPREP_MAX 16

void xport_prepare(struct iov_iter *it, size_t max);

struct externprep_dev {
	struct miscdevice misc;
	struct device *dev;
};

static int externprep_dma(struct externprep_dev *xd, struct page *p)
{
	dma_addr_t d = dma_map_page(xd->dev, p, 0, PAGE_SIZE, DMA_BIDIRECTIONAL);

	if (dma_mapping_error(xd->dev, d))
		return -EIO;
	dma_unmap_page(xd->dev, d, PAGE_SIZE, DMA_BIDIRECTIONAL);
	return 0;
}

static ssize_t externprep_send(struct externprep_dev *xd, struct iov_iter *from)
{
	struct page *pages[EXTERNPREP_MAX];
	size_t off;
	ssize_t n;
	int i, nr;

	if (!user_backed_iter(from))
		return -EINVAL;
	xport_prepare(from, SZ_64K);
	n = iov_iter_get_pages2(from, pages, SZ_64K, EXTERNPREP_MAX, &off);
	if (n <= 0)
		return n;
	nr = DIV_ROUND_UP(off + n, PAGE_SIZE);
	for (i = 0; i < nr; i++)
		externprep_dma(xd, pages[i]);
	for (i = 0; i < nr; i++)
		put_page(pages[i]);
	return n;
}

static ssize_t externprep_write_iter(struct kiocb *iocb, struct iov_iter *from)
{
	return externprep_send(iocb->ki_filp->private_data, from);
}

static const struct file_operations externprep_fops = {
	.owner = THIS_MODULE,
	.write_iter = externprep_write_iter,
};

static struct miscdevice externprep_misc = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "externprep",
	.fops = &externprep_fops,
};
module_misc_device(externprep_misc);
MODULE_LICENSE("GPL");
