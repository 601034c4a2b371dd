// expect: converted
// pages of an unchecked iterator kept in a request, put in the work: the will_pin answer must be kept with the request
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

#define ITERASYNC_MAX 16

struct iterasync_dev {
	struct miscdevice misc;
	struct device *dev;
};

#include <linux/workqueue.h>

struct iterasync_req {
	struct work_struct w;
	struct page **pages;
	int nr;
	struct device *dev;
};

static void iterasync_work(struct work_struct *w)
{
	struct iterasync_req *r = container_of(w, struct iterasync_req, w);
	dma_addr_t dma;
	int i;

	for (i = 0; i < r->nr; i++) {
		dma = dma_map_page(r->dev, r->pages[i], 0, PAGE_SIZE, DMA_TO_DEVICE);
		if (!dma_mapping_error(r->dev, dma))
			dma_unmap_page(r->dev, dma, PAGE_SIZE, DMA_TO_DEVICE);
		put_page(r->pages[i]);
	}
	kvfree(r->pages);
	kfree(r);
}

static ssize_t iterasync_send(struct iterasync_dev *xd, struct iov_iter *from)
{
	struct iterasync_req *r = kzalloc(sizeof(*r), GFP_KERNEL);
	size_t off;
	ssize_t n;

	if (!r)
		return -ENOMEM;
	n = iov_iter_get_pages_alloc2(from, &r->pages, ITERASYNC_MAX * PAGE_SIZE, &off);
	if (n <= 0) {
		kfree(r);
		return n;
	}
	r->nr = DIV_ROUND_UP(off + n, PAGE_SIZE);
	r->dev = xd->dev;
	INIT_WORK(&r->w, iterasync_work);
	schedule_work(&r->w);
	return n;
}

static ssize_t iterasync_write_iter(struct kiocb *iocb, struct iov_iter *from)
{
	struct iterasync_dev *xd = iocb->ki_filp->private_data;

	return iterasync_send(xd, from);
}

static int iterasync_open(struct inode *inode, struct file *file)
{
	file->private_data = container_of(file->private_data, struct iterasync_dev, misc);
	return 0;
}

static const struct file_operations iterasync_fops = {
	.owner = THIS_MODULE,
	.open = iterasync_open,
	.write_iter = iterasync_write_iter,
};

static int iterasync_probe(struct platform_device *pdev)
{
	struct iterasync_dev *xd = devm_kzalloc(&pdev->dev, sizeof(*xd), GFP_KERNEL);

	if (!xd)
		return -ENOMEM;
	xd->dev = &pdev->dev;
	xd->misc.minor = MISC_DYNAMIC_MINOR;
	xd->misc.name = "iterasync";
	xd->misc.fops = &iterasync_fops;
	platform_set_drvdata(pdev, xd);
	return misc_register(&xd->misc);
}

static void iterasync_remove(struct platform_device *pdev)
{
	struct iterasync_dev *xd = platform_get_drvdata(pdev);

	misc_deregister(&xd->misc);
}

static struct platform_driver iterasync_driver = {
	.probe = iterasync_probe,
	.remove_new = iterasync_remove,
	.driver = { .name = "iterasync" },
};
module_platform_driver(iterasync_driver);

MODULE_DESCRIPTION("iterasync test driver");
MODULE_LICENSE("GPL");
