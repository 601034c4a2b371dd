// expect: refused
// one macro PUT_IT is used for gup pages and for an alloc_page page
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

struct macroshared_args {
	__u64 addr;
	__u64 len;
};

#define MACROSHARED_IOC_XFER _IOW('x', 60, struct macroshared_args)
#define MACROSHARED_MAX 32

struct macroshared_dev {
	struct miscdevice misc;
	struct device *dev;
};

static int macroshared_touch(struct macroshared_dev *xd, struct page *p)
{
	dma_addr_t dma = dma_map_page(xd->dev, p, 0, PAGE_SIZE, DMA_FROM_DEVICE);

	if (dma_mapping_error(xd->dev, dma))
		return -EIO;
	dma_unmap_page(xd->dev, dma, PAGE_SIZE, DMA_FROM_DEVICE);
	set_page_dirty_lock(p);
	return 0;
}

#define MACROSHARED_PUT(p) do { if (p) { put_page(p); (p) = NULL; } } while (0)

static long macroshared_xfer(struct macroshared_dev *xd, unsigned long addr, size_t len)
{
	struct page *pages[MACROSHARED_MAX];
	struct page *extra;
	int i, got, ret = 0;

	got = get_user_pages_fast(addr & PAGE_MASK, MACROSHARED_MAX, FOLL_WRITE, pages);
	if (got <= 0)
		return got ? got : -EFAULT;
	extra = alloc_page(GFP_KERNEL);
	for (i = 0; i < got && !ret; i++)
		ret = macroshared_touch(xd, pages[i]);
	for (i = 0; i < got; i++)
		MACROSHARED_PUT(pages[i]);
	MACROSHARED_PUT(extra);
	return ret;
}

static int macroshared_open(struct inode *inode, struct file *file)
{
	file->private_data = container_of(file->private_data, struct macroshared_dev, misc);
	return 0;
}

static long macroshared_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct macroshared_dev *xd = file->private_data;
	struct macroshared_args a;

	if (cmd != MACROSHARED_IOC_XFER)
		return -ENOTTY;
	if (copy_from_user(&a, (void __user *)arg, sizeof(a)))
		return -EFAULT;
	return macroshared_xfer(xd, a.addr, a.len);
}

static const struct file_operations macroshared_fops = {
	.owner = THIS_MODULE,
	.open = macroshared_open,
	.unlocked_ioctl = macroshared_ioctl,
};

static int macroshared_probe(struct platform_device *pdev)
{
	struct macroshared_dev *xd;

	xd = devm_kzalloc(&pdev->dev, sizeof(*xd), GFP_KERNEL);
	if (!xd)
		return -ENOMEM;
	xd->dev = &pdev->dev;
	xd->misc.minor = MISC_DYNAMIC_MINOR;
	xd->misc.name = "macroshared";
	xd->misc.fops = &macroshared_fops;
	platform_set_drvdata(pdev, xd);
	return misc_register(&xd->misc);
}

static void macroshared_remove(struct platform_device *pdev)
{
	struct macroshared_dev *xd = platform_get_drvdata(pdev);

	misc_deregister(&xd->misc);
}

static struct platform_driver macroshared_driver = {
	.probe = macroshared_probe,
	.remove_new = macroshared_remove,
	.driver = { .name = "macroshared" },
};
module_platform_driver(macroshared_driver);

MODULE_DESCRIPTION("macroshared test driver");
MODULE_LICENSE("GPL");
