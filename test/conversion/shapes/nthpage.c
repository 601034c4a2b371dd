// expect: converted
// contiguous run: put through nth_page(pages[0], i), not through the array
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

struct nthpage_args {
	__u64 addr;
	__u64 len;
};

#define NTHPAGE_IOC_XFER _IOW('x', 84, struct nthpage_args)
#define NTHPAGE_MAX 32

struct nthpage_dev {
	struct miscdevice misc;
	struct device *dev;
};

static int nthpage_touch(struct nthpage_dev *xd, struct page *p)
{
	dma_addr_t dma = dma_map_page(xd->dev, p, 0, PAGE_SIZE, DMA_FROM_DEVICE);

	if (dma_mapping_error(xd->dev, dma))
		return -EIO;
	dma_unmap_page(xd->dev, dma, PAGE_SIZE, DMA_FROM_DEVICE);
	set_page_dirty_lock(p);
	return 0;
}

static long nthpage_xfer(struct nthpage_dev *xd, unsigned long addr, size_t len)
{
	struct page *pages[NTHPAGE_MAX];
	int i, got, ret = 0;

	got = get_user_pages_fast(addr & PAGE_MASK, NTHPAGE_MAX, FOLL_WRITE, pages);
	if (got <= 0)
		return got ? got : -EFAULT;
	for (i = 0; i < got && !ret; i++)
		ret = nthpage_touch(xd, pages[i]);
	if (!ret && page_to_pfn(pages[got - 1]) == page_to_pfn(pages[0]) + got - 1) {
		struct page *base = pages[0];

		for (i = 0; i < got; i++)
			put_page(nth_page(base, i));
		return 0;
	}
	for (i = 0; i < got; i++)
		put_page(pages[i]);
	return ret;
}

static int nthpage_open(struct inode *inode, struct file *file)
{
	file->private_data = container_of(file->private_data, struct nthpage_dev, misc);
	return 0;
}

static long nthpage_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct nthpage_dev *xd = file->private_data;
	struct nthpage_args a;

	if (cmd != NTHPAGE_IOC_XFER)
		return -ENOTTY;
	if (copy_from_user(&a, (void __user *)arg, sizeof(a)))
		return -EFAULT;
	return nthpage_xfer(xd, a.addr, a.len);
}

static const struct file_operations nthpage_fops = {
	.owner = THIS_MODULE,
	.open = nthpage_open,
	.unlocked_ioctl = nthpage_ioctl,
};

static int nthpage_probe(struct platform_device *pdev)
{
	struct nthpage_dev *xd;

	xd = devm_kzalloc(&pdev->dev, sizeof(*xd), GFP_KERNEL);
	if (!xd)
		return -ENOMEM;
	xd->dev = &pdev->dev;
	xd->misc.minor = MISC_DYNAMIC_MINOR;
	xd->misc.name = "nthpage";
	xd->misc.fops = &nthpage_fops;
	platform_set_drvdata(pdev, xd);
	return misc_register(&xd->misc);
}

static void nthpage_remove(struct platform_device *pdev)
{
	struct nthpage_dev *xd = platform_get_drvdata(pdev);

	misc_deregister(&xd->misc);
}

static struct platform_driver nthpage_driver = {
	.probe = nthpage_probe,
	.remove_new = nthpage_remove,
	.driver = { .name = "nthpage" },
};
module_platform_driver(nthpage_driver);

MODULE_DESCRIPTION("nthpage test driver");
MODULE_LICENSE("GPL");
