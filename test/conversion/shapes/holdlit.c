// expect: refused
// compound literal: *h = (struct hold){ .v = { kpage }, .n = 1 } in another function
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

struct holdlit_args {
	__u64 addr;
	__u64 len;
};

#define HOLDLIT_IOC_XFER _IOW('x', 180, struct holdlit_args)
#define HOLDLIT_MAX 32

struct holdlit_hold {
	struct page *v[HOLDLIT_MAX];
	unsigned int n;
};

struct holdlit_dev {
	struct miscdevice misc;
	struct device *dev;
	struct holdlit_hold h;
};

static int holdlit_touch(struct holdlit_dev *xd, struct page *p)
{
	dma_addr_t dma = dma_map_page(xd->dev, p, 0, PAGE_SIZE, DMA_FROM_DEVICE);

	if (dma_mapping_error(xd->dev, dma))
		return -EIO;
	dma_unmap_page(xd->dev, dma, PAGE_SIZE, DMA_FROM_DEVICE);
	set_page_dirty_lock(p);
	return 0;
}

static void holdlit_drop(struct holdlit_dev *xd)
{
	while (xd->h.n)
		put_page(xd->h.v[--xd->h.n]);
}

static void holdlit_use_kernel(struct holdlit_hold *h)
{
	struct page *k = alloc_page(GFP_KERNEL);

	if (k)
		*h = (struct holdlit_hold){ .v = { k }, .n = 1 };
}

static long holdlit_xfer(struct holdlit_dev *xd, unsigned long addr, size_t len)
{
	int i, got;

	holdlit_drop(xd);
	if (!len) {
		holdlit_use_kernel(&xd->h);
		return 0;
	}
	got = get_user_pages_fast(addr & PAGE_MASK, HOLDLIT_MAX, FOLL_WRITE, xd->h.v);
	if (got <= 0)
		return got ? got : -EFAULT;
	xd->h.n = got;
	for (i = 0; i < got; i++)
		holdlit_touch(xd, xd->h.v[i]);
	return 0;
}

static int holdlit_open(struct inode *inode, struct file *file)
{
	file->private_data = container_of(file->private_data, struct holdlit_dev, misc);
	return 0;
}

static long holdlit_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct holdlit_dev *xd = file->private_data;
	struct holdlit_args a;

	if (cmd != HOLDLIT_IOC_XFER)
		return -ENOTTY;
	if (copy_from_user(&a, (void __user *)arg, sizeof(a)))
		return -EFAULT;
	return holdlit_xfer(xd, a.addr, a.len);
}

static const struct file_operations holdlit_fops = {
	.owner = THIS_MODULE,
	.open = holdlit_open,
	.unlocked_ioctl = holdlit_ioctl,
};

static int holdlit_probe(struct platform_device *pdev)
{
	struct holdlit_dev *xd;

	xd = devm_kzalloc(&pdev->dev, sizeof(*xd), GFP_KERNEL);
	if (!xd)
		return -ENOMEM;
	xd->dev = &pdev->dev;
	xd->misc.minor = MISC_DYNAMIC_MINOR;
	xd->misc.name = "holdlit";
	xd->misc.fops = &holdlit_fops;
	platform_set_drvdata(pdev, xd);
	return misc_register(&xd->misc);
}

static void holdlit_remove(struct platform_device *pdev)
{
	struct holdlit_dev *xd = platform_get_drvdata(pdev);

	misc_deregister(&xd->misc);
	holdlit_drop(xd);
}

static struct platform_driver holdlit_driver = {
	.probe = holdlit_probe,
	.remove_new = holdlit_remove,
	.driver = { .name = "holdlit" },
};
module_platform_driver(holdlit_driver);

MODULE_DESCRIPTION("holdlit test driver");
MODULE_LICENSE("GPL");
