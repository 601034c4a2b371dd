// expect: refused
// local array initialised with mixed pages: { pages[0], spare }
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

struct initlist_args {
	__u64 addr;
	__u64 len;
};

#define INITLIST_IOC_XFER _IOW('x', 171, struct initlist_args)
#define INITLIST_MAX 32

struct initlist_dev {
	struct miscdevice misc;
	struct device *dev;
};

static int initlist_touch(struct initlist_dev *xd, struct page *p)
{
	dma_addr_t dma = dma_map_page(xd->dev, p, 0, PAGE_SIZE, DMA_FROM_DEVICE);

	if (dma_mapping_error(xd->dev, dma))
		return -EIO;
	dma_unmap_page(xd->dev, dma, PAGE_SIZE, DMA_FROM_DEVICE);
	set_page_dirty_lock(p);
	return 0;
}

static long initlist_xfer(struct initlist_dev *xd, unsigned long addr, size_t len)
{
	struct page *pages[INITLIST_MAX];
	struct page *spare;
	int i, got, ret = 0;

	got = get_user_pages_fast(addr & PAGE_MASK, INITLIST_MAX, FOLL_WRITE, pages);
	if (got <= 0)
		return got ? got : -EFAULT;
	spare = alloc_page(GFP_KERNEL);
	if (!spare)
		ret = -ENOMEM;
	for (i = 0; i < got && !ret; i++)
		ret = initlist_touch(xd, pages[i]);
	{
		struct page *both[] = { pages[0], spare };
		unsigned int k;

		for (k = 0; k < ARRAY_SIZE(both); k++)
			if (both[k])
				put_page(both[k]);
	}
	for (i = 1; i < got; i++)
		put_page(pages[i]);
	return ret;
}

static int initlist_open(struct inode *inode, struct file *file)
{
	file->private_data = container_of(file->private_data, struct initlist_dev, misc);
	return 0;
}

static long initlist_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct initlist_dev *xd = file->private_data;
	struct initlist_args a;

	if (cmd != INITLIST_IOC_XFER)
		return -ENOTTY;
	if (copy_from_user(&a, (void __user *)arg, sizeof(a)))
		return -EFAULT;
	return initlist_xfer(xd, a.addr, a.len);
}

static const struct file_operations initlist_fops = {
	.owner = THIS_MODULE,
	.open = initlist_open,
	.unlocked_ioctl = initlist_ioctl,
};

static int initlist_probe(struct platform_device *pdev)
{
	struct initlist_dev *xd;

	xd = devm_kzalloc(&pdev->dev, sizeof(*xd), GFP_KERNEL);
	if (!xd)
		return -ENOMEM;
	xd->dev = &pdev->dev;
	xd->misc.minor = MISC_DYNAMIC_MINOR;
	xd->misc.name = "initlist";
	xd->misc.fops = &initlist_fops;
	platform_set_drvdata(pdev, xd);
	return misc_register(&xd->misc);
}

static void initlist_remove(struct platform_device *pdev)
{
	struct initlist_dev *xd = platform_get_drvdata(pdev);

	misc_deregister(&xd->misc);
}

static struct platform_driver initlist_driver = {
	.probe = initlist_probe,
	.remove_new = initlist_remove,
	.driver = { .name = "initlist" },
};
module_platform_driver(initlist_driver);

MODULE_DESCRIPTION("initlist test driver");
MODULE_LICENSE("GPL");
