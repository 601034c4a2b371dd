// expect: converted
// for_each_sgtable_page put through another pointer to the sg_table (xd->cur)
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

struct sgtother_args {
	__u64 addr;
	__u64 len;
};

#define SGTOTHER_IOC_XFER _IOW('x', 48, struct sgtother_args)
#define SGTOTHER_MAX 32

struct sgtother_dev {
	struct miscdevice misc;
	struct device *dev;
	struct sg_table *cur;
};

static void sgtother_retire(struct sgtother_dev *xd)
{
	struct sg_table *t = xd->cur;
	struct sg_page_iter piter;

	if (!t)
		return;
	dma_unmap_sgtable(xd->dev, t, DMA_FROM_DEVICE, 0);
	for_each_sgtable_page(t, &piter, 0) {
		struct page *p = sg_page_iter_page(&piter);

		set_page_dirty_lock(p);
		put_page(p);
	}
	sg_free_table(t);
	kfree(t);
	xd->cur = NULL;
}

static long sgtother_xfer(struct sgtother_dev *xd, unsigned long addr, size_t len)
{
	struct page *pages[SGTOTHER_MAX];
	struct sg_table *sgt = kzalloc(sizeof(*sgt), GFP_KERNEL);
	int i, got, ret;

	if (!sgt)
		return -ENOMEM;
	sgtother_retire(xd);
	got = get_user_pages_fast(addr & PAGE_MASK, SGTOTHER_MAX, FOLL_WRITE, pages);
	if (got <= 0) {
		kfree(sgt);
		return got ? got : -EFAULT;
	}
	ret = sg_alloc_table_from_pages(sgt, pages, got, 0, got << PAGE_SHIFT, GFP_KERNEL);
	if (ret)
		goto put;
	ret = dma_map_sgtable(xd->dev, sgt, DMA_FROM_DEVICE, 0);
	if (ret) {
		sg_free_table(sgt);
		goto put;
	}
	xd->cur = sgt;
	return 0;
put:
	for (i = 0; i < got; i++)
		put_page(pages[i]);
	kfree(sgt);
	return ret;
}

static int sgtother_open(struct inode *inode, struct file *file)
{
	file->private_data = container_of(file->private_data, struct sgtother_dev, misc);
	return 0;
}

static long sgtother_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct sgtother_dev *xd = file->private_data;
	struct sgtother_args a;

	if (cmd != SGTOTHER_IOC_XFER)
		return -ENOTTY;
	if (copy_from_user(&a, (void __user *)arg, sizeof(a)))
		return -EFAULT;
	return sgtother_xfer(xd, a.addr, a.len);
}

static const struct file_operations sgtother_fops = {
	.owner = THIS_MODULE,
	.open = sgtother_open,
	.unlocked_ioctl = sgtother_ioctl,
};

static int sgtother_probe(struct platform_device *pdev)
{
	struct sgtother_dev *xd;

	xd = devm_kzalloc(&pdev->dev, sizeof(*xd), GFP_KERNEL);
	if (!xd)
		return -ENOMEM;
	xd->dev = &pdev->dev;
	xd->misc.minor = MISC_DYNAMIC_MINOR;
	xd->misc.name = "sgtother";
	xd->misc.fops = &sgtother_fops;
	platform_set_drvdata(pdev, xd);
	return misc_register(&xd->misc);
}

static void sgtother_remove(struct platform_device *pdev)
{
	struct sgtother_dev *xd = platform_get_drvdata(pdev);

	misc_deregister(&xd->misc);
	sgtother_retire(xd);
}

static struct platform_driver sgtother_driver = {
	.probe = sgtother_probe,
	.remove_new = sgtother_remove,
	.driver = { .name = "sgtother" },
};
module_platform_driver(sgtother_driver);

MODULE_DESCRIPTION("sgtother test driver");
MODULE_LICENSE("GPL");
