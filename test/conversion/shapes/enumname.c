// expect: refused
// need_unpin is an enumerator of this file, used in the same function
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

#define ENUMNAME_MAX 16

enum { idle, need_unpin, gone };

struct enumname_dev {
	struct miscdevice misc;
	struct device *dev;
	int state;
};

static int enumname_dma(struct enumname_dev *xd, struct page *p)
{
	dma_addr_t d = dma_map_page(xd->dev, p, 0, PAGE_SIZE, DMA_BIDIRECTIONAL);

	if (dma_mapping_error(xd->dev, d))
		return -EIO;
	dma_unmap_page(xd->dev, d, PAGE_SIZE, DMA_BIDIRECTIONAL);
	return 0;
}

static ssize_t enumname_send(struct enumname_dev *xd, struct iov_iter *from)
{
	struct page *pages[ENUMNAME_MAX];
	size_t off;
	ssize_t n;
	int i, nr;

	n = iov_iter_get_pages2(from, pages, SZ_64K, ENUMNAME_MAX, &off);
	if (n <= 0)
		return n;
	xd->state = need_unpin;
	nr = DIV_ROUND_UP(off + n, PAGE_SIZE);
	for (i = 0; i < nr; i++)
		enumname_dma(xd, pages[i]);
	for (i = 0; i < nr; i++)
		put_page(pages[i]);
	return n;
}

static ssize_t enumname_write_iter(struct kiocb *iocb, struct iov_iter *from)
{
	return enumname_send(iocb->ki_filp->private_data, from);
}

static const struct file_operations enumname_fops = {
	.owner = THIS_MODULE,
	.write_iter = enumname_write_iter,
};

static struct miscdevice enumname_misc = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "enumname",
	.fops = &enumname_fops,
};
module_misc_device(enumname_misc);
MODULE_LICENSE("GPL");
