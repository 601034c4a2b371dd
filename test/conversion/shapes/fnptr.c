// expect: refused
// put_fn = put_page; put_fn(pages[i])
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

struct fnptr_args {
	__u64 addr;
	__u64 len;
};

#define FNPTR_IOC_XFER _IOW('x', 62, struct fnptr_args)
#define FNPTR_MAX 32

struct fnptr_dev {
	struct miscdevice misc;
	struct device *dev;
};

static int fnptr_touch(struct fnptr_dev *xd, struct page *p)
{
	dma_addr_t dma = dma_map_page(xd->dev, p, 0, PAGE_SIZE, DMA_FROM_DEVICE);

	if (dma_mapping_error(xd->dev, dma))
		return -EIO;
	dma_unmap_page(xd->dev, dma, PAGE_SIZE, DMA_FROM_DEVICE);
	set_page_dirty_lock(p);
	return 0;
}

static long fnptr_xfer(struct fnptr_dev *xd, unsigned long addr, size_t len)
{
	struct page *pages[FNPTR_MAX];
	void (*put_fn)(struct page *) = put_page;
	int i, got, ret = 0;

	got = get_user_pages_fast(addr & PAGE_MASK, FNPTR_MAX, FOLL_WRITE, pages);
	if (got <= 0)
		return got ? got : -EFAULT;
	for (i = 0; i < got && !ret; i++)
		ret = fnptr_touch(xd, pages[i]);
	if (ret)
		put_fn = put_page;
	for (i = 0; i < got; i++)
		put_fn(pages[i]);
	return ret;
}

static int fnptr_open(struct inode *inode, struct file *file)
{
	file->private_data = container_of(file->private_data, struct fnptr_dev, misc);
	return 0;
}

static long fnptr_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct fnptr_dev *xd = file->private_data;
	struct fnptr_args a;

	if (cmd != FNPTR_IOC_XFER)
		return -ENOTTY;
	if (copy_from_user(&a, (void __user *)arg, sizeof(a)))
		return -EFAULT;
	return fnptr_xfer(xd, a.addr, a.len);
}

static const struct file_operations fnptr_fops = {
	.owner = THIS_MODULE,
	.open = fnptr_open,
	.unlocked_ioctl = fnptr_ioctl,
};

static int fnptr_probe(struct platform_device *pdev)
{
	struct fnptr_dev *xd;

	xd = devm_kzalloc(&pdev->dev, sizeof(*xd), GFP_KERNEL);
	if (!xd)
		return -ENOMEM;
	xd->dev = &pdev->dev;
	xd->misc.minor = MISC_DYNAMIC_MINOR;
	xd->misc.name = "fnptr";
	xd->misc.fops = &fnptr_fops;
	platform_set_drvdata(pdev, xd);
	return misc_register(&xd->misc);
}

static void fnptr_remove(struct platform_device *pdev)
{
	struct fnptr_dev *xd = platform_get_drvdata(pdev);

	misc_deregister(&xd->misc);
}

static struct platform_driver fnptr_driver = {
	.probe = fnptr_probe,
	.remove_new = fnptr_remove,
	.driver = { .name = "fnptr" },
};
module_platform_driver(fnptr_driver);

MODULE_DESCRIPTION("fnptr test driver");
MODULE_LICENSE("GPL");
