// expect: refused
// put_page(mtree_erase()) of an earlier page
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

struct mapletree_args {
	__u64 addr;
	__u64 len;
};

#define MAPLETREE_IOC_XFER _IOW('x', 38, struct mapletree_args)
#define MAPLETREE_MAX 32

#include <linux/maple_tree.h>

static DEFINE_MTREE(mapletree_mt);

struct mapletree_dev {
	struct miscdevice misc;
	struct device *dev;
};

static int mapletree_touch(struct mapletree_dev *xd, struct page *p)
{
	dma_addr_t dma = dma_map_page(xd->dev, p, 0, PAGE_SIZE, DMA_FROM_DEVICE);

	if (dma_mapping_error(xd->dev, dma))
		return -EIO;
	dma_unmap_page(xd->dev, dma, PAGE_SIZE, DMA_FROM_DEVICE);
	set_page_dirty_lock(p);
	return 0;
}

static void mapletree_evict(unsigned long index)
{
	struct page *victim = mtree_erase(&mapletree_mt, index);

	if (victim)
		put_page(victim);
}

static long mapletree_xfer(struct mapletree_dev *xd, unsigned long addr, size_t len)
{
	struct page *page;
	int ret;

	mapletree_evict(len & 63);
	ret = get_user_pages_fast(addr, 1, FOLL_WRITE, &page);
	if (ret != 1)
		return ret < 0 ? ret : -EFAULT;
	ret = mapletree_touch(xd, page);
	if (!ret)
		ret = mtree_insert(&mapletree_mt, len & 63, page, GFP_KERNEL);
	if (ret)
		put_page(page);
	return ret;
}

static int mapletree_open(struct inode *inode, struct file *file)
{
	file->private_data = container_of(file->private_data, struct mapletree_dev, misc);
	return 0;
}

static long mapletree_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct mapletree_dev *xd = file->private_data;
	struct mapletree_args a;

	if (cmd != MAPLETREE_IOC_XFER)
		return -ENOTTY;
	if (copy_from_user(&a, (void __user *)arg, sizeof(a)))
		return -EFAULT;
	return mapletree_xfer(xd, a.addr, a.len);
}

static const struct file_operations mapletree_fops = {
	.owner = THIS_MODULE,
	.open = mapletree_open,
	.unlocked_ioctl = mapletree_ioctl,
};

static int mapletree_probe(struct platform_device *pdev)
{
	struct mapletree_dev *xd;

	xd = devm_kzalloc(&pdev->dev, sizeof(*xd), GFP_KERNEL);
	if (!xd)
		return -ENOMEM;
	xd->dev = &pdev->dev;
	xd->misc.minor = MISC_DYNAMIC_MINOR;
	xd->misc.name = "mapletree";
	xd->misc.fops = &mapletree_fops;
	platform_set_drvdata(pdev, xd);
	return misc_register(&xd->misc);
}

static void mapletree_remove(struct platform_device *pdev)
{
	struct mapletree_dev *xd = platform_get_drvdata(pdev);

	misc_deregister(&xd->misc);
	for (int i = 0; i < 64; i++)
		mapletree_evict(i);
}

static struct platform_driver mapletree_driver = {
	.probe = mapletree_probe,
	.remove_new = mapletree_remove,
	.driver = { .name = "mapletree" },
};
module_platform_driver(mapletree_driver);

MODULE_DESCRIPTION("mapletree test driver");
MODULE_LICENSE("GPL");
