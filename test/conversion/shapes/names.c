// expect: refused
// need_unpin and page_list exist already with other meanings (macro and static variable)
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

#define NAMES_MAX 16

#define need_unpin(x) ((x)->strict)
static struct list_head page_list;

struct names_dev {
	struct miscdevice misc;
	struct device *dev;
	bool strict;
};

static int names_dma(struct names_dev *xd, struct page *p)
{
	dma_addr_t d = dma_map_page(xd->dev, p, 0, PAGE_SIZE, DMA_BIDIRECTIONAL);

	if (dma_mapping_error(xd->dev, d))
		return -EIO;
	dma_unmap_page(xd->dev, d, PAGE_SIZE, DMA_BIDIRECTIONAL);
	return 0;
}

static ssize_t names_send(struct names_dev *xd, struct iov_iter *from)
{
	struct page *pages[NAMES_MAX];
	size_t off;
	ssize_t n;
	int i, nr;

	n = iov_iter_get_pages2(from, pages, SZ_64K, NAMES_MAX, &off);
	if (n <= 0)
		return n;
	nr = DIV_ROUND_UP(off + n, PAGE_SIZE);
	for (i = 0; i < nr; i++)
		names_dma(xd, pages[i]);
	if (need_unpin(xd) && !list_empty(&page_list))
		pr_debug("x\n");
	for (i = 0; i < nr; i++)
		put_page(pages[i]);
	return n;
}

static ssize_t names_write_iter(struct kiocb *iocb, struct iov_iter *from)
{
	return names_send(iocb->ki_filp->private_data, from);
}

static const struct file_operations names_fops = {
	.owner = THIS_MODULE,
	.write_iter = names_write_iter,
};

static struct miscdevice names_misc = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "names",
	.fops = &names_fops,
};
module_misc_device(names_misc);
MODULE_LICENSE("GPL");
