// expect: refused
// helper pads by v[(*n)++] through void **
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

struct padmemset_args {
	__u64 addr;
	__u64 len;
};

#define PADMEMSET_IOC_XFER _IOW('x', 194, struct padmemset_args)
#define PADMEMSET_MAX 32

struct padmemset_dev {
	struct miscdevice misc;
	struct device *dev;
};

static int padmemset_touch(struct padmemset_dev *xd, struct page *p)
{
	dma_addr_t dma = dma_map_page(xd->dev, p, 0, PAGE_SIZE, DMA_FROM_DEVICE);

	if (dma_mapping_error(xd->dev, dma))
		return -EIO;
	dma_unmap_page(xd->dev, dma, PAGE_SIZE, DMA_FROM_DEVICE);
	set_page_dirty_lock(p);
	return 0;
}

static void padmemset_push(void **v, int *n, void *what)
{
	v[(*n)++] = what;
}

static long padmemset_xfer(struct padmemset_dev *xd, unsigned long addr, size_t len)
{
	struct page *pages[PADMEMSET_MAX];
	int i, got, ret = 0;

	got = get_user_pages_fast(addr & PAGE_MASK, PADMEMSET_MAX, FOLL_WRITE, pages);
	if (got <= 0)
		return got ? got : -EFAULT;
	if (got < PADMEMSET_MAX) {
		struct page *k = alloc_page(GFP_KERNEL);

		if (k)
			padmemset_push((void **)pages, &got, k);
	}
	for (i = 0; i < got && !ret; i++)
		ret = padmemset_touch(xd, pages[i]);
	for (i = 0; i < got; i++)
		put_page(pages[i]);
	return ret;
}

static int padmemset_open(struct inode *inode, struct file *file)
{
	file->private_data = container_of(file->private_data, struct padmemset_dev, misc);
	return 0;
}

static long padmemset_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct padmemset_dev *xd = file->private_data;
	struct padmemset_args a;

	if (cmd != PADMEMSET_IOC_XFER)
		return -ENOTTY;
	if (copy_from_user(&a, (void __user *)arg, sizeof(a)))
		return -EFAULT;
	return padmemset_xfer(xd, a.addr, a.len);
}

static const struct file_operations padmemset_fops = {
	.owner = THIS_MODULE,
	.open = padmemset_open,
	.unlocked_ioctl = padmemset_ioctl,
};

static int padmemset_probe(struct platform_device *pdev)
{
	struct padmemset_dev *xd;

	xd = devm_kzalloc(&pdev->dev, sizeof(*xd), GFP_KERNEL);
	if (!xd)
		return -ENOMEM;
	xd->dev = &pdev->dev;
	xd->misc.minor = MISC_DYNAMIC_MINOR;
	xd->misc.name = "padmemset";
	xd->misc.fops = &padmemset_fops;
	platform_set_drvdata(pdev, xd);
	return misc_register(&xd->misc);
}

static void padmemset_remove(struct platform_device *pdev)
{
	struct padmemset_dev *xd = platform_get_drvdata(pdev);

	misc_deregister(&xd->misc);
}

static struct platform_driver padmemset_driver = {
	.probe = padmemset_probe,
	.remove_new = padmemset_remove,
	.driver = { .name = "padmemset" },
};
module_platform_driver(padmemset_driver);

MODULE_DESCRIPTION("padmemset test driver");
MODULE_LICENSE("GPL");
