// expect: refused
// swap() exchanges the gup page with the driver-own alloc_page page; the visible put then drops the other one
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

struct swapbuf_args {
	__u64 addr;
	__u64 len;
};

#define SWAPBUF_IOC_XFER _IOW('x', 75, struct swapbuf_args)
#define SWAPBUF_MAX 32

struct swapbuf_dev {
	struct miscdevice misc;
	struct device *dev;
	struct page *spare;
};

static int swapbuf_touch(struct swapbuf_dev *xd, struct page *p)
{
	dma_addr_t dma = dma_map_page(xd->dev, p, 0, PAGE_SIZE, DMA_FROM_DEVICE);

	if (dma_mapping_error(xd->dev, dma))
		return -EIO;
	dma_unmap_page(xd->dev, dma, PAGE_SIZE, DMA_FROM_DEVICE);
	set_page_dirty_lock(p);
	return 0;
}

static long swapbuf_xfer(struct swapbuf_dev *xd, unsigned long addr, size_t len)
{
	struct page *page;
	int ret;

	ret = get_user_pages_fast(addr, 1, FOLL_WRITE, &page);
	if (ret != 1)
		return ret < 0 ? ret : -EFAULT;
	ret = swapbuf_touch(xd, page);
	if (!ret && len == PAGE_SIZE)
		swap(page, xd->spare);
	put_page(page);
	return ret;
}

static int swapbuf_open(struct inode *inode, struct file *file)
{
	file->private_data = container_of(file->private_data, struct swapbuf_dev, misc);
	return 0;
}

static long swapbuf_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct swapbuf_dev *xd = file->private_data;
	struct swapbuf_args a;

	if (cmd != SWAPBUF_IOC_XFER)
		return -ENOTTY;
	if (copy_from_user(&a, (void __user *)arg, sizeof(a)))
		return -EFAULT;
	return swapbuf_xfer(xd, a.addr, a.len);
}

static const struct file_operations swapbuf_fops = {
	.owner = THIS_MODULE,
	.open = swapbuf_open,
	.unlocked_ioctl = swapbuf_ioctl,
};

static int swapbuf_probe(struct platform_device *pdev)
{
	struct swapbuf_dev *xd;

	xd = devm_kzalloc(&pdev->dev, sizeof(*xd), GFP_KERNEL);
	if (!xd)
		return -ENOMEM;
	xd->dev = &pdev->dev;
	xd->spare = alloc_page(GFP_KERNEL);
	if (!xd->spare)
		return -ENOMEM;
	xd->misc.minor = MISC_DYNAMIC_MINOR;
	xd->misc.name = "swapbuf";
	xd->misc.fops = &swapbuf_fops;
	platform_set_drvdata(pdev, xd);
	return misc_register(&xd->misc);
}

static void swapbuf_remove(struct platform_device *pdev)
{
	struct swapbuf_dev *xd = platform_get_drvdata(pdev);

	misc_deregister(&xd->misc);
	put_page(xd->spare);
}

static struct platform_driver swapbuf_driver = {
	.probe = swapbuf_probe,
	.remove_new = swapbuf_remove,
	.driver = { .name = "swapbuf" },
};
module_platform_driver(swapbuf_driver);

MODULE_DESCRIPTION("swapbuf test driver");
MODULE_LICENSE("GPL");
