// expect: refused
// helper exchanges *a and *b: after it spare is a gup page and pages[0] an alloc_page one
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

struct xchhelper_args {
	__u64 addr;
	__u64 len;
};

#define XCHHELPER_IOC_XFER _IOW('x', 101, struct xchhelper_args)
#define XCHHELPER_MAX 32

struct xchhelper_dev {
	struct miscdevice misc;
	struct device *dev;
};

static int xchhelper_touch(struct xchhelper_dev *xd, struct page *p)
{
	dma_addr_t dma = dma_map_page(xd->dev, p, 0, PAGE_SIZE, DMA_FROM_DEVICE);

	if (dma_mapping_error(xd->dev, dma))
		return -EIO;
	dma_unmap_page(xd->dev, dma, PAGE_SIZE, DMA_FROM_DEVICE);
	set_page_dirty_lock(p);
	return 0;
}

static void xchhelper_exchange(struct page **a, struct page **b)
{
	struct page *t = *a;

	*a = *b;
	*b = t;
}

static long xchhelper_xfer(struct xchhelper_dev *xd, unsigned long addr, size_t len)
{
	struct page *pages[XCHHELPER_MAX];
	struct page *spare;
	int i, got, ret = 0;

	got = get_user_pages_fast(addr & PAGE_MASK, XCHHELPER_MAX, FOLL_WRITE, pages);
	if (got <= 0)
		return got ? got : -EFAULT;
	spare = alloc_page(GFP_KERNEL);
	if (!spare)
		ret = -ENOMEM;
	else if (len & 1)
		xchhelper_exchange(&spare, &pages[0]);
	for (i = 0; i < got && !ret; i++)
		ret = xchhelper_touch(xd, pages[i]);
	for (i = 0; i < got; i++)
		put_page(pages[i]);
	if (spare)
		put_page(spare);
	return ret;
}

static int xchhelper_open(struct inode *inode, struct file *file)
{
	file->private_data = container_of(file->private_data, struct xchhelper_dev, misc);
	return 0;
}

static long xchhelper_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct xchhelper_dev *xd = file->private_data;
	struct xchhelper_args a;

	if (cmd != XCHHELPER_IOC_XFER)
		return -ENOTTY;
	if (copy_from_user(&a, (void __user *)arg, sizeof(a)))
		return -EFAULT;
	return xchhelper_xfer(xd, a.addr, a.len);
}

static const struct file_operations xchhelper_fops = {
	.owner = THIS_MODULE,
	.open = xchhelper_open,
	.unlocked_ioctl = xchhelper_ioctl,
};

static int xchhelper_probe(struct platform_device *pdev)
{
	struct xchhelper_dev *xd;

	xd = devm_kzalloc(&pdev->dev, sizeof(*xd), GFP_KERNEL);
	if (!xd)
		return -ENOMEM;
	xd->dev = &pdev->dev;
	xd->misc.minor = MISC_DYNAMIC_MINOR;
	xd->misc.name = "xchhelper";
	xd->misc.fops = &xchhelper_fops;
	platform_set_drvdata(pdev, xd);
	return misc_register(&xd->misc);
}

static void xchhelper_remove(struct platform_device *pdev)
{
	struct xchhelper_dev *xd = platform_get_drvdata(pdev);

	misc_deregister(&xd->misc);
}

static struct platform_driver xchhelper_driver = {
	.probe = xchhelper_probe,
	.remove_new = xchhelper_remove,
	.driver = { .name = "xchhelper" },
};
module_platform_driver(xchhelper_driver);

MODULE_DESCRIPTION("xchhelper test driver");
MODULE_LICENSE("GPL");
