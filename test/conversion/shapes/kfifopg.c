// expect: refused
// put_page of pages got back from a kfifo of struct page *
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

struct kfifopg_args {
	__u64 addr;
	__u64 len;
};

#define KFIFOPG_IOC_XFER _IOW('x', 41, struct kfifopg_args)
#define KFIFOPG_MAX 32

#include <linux/kfifo.h>

struct kfifopg_dev {
	struct miscdevice misc;
	struct device *dev;
	DECLARE_KFIFO(q, struct page *, 64);
};

static int kfifopg_touch(struct kfifopg_dev *xd, struct page *p)
{
	dma_addr_t dma = dma_map_page(xd->dev, p, 0, PAGE_SIZE, DMA_FROM_DEVICE);

	if (dma_mapping_error(xd->dev, dma))
		return -EIO;
	dma_unmap_page(xd->dev, dma, PAGE_SIZE, DMA_FROM_DEVICE);
	set_page_dirty_lock(p);
	return 0;
}

static void kfifopg_drain(struct kfifopg_dev *xd)
{
	struct page *p;

	while (kfifo_get(&xd->q, &p))
		put_page(p);
}

static long kfifopg_xfer(struct kfifopg_dev *xd, unsigned long addr, size_t len)
{
	struct page *pages[KFIFOPG_MAX];
	int i, got, in;

	got = get_user_pages_fast(addr & PAGE_MASK, KFIFOPG_MAX, FOLL_WRITE, pages);
	if (got <= 0)
		return got ? got : -EFAULT;
	for (i = 0; i < got; i++)
		kfifopg_touch(xd, pages[i]);
	in = kfifo_in(&xd->q, pages, got);
	for (i = in; i < got; i++)
		put_page(pages[i]);
	return in;
}

static int kfifopg_open(struct inode *inode, struct file *file)
{
	file->private_data = container_of(file->private_data, struct kfifopg_dev, misc);
	return 0;
}

static long kfifopg_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct kfifopg_dev *xd = file->private_data;
	struct kfifopg_args a;

	if (cmd != KFIFOPG_IOC_XFER)
		return -ENOTTY;
	if (copy_from_user(&a, (void __user *)arg, sizeof(a)))
		return -EFAULT;
	return kfifopg_xfer(xd, a.addr, a.len);
}

static const struct file_operations kfifopg_fops = {
	.owner = THIS_MODULE,
	.open = kfifopg_open,
	.unlocked_ioctl = kfifopg_ioctl,
};

static int kfifopg_probe(struct platform_device *pdev)
{
	struct kfifopg_dev *xd;

	xd = devm_kzalloc(&pdev->dev, sizeof(*xd), GFP_KERNEL);
	if (!xd)
		return -ENOMEM;
	xd->dev = &pdev->dev;
	INIT_KFIFO(xd->q);
	xd->misc.minor = MISC_DYNAMIC_MINOR;
	xd->misc.name = "kfifopg";
	xd->misc.fops = &kfifopg_fops;
	platform_set_drvdata(pdev, xd);
	return misc_register(&xd->misc);
}

static void kfifopg_remove(struct platform_device *pdev)
{
	struct kfifopg_dev *xd = platform_get_drvdata(pdev);

	misc_deregister(&xd->misc);
	kfifopg_drain(xd);
}

static struct platform_driver kfifopg_driver = {
	.probe = kfifopg_probe,
	.remove_new = kfifopg_remove,
	.driver = { .name = "kfifopg" },
};
module_platform_driver(kfifopg_driver);

MODULE_DESCRIPTION("kfifopg test driver");
MODULE_LICENSE("GPL");
