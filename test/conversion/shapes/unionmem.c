// expect: refused
// page stored in union member .user, put through the other member .any (also used for alloc_page pages)
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

struct unionmem_args {
	__u64 addr;
	__u64 len;
};

#define UNIONMEM_IOC_XFER _IOW('x', 69, struct unionmem_args)
#define UNIONMEM_MAX 32

struct unionmem_slot {
	bool used;
	union {
		struct page *user;
		struct page *any;
		unsigned long raw;
	};
};

struct unionmem_dev {
	struct miscdevice misc;
	struct device *dev;
	struct unionmem_slot slot[8];
};

static int unionmem_touch(struct unionmem_dev *xd, struct page *p)
{
	dma_addr_t dma = dma_map_page(xd->dev, p, 0, PAGE_SIZE, DMA_FROM_DEVICE);

	if (dma_mapping_error(xd->dev, dma))
		return -EIO;
	dma_unmap_page(xd->dev, dma, PAGE_SIZE, DMA_FROM_DEVICE);
	set_page_dirty_lock(p);
	return 0;
}

static void unionmem_clear(struct unionmem_dev *xd)
{
	int i;

	for (i = 0; i < 8; i++) {
		if (xd->slot[i].used)
			put_page(xd->slot[i].any);
		xd->slot[i].used = false;
	}
}

static long unionmem_xfer(struct unionmem_dev *xd, unsigned long addr, size_t len)
{
	struct unionmem_slot *s = &xd->slot[len & 7];
	int ret;

	if (s->used)
		return -EBUSY;
	ret = get_user_pages_fast(addr, 1, FOLL_WRITE, &s->user);
	if (ret != 1)
		return ret < 0 ? ret : -EFAULT;
	ret = unionmem_touch(xd, s->user);
	if (ret) {
		put_page(s->user);
		return ret;
	}
	s->used = true;
	return 0;
}

static int unionmem_open(struct inode *inode, struct file *file)
{
	file->private_data = container_of(file->private_data, struct unionmem_dev, misc);
	return 0;
}

static long unionmem_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct unionmem_dev *xd = file->private_data;
	struct unionmem_args a;

	if (cmd != UNIONMEM_IOC_XFER)
		return -ENOTTY;
	if (copy_from_user(&a, (void __user *)arg, sizeof(a)))
		return -EFAULT;
	return unionmem_xfer(xd, a.addr, a.len);
}

static const struct file_operations unionmem_fops = {
	.owner = THIS_MODULE,
	.open = unionmem_open,
	.unlocked_ioctl = unionmem_ioctl,
};

static int unionmem_probe(struct platform_device *pdev)
{
	struct unionmem_dev *xd;

	xd = devm_kzalloc(&pdev->dev, sizeof(*xd), GFP_KERNEL);
	if (!xd)
		return -ENOMEM;
	xd->dev = &pdev->dev;
	xd->misc.minor = MISC_DYNAMIC_MINOR;
	xd->misc.name = "unionmem";
	xd->misc.fops = &unionmem_fops;
	platform_set_drvdata(pdev, xd);
	return misc_register(&xd->misc);
}

static void unionmem_remove(struct platform_device *pdev)
{
	struct unionmem_dev *xd = platform_get_drvdata(pdev);

	misc_deregister(&xd->misc);
	unionmem_clear(xd);
}

static struct platform_driver unionmem_driver = {
	.probe = unionmem_probe,
	.remove_new = unionmem_remove,
	.driver = { .name = "unionmem" },
};
module_platform_driver(unionmem_driver);

MODULE_DESCRIPTION("unionmem test driver");
MODULE_LICENSE("GPL");
