// expect: refused
// token paste builds put_page from put and page
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

struct macropaste_args {
	__u64 addr;
	__u64 len;
};

#define MACROPASTE_IOC_XFER _IOW('x', 59, struct macropaste_args)
#define MACROPASTE_MAX 32

struct macropaste_dev {
	struct miscdevice misc;
	struct device *dev;
};

static int macropaste_touch(struct macropaste_dev *xd, struct page *p)
{
	dma_addr_t dma = dma_map_page(xd->dev, p, 0, PAGE_SIZE, DMA_FROM_DEVICE);

	if (dma_mapping_error(xd->dev, dma))
		return -EIO;
	dma_unmap_page(xd->dev, dma, PAGE_SIZE, DMA_FROM_DEVICE);
	set_page_dirty_lock(p);
	return 0;
}

#define MACROPASTE_REF(op, what) op##_##what

static long macropaste_xfer(struct macropaste_dev *xd, unsigned long addr, size_t len)
{
	struct page *pages[MACROPASTE_MAX];
	int i, got, ret = 0;

	got = get_user_pages_fast(addr & PAGE_MASK, MACROPASTE_MAX, FOLL_WRITE, pages);
	if (got <= 0)
		return got ? got : -EFAULT;
	for (i = 0; i < got && !ret; i++)
		ret = macropaste_touch(xd, pages[i]);
	if (ret) {
		while (got)
			MACROPASTE_REF(put, page)(pages[--got]);
		return ret;
	}
	for (i = 0; i < got; i++)
		put_page(pages[i]);
	return ret;
}

static int macropaste_open(struct inode *inode, struct file *file)
{
	file->private_data = container_of(file->private_data, struct macropaste_dev, misc);
	return 0;
}

static long macropaste_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct macropaste_dev *xd = file->private_data;
	struct macropaste_args a;

	if (cmd != MACROPASTE_IOC_XFER)
		return -ENOTTY;
	if (copy_from_user(&a, (void __user *)arg, sizeof(a)))
		return -EFAULT;
	return macropaste_xfer(xd, a.addr, a.len);
}

static const struct file_operations macropaste_fops = {
	.owner = THIS_MODULE,
	.open = macropaste_open,
	.unlocked_ioctl = macropaste_ioctl,
};

static int macropaste_probe(struct platform_device *pdev)
{
	struct macropaste_dev *xd;

	xd = devm_kzalloc(&pdev->dev, sizeof(*xd), GFP_KERNEL);
	if (!xd)
		return -ENOMEM;
	xd->dev = &pdev->dev;
	xd->misc.minor = MISC_DYNAMIC_MINOR;
	xd->misc.name = "macropaste";
	xd->misc.fops = &macropaste_fops;
	platform_set_drvdata(pdev, xd);
	return misc_register(&xd->misc);
}

static void macropaste_remove(struct platform_device *pdev)
{
	struct macropaste_dev *xd = platform_get_drvdata(pdev);

	misc_deregister(&xd->misc);
}

static struct platform_driver macropaste_driver = {
	.probe = macropaste_probe,
	.remove_new = macropaste_remove,
	.driver = { .name = "macropaste" },
};
module_platform_driver(macropaste_driver);

MODULE_DESCRIPTION("macropaste test driver");
MODULE_LICENSE("GPL");
