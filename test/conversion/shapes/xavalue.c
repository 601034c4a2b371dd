// expect: refused
// put_page(pfn_to_page(xa_to_value(entry))): pfn stored as a value entry
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

struct xavalue_args {
	__u64 addr;
	__u64 len;
};

#define XAVALUE_IOC_XFER _IOW('x', 35, struct xavalue_args)
#define XAVALUE_MAX 32

#include <linux/xarray.h>

static DEFINE_XARRAY(xavalue_pfns);

struct xavalue_dev {
	struct miscdevice misc;
	struct device *dev;
};

static int xavalue_touch(struct xavalue_dev *xd, struct page *p)
{
	dma_addr_t dma = dma_map_page(xd->dev, p, 0, PAGE_SIZE, DMA_FROM_DEVICE);

	if (dma_mapping_error(xd->dev, dma))
		return -EIO;
	dma_unmap_page(xd->dev, dma, PAGE_SIZE, DMA_FROM_DEVICE);
	set_page_dirty_lock(p);
	return 0;
}

static void xavalue_flush(void)
{
	unsigned long idx;
	void *e;

	xa_for_each(&xavalue_pfns, idx, e)
		put_page(pfn_to_page(xa_to_value(e)));
	xa_destroy(&xavalue_pfns);
}

static long xavalue_xfer(struct xavalue_dev *xd, unsigned long addr, size_t len)
{
	struct page *pages[XAVALUE_MAX];
	int i, got, ret = 0;

	got = get_user_pages_fast(addr & PAGE_MASK, XAVALUE_MAX, FOLL_WRITE, pages);
	if (got <= 0)
		return got ? got : -EFAULT;
	for (i = 0; i < got; i++) {
		u32 id;

		ret = xavalue_touch(xd, pages[i]);
		if (!ret && (len & 1) &&
		    !xa_alloc(&xavalue_pfns, &id, xa_mk_value(page_to_pfn(pages[i])), xa_limit_32b, GFP_KERNEL))
			continue;
		put_page(pages[i]);
	}
	return ret;
}

static int xavalue_open(struct inode *inode, struct file *file)
{
	file->private_data = container_of(file->private_data, struct xavalue_dev, misc);
	return 0;
}

static long xavalue_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct xavalue_dev *xd = file->private_data;
	struct xavalue_args a;

	if (cmd != XAVALUE_IOC_XFER)
		return -ENOTTY;
	if (copy_from_user(&a, (void __user *)arg, sizeof(a)))
		return -EFAULT;
	return xavalue_xfer(xd, a.addr, a.len);
}

static const struct file_operations xavalue_fops = {
	.owner = THIS_MODULE,
	.open = xavalue_open,
	.unlocked_ioctl = xavalue_ioctl,
};

static int xavalue_probe(struct platform_device *pdev)
{
	struct xavalue_dev *xd;

	xd = devm_kzalloc(&pdev->dev, sizeof(*xd), GFP_KERNEL);
	if (!xd)
		return -ENOMEM;
	xd->dev = &pdev->dev;
	xd->misc.minor = MISC_DYNAMIC_MINOR;
	xd->misc.name = "xavalue";
	xd->misc.fops = &xavalue_fops;
	platform_set_drvdata(pdev, xd);
	return misc_register(&xd->misc);
}

static void xavalue_remove(struct platform_device *pdev)
{
	struct xavalue_dev *xd = platform_get_drvdata(pdev);

	misc_deregister(&xd->misc);
	xavalue_flush();
}

static struct platform_driver xavalue_driver = {
	.probe = xavalue_probe,
	.remove_new = xavalue_remove,
	.driver = { .name = "xavalue" },
};
module_platform_driver(xavalue_driver);

MODULE_DESCRIPTION("xavalue test driver");
MODULE_LICENSE("GPL");
