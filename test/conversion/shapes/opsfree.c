// expect: refused
// two ops tables share the holder: user_ops.free puts gup pages, kern_ops.free puts alloc_page pages; ops->free(obj) is indirect
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

struct opsfree_args {
	__u64 addr;
	__u64 len;
};

#define OPSFREE_IOC_XFER _IOW('x', 28, struct opsfree_args)
#define OPSFREE_MAX 32

struct opsfree_obj;

struct opsfree_ops {
	int (*fill)(struct opsfree_obj *o, unsigned long addr, int nr);
	void (*free)(struct opsfree_obj *o);
};

struct opsfree_obj {
	const struct opsfree_ops *ops;
	struct page *pages[OPSFREE_MAX];
	int nr;
};

struct opsfree_dev {
	struct miscdevice misc;
	struct device *dev;
};

static void opsfree_common_free(struct opsfree_obj *o)
{
	int i;

	for (i = 0; i < o->nr; i++)
		put_page(o->pages[i]);
	o->nr = 0;
}

static int opsfree_user_fill(struct opsfree_obj *o, unsigned long addr, int nr)
{
	int got = get_user_pages_fast(addr & PAGE_MASK, nr, FOLL_WRITE, o->pages);

	if (got > 0)
		o->nr = got;
	return got < 0 ? got : 0;
}

static int opsfree_kern_fill(struct opsfree_obj *o, unsigned long addr, int nr)
{
	for (o->nr = 0; o->nr < nr; o->nr++) {
		o->pages[o->nr] = alloc_page(GFP_KERNEL);
		if (!o->pages[o->nr])
			return -ENOMEM;
	}
	return 0;
}

static const struct opsfree_ops opsfree_user_ops = { opsfree_user_fill, opsfree_common_free };
static const struct opsfree_ops opsfree_kern_ops = { .fill = opsfree_kern_fill, .free = opsfree_common_free };

static long opsfree_xfer(struct opsfree_dev *xd, unsigned long addr, size_t len)
{
	struct opsfree_obj *o = kzalloc(sizeof(*o), GFP_KERNEL);
	dma_addr_t dma;
	int i, ret;

	if (!o)
		return -ENOMEM;
	o->ops = addr ? &opsfree_user_ops : &opsfree_kern_ops;
	ret = o->ops->fill(o, addr, min_t(int, OPSFREE_MAX, len >> PAGE_SHIFT));
	for (i = 0; !ret && i < o->nr; i++) {
		dma = dma_map_page(xd->dev, o->pages[i], 0, PAGE_SIZE, DMA_FROM_DEVICE);
		if (!dma_mapping_error(xd->dev, dma))
			dma_unmap_page(xd->dev, dma, PAGE_SIZE, DMA_FROM_DEVICE);
	}
	o->ops->free(o);
	kfree(o);
	return ret;
}

static int opsfree_open(struct inode *inode, struct file *file)
{
	file->private_data = container_of(file->private_data, struct opsfree_dev, misc);
	return 0;
}

static long opsfree_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct opsfree_dev *xd = file->private_data;
	struct opsfree_args a;

	if (cmd != OPSFREE_IOC_XFER)
		return -ENOTTY;
	if (copy_from_user(&a, (void __user *)arg, sizeof(a)))
		return -EFAULT;
	return opsfree_xfer(xd, a.addr, a.len);
}

static const struct file_operations opsfree_fops = {
	.owner = THIS_MODULE,
	.open = opsfree_open,
	.unlocked_ioctl = opsfree_ioctl,
};

static int opsfree_probe(struct platform_device *pdev)
{
	struct opsfree_dev *xd;

	xd = devm_kzalloc(&pdev->dev, sizeof(*xd), GFP_KERNEL);
	if (!xd)
		return -ENOMEM;
	xd->dev = &pdev->dev;
	xd->misc.minor = MISC_DYNAMIC_MINOR;
	xd->misc.name = "opsfree";
	xd->misc.fops = &opsfree_fops;
	platform_set_drvdata(pdev, xd);
	return misc_register(&xd->misc);
}

static void opsfree_remove(struct platform_device *pdev)
{
	struct opsfree_dev *xd = platform_get_drvdata(pdev);

	misc_deregister(&xd->misc);
}

static struct platform_driver opsfree_driver = {
	.probe = opsfree_probe,
	.remove_new = opsfree_remove,
	.driver = { .name = "opsfree" },
};
module_platform_driver(opsfree_driver);

MODULE_DESCRIPTION("opsfree test driver");
MODULE_LICENSE("GPL");
