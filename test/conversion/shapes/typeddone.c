// expect: converted
// none; request completed through a typed call of this file, all puts plain
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

struct typeddone_args {
	__u64 addr;
	__u64 len;
};

#define TYPEDDONE_IOC_XFER _IOW('x', 13, struct typeddone_args)
#define TYPEDDONE_MAX 32

struct typeddone_req {
	struct page *pages[TYPEDDONE_MAX];
	dma_addr_t dma[TYPEDDONE_MAX];
	int nr;
};

struct typeddone_dev {
	struct miscdevice misc;
	struct device *dev;
	struct typeddone_req *active;
};

static void typeddone_finish(struct typeddone_dev *xd, struct typeddone_req *req)
{
	int i;

	for (i = 0; i < req->nr; i++) {
		dma_unmap_page(xd->dev, req->dma[i], PAGE_SIZE, DMA_FROM_DEVICE);
		set_page_dirty_lock(req->pages[i]);
		put_page(req->pages[i]);
	}
	kfree(req);
}

static long typeddone_xfer(struct typeddone_dev *xd, unsigned long addr, size_t len)
{
	int nr = DIV_ROUND_UP(offset_in_page(addr) + len, PAGE_SIZE);
	struct typeddone_req *req;
	int i, got;

	if (nr <= 0 || nr > TYPEDDONE_MAX)
		return -EINVAL;
	req = kzalloc(sizeof(*req), GFP_KERNEL);
	if (!req)
		return -ENOMEM;
	got = get_user_pages_fast(addr & PAGE_MASK, nr, FOLL_WRITE, req->pages);
	if (got != nr) {
		for (i = 0; i < got; i++)
			put_page(req->pages[i]);
		kfree(req);
		return got < 0 ? got : -EFAULT;
	}
	for (i = 0; i < nr; i++)
		req->dma[i] = dma_map_page(xd->dev, req->pages[i], 0, PAGE_SIZE, DMA_FROM_DEVICE);
	req->nr = nr;
	typeddone_finish(xd, req);
	return 0;
}

static int typeddone_open(struct inode *inode, struct file *file)
{
	file->private_data = container_of(file->private_data, struct typeddone_dev, misc);
	return 0;
}

static long typeddone_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct typeddone_dev *xd = file->private_data;
	struct typeddone_args a;

	if (cmd != TYPEDDONE_IOC_XFER)
		return -ENOTTY;
	if (copy_from_user(&a, (void __user *)arg, sizeof(a)))
		return -EFAULT;
	return typeddone_xfer(xd, a.addr, a.len);
}

static const struct file_operations typeddone_fops = {
	.owner = THIS_MODULE,
	.open = typeddone_open,
	.unlocked_ioctl = typeddone_ioctl,
};

static int typeddone_probe(struct platform_device *pdev)
{
	struct typeddone_dev *xd;

	xd = devm_kzalloc(&pdev->dev, sizeof(*xd), GFP_KERNEL);
	if (!xd)
		return -ENOMEM;
	xd->dev = &pdev->dev;
	xd->misc.minor = MISC_DYNAMIC_MINOR;
	xd->misc.name = "typeddone";
	xd->misc.fops = &typeddone_fops;
	platform_set_drvdata(pdev, xd);
	return misc_register(&xd->misc);
}

static void typeddone_remove(struct platform_device *pdev)
{
	struct typeddone_dev *xd = platform_get_drvdata(pdev);

	misc_deregister(&xd->misc);
}

static struct platform_driver typeddone_driver = {
	.probe = typeddone_probe,
	.remove_new = typeddone_remove,
	.driver = { .name = "typeddone" },
};
module_platform_driver(typeddone_driver);

MODULE_DESCRIPTION("typeddone test driver");
MODULE_LICENSE("GPL");
