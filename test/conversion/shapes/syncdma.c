// expect: converted
// none; every release is put_page(pages[i]) in one function
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

struct syncdma_args {
	__u64 addr;
	__u64 len;
};

#define SYNCDMA_IOC_XFER _IOW('x', 1, struct syncdma_args)
#define SYNCDMA_MAX 32

struct syncdma_dev {
	struct miscdevice misc;
	struct device *dev;
};

static long syncdma_xfer(struct syncdma_dev *xd, unsigned long addr, size_t len)
{
	struct page *pages[SYNCDMA_MAX];
	struct scatterlist sgl[SYNCDMA_MAX];
	int nr = DIV_ROUND_UP(offset_in_page(addr) + len, PAGE_SIZE);
	int i, got, ret = 0;

	if (nr <= 0 || nr > SYNCDMA_MAX)
		return -EINVAL;
	got = get_user_pages_fast(addr & PAGE_MASK, nr, FOLL_WRITE, pages);
	if (got < 0)
		return got;
	if (got < nr) {
		ret = -EFAULT;
		goto out;
	}
	sg_init_table(sgl, nr);
	for (i = 0; i < nr; i++)
		sg_set_page(&sgl[i], pages[i], PAGE_SIZE, 0);
	if (!dma_map_sg(xd->dev, sgl, nr, DMA_FROM_DEVICE)) {
		ret = -EIO;
		goto out;
	}
	dma_unmap_sg(xd->dev, sgl, nr, DMA_FROM_DEVICE);
	for (i = 0; i < got; i++)
		set_page_dirty_lock(pages[i]);
out:
	for (i = 0; i < got; i++)
		put_page(pages[i]);
	return ret;
}

static int syncdma_open(struct inode *inode, struct file *file)
{
	file->private_data = container_of(file->private_data, struct syncdma_dev, misc);
	return 0;
}

static long syncdma_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct syncdma_dev *xd = file->private_data;
	struct syncdma_args a;

	if (cmd != SYNCDMA_IOC_XFER)
		return -ENOTTY;
	if (copy_from_user(&a, (void __user *)arg, sizeof(a)))
		return -EFAULT;
	return syncdma_xfer(xd, a.addr, a.len);
}

static const struct file_operations syncdma_fops = {
	.owner = THIS_MODULE,
	.open = syncdma_open,
	.unlocked_ioctl = syncdma_ioctl,
};

static int syncdma_probe(struct platform_device *pdev)
{
	struct syncdma_dev *xd;

	xd = devm_kzalloc(&pdev->dev, sizeof(*xd), GFP_KERNEL);
	if (!xd)
		return -ENOMEM;
	xd->dev = &pdev->dev;
	xd->misc.minor = MISC_DYNAMIC_MINOR;
	xd->misc.name = "syncdma";
	xd->misc.fops = &syncdma_fops;
	platform_set_drvdata(pdev, xd);
	return misc_register(&xd->misc);
}

static void syncdma_remove(struct platform_device *pdev)
{
	struct syncdma_dev *xd = platform_get_drvdata(pdev);

	misc_deregister(&xd->misc);
}

static struct platform_driver syncdma_driver = {
	.probe = syncdma_probe,
	.remove_new = syncdma_remove,
	.driver = { .name = "syncdma" },
};
module_platform_driver(syncdma_driver);

MODULE_DESCRIPTION("syncdma test driver");
MODULE_LICENSE("GPL");
