// expect: converted
// FOLL_GET given by hand: pin_user_pages_remote with FOLL_GET fails
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

struct follget_args {
	__u64 addr;
	__u64 len;
};

#define FOLLGET_IOC_XFER _IOW('x', 140, struct follget_args)
#define FOLLGET_MAX 32


struct follget_dev {
	struct miscdevice misc;
	struct device *dev;
};

static int follget_touch(struct follget_dev *xd, struct page *p)
{
	dma_addr_t dma = dma_map_page(xd->dev, p, 0, PAGE_SIZE, DMA_FROM_DEVICE);

	if (dma_mapping_error(xd->dev, dma))
		return -EIO;
	dma_unmap_page(xd->dev, dma, PAGE_SIZE, DMA_FROM_DEVICE);
	set_page_dirty_lock(p);
	return 0;
}

static long follget_xfer(struct follget_dev *xd, unsigned long addr, size_t len)
{
	unsigned int flags = FOLL_GET | FOLL_WRITE;
	struct page *pages[FOLLGET_MAX];
	long got;
	int i, ret = 0;

	mmap_read_lock(current->mm);
	got = get_user_pages_remote(current->mm, addr & PAGE_MASK, FOLLGET_MAX, flags, pages, NULL);
	mmap_read_unlock(current->mm);
	if (got <= 0)
		return got ? got : -EFAULT;
	for (i = 0; i < got && !ret; i++)
		ret = follget_touch(xd, pages[i]);
	for (i = 0; i < got; i++)
		put_page(pages[i]);
	return ret;
}

static int follget_open(struct inode *inode, struct file *file)
{
	file->private_data = container_of(file->private_data, struct follget_dev, misc);
	return 0;
}

static long follget_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct follget_dev *xd = file->private_data;
	struct follget_args a;

	if (cmd != FOLLGET_IOC_XFER)
		return -ENOTTY;
	if (copy_from_user(&a, (void __user *)arg, sizeof(a)))
		return -EFAULT;
	return follget_xfer(xd, a.addr, a.len);
}

static const struct file_operations follget_fops = {
	.owner = THIS_MODULE,
	.open = follget_open,
	.unlocked_ioctl = follget_ioctl,
};

static int follget_probe(struct platform_device *pdev)
{
	struct follget_dev *xd;

	xd = devm_kzalloc(&pdev->dev, sizeof(*xd), GFP_KERNEL);
	if (!xd)
		return -ENOMEM;
	xd->dev = &pdev->dev;
	xd->misc.minor = MISC_DYNAMIC_MINOR;
	xd->misc.name = "follget";
	xd->misc.fops = &follget_fops;
	platform_set_drvdata(pdev, xd);
	return misc_register(&xd->misc);
}

static void follget_remove(struct platform_device *pdev)
{
	struct follget_dev *xd = platform_get_drvdata(pdev);

	misc_deregister(&xd->misc);
}

static struct platform_driver follget_driver = {
	.probe = follget_probe,
	.remove_new = follget_remove,
	.driver = { .name = "follget" },
};
module_platform_driver(follget_driver);

MODULE_DESCRIPTION("follget test driver");
MODULE_LICENSE("GPL");
