// expect: refused
// cmpxchg/xchg on a global slot initially holding an alloc_page page; both put by put_page(old)
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

struct xchgbuf_args {
	__u64 addr;
	__u64 len;
};

#define XCHGBUF_IOC_XFER _IOW('x', 76, struct xchgbuf_args)
#define XCHGBUF_MAX 32

static struct page *xchgbuf_slot;

struct xchgbuf_dev {
	struct miscdevice misc;
	struct device *dev;
};

static int xchgbuf_touch(struct xchgbuf_dev *xd, struct page *p)
{
	dma_addr_t dma = dma_map_page(xd->dev, p, 0, PAGE_SIZE, DMA_FROM_DEVICE);

	if (dma_mapping_error(xd->dev, dma))
		return -EIO;
	dma_unmap_page(xd->dev, dma, PAGE_SIZE, DMA_FROM_DEVICE);
	set_page_dirty_lock(p);
	return 0;
}

static long xchgbuf_xfer(struct xchgbuf_dev *xd, unsigned long addr, size_t len)
{
	struct page *page, *old;
	int ret;

	ret = get_user_pages_fast(addr, 1, FOLL_WRITE, &page);
	if (ret != 1)
		return ret < 0 ? ret : -EFAULT;
	ret = xchgbuf_touch(xd, page);
	if (ret) {
		put_page(page);
		return ret;
	}
	old = xchg(&xchgbuf_slot, page);
	if (old)
		put_page(old);
	return 0;
}

static int xchgbuf_open(struct inode *inode, struct file *file)
{
	file->private_data = container_of(file->private_data, struct xchgbuf_dev, misc);
	return 0;
}

static long xchgbuf_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct xchgbuf_dev *xd = file->private_data;
	struct xchgbuf_args a;

	if (cmd != XCHGBUF_IOC_XFER)
		return -ENOTTY;
	if (copy_from_user(&a, (void __user *)arg, sizeof(a)))
		return -EFAULT;
	return xchgbuf_xfer(xd, a.addr, a.len);
}

static const struct file_operations xchgbuf_fops = {
	.owner = THIS_MODULE,
	.open = xchgbuf_open,
	.unlocked_ioctl = xchgbuf_ioctl,
};

static int xchgbuf_probe(struct platform_device *pdev)
{
	struct xchgbuf_dev *xd;

	xd = devm_kzalloc(&pdev->dev, sizeof(*xd), GFP_KERNEL);
	if (!xd)
		return -ENOMEM;
	xd->dev = &pdev->dev;
	xchgbuf_slot = alloc_page(GFP_KERNEL | __GFP_ZERO);
	xd->misc.minor = MISC_DYNAMIC_MINOR;
	xd->misc.name = "xchgbuf";
	xd->misc.fops = &xchgbuf_fops;
	platform_set_drvdata(pdev, xd);
	return misc_register(&xd->misc);
}

static void xchgbuf_remove(struct platform_device *pdev)
{
	struct xchgbuf_dev *xd = platform_get_drvdata(pdev);

	misc_deregister(&xd->misc);
	if (xchgbuf_slot)
		put_page(xchgbuf_slot);
}

static struct platform_driver xchgbuf_driver = {
	.probe = xchgbuf_probe,
	.remove_new = xchgbuf_remove,
	.driver = { .name = "xchgbuf" },
};
module_platform_driver(xchgbuf_driver);

MODULE_DESCRIPTION("xchgbuf test driver");
MODULE_LICENSE("GPL");
