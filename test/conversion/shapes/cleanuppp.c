// expect: refused
// cleanup function with struct page *const *; only the last page is held by it
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

struct cleanuppp_args {
	__u64 addr;
	__u64 len;
};

#define CLEANUPPP_IOC_XFER _IOW('x', 208, struct cleanuppp_args)
#define CLEANUPPP_MAX 32

struct cleanuppp_dev {
	struct miscdevice misc;
	struct device *dev;
};

static int cleanuppp_touch(struct cleanuppp_dev *xd, struct page *p)
{
	dma_addr_t dma = dma_map_page(xd->dev, p, 0, PAGE_SIZE, DMA_FROM_DEVICE);

	if (dma_mapping_error(xd->dev, dma))
		return -EIO;
	dma_unmap_page(xd->dev, dma, PAGE_SIZE, DMA_FROM_DEVICE);
	set_page_dirty_lock(p);
	return 0;
}

static void cleanuppp_bye(struct page *const *pp)
{
	if (*pp)
		put_page(*pp);
}

static long cleanuppp_xfer(struct cleanuppp_dev *xd, unsigned long addr, size_t len)
{
	struct page *pages[CLEANUPPP_MAX];
	struct page *last __attribute__((__cleanup__(cleanuppp_bye))) = NULL;
	int i, got, ret = 0;

	got = get_user_pages_fast(addr & PAGE_MASK, CLEANUPPP_MAX, FOLL_WRITE, pages);
	if (got <= 0)
		return got ? got : -EFAULT;
	for (i = 0; i < got && !ret; i++)
		ret = cleanuppp_touch(xd, pages[i]);
	last = pages[--got];
	for (i = 0; i < got; i++)
		put_page(pages[i]);
	return ret;
}

static int cleanuppp_open(struct inode *inode, struct file *file)
{
	file->private_data = container_of(file->private_data, struct cleanuppp_dev, misc);
	return 0;
}

static long cleanuppp_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct cleanuppp_dev *xd = file->private_data;
	struct cleanuppp_args a;

	if (cmd != CLEANUPPP_IOC_XFER)
		return -ENOTTY;
	if (copy_from_user(&a, (void __user *)arg, sizeof(a)))
		return -EFAULT;
	return cleanuppp_xfer(xd, a.addr, a.len);
}

static const struct file_operations cleanuppp_fops = {
	.owner = THIS_MODULE,
	.open = cleanuppp_open,
	.unlocked_ioctl = cleanuppp_ioctl,
};

static int cleanuppp_probe(struct platform_device *pdev)
{
	struct cleanuppp_dev *xd;

	xd = devm_kzalloc(&pdev->dev, sizeof(*xd), GFP_KERNEL);
	if (!xd)
		return -ENOMEM;
	xd->dev = &pdev->dev;
	xd->misc.minor = MISC_DYNAMIC_MINOR;
	xd->misc.name = "cleanuppp";
	xd->misc.fops = &cleanuppp_fops;
	platform_set_drvdata(pdev, xd);
	return misc_register(&xd->misc);
}

static void cleanuppp_remove(struct platform_device *pdev)
{
	struct cleanuppp_dev *xd = platform_get_drvdata(pdev);

	misc_deregister(&xd->misc);
}

static struct platform_driver cleanuppp_driver = {
	.probe = cleanuppp_probe,
	.remove_new = cleanuppp_remove,
	.driver = { .name = "cleanuppp" },
};
module_platform_driver(cleanuppp_driver);

MODULE_DESCRIPTION("cleanuppp test driver");
MODULE_LICENSE("GPL");
