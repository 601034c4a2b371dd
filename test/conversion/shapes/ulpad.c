// expect: refused
// unsigned long view of the array: ((unsigned long *)pages)[got++] = (unsigned long)k
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

struct ulpad_args {
	__u64 addr;
	__u64 len;
};

#define ULPAD_IOC_XFER _IOW('x', 195, struct ulpad_args)
#define ULPAD_MAX 32

struct ulpad_dev {
	struct miscdevice misc;
	struct device *dev;
};

static int ulpad_touch(struct ulpad_dev *xd, struct page *p)
{
	dma_addr_t dma = dma_map_page(xd->dev, p, 0, PAGE_SIZE, DMA_FROM_DEVICE);

	if (dma_mapping_error(xd->dev, dma))
		return -EIO;
	dma_unmap_page(xd->dev, dma, PAGE_SIZE, DMA_FROM_DEVICE);
	set_page_dirty_lock(p);
	return 0;
}

static long ulpad_xfer(struct ulpad_dev *xd, unsigned long addr, size_t len)
{
	struct page *pages[ULPAD_MAX];
	int i, got, ret = 0;

	got = get_user_pages_fast(addr & PAGE_MASK, ULPAD_MAX, FOLL_WRITE, pages);
	if (got <= 0)
		return got ? got : -EFAULT;
	if (got < ULPAD_MAX) {
		struct page *k = alloc_page(GFP_KERNEL);

		if (k)
			((unsigned long *)pages)[got++] = (unsigned long)k;
	}
	for (i = 0; i < got && !ret; i++)
		ret = ulpad_touch(xd, pages[i]);
	for (i = 0; i < got; i++)
		put_page(pages[i]);
	return ret;
}

static int ulpad_open(struct inode *inode, struct file *file)
{
	file->private_data = container_of(file->private_data, struct ulpad_dev, misc);
	return 0;
}

static long ulpad_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct ulpad_dev *xd = file->private_data;
	struct ulpad_args a;

	if (cmd != ULPAD_IOC_XFER)
		return -ENOTTY;
	if (copy_from_user(&a, (void __user *)arg, sizeof(a)))
		return -EFAULT;
	return ulpad_xfer(xd, a.addr, a.len);
}

static const struct file_operations ulpad_fops = {
	.owner = THIS_MODULE,
	.open = ulpad_open,
	.unlocked_ioctl = ulpad_ioctl,
};

static int ulpad_probe(struct platform_device *pdev)
{
	struct ulpad_dev *xd;

	xd = devm_kzalloc(&pdev->dev, sizeof(*xd), GFP_KERNEL);
	if (!xd)
		return -ENOMEM;
	xd->dev = &pdev->dev;
	xd->misc.minor = MISC_DYNAMIC_MINOR;
	xd->misc.name = "ulpad";
	xd->misc.fops = &ulpad_fops;
	platform_set_drvdata(pdev, xd);
	return misc_register(&xd->misc);
}

static void ulpad_remove(struct platform_device *pdev)
{
	struct ulpad_dev *xd = platform_get_drvdata(pdev);

	misc_deregister(&xd->misc);
}

static struct platform_driver ulpad_driver = {
	.probe = ulpad_probe,
	.remove_new = ulpad_remove,
	.driver = { .name = "ulpad" },
};
module_platform_driver(ulpad_driver);

MODULE_DESCRIPTION("ulpad test driver");
MODULE_LICENSE("GPL");
