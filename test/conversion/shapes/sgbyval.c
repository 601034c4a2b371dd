// expect: converted
// sg entry copied by struct assignment to the device; put_page(sg_page(&xd->last)) in another function
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

struct sgbyval_args {
	__u64 addr;
	__u64 len;
};

#define SGBYVAL_IOC_XFER _IOW('x', 190, struct sgbyval_args)
#define SGBYVAL_MAX 32

struct sgbyval_dev {
	struct miscdevice misc;
	struct device *dev;
	struct scatterlist last;
	bool valid;
};

static void sgbyval_drop(struct sgbyval_dev *xd)
{
	if (xd->valid)
		put_page(sg_page(&xd->last));
	xd->valid = false;
}

static long sgbyval_xfer(struct sgbyval_dev *xd, unsigned long addr, size_t len)
{
	struct scatterlist sg;
	struct page *page;
	int ret;

	sgbyval_drop(xd);
	ret = get_user_pages_fast(addr, 1, FOLL_WRITE, &page);
	if (ret != 1)
		return ret < 0 ? ret : -EFAULT;
	sg_init_table(&sg, 1);
	sg_set_page(&sg, page, PAGE_SIZE, 0);
	if (!dma_map_sg(xd->dev, &sg, 1, DMA_FROM_DEVICE)) {
		put_page(page);
		return -EIO;
	}
	dma_unmap_sg(xd->dev, &sg, 1, DMA_FROM_DEVICE);
	xd->last = sg;
	xd->valid = true;
	return 0;
}

static int sgbyval_open(struct inode *inode, struct file *file)
{
	file->private_data = container_of(file->private_data, struct sgbyval_dev, misc);
	return 0;
}

static long sgbyval_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct sgbyval_dev *xd = file->private_data;
	struct sgbyval_args a;

	if (cmd != SGBYVAL_IOC_XFER)
		return -ENOTTY;
	if (copy_from_user(&a, (void __user *)arg, sizeof(a)))
		return -EFAULT;
	return sgbyval_xfer(xd, a.addr, a.len);
}

static const struct file_operations sgbyval_fops = {
	.owner = THIS_MODULE,
	.open = sgbyval_open,
	.unlocked_ioctl = sgbyval_ioctl,
};

static int sgbyval_probe(struct platform_device *pdev)
{
	struct sgbyval_dev *xd;

	xd = devm_kzalloc(&pdev->dev, sizeof(*xd), GFP_KERNEL);
	if (!xd)
		return -ENOMEM;
	xd->dev = &pdev->dev;
	xd->misc.minor = MISC_DYNAMIC_MINOR;
	xd->misc.name = "sgbyval";
	xd->misc.fops = &sgbyval_fops;
	platform_set_drvdata(pdev, xd);
	return misc_register(&xd->misc);
}

static void sgbyval_remove(struct platform_device *pdev)
{
	struct sgbyval_dev *xd = platform_get_drvdata(pdev);

	misc_deregister(&xd->misc);
	sgbyval_drop(xd);
}

static struct platform_driver sgbyval_driver = {
	.probe = sgbyval_probe,
	.remove_new = sgbyval_remove,
	.driver = { .name = "sgbyval" },
};
module_platform_driver(sgbyval_driver);

MODULE_DESCRIPTION("sgbyval test driver");
MODULE_LICENSE("GPL");
