// expect: refused
// #define need_unpin and #define page_list as object-like macros
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

#define OBJMACRO_MAX 16

#define need_unpin	(1 << 3)
#define page_list	xd_page_list

struct objmacro_dev {
	struct miscdevice misc;
	struct device *dev;
	unsigned int flags;
};

static int objmacro_dma(struct objmacro_dev *xd, struct page *p)
{
	dma_addr_t d = dma_map_page(xd->dev, p, 0, PAGE_SIZE, DMA_BIDIRECTIONAL);

	if (dma_mapping_error(xd->dev, d))
		return -EIO;
	dma_unmap_page(xd->dev, d, PAGE_SIZE, DMA_BIDIRECTIONAL);
	return 0;
}

static ssize_t objmacro_send(struct objmacro_dev *xd, struct iov_iter *from)
{
	struct page *pages[OBJMACRO_MAX];
	size_t off;
	ssize_t n;
	int i, nr;

	if (xd->flags & need_unpin)
		return -EINVAL;
	n = iov_iter_get_pages2(from, pages, SZ_64K, OBJMACRO_MAX, &off);
	if (n <= 0)
		return n;
	nr = DIV_ROUND_UP(off + n, PAGE_SIZE);
	for (i = 0; i < nr; i++)
		objmacro_dma(xd, pages[i]);
	for (i = 0; i < nr; i++)
		put_page(pages[i]);
	return n;
}

static ssize_t objmacro_write_iter(struct kiocb *iocb, struct iov_iter *from)
{
	return objmacro_send(iocb->ki_filp->private_data, from);
}

static const struct file_operations objmacro_fops = {
	.owner = THIS_MODULE,
	.write_iter = objmacro_write_iter,
};

static struct miscdevice objmacro_misc = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "objmacro",
	.fops = &objmacro_fops,
};
module_misc_device(objmacro_misc);
MODULE_LICENSE("GPL");
