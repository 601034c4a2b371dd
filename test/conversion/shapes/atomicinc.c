// expect: refused
// atomic_inc(&page->_refcount) takes the second reference
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

struct atomicinc_args {
	__u64 addr;
	__u64 len;
};

#define ATOMICINC_IOC_XFER _IOW('x', 131, struct atomicinc_args)
#define ATOMICINC_MAX 32

struct atomicinc_dev {
	struct miscdevice misc;
	struct device *dev;
	struct page *cached;
};

static int atomicinc_touch(struct atomicinc_dev *xd, struct page *p)
{
	dma_addr_t dma = dma_map_page(xd->dev, p, 0, PAGE_SIZE, DMA_FROM_DEVICE);

	if (dma_mapping_error(xd->dev, dma))
		return -EIO;
	dma_unmap_page(xd->dev, dma, PAGE_SIZE, DMA_FROM_DEVICE);
	set_page_dirty_lock(p);
	return 0;
}

static void atomicinc_cache_drop(struct atomicinc_dev *xd)
{
	if (xd->cached)
		put_page(xd->cached);
	xd->cached = NULL;
}

static long atomicinc_xfer(struct atomicinc_dev *xd, unsigned long addr, size_t len)
{
	struct page *page;
	int ret;

	ret = get_user_pages_fast(addr, 1, FOLL_WRITE, &page);
	if (ret != 1)
		return ret < 0 ? ret : -EFAULT;
	ret = atomicinc_touch(xd, page);
	if (!ret && len) {
		atomicinc_cache_drop(xd);
		atomic_inc(&page->_refcount);
		xd->cached = page;
	}
	put_page(page);
	return ret;
}

static int atomicinc_open(struct inode *inode, struct file *file)
{
	file->private_data = container_of(file->private_data, struct atomicinc_dev, misc);
	return 0;
}

static long atomicinc_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct atomicinc_dev *xd = file->private_data;
	struct atomicinc_args a;

	if (cmd != ATOMICINC_IOC_XFER)
		return -ENOTTY;
	if (copy_from_user(&a, (void __user *)arg, sizeof(a)))
		return -EFAULT;
	return atomicinc_xfer(xd, a.addr, a.len);
}

static const struct file_operations atomicinc_fops = {
	.owner = THIS_MODULE,
	.open = atomicinc_open,
	.unlocked_ioctl = atomicinc_ioctl,
};

static int atomicinc_probe(struct platform_device *pdev)
{
	struct atomicinc_dev *xd;

	xd = devm_kzalloc(&pdev->dev, sizeof(*xd), GFP_KERNEL);
	if (!xd)
		return -ENOMEM;
	xd->dev = &pdev->dev;
	xd->misc.minor = MISC_DYNAMIC_MINOR;
	xd->misc.name = "atomicinc";
	xd->misc.fops = &atomicinc_fops;
	platform_set_drvdata(pdev, xd);
	return misc_register(&xd->misc);
}

static void atomicinc_remove(struct platform_device *pdev)
{
	struct atomicinc_dev *xd = platform_get_drvdata(pdev);

	misc_deregister(&xd->misc);
	atomicinc_cache_drop(xd);
}

static struct platform_driver atomicinc_driver = {
	.probe = atomicinc_probe,
	.remove_new = atomicinc_remove,
	.driver = { .name = "atomicinc" },
};
module_platform_driver(atomicinc_driver);

MODULE_DESCRIPTION("atomicinc test driver");
MODULE_LICENSE("GPL");
