// expect: refused
// static inline drop(p) is shared by gup pages and an alloc_page page
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

struct inlineput_args {
	__u64 addr;
	__u64 len;
};

#define INLINEPUT_IOC_XFER _IOW('x', 61, struct inlineput_args)
#define INLINEPUT_MAX 32

struct inlineput_dev {
	struct miscdevice misc;
	struct device *dev;
};

static int inlineput_touch(struct inlineput_dev *xd, struct page *p)
{
	dma_addr_t dma = dma_map_page(xd->dev, p, 0, PAGE_SIZE, DMA_FROM_DEVICE);

	if (dma_mapping_error(xd->dev, dma))
		return -EIO;
	dma_unmap_page(xd->dev, dma, PAGE_SIZE, DMA_FROM_DEVICE);
	set_page_dirty_lock(p);
	return 0;
}

static inline void inlineput_release_one(struct page *p)
{
	put_page(p);
}

static long inlineput_xfer(struct inlineput_dev *xd, unsigned long addr, size_t len)
{
	struct page *pages[INLINEPUT_MAX];
	struct page *extra;
	int i, got, ret = 0;

	got = get_user_pages_fast(addr & PAGE_MASK, INLINEPUT_MAX, FOLL_WRITE, pages);
	if (got <= 0)
		return got ? got : -EFAULT;
	extra = alloc_page(GFP_KERNEL);
	if (!extra)
		ret = -ENOMEM;
	for (i = 0; i < got && !ret; i++)
		ret = inlineput_touch(xd, pages[i]);
	for (i = 0; i < got; i++)
		inlineput_release_one(pages[i]);
	if (extra)
		inlineput_release_one(extra);
	return ret;
}

static int inlineput_open(struct inode *inode, struct file *file)
{
	file->private_data = container_of(file->private_data, struct inlineput_dev, misc);
	return 0;
}

static long inlineput_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct inlineput_dev *xd = file->private_data;
	struct inlineput_args a;

	if (cmd != INLINEPUT_IOC_XFER)
		return -ENOTTY;
	if (copy_from_user(&a, (void __user *)arg, sizeof(a)))
		return -EFAULT;
	return inlineput_xfer(xd, a.addr, a.len);
}

static const struct file_operations inlineput_fops = {
	.owner = THIS_MODULE,
	.open = inlineput_open,
	.unlocked_ioctl = inlineput_ioctl,
};

static int inlineput_probe(struct platform_device *pdev)
{
	struct inlineput_dev *xd;

	xd = devm_kzalloc(&pdev->dev, sizeof(*xd), GFP_KERNEL);
	if (!xd)
		return -ENOMEM;
	xd->dev = &pdev->dev;
	xd->misc.minor = MISC_DYNAMIC_MINOR;
	xd->misc.name = "inlineput";
	xd->misc.fops = &inlineput_fops;
	platform_set_drvdata(pdev, xd);
	return misc_register(&xd->misc);
}

static void inlineput_remove(struct platform_device *pdev)
{
	struct inlineput_dev *xd = platform_get_drvdata(pdev);

	misc_deregister(&xd->misc);
}

static struct platform_driver inlineput_driver = {
	.probe = inlineput_probe,
	.remove_new = inlineput_remove,
	.driver = { .name = "inlineput" },
};
module_platform_driver(inlineput_driver);

MODULE_DESCRIPTION("inlineput test driver");
MODULE_LICENSE("GPL");
