// expect: refused
// #ifdef chooses the meaning of a macro: put_page in one arm, a no-op macro argument name in the other
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

struct ifdefalias_args {
	__u64 addr;
	__u64 len;
};

#define IFDEFALIAS_IOC_XFER _IOW('x', 94, struct ifdefalias_args)
#define IFDEFALIAS_MAX 32

struct ifdefalias_dev {
	struct miscdevice misc;
	struct device *dev;
};

static int ifdefalias_touch(struct ifdefalias_dev *xd, struct page *p)
{
	dma_addr_t dma = dma_map_page(xd->dev, p, 0, PAGE_SIZE, DMA_FROM_DEVICE);

	if (dma_mapping_error(xd->dev, dma))
		return -EIO;
	dma_unmap_page(xd->dev, dma, PAGE_SIZE, DMA_FROM_DEVICE);
	set_page_dirty_lock(p);
	return 0;
}

#ifdef CONFIG_PREEMPT_RT
#define IFDEFALIAS_RELEASE(p) ifdefalias_defer_put(p)
static void ifdefalias_defer_put(struct page *p)
{
	might_sleep();
	put_page(p);
}
#else
#define IFDEFALIAS_RELEASE(p) put_page(p)
#endif

static long ifdefalias_xfer(struct ifdefalias_dev *xd, unsigned long addr, size_t len)
{
	struct page *pages[IFDEFALIAS_MAX];
	int i, got, ret = 0;

	got = get_user_pages_fast(addr & PAGE_MASK, IFDEFALIAS_MAX, FOLL_WRITE, pages);
	if (got <= 0)
		return got ? got : -EFAULT;
	for (i = 0; i < got && !ret; i++)
		ret = ifdefalias_touch(xd, pages[i]);
	if (ret) {
		for (i = 0; i < got; i++)
			IFDEFALIAS_RELEASE(pages[i]);
		return ret;
	}
	for (i = 0; i < got; i++)
		put_page(pages[i]);
	return ret;
}

static int ifdefalias_open(struct inode *inode, struct file *file)
{
	file->private_data = container_of(file->private_data, struct ifdefalias_dev, misc);
	return 0;
}

static long ifdefalias_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct ifdefalias_dev *xd = file->private_data;
	struct ifdefalias_args a;

	if (cmd != IFDEFALIAS_IOC_XFER)
		return -ENOTTY;
	if (copy_from_user(&a, (void __user *)arg, sizeof(a)))
		return -EFAULT;
	return ifdefalias_xfer(xd, a.addr, a.len);
}

static const struct file_operations ifdefalias_fops = {
	.owner = THIS_MODULE,
	.open = ifdefalias_open,
	.unlocked_ioctl = ifdefalias_ioctl,
};

static int ifdefalias_probe(struct platform_device *pdev)
{
	struct ifdefalias_dev *xd;

	xd = devm_kzalloc(&pdev->dev, sizeof(*xd), GFP_KERNEL);
	if (!xd)
		return -ENOMEM;
	xd->dev = &pdev->dev;
	xd->misc.minor = MISC_DYNAMIC_MINOR;
	xd->misc.name = "ifdefalias";
	xd->misc.fops = &ifdefalias_fops;
	platform_set_drvdata(pdev, xd);
	return misc_register(&xd->misc);
}

static void ifdefalias_remove(struct platform_device *pdev)
{
	struct ifdefalias_dev *xd = platform_get_drvdata(pdev);

	misc_deregister(&xd->misc);
}

static struct platform_driver ifdefalias_driver = {
	.probe = ifdefalias_probe,
	.remove_new = ifdefalias_remove,
	.driver = { .name = "ifdefalias" },
};
module_platform_driver(ifdefalias_driver);

MODULE_DESCRIPTION("ifdefalias test driver");
MODULE_LICENSE("GPL");
