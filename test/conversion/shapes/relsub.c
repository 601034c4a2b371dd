// expect: converted
// release_pages on a sub-range pages + half, the other half by a put loop
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

struct relsub_args {
	__u64 addr;
	__u64 len;
};

#define RELSUB_IOC_XFER _IOW('x', 80, struct relsub_args)
#define RELSUB_MAX 32

struct relsub_dev {
	struct miscdevice misc;
	struct device *dev;
};

static int relsub_touch(struct relsub_dev *xd, struct page *p)
{
	dma_addr_t dma = dma_map_page(xd->dev, p, 0, PAGE_SIZE, DMA_FROM_DEVICE);

	if (dma_mapping_error(xd->dev, dma))
		return -EIO;
	dma_unmap_page(xd->dev, dma, PAGE_SIZE, DMA_FROM_DEVICE);
	set_page_dirty_lock(p);
	return 0;
}

static long relsub_xfer(struct relsub_dev *xd, unsigned long addr, size_t len)
{
	struct page *pages[RELSUB_MAX];
	int i, got, ret = 0;

	got = get_user_pages_fast(addr & PAGE_MASK, RELSUB_MAX, FOLL_WRITE, pages);
	if (got <= 0)
		return got ? got : -EFAULT;
	for (i = 0; i < got && !ret; i++)
		ret = relsub_touch(xd, pages[i]);
	{
		int half = got / 2;

		release_pages(pages + half, got - half);
		for (i = 0; i < half; i++)
			put_page(pages[i]);
	}
	return ret;
}

static int relsub_open(struct inode *inode, struct file *file)
{
	file->private_data = container_of(file->private_data, struct relsub_dev, misc);
	return 0;
}

static long relsub_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct relsub_dev *xd = file->private_data;
	struct relsub_args a;

	if (cmd != RELSUB_IOC_XFER)
		return -ENOTTY;
	if (copy_from_user(&a, (void __user *)arg, sizeof(a)))
		return -EFAULT;
	return relsub_xfer(xd, a.addr, a.len);
}

static const struct file_operations relsub_fops = {
	.owner = THIS_MODULE,
	.open = relsub_open,
	.unlocked_ioctl = relsub_ioctl,
};

static int relsub_probe(struct platform_device *pdev)
{
	struct relsub_dev *xd;

	xd = devm_kzalloc(&pdev->dev, sizeof(*xd), GFP_KERNEL);
	if (!xd)
		return -ENOMEM;
	xd->dev = &pdev->dev;
	xd->misc.minor = MISC_DYNAMIC_MINOR;
	xd->misc.name = "relsub";
	xd->misc.fops = &relsub_fops;
	platform_set_drvdata(pdev, xd);
	return misc_register(&xd->misc);
}

static void relsub_remove(struct platform_device *pdev)
{
	struct relsub_dev *xd = platform_get_drvdata(pdev);

	misc_deregister(&xd->misc);
}

static struct platform_driver relsub_driver = {
	.probe = relsub_probe,
	.remove_new = relsub_remove,
	.driver = { .name = "relsub" },
};
module_platform_driver(relsub_driver);

MODULE_DESCRIPTION("relsub test driver");
MODULE_LICENSE("GPL");
