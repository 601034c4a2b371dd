// expect: refused
// the check is on from, the take on an iterator that replaced it in between
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

#define CHECKMOVE_MAX 16

struct checkmove_dev {
	struct miscdevice misc;
	struct device *dev;
	struct bio_vec pad;
};

static int checkmove_dma(struct checkmove_dev *xd, struct page *p)
{
	dma_addr_t d = dma_map_page(xd->dev, p, 0, PAGE_SIZE, DMA_BIDIRECTIONAL);

	if (dma_mapping_error(xd->dev, d))
		return -EIO;
	dma_unmap_page(xd->dev, d, PAGE_SIZE, DMA_BIDIRECTIONAL);
	return 0;
}

static void checkmove_redirect(struct checkmove_dev *xd, struct iov_iter *it)
{
	iov_iter_bvec(it, ITER_SOURCE, &xd->pad, 1, PAGE_SIZE);
}

static ssize_t checkmove_send(struct checkmove_dev *xd, struct iov_iter *from)
{
	struct page *pages[CHECKMOVE_MAX];
	struct iov_iter it;
	size_t off;
	ssize_t n;
	int i, nr;

	if (!user_backed_iter(from))
		return -EINVAL;
	it = *from;
	if (iov_iter_count(&it) < SZ_1K)
		checkmove_redirect(xd, &it);
	n = iov_iter_get_pages2(&it, pages, SZ_64K, CHECKMOVE_MAX, &off);
	if (n <= 0)
		return n;
	nr = DIV_ROUND_UP(off + n, PAGE_SIZE);
	for (i = 0; i < nr; i++)
		checkmove_dma(xd, pages[i]);
	for (i = 0; i < nr; i++)
		put_page(pages[i]);
	return n;
}

static ssize_t checkmove_write_iter(struct kiocb *iocb, struct iov_iter *from)
{
	return checkmove_send(iocb->ki_filp->private_data, from);
}

static const struct file_operations checkmove_fops = {
	.owner = THIS_MODULE,
	.write_iter = checkmove_write_iter,
};

static struct miscdevice checkmove_misc = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "checkmove",
	.fops = &checkmove_fops,
};
module_misc_device(checkmove_misc);
MODULE_LICENSE("GPL");
