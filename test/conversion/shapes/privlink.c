// expect: refused
// put_page while following the chain of page_private links
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

struct privlink_args {
	__u64 addr;
	__u64 len;
};

#define PRIVLINK_IOC_XFER _IOW('x', 52, struct privlink_args)
#define PRIVLINK_MAX 32

struct privlink_dev {
	struct miscdevice misc;
	struct device *dev;
	struct page *chain;
};

static int privlink_touch(struct privlink_dev *xd, struct page *p)
{
	dma_addr_t dma = dma_map_page(xd->dev, p, 0, PAGE_SIZE, DMA_FROM_DEVICE);

	if (dma_mapping_error(xd->dev, dma))
		return -EIO;
	dma_unmap_page(xd->dev, dma, PAGE_SIZE, DMA_FROM_DEVICE);
	set_page_dirty_lock(p);
	return 0;
}

static void privlink_unchain(struct privlink_dev *xd)
{
	struct page *p = xd->chain, *next;

	for (; p; p = next) {
		next = (struct page *)page_private(p);
		set_page_private(p, 0);
		put_page(p);
	}
	xd->chain = NULL;
}

static long privlink_xfer(struct privlink_dev *xd, unsigned long addr, size_t len)
{
	struct page *page;
	int ret;

	ret = get_user_pages_fast(addr, 1, FOLL_WRITE, &page);
	if (ret != 1)
		return ret < 0 ? ret : -EFAULT;
	ret = privlink_touch(xd, page);
	if (ret || PagePrivate(page)) {
		put_page(page);
		return ret ? ret : -EBUSY;
	}
	set_page_private(page, (unsigned long)xd->chain);
	xd->chain = page;
	return 0;
}

static int privlink_open(struct inode *inode, struct file *file)
{
	file->private_data = container_of(file->private_data, struct privlink_dev, misc);
	return 0;
}

static long privlink_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct privlink_dev *xd = file->private_data;
	struct privlink_args a;

	if (cmd != PRIVLINK_IOC_XFER)
		return -ENOTTY;
	if (copy_from_user(&a, (void __user *)arg, sizeof(a)))
		return -EFAULT;
	return privlink_xfer(xd, a.addr, a.len);
}

static const struct file_operations privlink_fops = {
	.owner = THIS_MODULE,
	.open = privlink_open,
	.unlocked_ioctl = privlink_ioctl,
};

static int privlink_probe(struct platform_device *pdev)
{
	struct privlink_dev *xd;

	xd = devm_kzalloc(&pdev->dev, sizeof(*xd), GFP_KERNEL);
	if (!xd)
		return -ENOMEM;
	xd->dev = &pdev->dev;
	xd->misc.minor = MISC_DYNAMIC_MINOR;
	xd->misc.name = "privlink";
	xd->misc.fops = &privlink_fops;
	platform_set_drvdata(pdev, xd);
	return misc_register(&xd->misc);
}

static void privlink_remove(struct platform_device *pdev)
{
	struct privlink_dev *xd = platform_get_drvdata(pdev);

	misc_deregister(&xd->misc);
	privlink_unchain(xd);
}

static struct platform_driver privlink_driver = {
	.probe = privlink_probe,
	.remove_new = privlink_remove,
	.driver = { .name = "privlink" },
};
module_platform_driver(privlink_driver);

MODULE_DESCRIPTION("privlink test driver");
MODULE_LICENSE("GPL");
