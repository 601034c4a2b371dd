// expect: refused
// put_page in the idr_for_each callback (void *p)
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

struct idrput_args {
	__u64 addr;
	__u64 len;
};

#define IDRPUT_IOC_XFER _IOW('x', 36, struct idrput_args)
#define IDRPUT_MAX 32

#include <linux/idr.h>

static DEFINE_IDR(idrput_idr);

struct idrput_dev {
	struct miscdevice misc;
	struct device *dev;
};

static int idrput_touch(struct idrput_dev *xd, struct page *p)
{
	dma_addr_t dma = dma_map_page(xd->dev, p, 0, PAGE_SIZE, DMA_FROM_DEVICE);

	if (dma_mapping_error(xd->dev, dma))
		return -EIO;
	dma_unmap_page(xd->dev, dma, PAGE_SIZE, DMA_FROM_DEVICE);
	set_page_dirty_lock(p);
	return 0;
}

static int idrput_drop_one(int id, void *p, void *data)
{
	put_page(p);
	return 0;
}

static long idrput_xfer(struct idrput_dev *xd, unsigned long addr, size_t len)
{
	struct page *page, *prev;
	int ret, id;

	ret = get_user_pages_fast(addr, 1, FOLL_WRITE, &page);
	if (ret != 1)
		return ret < 0 ? ret : -EFAULT;
	ret = idrput_touch(xd, page);
	if (ret) {
		put_page(page);
		return ret;
	}
	id = idr_alloc(&idrput_idr, page, 0, 0, GFP_KERNEL);
	if (id < 0) {
		put_page(page);
		return id;
	}
	if (len) {
		prev = idr_remove(&idrput_idr, len);
		if (prev)
			put_page(prev);
	}
	return id;
}

static int idrput_open(struct inode *inode, struct file *file)
{
	file->private_data = container_of(file->private_data, struct idrput_dev, misc);
	return 0;
}

static long idrput_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct idrput_dev *xd = file->private_data;
	struct idrput_args a;

	if (cmd != IDRPUT_IOC_XFER)
		return -ENOTTY;
	if (copy_from_user(&a, (void __user *)arg, sizeof(a)))
		return -EFAULT;
	return idrput_xfer(xd, a.addr, a.len);
}

static const struct file_operations idrput_fops = {
	.owner = THIS_MODULE,
	.open = idrput_open,
	.unlocked_ioctl = idrput_ioctl,
};

static int idrput_probe(struct platform_device *pdev)
{
	struct idrput_dev *xd;

	xd = devm_kzalloc(&pdev->dev, sizeof(*xd), GFP_KERNEL);
	if (!xd)
		return -ENOMEM;
	xd->dev = &pdev->dev;
	xd->misc.minor = MISC_DYNAMIC_MINOR;
	xd->misc.name = "idrput";
	xd->misc.fops = &idrput_fops;
	platform_set_drvdata(pdev, xd);
	return misc_register(&xd->misc);
}

static void idrput_remove(struct platform_device *pdev)
{
	struct idrput_dev *xd = platform_get_drvdata(pdev);

	misc_deregister(&xd->misc);
	idr_for_each(&idrput_idr, idrput_drop_one, NULL);
	idr_destroy(&idrput_idr);
}

static struct platform_driver idrput_driver = {
	.probe = idrput_probe,
	.remove_new = idrput_remove,
	.driver = { .name = "idrput" },
};
module_platform_driver(idrput_driver);

MODULE_DESCRIPTION("idrput test driver");
MODULE_LICENSE("GPL");
