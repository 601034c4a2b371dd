// expect: refused
// folio_get + two puts in a row: only one of them may become an unpin
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

struct folioget_args {
	__u64 addr;
	__u64 len;
};

#define FOLIOGET_IOC_XFER _IOW('x', 90, struct folioget_args)
#define FOLIOGET_MAX 32

struct folioget_dev {
	struct miscdevice misc;
	struct device *dev;
};

static int folioget_touch(struct folioget_dev *xd, struct page *p)
{
	dma_addr_t dma = dma_map_page(xd->dev, p, 0, PAGE_SIZE, DMA_FROM_DEVICE);

	if (dma_mapping_error(xd->dev, dma))
		return -EIO;
	dma_unmap_page(xd->dev, dma, PAGE_SIZE, DMA_FROM_DEVICE);
	set_page_dirty_lock(p);
	return 0;
}

static long folioget_xfer(struct folioget_dev *xd, unsigned long addr, size_t len)
{
	struct page *pages[FOLIOGET_MAX];
	int i, got, ret = 0;

	got = get_user_pages_fast(addr & PAGE_MASK, FOLIOGET_MAX, FOLL_WRITE, pages);
	if (got <= 0)
		return got ? got : -EFAULT;
	folio_get(page_folio(pages[0]));
	for (i = 0; i < got && !ret; i++)
		ret = folioget_touch(xd, pages[i]);
	for (i = 0; i < got; i++)
		put_page(pages[i]);
	put_page(pages[0]);
	return ret;
}

static int folioget_open(struct inode *inode, struct file *file)
{
	file->private_data = container_of(file->private_data, struct folioget_dev, misc);
	return 0;
}

static long folioget_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct folioget_dev *xd = file->private_data;
	struct folioget_args a;

	if (cmd != FOLIOGET_IOC_XFER)
		return -ENOTTY;
	if (copy_from_user(&a, (void __user *)arg, sizeof(a)))
		return -EFAULT;
	return folioget_xfer(xd, a.addr, a.len);
}

static const struct file_operations folioget_fops = {
	.owner = THIS_MODULE,
	.open = folioget_open,
	.unlocked_ioctl = folioget_ioctl,
};

static int folioget_probe(struct platform_device *pdev)
{
	struct folioget_dev *xd;

	xd = devm_kzalloc(&pdev->dev, sizeof(*xd), GFP_KERNEL);
	if (!xd)
		return -ENOMEM;
	xd->dev = &pdev->dev;
	xd->misc.minor = MISC_DYNAMIC_MINOR;
	xd->misc.name = "folioget";
	xd->misc.fops = &folioget_fops;
	platform_set_drvdata(pdev, xd);
	return misc_register(&xd->misc);
}

static void folioget_remove(struct platform_device *pdev)
{
	struct folioget_dev *xd = platform_get_drvdata(pdev);

	misc_deregister(&xd->misc);
}

static struct platform_driver folioget_driver = {
	.probe = folioget_probe,
	.remove_new = folioget_remove,
	.driver = { .name = "folioget" },
};
module_platform_driver(folioget_driver);

MODULE_DESCRIPTION("folioget test driver");
MODULE_LICENSE("GPL");
