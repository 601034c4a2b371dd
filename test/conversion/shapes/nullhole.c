// expect: converted
// array with NULL holes: pages put early are set NULL, final loop skips NULL and runs to MAX
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

struct nullhole_args {
	__u64 addr;
	__u64 len;
};

#define NULLHOLE_IOC_XFER _IOW('x', 138, struct nullhole_args)
#define NULLHOLE_MAX 32


struct nullhole_dev {
	struct miscdevice misc;
	struct device *dev;
};

static int nullhole_touch(struct nullhole_dev *xd, struct page *p)
{
	dma_addr_t dma = dma_map_page(xd->dev, p, 0, PAGE_SIZE, DMA_FROM_DEVICE);

	if (dma_mapping_error(xd->dev, dma))
		return -EIO;
	dma_unmap_page(xd->dev, dma, PAGE_SIZE, DMA_FROM_DEVICE);
	set_page_dirty_lock(p);
	return 0;
}

static long nullhole_xfer(struct nullhole_dev *xd, unsigned long addr, size_t len)
{
	struct page *pages[NULLHOLE_MAX] = {};
	int i, got, ret = 0;

	got = get_user_pages_fast(addr & PAGE_MASK, NULLHOLE_MAX, FOLL_WRITE, pages);
	if (got <= 0)
		return got ? got : -EFAULT;
	for (i = 0; i < got; i++) {
		ret = nullhole_touch(xd, pages[i]);
		if (!ret)
			continue;
		put_page(pages[i]);
		pages[i] = NULL;
	}
	for (i = 0; i < NULLHOLE_MAX; i++)
		if (pages[i])
			put_page(pages[i]);
	return ret;
}

static int nullhole_open(struct inode *inode, struct file *file)
{
	file->private_data = container_of(file->private_data, struct nullhole_dev, misc);
	return 0;
}

static long nullhole_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct nullhole_dev *xd = file->private_data;
	struct nullhole_args a;

	if (cmd != NULLHOLE_IOC_XFER)
		return -ENOTTY;
	if (copy_from_user(&a, (void __user *)arg, sizeof(a)))
		return -EFAULT;
	return nullhole_xfer(xd, a.addr, a.len);
}

static const struct file_operations nullhole_fops = {
	.owner = THIS_MODULE,
	.open = nullhole_open,
	.unlocked_ioctl = nullhole_ioctl,
};

static int nullhole_probe(struct platform_device *pdev)
{
	struct nullhole_dev *xd;

	xd = devm_kzalloc(&pdev->dev, sizeof(*xd), GFP_KERNEL);
	if (!xd)
		return -ENOMEM;
	xd->dev = &pdev->dev;
	xd->misc.minor = MISC_DYNAMIC_MINOR;
	xd->misc.name = "nullhole";
	xd->misc.fops = &nullhole_fops;
	platform_set_drvdata(pdev, xd);
	return misc_register(&xd->misc);
}

static void nullhole_remove(struct platform_device *pdev)
{
	struct nullhole_dev *xd = platform_get_drvdata(pdev);

	misc_deregister(&xd->misc);
}

static struct platform_driver nullhole_driver = {
	.probe = nullhole_probe,
	.remove_new = nullhole_remove,
	.driver = { .name = "nullhole" },
};
module_platform_driver(nullhole_driver);

MODULE_DESCRIPTION("nullhole test driver");
MODULE_LICENSE("GPL");
