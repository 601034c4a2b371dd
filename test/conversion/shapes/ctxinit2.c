// expect: refused
// kernel pages reach ctx_put() by an initialiser { .pages = k }, user pages by assignment: ctx_put must not become an unpin for all
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

struct ctxinit2_args {
	__u64 addr;
	__u64 len;
};

#define CTXINIT2_IOC_XFER _IOW('x', 243, struct ctxinit2_args)
#define CTXINIT2_MAX 32

struct ctxinit2_ctx {
	struct page **pages;
	unsigned int nr;
	struct device *dev;
};

static void ctxinit2_ctx_put(struct ctxinit2_ctx *c)
{
	unsigned int i;

	for (i = 0; i < c->nr; i++)
		put_page(c->pages[i]);
}

struct ctxinit2_dev {
	struct miscdevice misc;
	struct device *dev;
};

static int ctxinit2_touch(struct ctxinit2_dev *xd, struct page *p)
{
	dma_addr_t dma = dma_map_page(xd->dev, p, 0, PAGE_SIZE, DMA_FROM_DEVICE);

	if (dma_mapping_error(xd->dev, dma))
		return -EIO;
	dma_unmap_page(xd->dev, dma, PAGE_SIZE, DMA_FROM_DEVICE);
	set_page_dirty_lock(p);
	return 0;
}

static void ctxinit2_selftest(struct ctxinit2_dev *xd)
{
	struct page *k[2] = {
		alloc_page(GFP_KERNEL | __GFP_NOFAIL),
		alloc_page(GFP_KERNEL | __GFP_NOFAIL),
	};
	struct ctxinit2_ctx c = { .pages = k, .nr = 2, .dev = xd->dev };

	ctxinit2_ctx_put(&c);
}

static long ctxinit2_xfer(struct ctxinit2_dev *xd, unsigned long addr, size_t len)
{
	struct page *pages[CTXINIT2_MAX];
	struct ctxinit2_ctx c;
	int i, got, ret = 0;

	got = get_user_pages_fast(addr & PAGE_MASK, CTXINIT2_MAX, FOLL_WRITE, pages);
	if (got <= 0)
		return got ? got : -EFAULT;
	for (i = 0; i < got && !ret; i++)
		ret = ctxinit2_touch(xd, pages[i]);
	c.pages = pages;
	c.nr = got;
	c.dev = xd->dev;
	ctxinit2_ctx_put(&c);
	return ret;
}

static int ctxinit2_open(struct inode *inode, struct file *file)
{
	file->private_data = container_of(file->private_data, struct ctxinit2_dev, misc);
	return 0;
}

static long ctxinit2_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct ctxinit2_dev *xd = file->private_data;
	struct ctxinit2_args a;

	if (cmd != CTXINIT2_IOC_XFER)
		return -ENOTTY;
	if (copy_from_user(&a, (void __user *)arg, sizeof(a)))
		return -EFAULT;
	return ctxinit2_xfer(xd, a.addr, a.len);
}

static const struct file_operations ctxinit2_fops = {
	.owner = THIS_MODULE,
	.open = ctxinit2_open,
	.unlocked_ioctl = ctxinit2_ioctl,
};

static int ctxinit2_probe(struct platform_device *pdev)
{
	struct ctxinit2_dev *xd;

	xd = devm_kzalloc(&pdev->dev, sizeof(*xd), GFP_KERNEL);
	if (!xd)
		return -ENOMEM;
	xd->dev = &pdev->dev;
	ctxinit2_selftest(xd);
	xd->misc.minor = MISC_DYNAMIC_MINOR;
	xd->misc.name = "ctxinit2";
	xd->misc.fops = &ctxinit2_fops;
	platform_set_drvdata(pdev, xd);
	return misc_register(&xd->misc);
}

static void ctxinit2_remove(struct platform_device *pdev)
{
	struct ctxinit2_dev *xd = platform_get_drvdata(pdev);

	misc_deregister(&xd->misc);
}

static struct platform_driver ctxinit2_driver = {
	.probe = ctxinit2_probe,
	.remove_new = ctxinit2_remove,
	.driver = { .name = "ctxinit2" },
};
module_platform_driver(ctxinit2_driver);

MODULE_DESCRIPTION("ctxinit2 test driver");
MODULE_LICENSE("GPL");
