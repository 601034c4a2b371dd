// expect: converted
// put_page(ring[tail & MASK]) in a consumer elsewhere
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

struct ringput_args {
	__u64 addr;
	__u64 len;
};

#define RINGPUT_IOC_XFER _IOW('x', 42, struct ringput_args)
#define RINGPUT_MAX 32

#define RINGPUT_RING 64

struct ringput_slot {
	struct page *page;
	u32 len;
};

struct ringput_dev {
	struct miscdevice misc;
	struct device *dev;
	struct ringput_slot ring[RINGPUT_RING];
	unsigned int head, tail;
};

static int ringput_touch(struct ringput_dev *xd, struct page *p)
{
	dma_addr_t dma = dma_map_page(xd->dev, p, 0, PAGE_SIZE, DMA_FROM_DEVICE);

	if (dma_mapping_error(xd->dev, dma))
		return -EIO;
	dma_unmap_page(xd->dev, dma, PAGE_SIZE, DMA_FROM_DEVICE);
	set_page_dirty_lock(p);
	return 0;
}

static void ringput_consume(struct ringput_dev *xd)
{
	for (; xd->tail != xd->head; xd->tail++) {
		struct ringput_slot s = xd->ring[xd->tail & (RINGPUT_RING - 1)];

		put_page(s.page);
	}
}

static long ringput_xfer(struct ringput_dev *xd, unsigned long addr, size_t len)
{
	struct ringput_slot *slot = &xd->ring[xd->head & (RINGPUT_RING - 1)];
	int ret;

	if (xd->head - xd->tail >= RINGPUT_RING)
		ringput_consume(xd);
	ret = get_user_pages_fast(addr, 1, FOLL_WRITE, &slot->page);
	if (ret != 1)
		return ret < 0 ? ret : -EFAULT;
	ret = ringput_touch(xd, slot->page);
	if (ret) {
		put_page(slot->page);
		return ret;
	}
	slot->len = len;
	xd->head++;
	return 0;
}

static int ringput_open(struct inode *inode, struct file *file)
{
	file->private_data = container_of(file->private_data, struct ringput_dev, misc);
	return 0;
}

static long ringput_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct ringput_dev *xd = file->private_data;
	struct ringput_args a;

	if (cmd != RINGPUT_IOC_XFER)
		return -ENOTTY;
	if (copy_from_user(&a, (void __user *)arg, sizeof(a)))
		return -EFAULT;
	return ringput_xfer(xd, a.addr, a.len);
}

static const struct file_operations ringput_fops = {
	.owner = THIS_MODULE,
	.open = ringput_open,
	.unlocked_ioctl = ringput_ioctl,
};

static int ringput_probe(struct platform_device *pdev)
{
	struct ringput_dev *xd;

	xd = devm_kzalloc(&pdev->dev, sizeof(*xd), GFP_KERNEL);
	if (!xd)
		return -ENOMEM;
	xd->dev = &pdev->dev;
	xd->misc.minor = MISC_DYNAMIC_MINOR;
	xd->misc.name = "ringput";
	xd->misc.fops = &ringput_fops;
	platform_set_drvdata(pdev, xd);
	return misc_register(&xd->misc);
}

static void ringput_remove(struct platform_device *pdev)
{
	struct ringput_dev *xd = platform_get_drvdata(pdev);

	misc_deregister(&xd->misc);
	ringput_consume(xd);
}

static struct platform_driver ringput_driver = {
	.probe = ringput_probe,
	.remove_new = ringput_remove,
	.driver = { .name = "ringput" },
};
module_platform_driver(ringput_driver);

MODULE_DESCRIPTION("ringput test driver");
MODULE_LICENSE("GPL");
