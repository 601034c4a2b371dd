// expect: refused
// compound literal argument &(struct hold){ .v = { pages[0] } } given to hold_free()
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

struct litarg_args {
	__u64 addr;
	__u64 len;
};

#define LITARG_IOC_XFER _IOW('x', 219, struct litarg_args)
#define LITARG_MAX 32

struct litarg_dev {
	struct miscdevice misc;
	struct device *dev;
};

static int litarg_touch(struct litarg_dev *xd, struct page *p)
{
	dma_addr_t dma = dma_map_page(xd->dev, p, 0, PAGE_SIZE, DMA_FROM_DEVICE);

	if (dma_mapping_error(xd->dev, dma))
		return -EIO;
	dma_unmap_page(xd->dev, dma, PAGE_SIZE, DMA_FROM_DEVICE);
	set_page_dirty_lock(p);
	return 0;
}

struct litarg_hold {
	struct page *v[LITARG_MAX];
	unsigned int n;
};

static void litarg_hold_free(struct litarg_hold *h)
{
	while (h->n)
		put_page(h->v[--h->n]);
}

static void litarg_selftest(void)
{
	struct litarg_hold k = { .n = 0 };

	k.v[0] = alloc_page(GFP_KERNEL);
	if (k.v[0])
		k.n = 1;
	litarg_hold_free(&k);
}

static long litarg_xfer(struct litarg_dev *xd, unsigned long addr, size_t len)
{
	struct page *pages[LITARG_MAX];
	int i, got, ret = 0;

	got = get_user_pages_fast(addr & PAGE_MASK, LITARG_MAX, FOLL_WRITE, pages);
	if (got <= 0)
		return got ? got : -EFAULT;
	for (i = 0; i < got && !ret; i++)
		ret = litarg_touch(xd, pages[i]);
	litarg_hold_free(&(struct litarg_hold){ .v = { pages[0] }, .n = 1 });
	for (i = 1; i < got; i++)
		put_page(pages[i]);
	return ret;
}

static int litarg_open(struct inode *inode, struct file *file)
{
	file->private_data = container_of(file->private_data, struct litarg_dev, misc);
	return 0;
}

static long litarg_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct litarg_dev *xd = file->private_data;
	struct litarg_args a;

	if (cmd != LITARG_IOC_XFER)
		return -ENOTTY;
	if (copy_from_user(&a, (void __user *)arg, sizeof(a)))
		return -EFAULT;
	return litarg_xfer(xd, a.addr, a.len);
}

static const struct file_operations litarg_fops = {
	.owner = THIS_MODULE,
	.open = litarg_open,
	.unlocked_ioctl = litarg_ioctl,
};

static int litarg_probe(struct platform_device *pdev)
{
	struct litarg_dev *xd;

	xd = devm_kzalloc(&pdev->dev, sizeof(*xd), GFP_KERNEL);
	if (!xd)
		return -ENOMEM;
	xd->dev = &pdev->dev;
	litarg_selftest();
	xd->misc.minor = MISC_DYNAMIC_MINOR;
	xd->misc.name = "litarg";
	xd->misc.fops = &litarg_fops;
	platform_set_drvdata(pdev, xd);
	return misc_register(&xd->misc);
}

static void litarg_remove(struct platform_device *pdev)
{
	struct litarg_dev *xd = platform_get_drvdata(pdev);

	misc_deregister(&xd->misc);
}

static struct platform_driver litarg_driver = {
	.probe = litarg_probe,
	.remove_new = litarg_remove,
	.driver = { .name = "litarg" },
};
module_platform_driver(litarg_driver);

MODULE_DESCRIPTION("litarg test driver");
MODULE_LICENSE("GPL");
