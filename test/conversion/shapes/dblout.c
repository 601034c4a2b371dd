// expect: refused
// double pointer out parameter: two callers; the second one puts pages with release_pages and also gets alloc_page ones in
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

struct dblout_args {
	__u64 addr;
	__u64 len;
};

#define DBLOUT_IOC_XFER _IOW('x', 73, struct dblout_args)
#define DBLOUT_MAX 32


struct dblout_dev {
	struct miscdevice misc;
	struct device *dev;
};

static int dblout_touch(struct dblout_dev *xd, struct page *p)
{
	dma_addr_t dma = dma_map_page(xd->dev, p, 0, PAGE_SIZE, DMA_FROM_DEVICE);

	if (dma_mapping_error(xd->dev, dma))
		return -EIO;
	dma_unmap_page(xd->dev, dma, PAGE_SIZE, DMA_FROM_DEVICE);
	set_page_dirty_lock(p);
	return 0;
}

static int dblout_take(unsigned long addr, int nr, struct page ***out)
{
	struct page **v = kcalloc(nr + 1, sizeof(*v), GFP_KERNEL);
	int got;

	if (!v)
		return -ENOMEM;
	got = get_user_pages_fast(addr & PAGE_MASK, nr, FOLL_WRITE, v);
	if (got <= 0) {
		kfree(v);
		return got ? got : -EFAULT;
	}
	*out = v;
	return got;
}

static long dblout_xfer(struct dblout_dev *xd, unsigned long addr, size_t len)
{
	struct page **list, *tail;
	int i, n, ret = 0;

	n = dblout_take(addr, DBLOUT_MAX, &list);
	if (n < 0)
		return n;
	for (i = 0; i < n && !ret; i++)
		ret = dblout_touch(xd, list[i]);
	if (ret) {
		for (i = 0; i < n; i++)
			put_page(list[i]);
		kfree(list);
		return ret;
	}
	tail = alloc_page(GFP_KERNEL);
	if (tail)
		list[n++] = tail;
	release_pages(list, n);
	kfree(list);
	return 0;
}

static int dblout_open(struct inode *inode, struct file *file)
{
	file->private_data = container_of(file->private_data, struct dblout_dev, misc);
	return 0;
}

static long dblout_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct dblout_dev *xd = file->private_data;
	struct dblout_args a;

	if (cmd != DBLOUT_IOC_XFER)
		return -ENOTTY;
	if (copy_from_user(&a, (void __user *)arg, sizeof(a)))
		return -EFAULT;
	return dblout_xfer(xd, a.addr, a.len);
}

static const struct file_operations dblout_fops = {
	.owner = THIS_MODULE,
	.open = dblout_open,
	.unlocked_ioctl = dblout_ioctl,
};

static int dblout_probe(struct platform_device *pdev)
{
	struct dblout_dev *xd;

	xd = devm_kzalloc(&pdev->dev, sizeof(*xd), GFP_KERNEL);
	if (!xd)
		return -ENOMEM;
	xd->dev = &pdev->dev;
	xd->misc.minor = MISC_DYNAMIC_MINOR;
	xd->misc.name = "dblout";
	xd->misc.fops = &dblout_fops;
	platform_set_drvdata(pdev, xd);
	return misc_register(&xd->misc);
}

static void dblout_remove(struct platform_device *pdev)
{
	struct dblout_dev *xd = platform_get_drvdata(pdev);

	misc_deregister(&xd->misc);
}

static struct platform_driver dblout_driver = {
	.probe = dblout_probe,
	.remove_new = dblout_remove,
	.driver = { .name = "dblout" },
};
module_platform_driver(dblout_driver);

MODULE_DESCRIPTION("dblout test driver");
MODULE_LICENSE("GPL");
