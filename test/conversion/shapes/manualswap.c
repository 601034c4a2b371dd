// expect: refused
// manual swap through a temporary with the global spare; later puts drop the other kind
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

struct manualswap_args {
	__u64 addr;
	__u64 len;
};

#define MANUALSWAP_IOC_XFER _IOW('x', 102, struct manualswap_args)
#define MANUALSWAP_MAX 32

struct manualswap_dev {
	struct miscdevice misc;
	struct device *dev;
};

static int manualswap_touch(struct manualswap_dev *xd, struct page *p)
{
	dma_addr_t dma = dma_map_page(xd->dev, p, 0, PAGE_SIZE, DMA_FROM_DEVICE);

	if (dma_mapping_error(xd->dev, dma))
		return -EIO;
	dma_unmap_page(xd->dev, dma, PAGE_SIZE, DMA_FROM_DEVICE);
	set_page_dirty_lock(p);
	return 0;
}

static struct page *manualswap_spare;

static long manualswap_xfer(struct manualswap_dev *xd, unsigned long addr, size_t len)
{
	struct page *pages[MANUALSWAP_MAX];
	int i, got, ret = 0;

	got = get_user_pages_fast(addr & PAGE_MASK, MANUALSWAP_MAX, FOLL_WRITE, pages);
	if (got <= 0)
		return got ? got : -EFAULT;
	if (len & 1) {
		struct page *t = pages[0];

		pages[0] = manualswap_spare;
		manualswap_spare = t;
	}
	for (i = 0; i < got && !ret; i++)
		ret = manualswap_touch(xd, pages[i]);
	for (i = 0; i < got; i++)
		put_page(pages[i]);
	return ret;
}

static int manualswap_open(struct inode *inode, struct file *file)
{
	file->private_data = container_of(file->private_data, struct manualswap_dev, misc);
	return 0;
}

static long manualswap_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct manualswap_dev *xd = file->private_data;
	struct manualswap_args a;

	if (cmd != MANUALSWAP_IOC_XFER)
		return -ENOTTY;
	if (copy_from_user(&a, (void __user *)arg, sizeof(a)))
		return -EFAULT;
	return manualswap_xfer(xd, a.addr, a.len);
}

static const struct file_operations manualswap_fops = {
	.owner = THIS_MODULE,
	.open = manualswap_open,
	.unlocked_ioctl = manualswap_ioctl,
};

static int manualswap_probe(struct platform_device *pdev)
{
	struct manualswap_dev *xd;

	xd = devm_kzalloc(&pdev->dev, sizeof(*xd), GFP_KERNEL);
	if (!xd)
		return -ENOMEM;
	xd->dev = &pdev->dev;
	manualswap_spare = alloc_page(GFP_KERNEL);
	if (!manualswap_spare)
		return -ENOMEM;
	xd->misc.minor = MISC_DYNAMIC_MINOR;
	xd->misc.name = "manualswap";
	xd->misc.fops = &manualswap_fops;
	platform_set_drvdata(pdev, xd);
	return misc_register(&xd->misc);
}

static void manualswap_remove(struct platform_device *pdev)
{
	struct manualswap_dev *xd = platform_get_drvdata(pdev);

	misc_deregister(&xd->misc);
	put_page(manualswap_spare);
}

static struct platform_driver manualswap_driver = {
	.probe = manualswap_probe,
	.remove_new = manualswap_remove,
	.driver = { .name = "manualswap" },
};
module_platform_driver(manualswap_driver);

MODULE_DESCRIPTION("manualswap test driver");
MODULE_LICENSE("GPL");
