// expect: refused
// put_page in xa_for_each at removal
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

struct xastore_args {
	__u64 addr;
	__u64 len;
};

#define XASTORE_IOC_XFER _IOW('x', 34, struct xastore_args)
#define XASTORE_MAX 32

#include <linux/xarray.h>

struct xastore_dev {
	struct miscdevice misc;
	struct device *dev;
	struct xarray cache;
};

static int xastore_touch(struct xastore_dev *xd, struct page *p)
{
	dma_addr_t dma = dma_map_page(xd->dev, p, 0, PAGE_SIZE, DMA_FROM_DEVICE);

	if (dma_mapping_error(xd->dev, dma))
		return -EIO;
	dma_unmap_page(xd->dev, dma, PAGE_SIZE, DMA_FROM_DEVICE);
	set_page_dirty_lock(p);
	return 0;
}

static void xastore_flush(struct xastore_dev *xd)
{
	unsigned long idx;
	void *entry;

	xa_for_each(&xd->cache, idx, entry) {
		xa_erase(&xd->cache, idx);
		put_page(entry);
	}
}

static long xastore_xfer(struct xastore_dev *xd, unsigned long addr, size_t len)
{
	struct page *page;
	void *old;
	int ret;

	ret = get_user_pages_fast(addr, 1, FOLL_WRITE, &page);
	if (ret != 1)
		return ret < 0 ? ret : -EFAULT;
	ret = xastore_touch(xd, page);
	if (ret)
		goto put;
	old = xa_store(&xd->cache, addr >> PAGE_SHIFT, page, GFP_KERNEL);
	ret = xa_err(old);
	if (ret)
		goto put;
	if (old)
		put_page(old);
	return 0;
put:
	put_page(page);
	return ret;
}

static int xastore_open(struct inode *inode, struct file *file)
{
	file->private_data = container_of(file->private_data, struct xastore_dev, misc);
	return 0;
}

static long xastore_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct xastore_dev *xd = file->private_data;
	struct xastore_args a;

	if (cmd != XASTORE_IOC_XFER)
		return -ENOTTY;
	if (copy_from_user(&a, (void __user *)arg, sizeof(a)))
		return -EFAULT;
	return xastore_xfer(xd, a.addr, a.len);
}

static const struct file_operations xastore_fops = {
	.owner = THIS_MODULE,
	.open = xastore_open,
	.unlocked_ioctl = xastore_ioctl,
};

static int xastore_probe(struct platform_device *pdev)
{
	struct xastore_dev *xd;

	xd = devm_kzalloc(&pdev->dev, sizeof(*xd), GFP_KERNEL);
	if (!xd)
		return -ENOMEM;
	xd->dev = &pdev->dev;
	xa_init(&xd->cache);
	xd->misc.minor = MISC_DYNAMIC_MINOR;
	xd->misc.name = "xastore";
	xd->misc.fops = &xastore_fops;
	platform_set_drvdata(pdev, xd);
	return misc_register(&xd->misc);
}

static void xastore_remove(struct platform_device *pdev)
{
	struct xastore_dev *xd = platform_get_drvdata(pdev);

	misc_deregister(&xd->misc);
	xastore_flush(xd);
}

static struct platform_driver xastore_driver = {
	.probe = xastore_probe,
	.remove_new = xastore_remove,
	.driver = { .name = "xastore" },
};
module_platform_driver(xastore_driver);

MODULE_DESCRIPTION("xastore test driver");
MODULE_LICENSE("GPL");
