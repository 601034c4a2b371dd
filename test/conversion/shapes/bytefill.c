// expect: refused
// field filled through a byte offset: *(struct page **)((char *)xd + offsetof(..)) = kernel page
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

struct bytefill_args {
	__u64 addr;
	__u64 len;
};

#define BYTEFILL_IOC_XFER _IOW('x', 181, struct bytefill_args)
#define BYTEFILL_MAX 32

struct bytefill_dev {
	struct miscdevice misc;
	struct device *dev;
	struct page *cur;
};

static int bytefill_touch(struct bytefill_dev *xd, struct page *p)
{
	dma_addr_t dma = dma_map_page(xd->dev, p, 0, PAGE_SIZE, DMA_FROM_DEVICE);

	if (dma_mapping_error(xd->dev, dma))
		return -EIO;
	dma_unmap_page(xd->dev, dma, PAGE_SIZE, DMA_FROM_DEVICE);
	set_page_dirty_lock(p);
	return 0;
}

static void bytefill_drop(struct bytefill_dev *xd)
{
	if (xd->cur)
		put_page(xd->cur);
	xd->cur = NULL;
}

static void bytefill_set(void *base, size_t off, void *val)
{
	*(void **)((char *)base + off) = val;
}

static long bytefill_xfer(struct bytefill_dev *xd, unsigned long addr, size_t len)
{
	int ret;

	bytefill_drop(xd);
	if (!len) {
		bytefill_set(xd, offsetof(struct bytefill_dev, cur), alloc_page(GFP_KERNEL));
		return 0;
	}
	ret = get_user_pages_fast(addr, 1, FOLL_WRITE, &xd->cur);
	if (ret != 1) {
		xd->cur = NULL;
		return ret < 0 ? ret : -EFAULT;
	}
	return bytefill_touch(xd, xd->cur);
}

static int bytefill_open(struct inode *inode, struct file *file)
{
	file->private_data = container_of(file->private_data, struct bytefill_dev, misc);
	return 0;
}

static long bytefill_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct bytefill_dev *xd = file->private_data;
	struct bytefill_args a;

	if (cmd != BYTEFILL_IOC_XFER)
		return -ENOTTY;
	if (copy_from_user(&a, (void __user *)arg, sizeof(a)))
		return -EFAULT;
	return bytefill_xfer(xd, a.addr, a.len);
}

static const struct file_operations bytefill_fops = {
	.owner = THIS_MODULE,
	.open = bytefill_open,
	.unlocked_ioctl = bytefill_ioctl,
};

static int bytefill_probe(struct platform_device *pdev)
{
	struct bytefill_dev *xd;

	xd = devm_kzalloc(&pdev->dev, sizeof(*xd), GFP_KERNEL);
	if (!xd)
		return -ENOMEM;
	xd->dev = &pdev->dev;
	xd->misc.minor = MISC_DYNAMIC_MINOR;
	xd->misc.name = "bytefill";
	xd->misc.fops = &bytefill_fops;
	platform_set_drvdata(pdev, xd);
	return misc_register(&xd->misc);
}

static void bytefill_remove(struct platform_device *pdev)
{
	struct bytefill_dev *xd = platform_get_drvdata(pdev);

	misc_deregister(&xd->misc);
	bytefill_drop(xd);
}

static struct platform_driver bytefill_driver = {
	.probe = bytefill_probe,
	.remove_new = bytefill_remove,
	.driver = { .name = "bytefill" },
};
module_platform_driver(bytefill_driver);

MODULE_DESCRIPTION("bytefill test driver");
MODULE_LICENSE("GPL");
