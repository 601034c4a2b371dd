// expect: refused
// user check on the outer from; the take in a block whose own from is a kernel iterator
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

#define SHADOWCHK_MAX 16

struct shadowchk_dev {
	struct miscdevice misc;
	struct device *dev;
	struct iov_iter *kiter;
};

static int shadowchk_dma(struct shadowchk_dev *xd, struct page *p)
{
	dma_addr_t d = dma_map_page(xd->dev, p, 0, PAGE_SIZE, DMA_BIDIRECTIONAL);

	if (dma_mapping_error(xd->dev, d))
		return -EIO;
	dma_unmap_page(xd->dev, d, PAGE_SIZE, DMA_BIDIRECTIONAL);
	return 0;
}

static ssize_t shadowchk_send(struct shadowchk_dev *xd, struct iov_iter *from)
{
	if (!user_backed_iter(from))
		return -EINVAL;
	if (xd->kiter) {
		struct iov_iter *from = xd->kiter;
		struct page *pages[SHADOWCHK_MAX];
		size_t off;
		ssize_t n;
		int i, nr;

		n = iov_iter_get_pages2(from, pages, SZ_64K, SHADOWCHK_MAX, &off);
		if (n <= 0)
			return n;
		nr = DIV_ROUND_UP(off + n, PAGE_SIZE);
		for (i = 0; i < nr; i++)
			shadowchk_dma(xd, pages[i]);
		for (i = 0; i < nr; i++)
			put_page(pages[i]);
	}
	return 0;
}

static ssize_t shadowchk_write_iter(struct kiocb *iocb, struct iov_iter *from)
{
	return shadowchk_send(iocb->ki_filp->private_data, from);
}

static const struct file_operations shadowchk_fops = {
	.owner = THIS_MODULE,
	.write_iter = shadowchk_write_iter,
};

static struct miscdevice shadowchk_misc = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "shadowchk",
	.fops = &shadowchk_fops,
};
module_misc_device(shadowchk_misc);
MODULE_LICENSE("GPL");
