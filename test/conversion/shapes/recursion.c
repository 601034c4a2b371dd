// expect: refused
// recursion: each level takes one page and puts it after the inner level returns, alternating with alloc_page
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

struct recursion_args {
	__u64 addr;
	__u64 len;
};

#define RECURSION_IOC_XFER _IOW('x', 92, struct recursion_args)
#define RECURSION_MAX 32


struct recursion_dev {
	struct miscdevice misc;
	struct device *dev;
};

static int recursion_touch(struct recursion_dev *xd, struct page *p)
{
	dma_addr_t dma = dma_map_page(xd->dev, p, 0, PAGE_SIZE, DMA_FROM_DEVICE);

	if (dma_mapping_error(xd->dev, dma))
		return -EIO;
	dma_unmap_page(xd->dev, dma, PAGE_SIZE, DMA_FROM_DEVICE);
	set_page_dirty_lock(p);
	return 0;
}

static int recursion_level(struct recursion_dev *xd, unsigned long addr, int depth, struct page *outer)
{
	struct page *page;
	int ret;

	if (!depth) {
		if (outer)
			put_page(outer);
		return 0;
	}
	if (depth & 1) {
		page = alloc_page(GFP_KERNEL);
		if (!page)
			return -ENOMEM;
	} else {
		ret = get_user_pages_fast(addr, 1, FOLL_WRITE, &page);
		if (ret != 1)
			return -EFAULT;
	}
	ret = recursion_touch(xd, page);
	if (outer)
		put_page(outer);
	return ret ? ret : recursion_level(xd, addr + PAGE_SIZE, depth - 1, page);
}

static long recursion_xfer(struct recursion_dev *xd, unsigned long addr, size_t len)
{
	return recursion_level(xd, addr, min_t(int, len, 6), NULL);
}

static int recursion_open(struct inode *inode, struct file *file)
{
	file->private_data = container_of(file->private_data, struct recursion_dev, misc);
	return 0;
}

static long recursion_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct recursion_dev *xd = file->private_data;
	struct recursion_args a;

	if (cmd != RECURSION_IOC_XFER)
		return -ENOTTY;
	if (copy_from_user(&a, (void __user *)arg, sizeof(a)))
		return -EFAULT;
	return recursion_xfer(xd, a.addr, a.len);
}

static const struct file_operations recursion_fops = {
	.owner = THIS_MODULE,
	.open = recursion_open,
	.unlocked_ioctl = recursion_ioctl,
};

static int recursion_probe(struct platform_device *pdev)
{
	struct recursion_dev *xd;

	xd = devm_kzalloc(&pdev->dev, sizeof(*xd), GFP_KERNEL);
	if (!xd)
		return -ENOMEM;
	xd->dev = &pdev->dev;
	xd->misc.minor = MISC_DYNAMIC_MINOR;
	xd->misc.name = "recursion";
	xd->misc.fops = &recursion_fops;
	platform_set_drvdata(pdev, xd);
	return misc_register(&xd->misc);
}

static void recursion_remove(struct platform_device *pdev)
{
	struct recursion_dev *xd = platform_get_drvdata(pdev);

	misc_deregister(&xd->misc);
}

static struct platform_driver recursion_driver = {
	.probe = recursion_probe,
	.remove_new = recursion_remove,
	.driver = { .name = "recursion" },
};
module_platform_driver(recursion_driver);

MODULE_DESCRIPTION("recursion test driver");
MODULE_LICENSE("GPL");
