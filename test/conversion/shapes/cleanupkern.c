// expect: converted
// cleanup variable holds an alloc_page page: its put must stay, all gup puts are plain
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

struct cleanupkern_args {
	__u64 addr;
	__u64 len;
};

#define CLEANUPKERN_IOC_XFER _IOW('x', 209, struct cleanupkern_args)
#define CLEANUPKERN_MAX 32

struct cleanupkern_dev {
	struct miscdevice misc;
	struct device *dev;
};

static int cleanupkern_touch(struct cleanupkern_dev *xd, struct page *p)
{
	dma_addr_t dma = dma_map_page(xd->dev, p, 0, PAGE_SIZE, DMA_FROM_DEVICE);

	if (dma_mapping_error(xd->dev, dma))
		return -EIO;
	dma_unmap_page(xd->dev, dma, PAGE_SIZE, DMA_FROM_DEVICE);
	set_page_dirty_lock(p);
	return 0;
}

static void cleanupkern_bye(struct page **pp)
{
	if (*pp)
		put_page(*pp);
}

static long cleanupkern_xfer(struct cleanupkern_dev *xd, unsigned long addr, size_t len)
{
	struct page *pages[CLEANUPKERN_MAX];
	struct page *tmp __attribute__((cleanup(cleanupkern_bye))) = alloc_page(GFP_KERNEL);
	int i, got, ret = 0;

	got = get_user_pages_fast(addr & PAGE_MASK, CLEANUPKERN_MAX, FOLL_WRITE, pages);
	if (got <= 0)
		return got ? got : -EFAULT;
	for (i = 0; i < got && !ret; i++)
		ret = cleanupkern_touch(xd, pages[i]);
	for (i = 0; i < got; i++)
		put_page(pages[i]);
	return ret;
}

static int cleanupkern_open(struct inode *inode, struct file *file)
{
	file->private_data = container_of(file->private_data, struct cleanupkern_dev, misc);
	return 0;
}

static long cleanupkern_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct cleanupkern_dev *xd = file->private_data;
	struct cleanupkern_args a;

	if (cmd != CLEANUPKERN_IOC_XFER)
		return -ENOTTY;
	if (copy_from_user(&a, (void __user *)arg, sizeof(a)))
		return -EFAULT;
	return cleanupkern_xfer(xd, a.addr, a.len);
}

static const struct file_operations cleanupkern_fops = {
	.owner = THIS_MODULE,
	.open = cleanupkern_open,
	.unlocked_ioctl = cleanupkern_ioctl,
};

static int cleanupkern_probe(struct platform_device *pdev)
{
	struct cleanupkern_dev *xd;

	xd = devm_kzalloc(&pdev->dev, sizeof(*xd), GFP_KERNEL);
	if (!xd)
		return -ENOMEM;
	xd->dev = &pdev->dev;
	xd->misc.minor = MISC_DYNAMIC_MINOR;
	xd->misc.name = "cleanupkern";
	xd->misc.fops = &cleanupkern_fops;
	platform_set_drvdata(pdev, xd);
	return misc_register(&xd->misc);
}

static void cleanupkern_remove(struct platform_device *pdev)
{
	struct cleanupkern_dev *xd = platform_get_drvdata(pdev);

	misc_deregister(&xd->misc);
}

static struct platform_driver cleanupkern_driver = {
	.probe = cleanupkern_probe,
	.remove_new = cleanupkern_remove,
	.driver = { .name = "cleanupkern" },
};
module_platform_driver(cleanupkern_driver);

MODULE_DESCRIPTION("cleanupkern test driver");
MODULE_LICENSE("GPL");
