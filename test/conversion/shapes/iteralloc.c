// expect: converted
// none; iov_iter_get_pages_alloc2 of user-backed iterators, plain put loop and kvfree
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

#define ITERALLOC_MAX 16

struct iteralloc_dev {
	struct miscdevice misc;
	struct device *dev;
};

static ssize_t iteralloc_send(struct iteralloc_dev *xd, struct iov_iter *from)
{
	struct page **pages = NULL;
	dma_addr_t dma;
	ssize_t n, ret;
	size_t off;
	int i, nr;

	if (!user_backed_iter(from))
		return -EOPNOTSUPP;
	n = iov_iter_get_pages_alloc2(from, &pages, ITERALLOC_MAX * PAGE_SIZE, &off);
	if (n <= 0)
		return n;
	nr = DIV_ROUND_UP(off + n, PAGE_SIZE);
	ret = n;
	for (i = 0; i < nr; i++) {
		dma = dma_map_page(xd->dev, pages[i], 0, PAGE_SIZE, DMA_TO_DEVICE);
		if (dma_mapping_error(xd->dev, dma)) {
			ret = -EIO;
			break;
		}
		dma_unmap_page(xd->dev, dma, PAGE_SIZE, DMA_TO_DEVICE);
	}
	for (i = 0; i < nr; i++)
		put_page(pages[i]);
	kvfree(pages);
	return ret;
}

static ssize_t iteralloc_write_iter(struct kiocb *iocb, struct iov_iter *from)
{
	struct iteralloc_dev *xd = iocb->ki_filp->private_data;

	return iteralloc_send(xd, from);
}

static int iteralloc_open(struct inode *inode, struct file *file)
{
	file->private_data = container_of(file->private_data, struct iteralloc_dev, misc);
	return 0;
}

static const struct file_operations iteralloc_fops = {
	.owner = THIS_MODULE,
	.open = iteralloc_open,
	.write_iter = iteralloc_write_iter,
};

static int iteralloc_probe(struct platform_device *pdev)
{
	struct iteralloc_dev *xd = devm_kzalloc(&pdev->dev, sizeof(*xd), GFP_KERNEL);

	if (!xd)
		return -ENOMEM;
	xd->dev = &pdev->dev;
	xd->misc.minor = MISC_DYNAMIC_MINOR;
	xd->misc.name = "iteralloc";
	xd->misc.fops = &iteralloc_fops;
	platform_set_drvdata(pdev, xd);
	return misc_register(&xd->misc);
}

static void iteralloc_remove(struct platform_device *pdev)
{
	struct iteralloc_dev *xd = platform_get_drvdata(pdev);

	misc_deregister(&xd->misc);
}

static struct platform_driver iteralloc_driver = {
	.probe = iteralloc_probe,
	.remove_new = iteralloc_remove,
	.driver = { .name = "iteralloc" },
};
module_platform_driver(iteralloc_driver);

MODULE_DESCRIPTION("iteralloc test driver");
MODULE_LICENSE("GPL");
