// expect: refused
// pages of a user iterator, or bvec pages with get_page, in one holder with one put
// SPDX-License-Identifier: GPL-2.0
#include <linux/module.h>
#include <linux/kernel.h>
#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/highmem.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/platform_device.h>
#include <linux/dma-mapping.h>
#include <linux/scatterlist.h>
#include <linux/uio.h>
#include <linux/bvec.h>

#define ITERMIXED_MAX 16

struct itermixed_dev {
	struct miscdevice misc;
	struct device *dev;
};

static int itermixed_grab_bvec(struct iov_iter *it, struct page **v)
{
	struct page *p = it->bvec->bv_page;

	get_page(p);
	v[0] = p;
	return 1;
}

static ssize_t itermixed_send(struct itermixed_dev *xd, struct iov_iter *from)
{
	struct page *pages[ITERMIXED_MAX];
	dma_addr_t dma;
	ssize_t n = PAGE_SIZE;
	size_t off = 0;
	int i, nr;

	if (user_backed_iter(from)) {
		n = iov_iter_get_pages2(from, pages, ITERMIXED_MAX * PAGE_SIZE, ITERMIXED_MAX, &off);
		if (n <= 0)
			return n;
		nr = DIV_ROUND_UP(off + n, PAGE_SIZE);
	} else {
		nr = itermixed_grab_bvec(from, pages);
	}
	for (i = 0; i < nr; i++) {
		dma = dma_map_page(xd->dev, pages[i], 0, PAGE_SIZE, DMA_TO_DEVICE);
		if (!dma_mapping_error(xd->dev, dma))
			dma_unmap_page(xd->dev, dma, PAGE_SIZE, DMA_TO_DEVICE);
	}
	for (i = 0; i < nr; i++)
		put_page(pages[i]);
	return n;
}

static ssize_t itermixed_write_iter(struct kiocb *iocb, struct iov_iter *from)
{
	struct itermixed_dev *xd = iocb->ki_filp->private_data;

	return itermixed_send(xd, from);
}

static int itermixed_open(struct inode *inode, struct file *file)
{
	file->private_data = container_of(file->private_data, struct itermixed_dev, misc);
	return 0;
}

static const struct file_operations itermixed_fops = {
	.owner = THIS_MODULE,
	.open = itermixed_open,
	.write_iter = itermixed_write_iter,
};

static int itermixed_probe(struct platform_device *pdev)
{
	struct itermixed_dev *xd = devm_kzalloc(&pdev->dev, sizeof(*xd), GFP_KERNEL);

	if (!xd)
		return -ENOMEM;
	xd->dev = &pdev->dev;
	xd->misc.minor = MISC_DYNAMIC_MINOR;
	xd->misc.name = "itermixed";
	xd->misc.fops = &itermixed_fops;
	platform_set_drvdata(pdev, xd);
	return misc_register(&xd->misc);
}

static void itermixed_remove(struct platform_device *pdev)
{
	struct itermixed_dev *xd = platform_get_drvdata(pdev);

	misc_deregister(&xd->misc);
}

static struct platform_driver itermixed_driver = {
	.probe = itermixed_probe,
	.remove_new = itermixed_remove,
	.driver = { .name = "itermixed" },
};
module_platform_driver(itermixed_driver);

MODULE_DESCRIPTION("itermixed test driver");
MODULE_LICENSE("GPL");
