// expect: refused
// list of page->lru, put_page in list_for_each_entry_safe(.., lru); alloc_page pages on the same list
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

struct pagelru_args {
	__u64 addr;
	__u64 len;
};

#define PAGELRU_IOC_XFER _IOW('x', 39, struct pagelru_args)
#define PAGELRU_MAX 32

#include <linux/list.h>

struct pagelru_dev {
	struct miscdevice misc;
	struct device *dev;
	struct list_head free_list;
};

static int pagelru_touch(struct pagelru_dev *xd, struct page *p)
{
	dma_addr_t dma = dma_map_page(xd->dev, p, 0, PAGE_SIZE, DMA_FROM_DEVICE);

	if (dma_mapping_error(xd->dev, dma))
		return -EIO;
	dma_unmap_page(xd->dev, dma, PAGE_SIZE, DMA_FROM_DEVICE);
	set_page_dirty_lock(p);
	return 0;
}

static void pagelru_flush(struct pagelru_dev *xd)
{
	struct page *page, *next;

	list_for_each_entry_safe(page, next, &xd->free_list, lru) {
		list_del(&page->lru);
		put_page(page);
	}
}

static void pagelru_prefill(struct pagelru_dev *xd)
{
	struct page *page = alloc_page(GFP_KERNEL);

	if (page)
		list_add(&page->lru, &xd->free_list);
}

static long pagelru_xfer(struct pagelru_dev *xd, unsigned long addr, size_t len)
{
	struct page *page;
	int ret;

	ret = get_user_pages_fast(addr, 1, FOLL_WRITE, &page);
	if (ret != 1)
		return ret < 0 ? ret : -EFAULT;
	ret = pagelru_touch(xd, page);
	if (ret || !len) {
		put_page(page);
		return ret;
	}
	list_add_tail(&page->lru, &xd->free_list);
	return 0;
}

static int pagelru_open(struct inode *inode, struct file *file)
{
	file->private_data = container_of(file->private_data, struct pagelru_dev, misc);
	return 0;
}

static long pagelru_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct pagelru_dev *xd = file->private_data;
	struct pagelru_args a;

	if (cmd != PAGELRU_IOC_XFER)
		return -ENOTTY;
	if (copy_from_user(&a, (void __user *)arg, sizeof(a)))
		return -EFAULT;
	return pagelru_xfer(xd, a.addr, a.len);
}

static const struct file_operations pagelru_fops = {
	.owner = THIS_MODULE,
	.open = pagelru_open,
	.unlocked_ioctl = pagelru_ioctl,
};

static int pagelru_probe(struct platform_device *pdev)
{
	struct pagelru_dev *xd;

	xd = devm_kzalloc(&pdev->dev, sizeof(*xd), GFP_KERNEL);
	if (!xd)
		return -ENOMEM;
	xd->dev = &pdev->dev;
	INIT_LIST_HEAD(&xd->free_list);
	pagelru_prefill(xd);
	xd->misc.minor = MISC_DYNAMIC_MINOR;
	xd->misc.name = "pagelru";
	xd->misc.fops = &pagelru_fops;
	platform_set_drvdata(pdev, xd);
	return misc_register(&xd->misc);
}

static void pagelru_remove(struct platform_device *pdev)
{
	struct pagelru_dev *xd = platform_get_drvdata(pdev);

	misc_deregister(&xd->misc);
	pagelru_flush(xd);
}

static struct platform_driver pagelru_driver = {
	.probe = pagelru_probe,
	.remove_new = pagelru_remove,
	.driver = { .name = "pagelru" },
};
module_platform_driver(pagelru_driver);

MODULE_DESCRIPTION("pagelru test driver");
MODULE_LICENSE("GPL");
