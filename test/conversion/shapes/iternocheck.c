// expect: converted
// write_iter without check: kernel-backed iterators reach it; extract does not pin those, unpin must be conditional on iov_iter_extract_will_pin
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

#define ITERNOCHECK_MAX 16

struct iternocheck_dev {
	struct miscdevice misc;
	struct device *dev;
};

static ssize_t iternocheck_send(struct iternocheck_dev *xd, struct iov_iter *from)
{
	struct page *pages[ITERNOCHECK_MAX];
	dma_addr_t dma;
	ssize_t n;
	size_t off;
	int i, nr;

	n = iov_iter_get_pages2(from, pages, ITERNOCHECK_MAX * PAGE_SIZE, ITERNOCHECK_MAX, &off);
	if (n <= 0)
		return n;
	nr = DIV_ROUND_UP(off + n, PAGE_SIZE);
	for (i = 0; i < nr; i++) {
		dma = dma_map_page(xd->dev, pages[i], 0, PAGE_SIZE, DMA_TO_DEVICE);
		if (!dma_mapping_error(xd->dev, dma))
			dma_unmap_page(xd->dev, dma, PAGE_SIZE, DMA_TO_DEVICE);
	}
	for (i = 0; i < nr; i++)
		put_page(pages[i]);
	return n;
}

static ssize_t iternocheck_write_iter(struct kiocb *iocb, struct iov_iter *from)
{
	struct iternocheck_dev *xd = iocb->ki_filp->private_data;

	return iternocheck_send(xd, from);
}

static int iternocheck_open(struct inode *inode, struct file *file)
{
	file->private_data = container_of(file->private_data, struct iternocheck_dev, misc);
	return 0;
}

static const struct file_operations iternocheck_fops = {
	.owner = THIS_MODULE,
	.open = iternocheck_open,
	.write_iter = iternocheck_write_iter,
};

static int iternocheck_probe(struct platform_device *pdev)
{
	struct iternocheck_dev *xd = devm_kzalloc(&pdev->dev, sizeof(*xd), GFP_KERNEL);

	if (!xd)
		return -ENOMEM;
	xd->dev = &pdev->dev;
	xd->misc.minor = MISC_DYNAMIC_MINOR;
	xd->misc.name = "iternocheck";
	xd->misc.fops = &iternocheck_fops;
	platform_set_drvdata(pdev, xd);
	return misc_register(&xd->misc);
}

static void iternocheck_remove(struct platform_device *pdev)
{
	struct iternocheck_dev *xd = platform_get_drvdata(pdev);

	misc_deregister(&xd->misc);
}

static struct platform_driver iternocheck_driver = {
	.probe = iternocheck_probe,
	.remove_new = iternocheck_remove,
	.driver = { .name = "iternocheck" },
};
module_platform_driver(iternocheck_driver);

MODULE_DESCRIPTION("iternocheck test driver");
MODULE_LICENSE("GPL");
