// expect: refused
// put_page(rb_entry(n, ..)->backing) while popping the rb tree
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

struct rbput_args {
	__u64 addr;
	__u64 len;
};

#define RBPUT_IOC_XFER _IOW('x', 44, struct rbput_args)
#define RBPUT_MAX 32

#include <linux/rbtree.h>

struct rbput_ent {
	struct rb_node rb;
	unsigned long key;
	struct page *backing;
};

static struct rb_root rbput_root = RB_ROOT;

struct rbput_dev {
	struct miscdevice misc;
	struct device *dev;
};

static int rbput_touch(struct rbput_dev *xd, struct page *p)
{
	dma_addr_t dma = dma_map_page(xd->dev, p, 0, PAGE_SIZE, DMA_FROM_DEVICE);

	if (dma_mapping_error(xd->dev, dma))
		return -EIO;
	dma_unmap_page(xd->dev, dma, PAGE_SIZE, DMA_FROM_DEVICE);
	set_page_dirty_lock(p);
	return 0;
}

static bool rbput_less(struct rb_node *a, const struct rb_node *b)
{
	return rb_entry(a, struct rbput_ent, rb)->key < rb_entry(b, struct rbput_ent, rb)->key;
}

static void rbput_clear(void)
{
	struct rb_node *n;

	while ((n = rb_first(&rbput_root))) {
		rb_erase(n, &rbput_root);
		put_page(rb_entry(n, struct rbput_ent, rb)->backing);
		kfree(rb_entry(n, struct rbput_ent, rb));
	}
}

static long rbput_xfer(struct rbput_dev *xd, unsigned long addr, size_t len)
{
	struct rbput_ent *ne = kzalloc(sizeof(*ne), GFP_KERNEL);
	int ret;

	if (!ne)
		return -ENOMEM;
	ret = get_user_pages_fast(addr, 1, FOLL_WRITE, &ne->backing);
	if (ret != 1) {
		kfree(ne);
		return ret < 0 ? ret : -EFAULT;
	}
	ret = rbput_touch(xd, ne->backing);
	if (ret) {
		put_page(ne->backing);
		kfree(ne);
		return ret;
	}
	ne->key = addr;
	rb_add(&ne->rb, &rbput_root, rbput_less);
	return 0;
}

static int rbput_open(struct inode *inode, struct file *file)
{
	file->private_data = container_of(file->private_data, struct rbput_dev, misc);
	return 0;
}

static long rbput_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct rbput_dev *xd = file->private_data;
	struct rbput_args a;

	if (cmd != RBPUT_IOC_XFER)
		return -ENOTTY;
	if (copy_from_user(&a, (void __user *)arg, sizeof(a)))
		return -EFAULT;
	return rbput_xfer(xd, a.addr, a.len);
}

static const struct file_operations rbput_fops = {
	.owner = THIS_MODULE,
	.open = rbput_open,
	.unlocked_ioctl = rbput_ioctl,
};

static int rbput_probe(struct platform_device *pdev)
{
	struct rbput_dev *xd;

	xd = devm_kzalloc(&pdev->dev, sizeof(*xd), GFP_KERNEL);
	if (!xd)
		return -ENOMEM;
	xd->dev = &pdev->dev;
	xd->misc.minor = MISC_DYNAMIC_MINOR;
	xd->misc.name = "rbput";
	xd->misc.fops = &rbput_fops;
	platform_set_drvdata(pdev, xd);
	return misc_register(&xd->misc);
}

static void rbput_remove(struct platform_device *pdev)
{
	struct rbput_dev *xd = platform_get_drvdata(pdev);

	misc_deregister(&xd->misc);
	rbput_clear();
}

static struct platform_driver rbput_driver = {
	.probe = rbput_probe,
	.remove_new = rbput_remove,
	.driver = { .name = "rbput" },
};
module_platform_driver(rbput_driver);

MODULE_DESCRIPTION("rbput test driver");
MODULE_LICENSE("GPL");
