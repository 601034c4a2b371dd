// expect: refused
// bio_vec array of user pages and one kernel trailer; loop over bvecs puts all
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

struct bvecmix_args {
	__u64 addr;
	__u64 len;
};

#define BVECMIX_IOC_XFER _IOW('x', 192, struct bvecmix_args)
#define BVECMIX_MAX 32

#include <linux/bvec.h>

struct bvecmix_dev {
	struct miscdevice misc;
	struct device *dev;
};

static int bvecmix_touch(struct bvecmix_dev *xd, struct page *p)
{
	dma_addr_t dma = dma_map_page(xd->dev, p, 0, PAGE_SIZE, DMA_FROM_DEVICE);

	if (dma_mapping_error(xd->dev, dma))
		return -EIO;
	dma_unmap_page(xd->dev, dma, PAGE_SIZE, DMA_FROM_DEVICE);
	set_page_dirty_lock(p);
	return 0;
}

static long bvecmix_xfer(struct bvecmix_dev *xd, unsigned long addr, size_t len)
{
	struct page *pages[BVECMIX_MAX];
	struct bio_vec bv[BVECMIX_MAX + 1], *b;
	int i, got, ret = 0;

	got = get_user_pages_fast(addr & PAGE_MASK, BVECMIX_MAX, FOLL_WRITE, pages);
	if (got <= 0)
		return got ? got : -EFAULT;
	for (i = 0; i < got; i++)
		bvec_set_page(&bv[i], pages[i], PAGE_SIZE, 0);
	bvec_set_virt(&bv[got], (void *)__get_free_page(GFP_KERNEL | __GFP_NOFAIL), PAGE_SIZE);
	for (b = bv; b <= &bv[got] && !ret; b++)
		ret = bvecmix_touch(xd, b->bv_page);
	for (b = bv; b <= &bv[got]; b++)
		put_page(b->bv_page);
	return ret;
}

static int bvecmix_open(struct inode *inode, struct file *file)
{
	file->private_data = container_of(file->private_data, struct bvecmix_dev, misc);
	return 0;
}

static long bvecmix_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct bvecmix_dev *xd = file->private_data;
	struct bvecmix_args a;

	if (cmd != BVECMIX_IOC_XFER)
		return -ENOTTY;
	if (copy_from_user(&a, (void __user *)arg, sizeof(a)))
		return -EFAULT;
	return bvecmix_xfer(xd, a.addr, a.len);
}

static const struct file_operations bvecmix_fops = {
	.owner = THIS_MODULE,
	.open = bvecmix_open,
	.unlocked_ioctl = bvecmix_ioctl,
};

static int bvecmix_probe(struct platform_device *pdev)
{
	struct bvecmix_dev *xd;

	xd = devm_kzalloc(&pdev->dev, sizeof(*xd), GFP_KERNEL);
	if (!xd)
		return -ENOMEM;
	xd->dev = &pdev->dev;
	xd->misc.minor = MISC_DYNAMIC_MINOR;
	xd->misc.name = "bvecmix";
	xd->misc.fops = &bvecmix_fops;
	platform_set_drvdata(pdev, xd);
	return misc_register(&xd->misc);
}

static void bvecmix_remove(struct platform_device *pdev)
{
	struct bvecmix_dev *xd = platform_get_drvdata(pdev);

	misc_deregister(&xd->misc);
}

static struct platform_driver bvecmix_driver = {
	.probe = bvecmix_probe,
	.remove_new = bvecmix_remove,
	.driver = { .name = "bvecmix" },
};
module_platform_driver(bvecmix_driver);

MODULE_DESCRIPTION("bvecmix test driver");
MODULE_LICENSE("GPL");
