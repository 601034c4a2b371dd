// expect: refused
// an alias pointer of the checked iterator re-initialises it as bvec
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

#define ALIASITER_MAX 16

struct aliasiter_dev {
	struct miscdevice misc;
	struct device *dev;
	struct bio_vec pad;
};

static int aliasiter_dma(struct aliasiter_dev *xd, struct page *p)
{
	dma_addr_t d = dma_map_page(xd->dev, p, 0, PAGE_SIZE, DMA_BIDIRECTIONAL);

	if (dma_mapping_error(xd->dev, d))
		return -EIO;
	dma_unmap_page(xd->dev, d, PAGE_SIZE, DMA_BIDIRECTIONAL);
	return 0;
}

static ssize_t aliasiter_send(struct aliasiter_dev *xd, struct iov_iter *from)
{
	struct iov_iter *alias = from;
	struct page *pages[ALIASITER_MAX];
	size_t off;
	ssize_t n;
	int i, nr;

	if (!user_backed_iter(from))
		return -EINVAL;
	if (iov_iter_count(from) < SZ_1K)
		iov_iter_bvec(alias, ITER_SOURCE, &xd->pad, 1, PAGE_SIZE);
	n = iov_iter_get_pages2(from, pages, SZ_64K, ALIASITER_MAX, &off);
	if (n <= 0)
		return n;
	nr = DIV_ROUND_UP(off + n, PAGE_SIZE);
	for (i = 0; i < nr; i++)
		aliasiter_dma(xd, pages[i]);
	for (i = 0; i < nr; i++)
		put_page(pages[i]);
	return n;
}

static ssize_t aliasiter_write_iter(struct kiocb *iocb, struct iov_iter *from)
{
	return aliasiter_send(iocb->ki_filp->private_data, from);
}

static const struct file_operations aliasiter_fops = {
	.owner = THIS_MODULE,
	.write_iter = aliasiter_write_iter,
};

static struct miscdevice aliasiter_misc = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "aliasiter",
	.fops = &aliasiter_fops,
};
module_misc_device(aliasiter_misc);
MODULE_LICENSE("GPL");
