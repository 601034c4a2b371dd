// expect: converted
// put_page in call_rcu callback through container_of rcu_head
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

struct rcucb_args {
	__u64 addr;
	__u64 len;
};

#define RCUCB_IOC_XFER _IOW('x', 26, struct rcucb_args)
#define RCUCB_MAX 32

#include <linux/rcupdate.h>

struct rcucb_map {
	struct rcu_head rcu;
	unsigned int cnt;
	struct page *pg[];
};

struct rcucb_dev {
	struct miscdevice misc;
	struct device *dev;
	struct rcucb_map __rcu *map;
};

static void rcucb_map_rcu(struct rcu_head *head)
{
	struct rcucb_map *m = container_of(head, struct rcucb_map, rcu);
	unsigned int i;

	for (i = 0; i < m->cnt; i++)
		put_page(m->pg[i]);
	kfree(m);
}

static long rcucb_xfer(struct rcucb_dev *xd, unsigned long addr, size_t len)
{
	int nr = DIV_ROUND_UP(offset_in_page(addr) + len, PAGE_SIZE);
	struct rcucb_map *map, *old;
	dma_addr_t dma;
	int i, got;

	map = kzalloc(struct_size(map, pg, nr), GFP_KERNEL);
	if (!map)
		return -ENOMEM;
	got = get_user_pages_fast(addr & PAGE_MASK, nr, FOLL_WRITE, map->pg);
	if (got != nr)
		goto fail;
	map->cnt = got;
	for (i = 0; i < got; i++) {
		dma = dma_map_page(xd->dev, map->pg[i], 0, PAGE_SIZE, DMA_FROM_DEVICE);
		if (dma_mapping_error(xd->dev, dma))
			goto fail;
		dma_unmap_page(xd->dev, dma, PAGE_SIZE, DMA_FROM_DEVICE);
	}
	old = unrcu_pointer(xchg(&xd->map, RCU_INITIALIZER(map)));
	if (old)
		call_rcu(&old->rcu, rcucb_map_rcu);
	return 0;
fail:
	for (i = 0; i < got; i++)
		put_page(map->pg[i]);
	kfree(map);
	return -EFAULT;
}

static int rcucb_open(struct inode *inode, struct file *file)
{
	file->private_data = container_of(file->private_data, struct rcucb_dev, misc);
	return 0;
}

static long rcucb_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct rcucb_dev *xd = file->private_data;
	struct rcucb_args a;

	if (cmd != RCUCB_IOC_XFER)
		return -ENOTTY;
	if (copy_from_user(&a, (void __user *)arg, sizeof(a)))
		return -EFAULT;
	return rcucb_xfer(xd, a.addr, a.len);
}

static const struct file_operations rcucb_fops = {
	.owner = THIS_MODULE,
	.open = rcucb_open,
	.unlocked_ioctl = rcucb_ioctl,
};

static int rcucb_probe(struct platform_device *pdev)
{
	struct rcucb_dev *xd;

	xd = devm_kzalloc(&pdev->dev, sizeof(*xd), GFP_KERNEL);
	if (!xd)
		return -ENOMEM;
	xd->dev = &pdev->dev;
	xd->misc.minor = MISC_DYNAMIC_MINOR;
	xd->misc.name = "rcucb";
	xd->misc.fops = &rcucb_fops;
	platform_set_drvdata(pdev, xd);
	return misc_register(&xd->misc);
}

static void rcucb_remove(struct platform_device *pdev)
{
	struct rcucb_dev *xd = platform_get_drvdata(pdev);

	misc_deregister(&xd->misc);
}

static struct platform_driver rcucb_driver = {
	.probe = rcucb_probe,
	.remove_new = rcucb_remove,
	.driver = { .name = "rcucb" },
};
module_platform_driver(rcucb_driver);

MODULE_DESCRIPTION("rcucb test driver");
MODULE_LICENSE("GPL");
