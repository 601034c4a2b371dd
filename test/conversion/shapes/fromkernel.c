// expect: refused
// bool from_kernel: the array is alloc_page pages in one mode, one put loop for both
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

struct fromkernel_args {
	__u64 addr;
	__u64 len;
};

#define FROMKERNEL_IOC_XFER _IOW('x', 85, struct fromkernel_args)
#define FROMKERNEL_MAX 32


struct fromkernel_dev {
	struct miscdevice misc;
	struct device *dev;
};

static int fromkernel_touch(struct fromkernel_dev *xd, struct page *p)
{
	dma_addr_t dma = dma_map_page(xd->dev, p, 0, PAGE_SIZE, DMA_FROM_DEVICE);

	if (dma_mapping_error(xd->dev, dma))
		return -EIO;
	dma_unmap_page(xd->dev, dma, PAGE_SIZE, DMA_FROM_DEVICE);
	set_page_dirty_lock(p);
	return 0;
}

static long fromkernel_xfer(struct fromkernel_dev *xd, unsigned long addr, size_t len)
{
	bool from_kernel = !access_ok((void __user *)addr, len) || !addr;
	struct page *pages[FROMKERNEL_MAX];
	int i, got = 0, ret = 0;

	if (from_kernel) {
		for (; got < 4; got++) {
			pages[got] = alloc_page(GFP_KERNEL);
			if (!pages[got])
				break;
		}
	} else {
		got = get_user_pages_fast(addr & PAGE_MASK, FROMKERNEL_MAX, FOLL_WRITE, pages);
	}
	if (got <= 0)
		return got ? got : -ENOMEM;
	for (i = 0; i < got && !ret; i++)
		ret = fromkernel_touch(xd, pages[i]);
	for (i = 0; i < got; i++)
		put_page(pages[i]);
	return ret;
}

static int fromkernel_open(struct inode *inode, struct file *file)
{
	file->private_data = container_of(file->private_data, struct fromkernel_dev, misc);
	return 0;
}

static long fromkernel_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct fromkernel_dev *xd = file->private_data;
	struct fromkernel_args a;

	if (cmd != FROMKERNEL_IOC_XFER)
		return -ENOTTY;
	if (copy_from_user(&a, (void __user *)arg, sizeof(a)))
		return -EFAULT;
	return fromkernel_xfer(xd, a.addr, a.len);
}

static const struct file_operations fromkernel_fops = {
	.owner = THIS_MODULE,
	.open = fromkernel_open,
	.unlocked_ioctl = fromkernel_ioctl,
};

static int fromkernel_probe(struct platform_device *pdev)
{
	struct fromkernel_dev *xd;

	xd = devm_kzalloc(&pdev->dev, sizeof(*xd), GFP_KERNEL);
	if (!xd)
		return -ENOMEM;
	xd->dev = &pdev->dev;
	xd->misc.minor = MISC_DYNAMIC_MINOR;
	xd->misc.name = "fromkernel";
	xd->misc.fops = &fromkernel_fops;
	platform_set_drvdata(pdev, xd);
	return misc_register(&xd->misc);
}

static void fromkernel_remove(struct platform_device *pdev)
{
	struct fromkernel_dev *xd = platform_get_drvdata(pdev);

	misc_deregister(&xd->misc);
}

static struct platform_driver fromkernel_driver = {
	.probe = fromkernel_probe,
	.remove_new = fromkernel_remove,
	.driver = { .name = "fromkernel" },
};
module_platform_driver(fromkernel_driver);

MODULE_DESCRIPTION("fromkernel test driver");
MODULE_LICENSE("GPL");
