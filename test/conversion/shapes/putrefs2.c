// expect: converted
// visible put loop on error, but folio_put_refs on success
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

struct putrefs2_args {
	__u64 addr;
	__u64 len;
};

#define PUTREFS2_IOC_XFER _IOW('x', 82, struct putrefs2_args)
#define PUTREFS2_MAX 32

struct putrefs2_dev {
	struct miscdevice misc;
	struct device *dev;
};

static int putrefs2_touch(struct putrefs2_dev *xd, struct page *p)
{
	dma_addr_t dma = dma_map_page(xd->dev, p, 0, PAGE_SIZE, DMA_FROM_DEVICE);

	if (dma_mapping_error(xd->dev, dma))
		return -EIO;
	dma_unmap_page(xd->dev, dma, PAGE_SIZE, DMA_FROM_DEVICE);
	set_page_dirty_lock(p);
	return 0;
}

static long putrefs2_xfer(struct putrefs2_dev *xd, unsigned long addr, size_t len)
{
	struct page *pages[PUTREFS2_MAX];
	int i, got, ret = 0;

	got = get_user_pages_fast(addr & PAGE_MASK, PUTREFS2_MAX, FOLL_WRITE, pages);
	if (got <= 0)
		return got ? got : -EFAULT;
	for (i = 0; i < got && !ret; i++)
		ret = putrefs2_touch(xd, pages[i]);
	if (!ret && len) {
		for (i = 0; i < got; i++)
			folio_put_refs(page_folio(pages[i]), 1);
		return 0;
	}
	for (i = 0; i < got; i++)
		put_page(pages[i]);
	return ret;
}

static int putrefs2_open(struct inode *inode, struct file *file)
{
	file->private_data = container_of(file->private_data, struct putrefs2_dev, misc);
	return 0;
}

static long putrefs2_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct putrefs2_dev *xd = file->private_data;
	struct putrefs2_args a;

	if (cmd != PUTREFS2_IOC_XFER)
		return -ENOTTY;
	if (copy_from_user(&a, (void __user *)arg, sizeof(a)))
		return -EFAULT;
	return putrefs2_xfer(xd, a.addr, a.len);
}

static const struct file_operations putrefs2_fops = {
	.owner = THIS_MODULE,
	.open = putrefs2_open,
	.unlocked_ioctl = putrefs2_ioctl,
};

static int putrefs2_probe(struct platform_device *pdev)
{
	struct putrefs2_dev *xd;

	xd = devm_kzalloc(&pdev->dev, sizeof(*xd), GFP_KERNEL);
	if (!xd)
		return -ENOMEM;
	xd->dev = &pdev->dev;
	xd->misc.minor = MISC_DYNAMIC_MINOR;
	xd->misc.name = "putrefs2";
	xd->misc.fops = &putrefs2_fops;
	platform_set_drvdata(pdev, xd);
	return misc_register(&xd->misc);
}

static void putrefs2_remove(struct platform_device *pdev)
{
	struct putrefs2_dev *xd = platform_get_drvdata(pdev);

	misc_deregister(&xd->misc);
}

static struct platform_driver putrefs2_driver = {
	.probe = putrefs2_probe,
	.remove_new = putrefs2_remove,
	.driver = { .name = "putrefs2" },
};
module_platform_driver(putrefs2_driver);

MODULE_DESCRIPTION("putrefs2 test driver");
MODULE_LICENSE("GPL");
