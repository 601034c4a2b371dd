// expect: refused
// the error arm drops through function-like macro DROP_ALL(); must become an unpin
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

struct macrofn_args {
	__u64 addr;
	__u64 len;
};

#define MACROFN_IOC_XFER _IOW('x', 57, struct macrofn_args)
#define MACROFN_MAX 32

struct macrofn_dev {
	struct miscdevice misc;
	struct device *dev;
};

static int macrofn_touch(struct macrofn_dev *xd, struct page *p)
{
	dma_addr_t dma = dma_map_page(xd->dev, p, 0, PAGE_SIZE, DMA_FROM_DEVICE);

	if (dma_mapping_error(xd->dev, dma))
		return -EIO;
	dma_unmap_page(xd->dev, dma, PAGE_SIZE, DMA_FROM_DEVICE);
	set_page_dirty_lock(p);
	return 0;
}

#define MACROFN_DROP_ALL(v, n) \
	do { \
		int __k; \
		for (__k = 0; __k < (n); __k++) \
			put_page((v)[__k]); \
	} while (0)

static long macrofn_xfer(struct macrofn_dev *xd, unsigned long addr, size_t len)
{
	struct page *pages[MACROFN_MAX];
	int i, got, ret = 0;

	got = get_user_pages_fast(addr & PAGE_MASK, MACROFN_MAX, FOLL_WRITE, pages);
	if (got <= 0)
		return got ? got : -EFAULT;
	for (i = 0; i < got && !ret; i++)
		ret = macrofn_touch(xd, pages[i]);
	if (ret) {
		MACROFN_DROP_ALL(pages, got);
		return ret;
	}
	for (i = 0; i < got; i++)
		put_page(pages[i]);
	return ret;
}

static int macrofn_open(struct inode *inode, struct file *file)
{
	file->private_data = container_of(file->private_data, struct macrofn_dev, misc);
	return 0;
}

static long macrofn_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct macrofn_dev *xd = file->private_data;
	struct macrofn_args a;

	if (cmd != MACROFN_IOC_XFER)
		return -ENOTTY;
	if (copy_from_user(&a, (void __user *)arg, sizeof(a)))
		return -EFAULT;
	return macrofn_xfer(xd, a.addr, a.len);
}

static const struct file_operations macrofn_fops = {
	.owner = THIS_MODULE,
	.open = macrofn_open,
	.unlocked_ioctl = macrofn_ioctl,
};

static int macrofn_probe(struct platform_device *pdev)
{
	struct macrofn_dev *xd;

	xd = devm_kzalloc(&pdev->dev, sizeof(*xd), GFP_KERNEL);
	if (!xd)
		return -ENOMEM;
	xd->dev = &pdev->dev;
	xd->misc.minor = MISC_DYNAMIC_MINOR;
	xd->misc.name = "macrofn";
	xd->misc.fops = &macrofn_fops;
	platform_set_drvdata(pdev, xd);
	return misc_register(&xd->misc);
}

static void macrofn_remove(struct platform_device *pdev)
{
	struct macrofn_dev *xd = platform_get_drvdata(pdev);

	misc_deregister(&xd->misc);
}

static struct platform_driver macrofn_driver = {
	.probe = macrofn_probe,
	.remove_new = macrofn_remove,
	.driver = { .name = "macrofn" },
};
module_platform_driver(macrofn_driver);

MODULE_DESCRIPTION("macrofn test driver");
MODULE_LICENSE("GPL");
