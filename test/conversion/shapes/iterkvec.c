// expect: converted
// driver builds an iov_iter_kvec/bvec of its own and calls the same send function
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

#define ITERKVEC_MAX 16

struct iterkvec_dev {
	struct miscdevice misc;
	struct device *dev;
};

static ssize_t iterkvec_send(struct iterkvec_dev *xd, struct iov_iter *from)
{
	struct page *pages[ITERKVEC_MAX];
	dma_addr_t dma;
	ssize_t n;
	size_t off;
	int i, nr;

	n = iov_iter_get_pages2(from, pages, ITERKVEC_MAX * PAGE_SIZE, ITERKVEC_MAX, &off);
	if (n <= 0)
		return n;
	nr = DIV_ROUND_UP(off + n, PAGE_SIZE);
	for (i = 0; i < nr; i++) {
		dma = dma_map_page(xd->dev, pages[i], 0, PAGE_SIZE, DMA_TO_DEVICE);
		if (!dma_mapping_error(xd->dev, dma))
			dma_unmap_page(xd->dev, dma, PAGE_SIZE, DMA_TO_DEVICE);
		put_page(pages[i]);
	}
	return n;
}

static ssize_t __maybe_unused iterkvec_send_cmd(struct iterkvec_dev *xd)
{
	struct bio_vec bv;
	struct iov_iter it;
	struct page *p = alloc_page(GFP_KERNEL);
	ssize_t n;

	if (!p)
		return -ENOMEM;
	bvec_set_page(&bv, p, PAGE_SIZE, 0);
	iov_iter_bvec(&it, ITER_SOURCE, &bv, 1, PAGE_SIZE);
	n = iterkvec_send(xd, &it);
	__free_page(p);
	return n;
}

static ssize_t iterkvec_write_iter(struct kiocb *iocb, struct iov_iter *from)
{
	struct iterkvec_dev *xd = iocb->ki_filp->private_data;

	return iterkvec_send(xd, from);
}

static int iterkvec_open(struct inode *inode, struct file *file)
{
	file->private_data = container_of(file->private_data, struct iterkvec_dev, misc);
	return 0;
}

static const struct file_operations iterkvec_fops = {
	.owner = THIS_MODULE,
	.open = iterkvec_open,
	.write_iter = iterkvec_write_iter,
};

static int iterkvec_probe(struct platform_device *pdev)
{
	struct iterkvec_dev *xd = devm_kzalloc(&pdev->dev, sizeof(*xd), GFP_KERNEL);

	if (!xd)
		return -ENOMEM;
	xd->dev = &pdev->dev;
	xd->misc.minor = MISC_DYNAMIC_MINOR;
	xd->misc.name = "iterkvec";
	xd->misc.fops = &iterkvec_fops;
	platform_set_drvdata(pdev, xd);
	return misc_register(&xd->misc);
}

static void iterkvec_remove(struct platform_device *pdev)
{
	struct iterkvec_dev *xd = platform_get_drvdata(pdev);

	misc_deregister(&xd->misc);
}

static struct platform_driver iterkvec_driver = {
	.probe = iterkvec_probe,
	.remove_new = iterkvec_remove,
	.driver = { .name = "iterkvec" },
};
module_platform_driver(iterkvec_driver);

MODULE_DESCRIPTION("iterkvec test driver");
MODULE_LICENSE("GPL");
