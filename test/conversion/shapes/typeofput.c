// expect: refused
// typeof() pointers walk the array and put
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

struct typeofput_args {
	__u64 addr;
	__u64 len;
};

#define TYPEOFPUT_IOC_XFER _IOW('x', 66, struct typeofput_args)
#define TYPEOFPUT_MAX 32

struct typeofput_dev {
	struct miscdevice misc;
	struct device *dev;
};

static int typeofput_touch(struct typeofput_dev *xd, struct page *p)
{
	dma_addr_t dma = dma_map_page(xd->dev, p, 0, PAGE_SIZE, DMA_FROM_DEVICE);

	if (dma_mapping_error(xd->dev, dma))
		return -EIO;
	dma_unmap_page(xd->dev, dma, PAGE_SIZE, DMA_FROM_DEVICE);
	set_page_dirty_lock(p);
	return 0;
}

static long typeofput_xfer(struct typeofput_dev *xd, unsigned long addr, size_t len)
{
	struct page *pages[TYPEOFPUT_MAX];
	int i, got, ret = 0;

	got = get_user_pages_fast(addr & PAGE_MASK, TYPEOFPUT_MAX, FOLL_WRITE, pages);
	if (got <= 0)
		return got ? got : -EFAULT;
	for (i = 0; i < got && !ret; i++)
		ret = typeofput_touch(xd, pages[i]);
	{
		typeof(&pages[0]) it = pages, end = it + got;

		for (; it != end; ++it)
			put_page(*it);
	}
	return ret;
}

static int typeofput_open(struct inode *inode, struct file *file)
{
	file->private_data = container_of(file->private_data, struct typeofput_dev, misc);
	return 0;
}

static long typeofput_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct typeofput_dev *xd = file->private_data;
	struct typeofput_args a;

	if (cmd != TYPEOFPUT_IOC_XFER)
		return -ENOTTY;
	if (copy_from_user(&a, (void __user *)arg, sizeof(a)))
		return -EFAULT;
	return typeofput_xfer(xd, a.addr, a.len);
}

static const struct file_operations typeofput_fops = {
	.owner = THIS_MODULE,
	.open = typeofput_open,
	.unlocked_ioctl = typeofput_ioctl,
};

static int typeofput_probe(struct platform_device *pdev)
{
	struct typeofput_dev *xd;

	xd = devm_kzalloc(&pdev->dev, sizeof(*xd), GFP_KERNEL);
	if (!xd)
		return -ENOMEM;
	xd->dev = &pdev->dev;
	xd->misc.minor = MISC_DYNAMIC_MINOR;
	xd->misc.name = "typeofput";
	xd->misc.fops = &typeofput_fops;
	platform_set_drvdata(pdev, xd);
	return misc_register(&xd->misc);
}

static void typeofput_remove(struct platform_device *pdev)
{
	struct typeofput_dev *xd = platform_get_drvdata(pdev);

	misc_deregister(&xd->misc);
}

static struct platform_driver typeofput_driver = {
	.probe = typeofput_probe,
	.remove_new = typeofput_remove,
	.driver = { .name = "typeofput" },
};
module_platform_driver(typeofput_driver);

MODULE_DESCRIPTION("typeofput test driver");
MODULE_LICENSE("GPL");
