// expect: refused
// folio_batch_release drops the folios of the gup pages (put semantics)
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

struct fbatch_args {
	__u64 addr;
	__u64 len;
};

#define FBATCH_IOC_XFER _IOW('x', 79, struct fbatch_args)
#define FBATCH_MAX 32

struct fbatch_dev {
	struct miscdevice misc;
	struct device *dev;
};

static int fbatch_touch(struct fbatch_dev *xd, struct page *p)
{
	dma_addr_t dma = dma_map_page(xd->dev, p, 0, PAGE_SIZE, DMA_FROM_DEVICE);

	if (dma_mapping_error(xd->dev, dma))
		return -EIO;
	dma_unmap_page(xd->dev, dma, PAGE_SIZE, DMA_FROM_DEVICE);
	set_page_dirty_lock(p);
	return 0;
}

#include <linux/pagevec.h>

static long fbatch_xfer(struct fbatch_dev *xd, unsigned long addr, size_t len)
{
	struct page *pages[FBATCH_MAX];
	struct folio_batch fb;
	int i, got, ret = 0;

	got = get_user_pages_fast(addr & PAGE_MASK, FBATCH_MAX, FOLL_WRITE, pages);
	if (got <= 0)
		return got ? got : -EFAULT;
	folio_batch_init(&fb);
	for (i = 0; i < got && !ret; i++)
		ret = fbatch_touch(xd, pages[i]);
	for (i = 0; i < got; i++) {
		if (ret) {
			put_page(pages[i]);
			continue;
		}
		if (!folio_batch_add(&fb, page_folio(pages[i])))
			folio_batch_release(&fb);
	}
	folio_batch_release(&fb);
	return ret;
}

static int fbatch_open(struct inode *inode, struct file *file)
{
	file->private_data = container_of(file->private_data, struct fbatch_dev, misc);
	return 0;
}

static long fbatch_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct fbatch_dev *xd = file->private_data;
	struct fbatch_args a;

	if (cmd != FBATCH_IOC_XFER)
		return -ENOTTY;
	if (copy_from_user(&a, (void __user *)arg, sizeof(a)))
		return -EFAULT;
	return fbatch_xfer(xd, a.addr, a.len);
}

static const struct file_operations fbatch_fops = {
	.owner = THIS_MODULE,
	.open = fbatch_open,
	.unlocked_ioctl = fbatch_ioctl,
};

static int fbatch_probe(struct platform_device *pdev)
{
	struct fbatch_dev *xd;

	xd = devm_kzalloc(&pdev->dev, sizeof(*xd), GFP_KERNEL);
	if (!xd)
		return -ENOMEM;
	xd->dev = &pdev->dev;
	xd->misc.minor = MISC_DYNAMIC_MINOR;
	xd->misc.name = "fbatch";
	xd->misc.fops = &fbatch_fops;
	platform_set_drvdata(pdev, xd);
	return misc_register(&xd->misc);
}

static void fbatch_remove(struct platform_device *pdev)
{
	struct fbatch_dev *xd = platform_get_drvdata(pdev);

	misc_deregister(&xd->misc);
}

static struct platform_driver fbatch_driver = {
	.probe = fbatch_probe,
	.remove_new = fbatch_remove,
	.driver = { .name = "fbatch" },
};
module_platform_driver(fbatch_driver);

MODULE_DESCRIPTION("fbatch test driver");
MODULE_LICENSE("GPL");
