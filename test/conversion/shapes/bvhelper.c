// expect: refused
// helper stores it->bv_page (with get_page) of a foreign bvec into the array tail; common put
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

struct bvhelper_args {
	__u64 addr;
	__u64 len;
};

#define BVHELPER_IOC_XFER _IOW('x', 202, struct bvhelper_args)
#define BVHELPER_MAX 32

struct bvhelper_dev {
	struct miscdevice misc;
	struct device *dev;
};

static int bvhelper_touch(struct bvhelper_dev *xd, struct page *p)
{
	dma_addr_t dma = dma_map_page(xd->dev, p, 0, PAGE_SIZE, DMA_FROM_DEVICE);

	if (dma_mapping_error(xd->dev, dma))
		return -EIO;
	dma_unmap_page(xd->dev, dma, PAGE_SIZE, DMA_FROM_DEVICE);
	set_page_dirty_lock(p);
	return 0;
}

#include <linux/bvec.h>

static struct bio_vec *bvhelper_tail;

static int bvhelper_add_tail(struct bio_vec *bv, struct page **v)
{
	struct page *p = bv->bv_page;

	get_page(p);
	v[0] = p;
	return 1;
}

static long bvhelper_xfer(struct bvhelper_dev *xd, unsigned long addr, size_t len)
{
	struct page *pages[BVHELPER_MAX];
	int i, got, ret = 0;

	got = get_user_pages_fast(addr & PAGE_MASK, BVHELPER_MAX, FOLL_WRITE, pages);
	if (got <= 0)
		return got ? got : -EFAULT;
	if (bvhelper_tail && got < BVHELPER_MAX)
		got += bvhelper_add_tail(bvhelper_tail, pages + got);
	for (i = 0; i < got && !ret; i++)
		ret = bvhelper_touch(xd, pages[i]);
	for (i = 0; i < got; i++)
		put_page(pages[i]);
	return ret;
}

static int bvhelper_open(struct inode *inode, struct file *file)
{
	file->private_data = container_of(file->private_data, struct bvhelper_dev, misc);
	return 0;
}

static long bvhelper_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct bvhelper_dev *xd = file->private_data;
	struct bvhelper_args a;

	if (cmd != BVHELPER_IOC_XFER)
		return -ENOTTY;
	if (copy_from_user(&a, (void __user *)arg, sizeof(a)))
		return -EFAULT;
	return bvhelper_xfer(xd, a.addr, a.len);
}

static const struct file_operations bvhelper_fops = {
	.owner = THIS_MODULE,
	.open = bvhelper_open,
	.unlocked_ioctl = bvhelper_ioctl,
};

static int bvhelper_probe(struct platform_device *pdev)
{
	struct bvhelper_dev *xd;

	xd = devm_kzalloc(&pdev->dev, sizeof(*xd), GFP_KERNEL);
	if (!xd)
		return -ENOMEM;
	xd->dev = &pdev->dev;
	xd->misc.minor = MISC_DYNAMIC_MINOR;
	xd->misc.name = "bvhelper";
	xd->misc.fops = &bvhelper_fops;
	platform_set_drvdata(pdev, xd);
	return misc_register(&xd->misc);
}

static void bvhelper_remove(struct platform_device *pdev)
{
	struct bvhelper_dev *xd = platform_get_drvdata(pdev);

	misc_deregister(&xd->misc);
}

static struct platform_driver bvhelper_driver = {
	.probe = bvhelper_probe,
	.remove_new = bvhelper_remove,
	.driver = { .name = "bvhelper" },
};
module_platform_driver(bvhelper_driver);

MODULE_DESCRIPTION("bvhelper test driver");
MODULE_LICENSE("GPL");
