// expect: refused
// put_page(phys_to_page(dma_to_phys)) : only the dma/phys address is kept
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

struct physback_args {
	__u64 addr;
	__u64 len;
};

#define PHYSBACK_IOC_XFER _IOW('x', 51, struct physback_args)
#define PHYSBACK_MAX 32

#include <linux/io.h>

struct physback_dev {
	struct miscdevice misc;
	struct device *dev;
	phys_addr_t hwlist[PHYSBACK_MAX];
	int n;
};

static int physback_touch(struct physback_dev *xd, struct page *p)
{
	dma_addr_t dma = dma_map_page(xd->dev, p, 0, PAGE_SIZE, DMA_FROM_DEVICE);

	if (dma_mapping_error(xd->dev, dma))
		return -EIO;
	dma_unmap_page(xd->dev, dma, PAGE_SIZE, DMA_FROM_DEVICE);
	set_page_dirty_lock(p);
	return 0;
}

static void physback_stop(struct physback_dev *xd)
{
	int i;

	for (i = 0; i < xd->n; i++)
		put_page(pfn_to_page(PHYS_PFN(xd->hwlist[i])));
	xd->n = 0;
}

static long physback_xfer(struct physback_dev *xd, unsigned long addr, size_t len)
{
	struct page *page;
	int ret;

	if (xd->n == PHYSBACK_MAX)
		physback_stop(xd);
	ret = get_user_pages_fast(addr, 1, FOLL_WRITE, &page);
	if (ret != 1)
		return ret < 0 ? ret : -EFAULT;
	ret = physback_touch(xd, page);
	if (ret) {
		put_page(page);
		return ret;
	}
	xd->hwlist[xd->n++] = page_to_phys(page);
	return 0;
}

static int physback_open(struct inode *inode, struct file *file)
{
	file->private_data = container_of(file->private_data, struct physback_dev, misc);
	return 0;
}

static long physback_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct physback_dev *xd = file->private_data;
	struct physback_args a;

	if (cmd != PHYSBACK_IOC_XFER)
		return -ENOTTY;
	if (copy_from_user(&a, (void __user *)arg, sizeof(a)))
		return -EFAULT;
	return physback_xfer(xd, a.addr, a.len);
}

static const struct file_operations physback_fops = {
	.owner = THIS_MODULE,
	.open = physback_open,
	.unlocked_ioctl = physback_ioctl,
};

static int physback_probe(struct platform_device *pdev)
{
	struct physback_dev *xd;

	xd = devm_kzalloc(&pdev->dev, sizeof(*xd), GFP_KERNEL);
	if (!xd)
		return -ENOMEM;
	xd->dev = &pdev->dev;
	xd->misc.minor = MISC_DYNAMIC_MINOR;
	xd->misc.name = "physback";
	xd->misc.fops = &physback_fops;
	platform_set_drvdata(pdev, xd);
	return misc_register(&xd->misc);
}

static void physback_remove(struct platform_device *pdev)
{
	struct physback_dev *xd = platform_get_drvdata(pdev);

	misc_deregister(&xd->misc);
	physback_stop(xd);
}

static struct platform_driver physback_driver = {
	.probe = physback_probe,
	.remove_new = physback_remove,
	.driver = { .name = "physback" },
};
module_platform_driver(physback_driver);

MODULE_DESCRIPTION("physback test driver");
MODULE_LICENSE("GPL");
