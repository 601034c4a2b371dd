// expect: refused
// union: page stored as .page, put through (struct page *)slot.raw
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

struct unionraw_args {
	__u64 addr;
	__u64 len;
};

#define UNIONRAW_IOC_XFER _IOW('x', 70, struct unionraw_args)
#define UNIONRAW_MAX 32

union unionraw_tag {
	struct page *page;
	unsigned long raw;
};

struct unionraw_dev {
	struct miscdevice misc;
	struct device *dev;
	union unionraw_tag tags[4];
};

static int unionraw_touch(struct unionraw_dev *xd, struct page *p)
{
	dma_addr_t dma = dma_map_page(xd->dev, p, 0, PAGE_SIZE, DMA_FROM_DEVICE);

	if (dma_mapping_error(xd->dev, dma))
		return -EIO;
	dma_unmap_page(xd->dev, dma, PAGE_SIZE, DMA_FROM_DEVICE);
	set_page_dirty_lock(p);
	return 0;
}

static void unionraw_clear(struct unionraw_dev *xd)
{
	int i;

	for (i = 0; i < 4; i++) {
		unsigned long r = xd->tags[i].raw & ~3UL;

		if (r)
			put_page((struct page *)r);
		xd->tags[i].raw = 0;
	}
}

static long unionraw_xfer(struct unionraw_dev *xd, unsigned long addr, size_t len)
{
	union unionraw_tag t;
	int ret;

	ret = get_user_pages_fast(addr, 1, FOLL_WRITE, &t.page);
	if (ret != 1)
		return ret < 0 ? ret : -EFAULT;
	ret = unionraw_touch(xd, t.page);
	if (ret || xd->tags[len & 3].raw) {
		put_page(t.page);
		return ret ? ret : -EBUSY;
	}
	t.raw |= 1;
	xd->tags[len & 3] = t;
	return 0;
}

static int unionraw_open(struct inode *inode, struct file *file)
{
	file->private_data = container_of(file->private_data, struct unionraw_dev, misc);
	return 0;
}

static long unionraw_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct unionraw_dev *xd = file->private_data;
	struct unionraw_args a;

	if (cmd != UNIONRAW_IOC_XFER)
		return -ENOTTY;
	if (copy_from_user(&a, (void __user *)arg, sizeof(a)))
		return -EFAULT;
	return unionraw_xfer(xd, a.addr, a.len);
}

static const struct file_operations unionraw_fops = {
	.owner = THIS_MODULE,
	.open = unionraw_open,
	.unlocked_ioctl = unionraw_ioctl,
};

static int unionraw_probe(struct platform_device *pdev)
{
	struct unionraw_dev *xd;

	xd = devm_kzalloc(&pdev->dev, sizeof(*xd), GFP_KERNEL);
	if (!xd)
		return -ENOMEM;
	xd->dev = &pdev->dev;
	xd->misc.minor = MISC_DYNAMIC_MINOR;
	xd->misc.name = "unionraw";
	xd->misc.fops = &unionraw_fops;
	platform_set_drvdata(pdev, xd);
	return misc_register(&xd->misc);
}

static void unionraw_remove(struct platform_device *pdev)
{
	struct unionraw_dev *xd = platform_get_drvdata(pdev);

	misc_deregister(&xd->misc);
	unionraw_clear(xd);
}

static struct platform_driver unionraw_driver = {
	.probe = unionraw_probe,
	.remove_new = unionraw_remove,
	.driver = { .name = "unionraw" },
};
module_platform_driver(unionraw_driver);

MODULE_DESCRIPTION("unionraw test driver");
MODULE_LICENSE("GPL");
