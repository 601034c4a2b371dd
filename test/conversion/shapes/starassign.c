// expect: refused
// *from = xd->kiter after the check
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

#define STARASSIGN_MAX 16

struct starassign_dev {
	struct miscdevice misc;
	struct device *dev;
	struct iov_iter kiter;
};

static int starassign_dma(struct starassign_dev *xd, struct page *p)
{
	dma_addr_t d = dma_map_page(xd->dev, p, 0, PAGE_SIZE, DMA_BIDIRECTIONAL);

	if (dma_mapping_error(xd->dev, d))
		return -EIO;
	dma_unmap_page(xd->dev, d, PAGE_SIZE, DMA_BIDIRECTIONAL);
	return 0;
}

static ssize_t starassign_send(struct starassign_dev *xd, struct iov_iter *from)
{
	struct page *pages[STARASSIGN_MAX];
	size_t off;
	ssize_t n;
	int i, nr;

	if (!user_backed_iter(from))
		return -EINVAL;
	if (!iov_iter_count(from))
		*from = xd->kiter;
	n = iov_iter_get_pages2(from, pages, SZ_64K, STARASSIGN_MAX, &off);
	if (n <= 0)
		return n;
	nr = DIV_ROUND_UP(off + n, PAGE_SIZE);
	for (i = 0; i < nr; i++)
		starassign_dma(xd, pages[i]);
	for (i = 0; i < nr; i++)
		put_page(pages[i]);
	return n;
}

static ssize_t starassign_write_iter(struct kiocb *iocb, struct iov_iter *from)
{
	return starassign_send(iocb->ki_filp->private_data, from);
}

static const struct file_operations starassign_fops = {
	.owner = THIS_MODULE,
	.write_iter = starassign_write_iter,
};

static struct miscdevice starassign_misc = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "starassign",
	.fops = &starassign_fops,
};
module_misc_device(starassign_misc);
MODULE_LICENSE("GPL");
