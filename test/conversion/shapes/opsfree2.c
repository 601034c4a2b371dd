// expect: converted
// put_page in opsfree2_user_free reached only through the ops table
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

struct opsfree2_args {
	__u64 addr;
	__u64 len;
};

#define OPSFREE2_IOC_XFER _IOW('x', 29, struct opsfree2_args)
#define OPSFREE2_MAX 32

struct opsfree2_obj {
	const struct opsfree2_ops *ops;
	void *priv;
};

struct opsfree2_ops {
	void (*free)(struct opsfree2_obj *o);
};

struct opsfree2_upages {
	struct page **vec;
	unsigned int nr;
};

struct opsfree2_dev {
	struct miscdevice misc;
	struct device *dev;
};

static void opsfree2_user_free(struct opsfree2_obj *o)
{
	struct opsfree2_upages *u = o->priv;

	while (u->nr--)
		put_page(u->vec[u->nr]);
	kvfree(u->vec);
	kfree(u);
}

static const struct opsfree2_ops opsfree2_user_ops = {
	.free = opsfree2_user_free,
};

static int opsfree2_pin(struct opsfree2_obj *o, unsigned long addr, int nr)
{
	struct opsfree2_upages *u = kzalloc(sizeof(*u), GFP_KERNEL);
	int got, i;

	if (!u)
		return -ENOMEM;
	u->vec = kvcalloc(nr, sizeof(*u->vec), GFP_KERNEL);
	if (!u->vec) {
		kfree(u);
		return -ENOMEM;
	}
	got = get_user_pages_fast(addr & PAGE_MASK, nr, FOLL_WRITE, u->vec);
	if (got != nr) {
		for (i = 0; i < got; i++)
			put_page(u->vec[i]);
		kvfree(u->vec);
		kfree(u);
		return -EFAULT;
	}
	u->nr = got;
	o->priv = u;
	o->ops = &opsfree2_user_ops;
	return 0;
}

static long opsfree2_xfer(struct opsfree2_dev *xd, unsigned long addr, size_t len)
{
	struct opsfree2_obj o = {};
	struct opsfree2_upages *u;
	dma_addr_t dma;
	int ret = opsfree2_pin(&o, addr, OPSFREE2_MAX);

	if (ret)
		return ret;
	u = o.priv;
	dma = dma_map_page(xd->dev, u->vec[0], 0, PAGE_SIZE, DMA_FROM_DEVICE);
	if (dma_mapping_error(xd->dev, dma))
		ret = -EIO;
	else
		dma_unmap_page(xd->dev, dma, PAGE_SIZE, DMA_FROM_DEVICE);
	o.ops->free(&o);
	return ret;
}

static int opsfree2_open(struct inode *inode, struct file *file)
{
	file->private_data = container_of(file->private_data, struct opsfree2_dev, misc);
	return 0;
}

static long opsfree2_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct opsfree2_dev *xd = file->private_data;
	struct opsfree2_args a;

	if (cmd != OPSFREE2_IOC_XFER)
		return -ENOTTY;
	if (copy_from_user(&a, (void __user *)arg, sizeof(a)))
		return -EFAULT;
	return opsfree2_xfer(xd, a.addr, a.len);
}

static const struct file_operations opsfree2_fops = {
	.owner = THIS_MODULE,
	.open = opsfree2_open,
	.unlocked_ioctl = opsfree2_ioctl,
};

static int opsfree2_probe(struct platform_device *pdev)
{
	struct opsfree2_dev *xd;

	xd = devm_kzalloc(&pdev->dev, sizeof(*xd), GFP_KERNEL);
	if (!xd)
		return -ENOMEM;
	xd->dev = &pdev->dev;
	xd->misc.minor = MISC_DYNAMIC_MINOR;
	xd->misc.name = "opsfree2";
	xd->misc.fops = &opsfree2_fops;
	platform_set_drvdata(pdev, xd);
	return misc_register(&xd->misc);
}

static void opsfree2_remove(struct platform_device *pdev)
{
	struct opsfree2_dev *xd = platform_get_drvdata(pdev);

	misc_deregister(&xd->misc);
}

static struct platform_driver opsfree2_driver = {
	.probe = opsfree2_probe,
	.remove_new = opsfree2_remove,
	.driver = { .name = "opsfree2" },
};
module_platform_driver(opsfree2_driver);

MODULE_DESCRIPTION("opsfree2 test driver");
MODULE_LICENSE("GPL");
