// expect: refused
// error arm calls drop() through a function pointer stored in a static table of functions
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

struct fnptr2_args {
	__u64 addr;
	__u64 len;
};

#define FNPTR2_IOC_XFER _IOW('x', 63, struct fnptr2_args)
#define FNPTR2_MAX 32

struct fnptr2_dev {
	struct miscdevice misc;
	struct device *dev;
};

static int fnptr2_touch(struct fnptr2_dev *xd, struct page *p)
{
	dma_addr_t dma = dma_map_page(xd->dev, p, 0, PAGE_SIZE, DMA_FROM_DEVICE);

	if (dma_mapping_error(xd->dev, dma))
		return -EIO;
	dma_unmap_page(xd->dev, dma, PAGE_SIZE, DMA_FROM_DEVICE);
	set_page_dirty_lock(p);
	return 0;
}

static void fnptr2_put_clean(struct page *p)
{
	put_page(p);
}

static void fnptr2_put_dirty(struct page *p)
{
	set_page_dirty_lock(p);
	put_page(p);
}

static void (*const fnptr2_putters[])(struct page *) = { fnptr2_put_clean, fnptr2_put_dirty };

static long fnptr2_xfer(struct fnptr2_dev *xd, unsigned long addr, size_t len)
{
	struct page *pages[FNPTR2_MAX];
	int i, got, ret = 0;

	got = get_user_pages_fast(addr & PAGE_MASK, FNPTR2_MAX, FOLL_WRITE, pages);
	if (got <= 0)
		return got ? got : -EFAULT;
	for (i = 0; i < got && !ret; i++)
		ret = fnptr2_touch(xd, pages[i]);
	if (ret) {
		for (i = 0; i < got; i++)
			fnptr2_putters[i == 0](pages[i]);
		return ret;
	}
	for (i = 0; i < got; i++)
		put_page(pages[i]);
	return ret;
}

static int fnptr2_open(struct inode *inode, struct file *file)
{
	file->private_data = container_of(file->private_data, struct fnptr2_dev, misc);
	return 0;
}

static long fnptr2_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct fnptr2_dev *xd = file->private_data;
	struct fnptr2_args a;

	if (cmd != FNPTR2_IOC_XFER)
		return -ENOTTY;
	if (copy_from_user(&a, (void __user *)arg, sizeof(a)))
		return -EFAULT;
	return fnptr2_xfer(xd, a.addr, a.len);
}

static const struct file_operations fnptr2_fops = {
	.owner = THIS_MODULE,
	.open = fnptr2_open,
	.unlocked_ioctl = fnptr2_ioctl,
};

static int fnptr2_probe(struct platform_device *pdev)
{
	struct fnptr2_dev *xd;

	xd = devm_kzalloc(&pdev->dev, sizeof(*xd), GFP_KERNEL);
	if (!xd)
		return -ENOMEM;
	xd->dev = &pdev->dev;
	xd->misc.minor = MISC_DYNAMIC_MINOR;
	xd->misc.name = "fnptr2";
	xd->misc.fops = &fnptr2_fops;
	platform_set_drvdata(pdev, xd);
	return misc_register(&xd->misc);
}

static void fnptr2_remove(struct platform_device *pdev)
{
	struct fnptr2_dev *xd = platform_get_drvdata(pdev);

	misc_deregister(&xd->misc);
}

static struct platform_driver fnptr2_driver = {
	.probe = fnptr2_probe,
	.remove_new = fnptr2_remove,
	.driver = { .name = "fnptr2" },
};
module_platform_driver(fnptr2_driver);

MODULE_DESCRIPTION("fnptr2 test driver");
MODULE_LICENSE("GPL");
