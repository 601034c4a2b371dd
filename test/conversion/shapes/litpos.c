// expect: refused
// positional initialiser of a pointer pair struct, put through pair->a (a is otherwise an alloc_page page)
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

struct litpos_args {
	__u64 addr;
	__u64 len;
};

#define LITPOS_IOC_XFER _IOW('x', 220, struct litpos_args)
#define LITPOS_MAX 32

struct litpos_dev {
	struct miscdevice misc;
	struct device *dev;
};

static int litpos_touch(struct litpos_dev *xd, struct page *p)
{
	dma_addr_t dma = dma_map_page(xd->dev, p, 0, PAGE_SIZE, DMA_FROM_DEVICE);

	if (dma_mapping_error(xd->dev, dma))
		return -EIO;
	dma_unmap_page(xd->dev, dma, PAGE_SIZE, DMA_FROM_DEVICE);
	set_page_dirty_lock(p);
	return 0;
}

struct litpos_pair {
	struct page *a, *b;
};

static void litpos_pair_put(const struct litpos_pair *p)
{
	if (p->a)
		put_page(p->a);
	if (p->b)
		put_page(p->b);
}

static long litpos_xfer(struct litpos_dev *xd, unsigned long addr, size_t len)
{
	struct page *pages[LITPOS_MAX];
	struct page *k;
	int i, got, ret = 0;

	got = get_user_pages_fast(addr & PAGE_MASK, LITPOS_MAX, FOLL_WRITE, pages);
	if (got <= 0)
		return got ? got : -EFAULT;
	k = alloc_page(GFP_KERNEL);
	if (!k)
		ret = -ENOMEM;
	for (i = 0; i < got && !ret; i++)
		ret = litpos_touch(xd, pages[i]);
	{
		const struct litpos_pair pr = { k, pages[0] };

		litpos_pair_put(&pr);
	}
	for (i = 1; i < got; i++)
		put_page(pages[i]);
	return ret;
}

static int litpos_open(struct inode *inode, struct file *file)
{
	file->private_data = container_of(file->private_data, struct litpos_dev, misc);
	return 0;
}

static long litpos_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct litpos_dev *xd = file->private_data;
	struct litpos_args a;

	if (cmd != LITPOS_IOC_XFER)
		return -ENOTTY;
	if (copy_from_user(&a, (void __user *)arg, sizeof(a)))
		return -EFAULT;
	return litpos_xfer(xd, a.addr, a.len);
}

static const struct file_operations litpos_fops = {
	.owner = THIS_MODULE,
	.open = litpos_open,
	.unlocked_ioctl = litpos_ioctl,
};

static int litpos_probe(struct platform_device *pdev)
{
	struct litpos_dev *xd;

	xd = devm_kzalloc(&pdev->dev, sizeof(*xd), GFP_KERNEL);
	if (!xd)
		return -ENOMEM;
	xd->dev = &pdev->dev;
	xd->misc.minor = MISC_DYNAMIC_MINOR;
	xd->misc.name = "litpos";
	xd->misc.fops = &litpos_fops;
	platform_set_drvdata(pdev, xd);
	return misc_register(&xd->misc);
}

static void litpos_remove(struct platform_device *pdev)
{
	struct litpos_dev *xd = platform_get_drvdata(pdev);

	misc_deregister(&xd->misc);
}

static struct platform_driver litpos_driver = {
	.probe = litpos_probe,
	.remove_new = litpos_remove,
	.driver = { .name = "litpos" },
};
module_platform_driver(litpos_driver);

MODULE_DESCRIPTION("litpos test driver");
MODULE_LICENSE("GPL");
