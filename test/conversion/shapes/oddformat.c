// expect: converted
// odd formatting: put_page split over lines, in parentheses: (put_page)(pages[i])
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

struct oddformat_args {
	__u64 addr;
	__u64 len;
};

#define ODDFORMAT_IOC_XFER _IOW('x', 95, struct oddformat_args)
#define ODDFORMAT_MAX 32

struct oddformat_dev {
	struct miscdevice misc;
	struct device *dev;
};

static int oddformat_touch(struct oddformat_dev *xd, struct page *p)
{
	dma_addr_t dma = dma_map_page(xd->dev, p, 0, PAGE_SIZE, DMA_FROM_DEVICE);

	if (dma_mapping_error(xd->dev, dma))
		return -EIO;
	dma_unmap_page(xd->dev, dma, PAGE_SIZE, DMA_FROM_DEVICE);
	set_page_dirty_lock(p);
	return 0;
}

static long oddformat_xfer(struct oddformat_dev *xd, unsigned long addr, size_t len)
{
	struct page *pages[ODDFORMAT_MAX];
	int i, got, ret = 0;

	got = get_user_pages_fast(addr & PAGE_MASK, ODDFORMAT_MAX, FOLL_WRITE, pages);
	if (got <= 0)
		return got ? got : -EFAULT;
	for (i = 0; i < got && !ret; i++)
		ret = oddformat_touch(xd, pages[i]);
	if (ret) {
		for (i = 0; i < got; i++) (put_page)
			(pages
			 [i]);
		return ret;
	}
	for(i=0;i<got;i++){put_page (* (pages+i) ) ;}
	return ret;
}

static int oddformat_open(struct inode *inode, struct file *file)
{
	file->private_data = container_of(file->private_data, struct oddformat_dev, misc);
	return 0;
}

static long oddformat_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct oddformat_dev *xd = file->private_data;
	struct oddformat_args a;

	if (cmd != ODDFORMAT_IOC_XFER)
		return -ENOTTY;
	if (copy_from_user(&a, (void __user *)arg, sizeof(a)))
		return -EFAULT;
	return oddformat_xfer(xd, a.addr, a.len);
}

static const struct file_operations oddformat_fops = {
	.owner = THIS_MODULE,
	.open = oddformat_open,
	.unlocked_ioctl = oddformat_ioctl,
};

static int oddformat_probe(struct platform_device *pdev)
{
	struct oddformat_dev *xd;

	xd = devm_kzalloc(&pdev->dev, sizeof(*xd), GFP_KERNEL);
	if (!xd)
		return -ENOMEM;
	xd->dev = &pdev->dev;
	xd->misc.minor = MISC_DYNAMIC_MINOR;
	xd->misc.name = "oddformat";
	xd->misc.fops = &oddformat_fops;
	platform_set_drvdata(pdev, xd);
	return misc_register(&xd->misc);
}

static void oddformat_remove(struct platform_device *pdev)
{
	struct oddformat_dev *xd = platform_get_drvdata(pdev);

	misc_deregister(&xd->misc);
}

static struct platform_driver oddformat_driver = {
	.probe = oddformat_probe,
	.remove_new = oddformat_remove,
	.driver = { .name = "oddformat" },
};
module_platform_driver(oddformat_driver);

MODULE_DESCRIPTION("oddformat test driver");
MODULE_LICENSE("GPL");
