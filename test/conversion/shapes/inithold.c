// expect: refused
// struct initialiser { .v = { pages[0] } }: hold_free() then puts a gup page; it is otherwise used for alloc_page pages
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

struct inithold_args {
	__u64 addr;
	__u64 len;
};

#define INITHOLD_IOC_XFER _IOW('x', 218, struct inithold_args)
#define INITHOLD_MAX 32

struct inithold_dev {
	struct miscdevice misc;
	struct device *dev;
};

static int inithold_touch(struct inithold_dev *xd, struct page *p)
{
	dma_addr_t dma = dma_map_page(xd->dev, p, 0, PAGE_SIZE, DMA_FROM_DEVICE);

	if (dma_mapping_error(xd->dev, dma))
		return -EIO;
	dma_unmap_page(xd->dev, dma, PAGE_SIZE, DMA_FROM_DEVICE);
	set_page_dirty_lock(p);
	return 0;
}

struct inithold_hold {
	struct page *v[INITHOLD_MAX];
	unsigned int n;
};

static void inithold_hold_free(struct inithold_hold *h)
{
	while (h->n)
		put_page(h->v[--h->n]);
}

static void inithold_selftest(void)
{
	struct inithold_hold k = { .n = 0 };

	k.v[0] = alloc_page(GFP_KERNEL);
	if (k.v[0])
		k.n = 1;
	inithold_hold_free(&k);
}

static long inithold_xfer(struct inithold_dev *xd, unsigned long addr, size_t len)
{
	struct page *pages[INITHOLD_MAX];
	int i, got, ret = 0;

	got = get_user_pages_fast(addr & PAGE_MASK, INITHOLD_MAX, FOLL_WRITE, pages);
	if (got <= 0)
		return got ? got : -EFAULT;
	for (i = 0; i < got && !ret; i++)
		ret = inithold_touch(xd, pages[i]);
	{
		struct inithold_hold one = { .v = { pages[0] }, .n = 1 };

		inithold_hold_free(&one);
	}
	for (i = 1; i < got; i++)
		put_page(pages[i]);
	return ret;
}

static int inithold_open(struct inode *inode, struct file *file)
{
	file->private_data = container_of(file->private_data, struct inithold_dev, misc);
	return 0;
}

static long inithold_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct inithold_dev *xd = file->private_data;
	struct inithold_args a;

	if (cmd != INITHOLD_IOC_XFER)
		return -ENOTTY;
	if (copy_from_user(&a, (void __user *)arg, sizeof(a)))
		return -EFAULT;
	return inithold_xfer(xd, a.addr, a.len);
}

static const struct file_operations inithold_fops = {
	.owner = THIS_MODULE,
	.open = inithold_open,
	.unlocked_ioctl = inithold_ioctl,
};

static int inithold_probe(struct platform_device *pdev)
{
	struct inithold_dev *xd;

	xd = devm_kzalloc(&pdev->dev, sizeof(*xd), GFP_KERNEL);
	if (!xd)
		return -ENOMEM;
	xd->dev = &pdev->dev;
	inithold_selftest();
	xd->misc.minor = MISC_DYNAMIC_MINOR;
	xd->misc.name = "inithold";
	xd->misc.fops = &inithold_fops;
	platform_set_drvdata(pdev, xd);
	return misc_register(&xd->misc);
}

static void inithold_remove(struct platform_device *pdev)
{
	struct inithold_dev *xd = platform_get_drvdata(pdev);

	misc_deregister(&xd->misc);
}

static struct platform_driver inithold_driver = {
	.probe = inithold_probe,
	.remove_new = inithold_remove,
	.driver = { .name = "inithold" },
};
module_platform_driver(inithold_driver);

MODULE_DESCRIPTION("inithold test driver");
MODULE_LICENSE("GPL");
