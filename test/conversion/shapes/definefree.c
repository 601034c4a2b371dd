// expect: refused
// DEFINE_FREE(definefree_page,...) with __free: the first page is put at scope end
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

struct definefree_args {
	__u64 addr;
	__u64 len;
};

#define DEFINEFREE_IOC_XFER _IOW('x', 65, struct definefree_args)
#define DEFINEFREE_MAX 32

struct definefree_dev {
	struct miscdevice misc;
	struct device *dev;
};

static int definefree_touch(struct definefree_dev *xd, struct page *p)
{
	dma_addr_t dma = dma_map_page(xd->dev, p, 0, PAGE_SIZE, DMA_FROM_DEVICE);

	if (dma_mapping_error(xd->dev, dma))
		return -EIO;
	dma_unmap_page(xd->dev, dma, PAGE_SIZE, DMA_FROM_DEVICE);
	set_page_dirty_lock(p);
	return 0;
}

#include <linux/cleanup.h>

DEFINE_FREE(definefree_page, struct page *, if (_T) put_page(_T))

static long definefree_xfer(struct definefree_dev *xd, unsigned long addr, size_t len)
{
	struct page *pages[DEFINEFREE_MAX];
	struct page *first __free(definefree_page) = NULL;
	int i, got, ret = 0;

	got = get_user_pages_fast(addr & PAGE_MASK, DEFINEFREE_MAX, FOLL_WRITE, pages);
	if (got <= 0)
		return got ? got : -EFAULT;
	for (i = 0; i < got && !ret; i++)
		ret = definefree_touch(xd, pages[i]);
	first = pages[0];
	for (i = 1; i < got; i++)
		put_page(pages[i]);
	return ret;
}

static int definefree_open(struct inode *inode, struct file *file)
{
	file->private_data = container_of(file->private_data, struct definefree_dev, misc);
	return 0;
}

static long definefree_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct definefree_dev *xd = file->private_data;
	struct definefree_args a;

	if (cmd != DEFINEFREE_IOC_XFER)
		return -ENOTTY;
	if (copy_from_user(&a, (void __user *)arg, sizeof(a)))
		return -EFAULT;
	return definefree_xfer(xd, a.addr, a.len);
}

static const struct file_operations definefree_fops = {
	.owner = THIS_MODULE,
	.open = definefree_open,
	.unlocked_ioctl = definefree_ioctl,
};

static int definefree_probe(struct platform_device *pdev)
{
	struct definefree_dev *xd;

	xd = devm_kzalloc(&pdev->dev, sizeof(*xd), GFP_KERNEL);
	if (!xd)
		return -ENOMEM;
	xd->dev = &pdev->dev;
	xd->misc.minor = MISC_DYNAMIC_MINOR;
	xd->misc.name = "definefree";
	xd->misc.fops = &definefree_fops;
	platform_set_drvdata(pdev, xd);
	return misc_register(&xd->misc);
}

static void definefree_remove(struct platform_device *pdev)
{
	struct definefree_dev *xd = platform_get_drvdata(pdev);

	misc_deregister(&xd->misc);
}

static struct platform_driver definefree_driver = {
	.probe = definefree_probe,
	.remove_new = definefree_remove,
	.driver = { .name = "definefree" },
};
module_platform_driver(definefree_driver);

MODULE_DESCRIPTION("definefree test driver");
MODULE_LICENSE("GPL");
