// expect: refused
// free_page((unsigned long)page_address(page)) in the error arm
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

struct freeaddr_args {
	__u64 addr;
	__u64 len;
};

#define FREEADDR_IOC_XFER _IOW('x', 55, struct freeaddr_args)
#define FREEADDR_MAX 32


struct freeaddr_dev {
	struct miscdevice misc;
	struct device *dev;
};

static long freeaddr_xfer(struct freeaddr_dev *xd, unsigned long addr, size_t len)
{
	struct page *page;
	dma_addr_t dma;
	int ret;

	ret = get_user_pages_fast(addr, 1, FOLL_WRITE, &page);
	if (ret != 1)
		return ret < 0 ? ret : -EFAULT;
	dma = dma_map_page(xd->dev, page, 0, PAGE_SIZE, DMA_FROM_DEVICE);
	if (dma_mapping_error(xd->dev, dma)) {
		free_page((unsigned long)page_address(page));
		return -EIO;
	}
	dma_unmap_page(xd->dev, dma, PAGE_SIZE, DMA_FROM_DEVICE);
	set_page_dirty_lock(page);
	put_page(page);
	return 0;
}

static int freeaddr_open(struct inode *inode, struct file *file)
{
	file->private_data = container_of(file->private_data, struct freeaddr_dev, misc);
	return 0;
}

static long freeaddr_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct freeaddr_dev *xd = file->private_data;
	struct freeaddr_args a;

	if (cmd != FREEADDR_IOC_XFER)
		return -ENOTTY;
	if (copy_from_user(&a, (void __user *)arg, sizeof(a)))
		return -EFAULT;
	return freeaddr_xfer(xd, a.addr, a.len);
}

static const struct file_operations freeaddr_fops = {
	.owner = THIS_MODULE,
	.open = freeaddr_open,
	.unlocked_ioctl = freeaddr_ioctl,
};

static int freeaddr_probe(struct platform_device *pdev)
{
	struct freeaddr_dev *xd;

	xd = devm_kzalloc(&pdev->dev, sizeof(*xd), GFP_KERNEL);
	if (!xd)
		return -ENOMEM;
	xd->dev = &pdev->dev;
	xd->misc.minor = MISC_DYNAMIC_MINOR;
	xd->misc.name = "freeaddr";
	xd->misc.fops = &freeaddr_fops;
	platform_set_drvdata(pdev, xd);
	return misc_register(&xd->misc);
}

static void freeaddr_remove(struct platform_device *pdev)
{
	struct freeaddr_dev *xd = platform_get_drvdata(pdev);

	misc_deregister(&xd->misc);
}

static struct platform_driver freeaddr_driver = {
	.probe = freeaddr_probe,
	.remove_new = freeaddr_remove,
	.driver = { .name = "freeaddr" },
};
module_platform_driver(freeaddr_driver);

MODULE_DESCRIPTION("freeaddr test driver");
MODULE_LICENSE("GPL");
