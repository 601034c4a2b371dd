// expect: refused
// struct returned by value holds the pages; one of two producers fills it from alloc_page
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

struct byvalue_args {
	__u64 addr;
	__u64 len;
};

#define BYVALUE_IOC_XFER _IOW('x', 77, struct byvalue_args)
#define BYVALUE_MAX 32

struct byvalue_hold {
	struct page *v[BYVALUE_MAX];
	unsigned int n;
};

struct byvalue_dev {
	struct miscdevice misc;
	struct device *dev;
};

static int byvalue_touch(struct byvalue_dev *xd, struct page *p)
{
	dma_addr_t dma = dma_map_page(xd->dev, p, 0, PAGE_SIZE, DMA_FROM_DEVICE);

	if (dma_mapping_error(xd->dev, dma))
		return -EIO;
	dma_unmap_page(xd->dev, dma, PAGE_SIZE, DMA_FROM_DEVICE);
	set_page_dirty_lock(p);
	return 0;
}

static struct byvalue_hold byvalue_from_user(unsigned long addr, int nr)
{
	struct byvalue_hold h = { .n = 0 };
	int got = get_user_pages_fast(addr & PAGE_MASK, nr, FOLL_WRITE, h.v);

	h.n = got > 0 ? got : 0;
	return h;
}

static struct byvalue_hold byvalue_from_kernel(int nr)
{
	struct byvalue_hold h = { .n = 0 };

	while (h.n < nr && (h.v[h.n] = alloc_page(GFP_KERNEL)))
		h.n++;
	return h;
}

static void byvalue_done(struct byvalue_hold h)
{
	unsigned int i;

	for (i = 0; i < h.n; i++)
		put_page(h.v[i]);
}

static long byvalue_xfer(struct byvalue_dev *xd, unsigned long addr, size_t len)
{
	struct byvalue_hold h;
	unsigned int i;
	int ret = 0;

	h = addr ? byvalue_from_user(addr, BYVALUE_MAX) : byvalue_from_kernel(4);
	for (i = 0; i < h.n && !ret; i++)
		ret = byvalue_touch(xd, h.v[i]);
	byvalue_done(h);
	return ret;
}

static int byvalue_open(struct inode *inode, struct file *file)
{
	file->private_data = container_of(file->private_data, struct byvalue_dev, misc);
	return 0;
}

static long byvalue_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct byvalue_dev *xd = file->private_data;
	struct byvalue_args a;

	if (cmd != BYVALUE_IOC_XFER)
		return -ENOTTY;
	if (copy_from_user(&a, (void __user *)arg, sizeof(a)))
		return -EFAULT;
	return byvalue_xfer(xd, a.addr, a.len);
}

static const struct file_operations byvalue_fops = {
	.owner = THIS_MODULE,
	.open = byvalue_open,
	.unlocked_ioctl = byvalue_ioctl,
};

static int byvalue_probe(struct platform_device *pdev)
{
	struct byvalue_dev *xd;

	xd = devm_kzalloc(&pdev->dev, sizeof(*xd), GFP_KERNEL);
	if (!xd)
		return -ENOMEM;
	xd->dev = &pdev->dev;
	xd->misc.minor = MISC_DYNAMIC_MINOR;
	xd->misc.name = "byvalue";
	xd->misc.fops = &byvalue_fops;
	platform_set_drvdata(pdev, xd);
	return misc_register(&xd->misc);
}

static void byvalue_remove(struct platform_device *pdev)
{
	struct byvalue_dev *xd = platform_get_drvdata(pdev);

	misc_deregister(&xd->misc);
}

static struct platform_driver byvalue_driver = {
	.probe = byvalue_probe,
	.remove_new = byvalue_remove,
	.driver = { .name = "byvalue" },
};
module_platform_driver(byvalue_driver);

MODULE_DESCRIPTION("byvalue test driver");
MODULE_LICENSE("GPL");
