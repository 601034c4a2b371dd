// expect: refused
// tail of the array padded by ZERO_PAGE(0) with get_page; the common loop puts it too
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

struct zeropage_args {
	__u64 addr;
	__u64 len;
};

#define ZEROPAGE_IOC_XFER _IOW('x', 87, struct zeropage_args)
#define ZEROPAGE_MAX 32

struct zeropage_dev {
	struct miscdevice misc;
	struct device *dev;
};

static int zeropage_touch(struct zeropage_dev *xd, struct page *p)
{
	dma_addr_t dma = dma_map_page(xd->dev, p, 0, PAGE_SIZE, DMA_FROM_DEVICE);

	if (dma_mapping_error(xd->dev, dma))
		return -EIO;
	dma_unmap_page(xd->dev, dma, PAGE_SIZE, DMA_FROM_DEVICE);
	set_page_dirty_lock(p);
	return 0;
}

static long zeropage_xfer(struct zeropage_dev *xd, unsigned long addr, size_t len)
{
	struct page *pages[ZEROPAGE_MAX];
	int i, got, ret = 0;

	got = get_user_pages_fast(addr & PAGE_MASK, ZEROPAGE_MAX, FOLL_WRITE, pages);
	if (got <= 0)
		return got ? got : -EFAULT;
	while (got < ZEROPAGE_MAX) {
		get_page(ZERO_PAGE(0));
		pages[got++] = ZERO_PAGE(0);
	}
	for (i = 0; i < got && !ret; i++)
		ret = zeropage_touch(xd, pages[i]);
	for (i = 0; i < got; i++)
		put_page(pages[i]);
	return ret;
}

static int zeropage_open(struct inode *inode, struct file *file)
{
	file->private_data = container_of(file->private_data, struct zeropage_dev, misc);
	return 0;
}

static long zeropage_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct zeropage_dev *xd = file->private_data;
	struct zeropage_args a;

	if (cmd != ZEROPAGE_IOC_XFER)
		return -ENOTTY;
	if (copy_from_user(&a, (void __user *)arg, sizeof(a)))
		return -EFAULT;
	return zeropage_xfer(xd, a.addr, a.len);
}

static const struct file_operations zeropage_fops = {
	.owner = THIS_MODULE,
	.open = zeropage_open,
	.unlocked_ioctl = zeropage_ioctl,
};

static int zeropage_probe(struct platform_device *pdev)
{
	struct zeropage_dev *xd;

	xd = devm_kzalloc(&pdev->dev, sizeof(*xd), GFP_KERNEL);
	if (!xd)
		return -ENOMEM;
	xd->dev = &pdev->dev;
	xd->misc.minor = MISC_DYNAMIC_MINOR;
	xd->misc.name = "zeropage";
	xd->misc.fops = &zeropage_fops;
	platform_set_drvdata(pdev, xd);
	return misc_register(&xd->misc);
}

static void zeropage_remove(struct platform_device *pdev)
{
	struct zeropage_dev *xd = platform_get_drvdata(pdev);

	misc_deregister(&xd->misc);
}

static struct platform_driver zeropage_driver = {
	.probe = zeropage_probe,
	.remove_new = zeropage_remove,
	.driver = { .name = "zeropage" },
};
module_platform_driver(zeropage_driver);

MODULE_DESCRIPTION("zeropage test driver");
MODULE_LICENSE("GPL");
