// expect: refused
// put_page in the timer function through from_timer
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

struct timerput_args {
	__u64 addr;
	__u64 len;
};

#define TIMERPUT_IOC_XFER _IOW('x', 23, struct timerput_args)
#define TIMERPUT_MAX 32

#include <linux/timer.h>

struct timerput_dev {
	struct miscdevice misc;
	struct device *dev;
	struct timer_list tmo;
	struct page *held;
	dma_addr_t dma;
};

static void timerput_tmo(struct timer_list *t)
{
	struct timerput_dev *xd = from_timer(xd, t, tmo);
	struct page *p = xchg(&xd->held, NULL);

	if (p)
		put_page(p);
}

static long timerput_xfer(struct timerput_dev *xd, unsigned long addr, size_t len)
{
	struct page *page;
	int ret;

	ret = get_user_pages_fast(addr, 1, FOLL_WRITE, &page);
	if (ret != 1)
		return ret < 0 ? ret : -EFAULT;
	xd->dma = dma_map_page(xd->dev, page, 0, PAGE_SIZE, DMA_FROM_DEVICE);
	if (dma_mapping_error(xd->dev, xd->dma)) {
		put_page(page);
		return -EIO;
	}
	dma_unmap_page(xd->dev, xd->dma, PAGE_SIZE, DMA_FROM_DEVICE);
	page = xchg(&xd->held, page);
	if (page)
		put_page(page);
	mod_timer(&xd->tmo, jiffies + HZ);
	return 0;
}

static int timerput_open(struct inode *inode, struct file *file)
{
	file->private_data = container_of(file->private_data, struct timerput_dev, misc);
	return 0;
}

static long timerput_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct timerput_dev *xd = file->private_data;
	struct timerput_args a;

	if (cmd != TIMERPUT_IOC_XFER)
		return -ENOTTY;
	if (copy_from_user(&a, (void __user *)arg, sizeof(a)))
		return -EFAULT;
	return timerput_xfer(xd, a.addr, a.len);
}

static const struct file_operations timerput_fops = {
	.owner = THIS_MODULE,
	.open = timerput_open,
	.unlocked_ioctl = timerput_ioctl,
};

static int timerput_probe(struct platform_device *pdev)
{
	struct timerput_dev *xd;

	xd = devm_kzalloc(&pdev->dev, sizeof(*xd), GFP_KERNEL);
	if (!xd)
		return -ENOMEM;
	xd->dev = &pdev->dev;
	timer_setup(&xd->tmo, timerput_tmo, 0);
	xd->misc.minor = MISC_DYNAMIC_MINOR;
	xd->misc.name = "timerput";
	xd->misc.fops = &timerput_fops;
	platform_set_drvdata(pdev, xd);
	return misc_register(&xd->misc);
}

static void timerput_remove(struct platform_device *pdev)
{
	struct timerput_dev *xd = platform_get_drvdata(pdev);

	misc_deregister(&xd->misc);
	del_timer_sync(&xd->tmo);
}

static struct platform_driver timerput_driver = {
	.probe = timerput_probe,
	.remove_new = timerput_remove,
	.driver = { .name = "timerput" },
};
module_platform_driver(timerput_driver);

MODULE_DESCRIPTION("timerput test driver");
MODULE_LICENSE("GPL");
