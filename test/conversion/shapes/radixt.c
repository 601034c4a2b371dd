// expect: refused
// put_page of radix_tree_delete at flush
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

struct radixt_args {
	__u64 addr;
	__u64 len;
};

#define RADIXT_IOC_XFER _IOW('x', 37, struct radixt_args)
#define RADIXT_MAX 32

#include <linux/radix-tree.h>
#include <linux/bitmap.h>

static RADIX_TREE(radixt_tree, GFP_KERNEL);
static DECLARE_BITMAP(radixt_used, 1024);

struct radixt_dev {
	struct miscdevice misc;
	struct device *dev;
};

static int radixt_touch(struct radixt_dev *xd, struct page *p)
{
	dma_addr_t dma = dma_map_page(xd->dev, p, 0, PAGE_SIZE, DMA_FROM_DEVICE);

	if (dma_mapping_error(xd->dev, dma))
		return -EIO;
	dma_unmap_page(xd->dev, dma, PAGE_SIZE, DMA_FROM_DEVICE);
	set_page_dirty_lock(p);
	return 0;
}

static void radixt_flush(void)
{
	unsigned long k;

	for_each_set_bit(k, radixt_used, 1024)
		put_page(radix_tree_delete(&radixt_tree, k));
	bitmap_zero(radixt_used, 1024);
}

static long radixt_xfer(struct radixt_dev *xd, unsigned long addr, size_t len)
{
	struct page *page;
	int ret;

	if (len >= 1024)
		return -EINVAL;
	ret = get_user_pages_fast(addr, 1, FOLL_WRITE, &page);
	if (ret != 1)
		return ret < 0 ? ret : -EFAULT;
	ret = radixt_touch(xd, page);
	if (!ret)
		ret = radix_tree_insert(&radixt_tree, len, page);
	if (ret)
		put_page(page);
	else
		__set_bit(len, radixt_used);
	return ret;
}

static int radixt_open(struct inode *inode, struct file *file)
{
	file->private_data = container_of(file->private_data, struct radixt_dev, misc);
	return 0;
}

static long radixt_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct radixt_dev *xd = file->private_data;
	struct radixt_args a;

	if (cmd != RADIXT_IOC_XFER)
		return -ENOTTY;
	if (copy_from_user(&a, (void __user *)arg, sizeof(a)))
		return -EFAULT;
	return radixt_xfer(xd, a.addr, a.len);
}

static const struct file_operations radixt_fops = {
	.owner = THIS_MODULE,
	.open = radixt_open,
	.unlocked_ioctl = radixt_ioctl,
};

static int radixt_probe(struct platform_device *pdev)
{
	struct radixt_dev *xd;

	xd = devm_kzalloc(&pdev->dev, sizeof(*xd), GFP_KERNEL);
	if (!xd)
		return -ENOMEM;
	xd->dev = &pdev->dev;
	xd->misc.minor = MISC_DYNAMIC_MINOR;
	xd->misc.name = "radixt";
	xd->misc.fops = &radixt_fops;
	platform_set_drvdata(pdev, xd);
	return misc_register(&xd->misc);
}

static void radixt_remove(struct platform_device *pdev)
{
	struct radixt_dev *xd = platform_get_drvdata(pdev);

	misc_deregister(&xd->misc);
	radixt_flush();
}

static struct platform_driver radixt_driver = {
	.probe = radixt_probe,
	.remove_new = radixt_remove,
	.driver = { .name = "radixt" },
};
module_platform_driver(radixt_driver);

MODULE_DESCRIPTION("radixt test driver");
MODULE_LICENSE("GPL");
