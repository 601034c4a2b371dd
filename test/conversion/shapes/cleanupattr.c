// expect: refused
// __attribute__((cleanup)) puts the first page a second reference holder: no visible put of first
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

struct cleanupattr_args {
	__u64 addr;
	__u64 len;
};

#define CLEANUPATTR_IOC_XFER _IOW('x', 64, struct cleanupattr_args)
#define CLEANUPATTR_MAX 32

struct cleanupattr_dev {
	struct miscdevice misc;
	struct device *dev;
};

static int cleanupattr_touch(struct cleanupattr_dev *xd, struct page *p)
{
	dma_addr_t dma = dma_map_page(xd->dev, p, 0, PAGE_SIZE, DMA_FROM_DEVICE);

	if (dma_mapping_error(xd->dev, dma))
		return -EIO;
	dma_unmap_page(xd->dev, dma, PAGE_SIZE, DMA_FROM_DEVICE);
	set_page_dirty_lock(p);
	return 0;
}

static void cleanupattr_auto_put(struct page **pp)
{
	if (*pp)
		put_page(*pp);
}

static long cleanupattr_xfer(struct cleanupattr_dev *xd, unsigned long addr, size_t len)
{
	struct page *pages[CLEANUPATTR_MAX];
	struct page *first __attribute__((cleanup(cleanupattr_auto_put))) = NULL;
	int i, got, ret = 0;

	got = get_user_pages_fast(addr & PAGE_MASK, CLEANUPATTR_MAX, FOLL_WRITE, pages);
	if (got <= 0)
		return got ? got : -EFAULT;
	for (i = 0; i < got && !ret; i++)
		ret = cleanupattr_touch(xd, pages[i]);
	first = pages[0];
	for (i = 1; i < got; i++)
		put_page(pages[i]);
	return ret;
}

static int cleanupattr_open(struct inode *inode, struct file *file)
{
	file->private_data = container_of(file->private_data, struct cleanupattr_dev, misc);
	return 0;
}

static long cleanupattr_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct cleanupattr_dev *xd = file->private_data;
	struct cleanupattr_args a;

	if (cmd != CLEANUPATTR_IOC_XFER)
		return -ENOTTY;
	if (copy_from_user(&a, (void __user *)arg, sizeof(a)))
		return -EFAULT;
	return cleanupattr_xfer(xd, a.addr, a.len);
}

static const struct file_operations cleanupattr_fops = {
	.owner = THIS_MODULE,
	.open = cleanupattr_open,
	.unlocked_ioctl = cleanupattr_ioctl,
};

static int cleanupattr_probe(struct platform_device *pdev)
{
	struct cleanupattr_dev *xd;

	xd = devm_kzalloc(&pdev->dev, sizeof(*xd), GFP_KERNEL);
	if (!xd)
		return -ENOMEM;
	xd->dev = &pdev->dev;
	xd->misc.minor = MISC_DYNAMIC_MINOR;
	xd->misc.name = "cleanupattr";
	xd->misc.fops = &cleanupattr_fops;
	platform_set_drvdata(pdev, xd);
	return misc_register(&xd->misc);
}

static void cleanupattr_remove(struct platform_device *pdev)
{
	struct cleanupattr_dev *xd = platform_get_drvdata(pdev);

	misc_deregister(&xd->misc);
}

static struct platform_driver cleanupattr_driver = {
	.probe = cleanupattr_probe,
	.remove_new = cleanupattr_remove,
	.driver = { .name = "cleanupattr" },
};
module_platform_driver(cleanupattr_driver);

MODULE_DESCRIPTION("cleanupattr test driver");
MODULE_LICENSE("GPL");
