// expect: refused
// #ifdef arms: the arm for CONFIG_HIGHMEM drops through folio_put, the other via put_page; both must change
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

struct ifdefarm_args {
	__u64 addr;
	__u64 len;
};

#define IFDEFARM_IOC_XFER _IOW('x', 93, struct ifdefarm_args)
#define IFDEFARM_MAX 32

struct ifdefarm_dev {
	struct miscdevice misc;
	struct device *dev;
};

static int ifdefarm_touch(struct ifdefarm_dev *xd, struct page *p)
{
	dma_addr_t dma = dma_map_page(xd->dev, p, 0, PAGE_SIZE, DMA_FROM_DEVICE);

	if (dma_mapping_error(xd->dev, dma))
		return -EIO;
	dma_unmap_page(xd->dev, dma, PAGE_SIZE, DMA_FROM_DEVICE);
	set_page_dirty_lock(p);
	return 0;
}

static long ifdefarm_xfer(struct ifdefarm_dev *xd, unsigned long addr, size_t len)
{
	struct page *pages[IFDEFARM_MAX];
	int i, got, ret = 0;

	got = get_user_pages_fast(addr & PAGE_MASK, IFDEFARM_MAX, FOLL_WRITE, pages);
	if (got <= 0)
		return got ? got : -EFAULT;
	for (i = 0; i < got && !ret; i++)
		ret = ifdefarm_touch(xd, pages[i]);
	for (i = 0; i < got; i++) {
#ifdef CONFIG_HIGHMEM
		folio_put(page_folio(pages[i]));
#else
		put_page(pages[i]);
#endif
	}
	return ret;
}

static int ifdefarm_open(struct inode *inode, struct file *file)
{
	file->private_data = container_of(file->private_data, struct ifdefarm_dev, misc);
	return 0;
}

static long ifdefarm_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct ifdefarm_dev *xd = file->private_data;
	struct ifdefarm_args a;

	if (cmd != IFDEFARM_IOC_XFER)
		return -ENOTTY;
	if (copy_from_user(&a, (void __user *)arg, sizeof(a)))
		return -EFAULT;
	return ifdefarm_xfer(xd, a.addr, a.len);
}

static const struct file_operations ifdefarm_fops = {
	.owner = THIS_MODULE,
	.open = ifdefarm_open,
	.unlocked_ioctl = ifdefarm_ioctl,
};

static int ifdefarm_probe(struct platform_device *pdev)
{
	struct ifdefarm_dev *xd;

	xd = devm_kzalloc(&pdev->dev, sizeof(*xd), GFP_KERNEL);
	if (!xd)
		return -ENOMEM;
	xd->dev = &pdev->dev;
	xd->misc.minor = MISC_DYNAMIC_MINOR;
	xd->misc.name = "ifdefarm";
	xd->misc.fops = &ifdefarm_fops;
	platform_set_drvdata(pdev, xd);
	return misc_register(&xd->misc);
}

static void ifdefarm_remove(struct platform_device *pdev)
{
	struct ifdefarm_dev *xd = platform_get_drvdata(pdev);

	misc_deregister(&xd->misc);
}

static struct platform_driver ifdefarm_driver = {
	.probe = ifdefarm_probe,
	.remove_new = ifdefarm_remove,
	.driver = { .name = "ifdefarm" },
};
module_platform_driver(ifdefarm_driver);

MODULE_DESCRIPTION("ifdefarm test driver");
MODULE_LICENSE("GPL");
