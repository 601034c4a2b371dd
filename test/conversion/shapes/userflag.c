// expect: refused
// flag b->user decides: gup pages are put, alloc_page pages go by __free_page; plainly separate
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

struct userflag_args {
	__u64 addr;
	__u64 len;
};

#define USERFLAG_IOC_XFER _IOW('x', 215, struct userflag_args)
#define USERFLAG_MAX 32

struct userflag_buf {
	bool user;
	struct page *pg[USERFLAG_MAX];
	int n;
};

struct userflag_dev {
	struct miscdevice misc;
	struct device *dev;
};

static int userflag_touch(struct userflag_dev *xd, struct page *p)
{
	dma_addr_t dma = dma_map_page(xd->dev, p, 0, PAGE_SIZE, DMA_FROM_DEVICE);

	if (dma_mapping_error(xd->dev, dma))
		return -EIO;
	dma_unmap_page(xd->dev, dma, PAGE_SIZE, DMA_FROM_DEVICE);
	set_page_dirty_lock(p);
	return 0;
}

static void userflag_free(struct userflag_buf *b)
{
	int i;

	for (i = 0; i < b->n; i++) {
		if (b->user)
			put_page(b->pg[i]);
		else
			__free_page(b->pg[i]);
	}
}

static long userflag_xfer(struct userflag_dev *xd, unsigned long addr, size_t len)
{
	struct userflag_buf b = {};
	int i, ret = 0;

	if (addr) {
		ret = get_user_pages_fast(addr & PAGE_MASK, USERFLAG_MAX, FOLL_WRITE, b.pg);
		if (ret <= 0)
			return ret ? ret : -EFAULT;
		b.user = true;
		b.n = ret;
	} else {
		b.pg[0] = alloc_page(GFP_KERNEL);
		if (!b.pg[0])
			return -ENOMEM;
		b.n = 1;
	}
	for (i = 0, ret = 0; i < b.n && !ret; i++)
		ret = userflag_touch(xd, b.pg[i]);
	userflag_free(&b);
	return ret;
}

static int userflag_open(struct inode *inode, struct file *file)
{
	file->private_data = container_of(file->private_data, struct userflag_dev, misc);
	return 0;
}

static long userflag_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct userflag_dev *xd = file->private_data;
	struct userflag_args a;

	if (cmd != USERFLAG_IOC_XFER)
		return -ENOTTY;
	if (copy_from_user(&a, (void __user *)arg, sizeof(a)))
		return -EFAULT;
	return userflag_xfer(xd, a.addr, a.len);
}

static const struct file_operations userflag_fops = {
	.owner = THIS_MODULE,
	.open = userflag_open,
	.unlocked_ioctl = userflag_ioctl,
};

static int userflag_probe(struct platform_device *pdev)
{
	struct userflag_dev *xd;

	xd = devm_kzalloc(&pdev->dev, sizeof(*xd), GFP_KERNEL);
	if (!xd)
		return -ENOMEM;
	xd->dev = &pdev->dev;
	xd->misc.minor = MISC_DYNAMIC_MINOR;
	xd->misc.name = "userflag";
	xd->misc.fops = &userflag_fops;
	platform_set_drvdata(pdev, xd);
	return misc_register(&xd->misc);
}

static void userflag_remove(struct platform_device *pdev)
{
	struct userflag_dev *xd = platform_get_drvdata(pdev);

	misc_deregister(&xd->misc);
}

static struct platform_driver userflag_driver = {
	.probe = userflag_probe,
	.remove_new = userflag_remove,
	.driver = { .name = "userflag" },
};
module_platform_driver(userflag_driver);

MODULE_DESCRIPTION("userflag test driver");
MODULE_LICENSE("GPL");
