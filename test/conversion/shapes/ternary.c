// expect: refused
// put in one arm of a ternary whose other arm drops an alloc_page page
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

struct ternary_args {
	__u64 addr;
	__u64 len;
};

#define TERNARY_IOC_XFER _IOW('x', 96, struct ternary_args)
#define TERNARY_MAX 32


struct ternary_dev {
	struct miscdevice misc;
	struct device *dev;
};

static int ternary_touch(struct ternary_dev *xd, struct page *p)
{
	dma_addr_t dma = dma_map_page(xd->dev, p, 0, PAGE_SIZE, DMA_FROM_DEVICE);

	if (dma_mapping_error(xd->dev, dma))
		return -EIO;
	dma_unmap_page(xd->dev, dma, PAGE_SIZE, DMA_FROM_DEVICE);
	set_page_dirty_lock(p);
	return 0;
}

static long ternary_xfer(struct ternary_dev *xd, unsigned long addr, size_t len)
{
	struct page *upage, *kpage = NULL, *use;
	int ret;

	ret = get_user_pages_fast(addr, 1, FOLL_WRITE, &upage);
	if (ret != 1)
		return ret < 0 ? ret : -EFAULT;
	if (len < 64)
		kpage = alloc_page(GFP_KERNEL);
	use = kpage ? kpage : upage;
	ret = ternary_touch(xd, use);
	if (kpage)
		copy_highpage(upage, kpage);
	put_page(kpage ? kpage : upage);
	if (kpage)
		put_page(upage);
	return ret;
}

static int ternary_open(struct inode *inode, struct file *file)
{
	file->private_data = container_of(file->private_data, struct ternary_dev, misc);
	return 0;
}

static long ternary_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct ternary_dev *xd = file->private_data;
	struct ternary_args a;

	if (cmd != TERNARY_IOC_XFER)
		return -ENOTTY;
	if (copy_from_user(&a, (void __user *)arg, sizeof(a)))
		return -EFAULT;
	return ternary_xfer(xd, a.addr, a.len);
}

static const struct file_operations ternary_fops = {
	.owner = THIS_MODULE,
	.open = ternary_open,
	.unlocked_ioctl = ternary_ioctl,
};

static int ternary_probe(struct platform_device *pdev)
{
	struct ternary_dev *xd;

	xd = devm_kzalloc(&pdev->dev, sizeof(*xd), GFP_KERNEL);
	if (!xd)
		return -ENOMEM;
	xd->dev = &pdev->dev;
	xd->misc.minor = MISC_DYNAMIC_MINOR;
	xd->misc.name = "ternary";
	xd->misc.fops = &ternary_fops;
	platform_set_drvdata(pdev, xd);
	return misc_register(&xd->misc);
}

static void ternary_remove(struct platform_device *pdev)
{
	struct ternary_dev *xd = platform_get_drvdata(pdev);

	misc_deregister(&xd->misc);
}

static struct platform_driver ternary_driver = {
	.probe = ternary_probe,
	.remove_new = ternary_remove,
	.driver = { .name = "ternary" },
};
module_platform_driver(ternary_driver);

MODULE_DESCRIPTION("ternary test driver");
MODULE_LICENSE("GPL");
