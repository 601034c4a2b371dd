// expect: refused
// import_ubuf made the iterator; a helper re-makes it as bvec for short requests
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

#define IMPORTMOVE_MAX 16

struct importmove_dev {
	struct miscdevice misc;
	struct device *dev;
	struct bio_vec pad;
};

static int importmove_dma(struct importmove_dev *xd, struct page *p)
{
	dma_addr_t d = dma_map_page(xd->dev, p, 0, PAGE_SIZE, DMA_BIDIRECTIONAL);

	if (dma_mapping_error(xd->dev, d))
		return -EIO;
	dma_unmap_page(xd->dev, d, PAGE_SIZE, DMA_BIDIRECTIONAL);
	return 0;
}

static void importmove_shorten(struct importmove_dev *xd, struct iov_iter *it)
{
	if (iov_iter_count(it) < SZ_1K)
		iov_iter_bvec(it, ITER_SOURCE, &xd->pad, 1, PAGE_SIZE);
}

static long importmove_xfer(struct importmove_dev *xd, unsigned long addr, size_t len, unsigned int cmd)
{
	struct page *pages[IMPORTMOVE_MAX];
	struct iov_iter it;
	size_t off;
	ssize_t n;
	int i, nr, ret;

	ret = import_ubuf(ITER_SOURCE, (void __user *)addr, len, &it);
	if (ret)
		return ret;
	importmove_shorten(xd, &it);
	n = iov_iter_get_pages2(&it, pages, SZ_64K, IMPORTMOVE_MAX, &off);
	if (n <= 0)
		return n;
	nr = DIV_ROUND_UP(off + n, PAGE_SIZE);
	for (i = 0; i < nr; i++)
		importmove_dma(xd, pages[i]);
	for (i = 0; i < nr; i++)
		put_page(pages[i]);
	return n;
}

static ssize_t importmove_write_iter(struct kiocb *iocb, struct iov_iter *from)
{
	return importmove_send(iocb->ki_filp->private_data, from);
}

static const struct file_operations importmove_fops = {
	.owner = THIS_MODULE,
	.write_iter = importmove_write_iter,
};

static struct miscdevice importmove_misc = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "importmove",
	.fops = &importmove_fops,
};
module_misc_device(importmove_misc);
MODULE_LICENSE("GPL");
