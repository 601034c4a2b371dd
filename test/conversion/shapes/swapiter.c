// expect: refused
// swap(it, xd->kiter) of whole iterators after the check
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

#define SWAPITER_MAX 16

struct swapiter_dev {
	struct miscdevice misc;
	struct device *dev;
	struct iov_iter kiter;
};

static int swapiter_dma(struct swapiter_dev *xd, struct page *p)
{
	dma_addr_t d = dma_map_page(xd->dev, p, 0, PAGE_SIZE, DMA_BIDIRECTIONAL);

	if (dma_mapping_error(xd->dev, d))
		return -EIO;
	dma_unmap_page(xd->dev, d, PAGE_SIZE, DMA_BIDIRECTIONAL);
	return 0;
}

static ssize_t swapiter_send(struct swapiter_dev *xd, struct iov_iter *from)
{
	struct page *pages[SWAPITER_MAX];
	size_t off;
	ssize_t n;
	int i, nr;
	struct iov_iter it = *from;

	if (!user_backed_iter(&it))
		return -EINVAL;
	if (!iov_iter_count(&it))
		swap(it, xd->kiter);
	n = iov_iter_get_pages2(&it, pages, SZ_64K, SWAPITER_MAX, &off);
	if (n <= 0)
		return n;
	nr = DIV_ROUND_UP(off + n, PAGE_SIZE);
	for (i = 0; i < nr; i++)
		swapiter_dma(xd, pages[i]);
	for (i = 0; i < nr; i++)
		put_page(pages[i]);
	return n;
}

static ssize_t swapiter_write_iter(struct kiocb *iocb, struct iov_iter *from)
{
	return swapiter_send(iocb->ki_filp->private_data, from);
}

static const struct file_operations swapiter_fops = {
	.owner = THIS_MODULE,
	.write_iter = swapiter_write_iter,
};

static struct miscdevice swapiter_misc = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "swapiter",
	.fops = &swapiter_fops,
};
module_misc_device(swapiter_misc);
MODULE_LICENSE("GPL");
