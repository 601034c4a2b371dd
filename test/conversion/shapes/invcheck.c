// expect: converted
// user-backed iterators are copied, only kernel-backed ones get to the take
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

#define INVCHECK_MAX 16

struct invcheck_dev {
	struct miscdevice misc;
	struct device *dev;
	void *bounce;
};

static int invcheck_dma(struct invcheck_dev *xd, struct page *p)
{
	dma_addr_t d = dma_map_page(xd->dev, p, 0, PAGE_SIZE, DMA_BIDIRECTIONAL);

	if (dma_mapping_error(xd->dev, d))
		return -EIO;
	dma_unmap_page(xd->dev, d, PAGE_SIZE, DMA_BIDIRECTIONAL);
	return 0;
}

static ssize_t invcheck_send(struct invcheck_dev *xd, struct iov_iter *from)
{
	struct page *pages[INVCHECK_MAX];
	size_t off;
	ssize_t n;
	int i, nr;

	if (user_backed_iter(from))
		return copy_from_iter(xd->bounce, PAGE_SIZE, from);
	n = iov_iter_get_pages2(from, pages, SZ_64K, INVCHECK_MAX, &off);
	if (n <= 0)
		return n;
	nr = DIV_ROUND_UP(off + n, PAGE_SIZE);
	for (i = 0; i < nr; i++)
		invcheck_dma(xd, pages[i]);
	for (i = 0; i < nr; i++)
		put_page(pages[i]);
	return n;
}

static ssize_t invcheck_write_iter(struct kiocb *iocb, struct iov_iter *from)
{
	return invcheck_send(iocb->ki_filp->private_data, from);
}

static const struct file_operations invcheck_fops = {
	.owner = THIS_MODULE,
	.write_iter = invcheck_write_iter,
};

static struct miscdevice invcheck_misc = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "invcheck",
	.fops = &invcheck_fops,
};
module_misc_device(invcheck_misc);
MODULE_LICENSE("GPL");
