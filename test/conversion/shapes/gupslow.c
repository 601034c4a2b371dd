// expect: converted
// none; get_user_pages under mmap_read_lock, plain put loop
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

struct gupslow_args {
	__u64 addr;
	__u64 len;
};

#define GUPSLOW_IOC_XFER _IOW('x', 8, struct gupslow_args)
#define GUPSLOW_MAX 32

struct gupslow_dev {
	struct miscdevice misc;
	struct device *dev;
};

static long gupslow_xfer(struct gupslow_dev *xd, unsigned long addr, size_t len)
{
	struct page *pages[GUPSLOW_MAX];
	dma_addr_t dma[GUPSLOW_MAX];
	int nr = DIV_ROUND_UP(offset_in_page(addr) + len, PAGE_SIZE);
	long got;
	int i, m, ret = 0;

	if (nr <= 0 || nr > GUPSLOW_MAX)
		return -EINVAL;
	mmap_read_lock(current->mm);
	got = get_user_pages(addr & PAGE_MASK, nr, FOLL_WRITE, pages);
	mmap_read_unlock(current->mm);
	if (got <= 0)
		return got ? got : -EFAULT;
	for (m = 0; m < got; m++) {
		dma[m] = dma_map_page(xd->dev, pages[m], 0, PAGE_SIZE, DMA_FROM_DEVICE);
		if (dma_mapping_error(xd->dev, dma[m])) {
			ret = -EIO;
			break;
		}
	}
	for (i = 0; i < m; i++)
		dma_unmap_page(xd->dev, dma[i], PAGE_SIZE, DMA_FROM_DEVICE);
	for (i = 0; i < got; i++) {
		if (i < m)
			set_page_dirty_lock(pages[i]);
		put_page(pages[i]);
	}
	return ret;
}

static int gupslow_open(struct inode *inode, struct file *file)
{
	file->private_data = container_of(file->private_data, struct gupslow_dev, misc);
	return 0;
}

static long gupslow_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct gupslow_dev *xd = file->private_data;
	struct gupslow_args a;

	if (cmd != GUPSLOW_IOC_XFER)
		return -ENOTTY;
	if (copy_from_user(&a, (void __user *)arg, sizeof(a)))
		return -EFAULT;
	return gupslow_xfer(xd, a.addr, a.len);
}

static const struct file_operations gupslow_fops = {
	.owner = THIS_MODULE,
	.open = gupslow_open,
	.unlocked_ioctl = gupslow_ioctl,
};

static int gupslow_probe(struct platform_device *pdev)
{
	struct gupslow_dev *xd;

	xd = devm_kzalloc(&pdev->dev, sizeof(*xd), GFP_KERNEL);
	if (!xd)
		return -ENOMEM;
	xd->dev = &pdev->dev;
	xd->misc.minor = MISC_DYNAMIC_MINOR;
	xd->misc.name = "gupslow";
	xd->misc.fops = &gupslow_fops;
	platform_set_drvdata(pdev, xd);
	return misc_register(&xd->misc);
}

static void gupslow_remove(struct platform_device *pdev)
{
	struct gupslow_dev *xd = platform_get_drvdata(pdev);

	misc_deregister(&xd->misc);
}

static struct platform_driver gupslow_driver = {
	.probe = gupslow_probe,
	.remove_new = gupslow_remove,
	.driver = { .name = "gupslow" },
};
module_platform_driver(gupslow_driver);

MODULE_DESCRIPTION("gupslow test driver");
MODULE_LICENSE("GPL");
