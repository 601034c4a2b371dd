// expect: refused
// put_page(spare): spare was rewritten through *victim = pages[0], so it drops a gup page
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

struct aliaswrite_args {
	__u64 addr;
	__u64 len;
};

#define ALIASWRITE_IOC_XFER _IOW('x', 100, struct aliaswrite_args)
#define ALIASWRITE_MAX 32

struct aliaswrite_dev {
	struct miscdevice misc;
	struct device *dev;
};

static int aliaswrite_touch(struct aliaswrite_dev *xd, struct page *p)
{
	dma_addr_t dma = dma_map_page(xd->dev, p, 0, PAGE_SIZE, DMA_FROM_DEVICE);

	if (dma_mapping_error(xd->dev, dma))
		return -EIO;
	dma_unmap_page(xd->dev, dma, PAGE_SIZE, DMA_FROM_DEVICE);
	set_page_dirty_lock(p);
	return 0;
}

static long aliaswrite_xfer(struct aliaswrite_dev *xd, unsigned long addr, size_t len)
{
	struct page *pages[ALIASWRITE_MAX];
	struct page *spare, **victim = &spare;
	int first = 0;
	int i, got, ret = 0;

	got = get_user_pages_fast(addr & PAGE_MASK, ALIASWRITE_MAX, FOLL_WRITE, pages);
	if (got <= 0)
		return got ? got : -EFAULT;
	spare = alloc_page(GFP_KERNEL);
	if (spare && (len & 1)) {
		__free_page(spare);
		*victim = pages[0];
		first = 1;
	}
	for (i = 0; i < got && !ret; i++)
		ret = aliaswrite_touch(xd, pages[i]);
	if (spare)
		put_page(spare);
	for (i = first; i < got; i++)
		put_page(pages[i]);
	return ret;
}

static int aliaswrite_open(struct inode *inode, struct file *file)
{
	file->private_data = container_of(file->private_data, struct aliaswrite_dev, misc);
	return 0;
}

static long aliaswrite_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct aliaswrite_dev *xd = file->private_data;
	struct aliaswrite_args a;

	if (cmd != ALIASWRITE_IOC_XFER)
		return -ENOTTY;
	if (copy_from_user(&a, (void __user *)arg, sizeof(a)))
		return -EFAULT;
	return aliaswrite_xfer(xd, a.addr, a.len);
}

static const struct file_operations aliaswrite_fops = {
	.owner = THIS_MODULE,
	.open = aliaswrite_open,
	.unlocked_ioctl = aliaswrite_ioctl,
};

static int aliaswrite_probe(struct platform_device *pdev)
{
	struct aliaswrite_dev *xd;

	xd = devm_kzalloc(&pdev->dev, sizeof(*xd), GFP_KERNEL);
	if (!xd)
		return -ENOMEM;
	xd->dev = &pdev->dev;
	xd->misc.minor = MISC_DYNAMIC_MINOR;
	xd->misc.name = "aliaswrite";
	xd->misc.fops = &aliaswrite_fops;
	platform_set_drvdata(pdev, xd);
	return misc_register(&xd->misc);
}

static void aliaswrite_remove(struct platform_device *pdev)
{
	struct aliaswrite_dev *xd = platform_get_drvdata(pdev);

	misc_deregister(&xd->misc);
}

static struct platform_driver aliaswrite_driver = {
	.probe = aliaswrite_probe,
	.remove_new = aliaswrite_remove,
	.driver = { .name = "aliaswrite" },
};
module_platform_driver(aliaswrite_driver);

MODULE_DESCRIPTION("aliaswrite test driver");
MODULE_LICENSE("GPL");
