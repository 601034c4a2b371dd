// expect: refused
// pages[0] may be replaced by a bounce page of alloc_page before the common put loop
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

struct allocmixed_args {
	__u64 addr;
	__u64 len;
};

#define ALLOCMIXED_IOC_XFER _IOW('x', 86, struct allocmixed_args)
#define ALLOCMIXED_MAX 32


struct allocmixed_dev {
	struct miscdevice misc;
	struct device *dev;
};

static int allocmixed_touch(struct allocmixed_dev *xd, struct page *p)
{
	dma_addr_t dma = dma_map_page(xd->dev, p, 0, PAGE_SIZE, DMA_FROM_DEVICE);

	if (dma_mapping_error(xd->dev, dma))
		return -EIO;
	dma_unmap_page(xd->dev, dma, PAGE_SIZE, DMA_FROM_DEVICE);
	set_page_dirty_lock(p);
	return 0;
}

static struct page *allocmixed_bounce(struct page *orig)
{
	struct page *b = alloc_page(GFP_KERNEL);

	if (!b)
		return orig;
	copy_highpage(b, orig);
	put_page(orig);
	return b;
}

static long allocmixed_xfer(struct allocmixed_dev *xd, unsigned long addr, size_t len)
{
	struct page *pages[ALLOCMIXED_MAX];
	int i, got, ret = 0;

	got = get_user_pages_fast(addr & PAGE_MASK, ALLOCMIXED_MAX, FOLL_WRITE, pages);
	if (got <= 0)
		return got ? got : -EFAULT;
	if (offset_in_page(addr) & 63)
		pages[0] = allocmixed_bounce(pages[0]);
	for (i = 0; i < got && !ret; i++)
		ret = allocmixed_touch(xd, pages[i]);
	for (i = 0; i < got; i++)
		put_page(pages[i]);
	return ret;
}

static int allocmixed_open(struct inode *inode, struct file *file)
{
	file->private_data = container_of(file->private_data, struct allocmixed_dev, misc);
	return 0;
}

static long allocmixed_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct allocmixed_dev *xd = file->private_data;
	struct allocmixed_args a;

	if (cmd != ALLOCMIXED_IOC_XFER)
		return -ENOTTY;
	if (copy_from_user(&a, (void __user *)arg, sizeof(a)))
		return -EFAULT;
	return allocmixed_xfer(xd, a.addr, a.len);
}

static const struct file_operations allocmixed_fops = {
	.owner = THIS_MODULE,
	.open = allocmixed_open,
	.unlocked_ioctl = allocmixed_ioctl,
};

static int allocmixed_probe(struct platform_device *pdev)
{
	struct allocmixed_dev *xd;

	xd = devm_kzalloc(&pdev->dev, sizeof(*xd), GFP_KERNEL);
	if (!xd)
		return -ENOMEM;
	xd->dev = &pdev->dev;
	xd->misc.minor = MISC_DYNAMIC_MINOR;
	xd->misc.name = "allocmixed";
	xd->misc.fops = &allocmixed_fops;
	platform_set_drvdata(pdev, xd);
	return misc_register(&xd->misc);
}

static void allocmixed_remove(struct platform_device *pdev)
{
	struct allocmixed_dev *xd = platform_get_drvdata(pdev);

	misc_deregister(&xd->misc);
}

static struct platform_driver allocmixed_driver = {
	.probe = allocmixed_probe,
	.remove_new = allocmixed_remove,
	.driver = { .name = "allocmixed" },
};
module_platform_driver(allocmixed_driver);

MODULE_DESCRIPTION("allocmixed test driver");
MODULE_LICENSE("GPL");
