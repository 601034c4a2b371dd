// expect: refused
// put_pages_list() drops all pages of the local list in one go
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

struct putlist_args {
	__u64 addr;
	__u64 len;
};

#define PUTLIST_IOC_XFER _IOW('x', 106, struct putlist_args)
#define PUTLIST_MAX 32


struct putlist_dev {
	struct miscdevice misc;
	struct device *dev;
};

static int putlist_touch(struct putlist_dev *xd, struct page *p)
{
	dma_addr_t dma = dma_map_page(xd->dev, p, 0, PAGE_SIZE, DMA_FROM_DEVICE);

	if (dma_mapping_error(xd->dev, dma))
		return -EIO;
	dma_unmap_page(xd->dev, dma, PAGE_SIZE, DMA_FROM_DEVICE);
	set_page_dirty_lock(p);
	return 0;
}

static long putlist_xfer(struct putlist_dev *xd, unsigned long addr, size_t len)
{
	struct page *pages[PUTLIST_MAX];
	LIST_HEAD(done);
	int i, got, ret = 0;

	got = get_user_pages_fast(addr & PAGE_MASK, PUTLIST_MAX, FOLL_WRITE, pages);
	if (got <= 0)
		return got ? got : -EFAULT;
	for (i = 0; i < got; i++) {
		ret = putlist_touch(xd, pages[i]);
		if (ret) {
			put_page(pages[i]);
			continue;
		}
		list_add(&pages[i]->lru, &done);
	}
	put_pages_list(&done);
	return ret;
}

static int putlist_open(struct inode *inode, struct file *file)
{
	file->private_data = container_of(file->private_data, struct putlist_dev, misc);
	return 0;
}

static long putlist_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct putlist_dev *xd = file->private_data;
	struct putlist_args a;

	if (cmd != PUTLIST_IOC_XFER)
		return -ENOTTY;
	if (copy_from_user(&a, (void __user *)arg, sizeof(a)))
		return -EFAULT;
	return putlist_xfer(xd, a.addr, a.len);
}

static const struct file_operations putlist_fops = {
	.owner = THIS_MODULE,
	.open = putlist_open,
	.unlocked_ioctl = putlist_ioctl,
};

static int putlist_probe(struct platform_device *pdev)
{
	struct putlist_dev *xd;

	xd = devm_kzalloc(&pdev->dev, sizeof(*xd), GFP_KERNEL);
	if (!xd)
		return -ENOMEM;
	xd->dev = &pdev->dev;
	xd->misc.minor = MISC_DYNAMIC_MINOR;
	xd->misc.name = "putlist";
	xd->misc.fops = &putlist_fops;
	platform_set_drvdata(pdev, xd);
	return misc_register(&xd->misc);
}

static void putlist_remove(struct platform_device *pdev)
{
	struct putlist_dev *xd = platform_get_drvdata(pdev);

	misc_deregister(&xd->misc);
}

static struct platform_driver putlist_driver = {
	.probe = putlist_probe,
	.remove_new = putlist_remove,
	.driver = { .name = "putlist" },
};
module_platform_driver(putlist_driver);

MODULE_DESCRIPTION("putlist test driver");
MODULE_LICENSE("GPL");
