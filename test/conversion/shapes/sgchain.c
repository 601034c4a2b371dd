// expect: refused
// put_page(sg_page()) walking a chain: the first part of the chain is alloc_page header pages
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

struct sgchain_args {
	__u64 addr;
	__u64 len;
};

#define SGCHAIN_IOC_XFER _IOW('x', 47, struct sgchain_args)
#define SGCHAIN_MAX 32

struct sgchain_dev {
	struct miscdevice misc;
	struct device *dev;
	struct scatterlist hdr[3];
};

static void sgchain_put_chain(struct scatterlist *sg)
{
	for (; sg; sg = sg_next(sg))
		put_page(sg_page(sg));
}

static long sgchain_xfer(struct sgchain_dev *xd, unsigned long addr, size_t len)
{
	struct scatterlist sgl[SGCHAIN_MAX];
	struct page *pages[SGCHAIN_MAX], *h0, *h1;
	int i, got, ret = 0;

	h0 = alloc_page(GFP_KERNEL);
	h1 = alloc_page(GFP_KERNEL);
	if (!h0 || !h1)
		return -ENOMEM;
	got = get_user_pages_fast(addr & PAGE_MASK, SGCHAIN_MAX, FOLL_WRITE, pages);
	if (got <= 0) {
		__free_page(h0);
		__free_page(h1);
		return got ? got : -EFAULT;
	}
	sg_init_table(xd->hdr, 3);
	sg_set_page(&xd->hdr[0], h0, PAGE_SIZE, 0);
	sg_set_page(&xd->hdr[1], h1, PAGE_SIZE, 0);
	sg_init_table(sgl, got);
	for (i = 0; i < got; i++)
		sg_set_page(&sgl[i], pages[i], PAGE_SIZE, 0);
	sg_chain(xd->hdr, 3, sgl);
	if (dma_map_sg(xd->dev, xd->hdr, got + 2, DMA_FROM_DEVICE))
		dma_unmap_sg(xd->dev, xd->hdr, got + 2, DMA_FROM_DEVICE);
	else
		ret = -EIO;
	sgchain_put_chain(xd->hdr);
	return ret;
}

static int sgchain_open(struct inode *inode, struct file *file)
{
	file->private_data = container_of(file->private_data, struct sgchain_dev, misc);
	return 0;
}

static long sgchain_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct sgchain_dev *xd = file->private_data;
	struct sgchain_args a;

	if (cmd != SGCHAIN_IOC_XFER)
		return -ENOTTY;
	if (copy_from_user(&a, (void __user *)arg, sizeof(a)))
		return -EFAULT;
	return sgchain_xfer(xd, a.addr, a.len);
}

static const struct file_operations sgchain_fops = {
	.owner = THIS_MODULE,
	.open = sgchain_open,
	.unlocked_ioctl = sgchain_ioctl,
};

static int sgchain_probe(struct platform_device *pdev)
{
	struct sgchain_dev *xd;

	xd = devm_kzalloc(&pdev->dev, sizeof(*xd), GFP_KERNEL);
	if (!xd)
		return -ENOMEM;
	xd->dev = &pdev->dev;
	xd->misc.minor = MISC_DYNAMIC_MINOR;
	xd->misc.name = "sgchain";
	xd->misc.fops = &sgchain_fops;
	platform_set_drvdata(pdev, xd);
	return misc_register(&xd->misc);
}

static void sgchain_remove(struct platform_device *pdev)
{
	struct sgchain_dev *xd = platform_get_drvdata(pdev);

	misc_deregister(&xd->misc);
}

static struct platform_driver sgchain_driver = {
	.probe = sgchain_probe,
	.remove_new = sgchain_remove,
	.driver = { .name = "sgchain" },
};
module_platform_driver(sgchain_driver);

MODULE_DESCRIPTION("sgchain test driver");
MODULE_LICENSE("GPL");
