// expect: refused
// get_page(page) for the cache is a plain reference; the cache put must stay put_page while the first becomes unpin
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

struct secondref_args {
	__u64 addr;
	__u64 len;
};

#define SECONDREF_IOC_XFER _IOW('x', 89, struct secondref_args)
#define SECONDREF_MAX 32

struct secondref_dev {
	struct miscdevice misc;
	struct device *dev;
	struct page *cached;
};

static int secondref_touch(struct secondref_dev *xd, struct page *p)
{
	dma_addr_t dma = dma_map_page(xd->dev, p, 0, PAGE_SIZE, DMA_FROM_DEVICE);

	if (dma_mapping_error(xd->dev, dma))
		return -EIO;
	dma_unmap_page(xd->dev, dma, PAGE_SIZE, DMA_FROM_DEVICE);
	set_page_dirty_lock(p);
	return 0;
}

static void secondref_cache_drop(struct secondref_dev *xd)
{
	if (xd->cached)
		put_page(xd->cached);
	xd->cached = NULL;
}

static long secondref_xfer(struct secondref_dev *xd, unsigned long addr, size_t len)
{
	struct page *page;
	int ret;

	ret = get_user_pages_fast(addr, 1, FOLL_WRITE, &page);
	if (ret != 1)
		return ret < 0 ? ret : -EFAULT;
	ret = secondref_touch(xd, page);
	if (!ret && len) {
		secondref_cache_drop(xd);
		get_page(page);
		xd->cached = page;
	}
	put_page(page);
	return ret;
}

static int secondref_open(struct inode *inode, struct file *file)
{
	file->private_data = container_of(file->private_data, struct secondref_dev, misc);
	return 0;
}

static long secondref_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct secondref_dev *xd = file->private_data;
	struct secondref_args a;

	if (cmd != SECONDREF_IOC_XFER)
		return -ENOTTY;
	if (copy_from_user(&a, (void __user *)arg, sizeof(a)))
		return -EFAULT;
	return secondref_xfer(xd, a.addr, a.len);
}

static const struct file_operations secondref_fops = {
	.owner = THIS_MODULE,
	.open = secondref_open,
	.unlocked_ioctl = secondref_ioctl,
};

static int secondref_probe(struct platform_device *pdev)
{
	struct secondref_dev *xd;

	xd = devm_kzalloc(&pdev->dev, sizeof(*xd), GFP_KERNEL);
	if (!xd)
		return -ENOMEM;
	xd->dev = &pdev->dev;
	xd->misc.minor = MISC_DYNAMIC_MINOR;
	xd->misc.name = "secondref";
	xd->misc.fops = &secondref_fops;
	platform_set_drvdata(pdev, xd);
	return misc_register(&xd->misc);
}

static void secondref_remove(struct platform_device *pdev)
{
	struct secondref_dev *xd = platform_get_drvdata(pdev);

	misc_deregister(&xd->misc);
	secondref_cache_drop(xd);
}

static struct platform_driver secondref_driver = {
	.probe = secondref_probe,
	.remove_new = secondref_remove,
	.driver = { .name = "secondref" },
};
module_platform_driver(secondref_driver);

MODULE_DESCRIPTION("secondref test driver");
MODULE_LICENSE("GPL");
