// expect: refused
// put_page(pfn_to_page(xd->pfn[i])): only pfns are kept
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

struct pfnstore_args {
	__u64 addr;
	__u64 len;
};

#define PFNSTORE_IOC_XFER _IOW('x', 50, struct pfnstore_args)
#define PFNSTORE_MAX 32

struct pfnstore_dev {
	struct miscdevice misc;
	struct device *dev;
	unsigned long pfn[PFNSTORE_MAX];
	unsigned int nr;
};

static int pfnstore_touch(struct pfnstore_dev *xd, struct page *p)
{
	dma_addr_t dma = dma_map_page(xd->dev, p, 0, PAGE_SIZE, DMA_FROM_DEVICE);

	if (dma_mapping_error(xd->dev, dma))
		return -EIO;
	dma_unmap_page(xd->dev, dma, PAGE_SIZE, DMA_FROM_DEVICE);
	set_page_dirty_lock(p);
	return 0;
}

static void pfnstore_unpfn(struct pfnstore_dev *xd)
{
	while (xd->nr)
		put_page(pfn_to_page(xd->pfn[--xd->nr]));
}

static long pfnstore_xfer(struct pfnstore_dev *xd, unsigned long addr, size_t len)
{
	struct page *pages[PFNSTORE_MAX];
	int i, got;

	pfnstore_unpfn(xd);
	got = get_user_pages_fast(addr & PAGE_MASK, PFNSTORE_MAX, FOLL_WRITE, pages);
	if (got <= 0)
		return got ? got : -EFAULT;
	for (i = 0; i < got; i++) {
		if (pfnstore_touch(xd, pages[i])) {
			put_page(pages[i]);
			continue;
		}
		xd->pfn[xd->nr++] = page_to_pfn(pages[i]);
	}
	return 0;
}

static int pfnstore_open(struct inode *inode, struct file *file)
{
	file->private_data = container_of(file->private_data, struct pfnstore_dev, misc);
	return 0;
}

static long pfnstore_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct pfnstore_dev *xd = file->private_data;
	struct pfnstore_args a;

	if (cmd != PFNSTORE_IOC_XFER)
		return -ENOTTY;
	if (copy_from_user(&a, (void __user *)arg, sizeof(a)))
		return -EFAULT;
	return pfnstore_xfer(xd, a.addr, a.len);
}

static const struct file_operations pfnstore_fops = {
	.owner = THIS_MODULE,
	.open = pfnstore_open,
	.unlocked_ioctl = pfnstore_ioctl,
};

static int pfnstore_probe(struct platform_device *pdev)
{
	struct pfnstore_dev *xd;

	xd = devm_kzalloc(&pdev->dev, sizeof(*xd), GFP_KERNEL);
	if (!xd)
		return -ENOMEM;
	xd->dev = &pdev->dev;
	xd->misc.minor = MISC_DYNAMIC_MINOR;
	xd->misc.name = "pfnstore";
	xd->misc.fops = &pfnstore_fops;
	platform_set_drvdata(pdev, xd);
	return misc_register(&xd->misc);
}

static void pfnstore_remove(struct platform_device *pdev)
{
	struct pfnstore_dev *xd = platform_get_drvdata(pdev);

	misc_deregister(&xd->misc);
	pfnstore_unpfn(xd);
}

static struct platform_driver pfnstore_driver = {
	.probe = pfnstore_probe,
	.remove_new = pfnstore_remove,
	.driver = { .name = "pfnstore" },
};
module_platform_driver(pfnstore_driver);

MODULE_DESCRIPTION("pfnstore test driver");
MODULE_LICENSE("GPL");
