// expect: refused
// object-like macro macroobj_drop stands for put_page in the error arm
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

struct macroobj_args {
	__u64 addr;
	__u64 len;
};

#define MACROOBJ_IOC_XFER _IOW('x', 58, struct macroobj_args)
#define MACROOBJ_MAX 32

struct macroobj_dev {
	struct miscdevice misc;
	struct device *dev;
};

static int macroobj_touch(struct macroobj_dev *xd, struct page *p)
{
	dma_addr_t dma = dma_map_page(xd->dev, p, 0, PAGE_SIZE, DMA_FROM_DEVICE);

	if (dma_mapping_error(xd->dev, dma))
		return -EIO;
	dma_unmap_page(xd->dev, dma, PAGE_SIZE, DMA_FROM_DEVICE);
	set_page_dirty_lock(p);
	return 0;
}

#define macroobj_drop put_page

static long macroobj_xfer(struct macroobj_dev *xd, unsigned long addr, size_t len)
{
	struct page *pages[MACROOBJ_MAX];
	int i, got, ret = 0;

	got = get_user_pages_fast(addr & PAGE_MASK, MACROOBJ_MAX, FOLL_WRITE, pages);
	if (got <= 0)
		return got ? got : -EFAULT;
	for (i = 0; i < got && !ret; i++)
		ret = macroobj_touch(xd, pages[i]);
	if (ret) {
		while (got)
			macroobj_drop(pages[--got]);
		return ret;
	}
	for (i = 0; i < got; i++)
		put_page(pages[i]);
	return ret;
}

static int macroobj_open(struct inode *inode, struct file *file)
{
	file->private_data = container_of(file->private_data, struct macroobj_dev, misc);
	return 0;
}

static long macroobj_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct macroobj_dev *xd = file->private_data;
	struct macroobj_args a;

	if (cmd != MACROOBJ_IOC_XFER)
		return -ENOTTY;
	if (copy_from_user(&a, (void __user *)arg, sizeof(a)))
		return -EFAULT;
	return macroobj_xfer(xd, a.addr, a.len);
}

static const struct file_operations macroobj_fops = {
	.owner = THIS_MODULE,
	.open = macroobj_open,
	.unlocked_ioctl = macroobj_ioctl,
};

static int macroobj_probe(struct platform_device *pdev)
{
	struct macroobj_dev *xd;

	xd = devm_kzalloc(&pdev->dev, sizeof(*xd), GFP_KERNEL);
	if (!xd)
		return -ENOMEM;
	xd->dev = &pdev->dev;
	xd->misc.minor = MISC_DYNAMIC_MINOR;
	xd->misc.name = "macroobj";
	xd->misc.fops = &macroobj_fops;
	platform_set_drvdata(pdev, xd);
	return misc_register(&xd->misc);
}

static void macroobj_remove(struct platform_device *pdev)
{
	struct macroobj_dev *xd = platform_get_drvdata(pdev);

	misc_deregister(&xd->misc);
}

static struct platform_driver macroobj_driver = {
	.probe = macroobj_probe,
	.remove_new = macroobj_remove,
	.driver = { .name = "macroobj" },
};
module_platform_driver(macroobj_driver);

MODULE_DESCRIPTION("macroobj test driver");
MODULE_LICENSE("GPL");
