// expect: refused
// put_page((struct page *)(uintptr_t)cookie): page kept as u64 cookie
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

struct cookie_args {
	__u64 addr;
	__u64 len;
};

#define COOKIE_IOC_XFER _IOW('x', 49, struct cookie_args)
#define COOKIE_MAX 32

struct cookie_desc {
	__le64 addr;
	u64 cookie;
};

struct cookie_dev {
	struct miscdevice misc;
	struct device *dev;
	struct cookie_desc ring[16];
	unsigned int prod, cons;
};

static void cookie_reap(struct cookie_dev *xd)
{
	while (xd->cons != xd->prod) {
		struct cookie_desc *d = &xd->ring[xd->cons++ & 15];

		dma_unmap_page(xd->dev, le64_to_cpu(d->addr), PAGE_SIZE, DMA_FROM_DEVICE);
		put_page((struct page *)(uintptr_t)d->cookie);
	}
}

static long cookie_xfer(struct cookie_dev *xd, unsigned long addr, size_t len)
{
	struct cookie_desc *d;
	struct page *page;
	dma_addr_t dma;
	int ret;

	if (xd->prod - xd->cons == 16)
		cookie_reap(xd);
	ret = get_user_pages_fast(addr, 1, FOLL_WRITE, &page);
	if (ret != 1)
		return ret < 0 ? ret : -EFAULT;
	dma = dma_map_page(xd->dev, page, 0, PAGE_SIZE, DMA_FROM_DEVICE);
	if (dma_mapping_error(xd->dev, dma)) {
		put_page(page);
		return -EIO;
	}
	d = &xd->ring[xd->prod++ & 15];
	d->addr = cpu_to_le64(dma);
	d->cookie = (uintptr_t)page;
	return 0;
}

static int cookie_open(struct inode *inode, struct file *file)
{
	file->private_data = container_of(file->private_data, struct cookie_dev, misc);
	return 0;
}

static long cookie_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct cookie_dev *xd = file->private_data;
	struct cookie_args a;

	if (cmd != COOKIE_IOC_XFER)
		return -ENOTTY;
	if (copy_from_user(&a, (void __user *)arg, sizeof(a)))
		return -EFAULT;
	return cookie_xfer(xd, a.addr, a.len);
}

static const struct file_operations cookie_fops = {
	.owner = THIS_MODULE,
	.open = cookie_open,
	.unlocked_ioctl = cookie_ioctl,
};

static int cookie_probe(struct platform_device *pdev)
{
	struct cookie_dev *xd;

	xd = devm_kzalloc(&pdev->dev, sizeof(*xd), GFP_KERNEL);
	if (!xd)
		return -ENOMEM;
	xd->dev = &pdev->dev;
	xd->misc.minor = MISC_DYNAMIC_MINOR;
	xd->misc.name = "cookie";
	xd->misc.fops = &cookie_fops;
	platform_set_drvdata(pdev, xd);
	return misc_register(&xd->misc);
}

static void cookie_remove(struct platform_device *pdev)
{
	struct cookie_dev *xd = platform_get_drvdata(pdev);

	misc_deregister(&xd->misc);
	cookie_reap(xd);
}

static struct platform_driver cookie_driver = {
	.probe = cookie_probe,
	.remove_new = cookie_remove,
	.driver = { .name = "cookie" },
};
module_platform_driver(cookie_driver);

MODULE_DESCRIPTION("cookie test driver");
MODULE_LICENSE("GPL");
