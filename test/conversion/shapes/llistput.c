// expect: converted
// put_page in a llist_for_each_entry_safe of nodes
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

struct llistput_args {
	__u64 addr;
	__u64 len;
};

#define LLISTPUT_IOC_XFER _IOW('x', 40, struct llistput_args)
#define LLISTPUT_MAX 32

#include <linux/llist.h>

struct llistput_node {
	struct llist_node ll;
	struct page *victim;
};

static LLIST_HEAD(llistput_dead);

struct llistput_dev {
	struct miscdevice misc;
	struct device *dev;
};

static int llistput_touch(struct llistput_dev *xd, struct page *p)
{
	dma_addr_t dma = dma_map_page(xd->dev, p, 0, PAGE_SIZE, DMA_FROM_DEVICE);

	if (dma_mapping_error(xd->dev, dma))
		return -EIO;
	dma_unmap_page(xd->dev, dma, PAGE_SIZE, DMA_FROM_DEVICE);
	set_page_dirty_lock(p);
	return 0;
}

static void llistput_gc(void)
{
	struct llist_node *head = llist_del_all(&llistput_dead);
	struct llistput_node *a, *b;

	llist_for_each_entry_safe(a, b, head, ll) {
		put_page(a->victim);
		kfree(a);
	}
}

static long llistput_xfer(struct llistput_dev *xd, unsigned long addr, size_t len)
{
	struct page *page;
	struct llistput_node *nd;
	int ret;

	ret = get_user_pages_fast(addr, 1, FOLL_WRITE, &page);
	if (ret != 1)
		return ret < 0 ? ret : -EFAULT;
	ret = llistput_touch(xd, page);
	nd = kmalloc(sizeof(*nd), GFP_ATOMIC);
	if (!nd) {
		put_page(page);
		return -ENOMEM;
	}
	*nd = (struct llistput_node){ .victim = page };
	llist_add(&nd->ll, &llistput_dead);
	if (len)
		llistput_gc();
	return ret;
}

static int llistput_open(struct inode *inode, struct file *file)
{
	file->private_data = container_of(file->private_data, struct llistput_dev, misc);
	return 0;
}

static long llistput_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct llistput_dev *xd = file->private_data;
	struct llistput_args a;

	if (cmd != LLISTPUT_IOC_XFER)
		return -ENOTTY;
	if (copy_from_user(&a, (void __user *)arg, sizeof(a)))
		return -EFAULT;
	return llistput_xfer(xd, a.addr, a.len);
}

static const struct file_operations llistput_fops = {
	.owner = THIS_MODULE,
	.open = llistput_open,
	.unlocked_ioctl = llistput_ioctl,
};

static int llistput_probe(struct platform_device *pdev)
{
	struct llistput_dev *xd;

	xd = devm_kzalloc(&pdev->dev, sizeof(*xd), GFP_KERNEL);
	if (!xd)
		return -ENOMEM;
	xd->dev = &pdev->dev;
	xd->misc.minor = MISC_DYNAMIC_MINOR;
	xd->misc.name = "llistput";
	xd->misc.fops = &llistput_fops;
	platform_set_drvdata(pdev, xd);
	return misc_register(&xd->misc);
}

static void llistput_remove(struct platform_device *pdev)
{
	struct llistput_dev *xd = platform_get_drvdata(pdev);

	misc_deregister(&xd->misc);
	llistput_gc();
}

static struct platform_driver llistput_driver = {
	.probe = llistput_probe,
	.remove_new = llistput_remove,
	.driver = { .name = "llistput" },
};
module_platform_driver(llistput_driver);

MODULE_DESCRIPTION("llistput test driver");
MODULE_LICENSE("GPL");
