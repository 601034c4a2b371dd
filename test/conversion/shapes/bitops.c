// expect: refused
// test_bit(F_USER) at the release; the bit is cleared by abort before it
// SPDX-License-Identifier: GPL-2.0
#include <linux/module.h>
#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/uio.h>
#include <linux/bvec.h>
#include <linux/bio.h>
#include <linux/workqueue.h>
#include <linux/dma-mapping.h>
#include <linux/scatterlist.h>
#include <crypto/skcipher.h>
#include <crypto/hash.h>
#include <linux/virtio.h>

#define BITOPS_MAX 16

enum { F_USER, F_DEAD };

struct bitops_dev {
	struct miscdevice misc;
	struct device *dev;
	struct page *pages[BITOPS_MAX];
	unsigned long flags;
	int nr;
};

static int bitops_dma(struct bitops_dev *xd, struct page *p)
{
	dma_addr_t d = dma_map_page(xd->dev, p, 0, PAGE_SIZE, DMA_BIDIRECTIONAL);

	if (dma_mapping_error(xd->dev, d))
		return -EIO;
	dma_unmap_page(xd->dev, d, PAGE_SIZE, DMA_BIDIRECTIONAL);
	return 0;
}

static void bitops_drop(struct bitops_dev *xd)
{
	int i;

	for (i = 0; i < xd->nr; i++) {
		if (test_bit(F_USER, &xd->flags))
			put_page(xd->pages[i]);
		else
			__free_page(xd->pages[i]);
	}
	xd->nr = 0;
}

static long bitops_xfer(struct bitops_dev *xd, unsigned long addr, size_t len, unsigned int cmd)
{
	int i, ret = 0;

	bitops_drop(xd);
	if (cmd & 1) {
		i = get_user_pages_fast(addr, BITOPS_MAX, FOLL_WRITE, xd->pages);
		xd->nr = max(i, 0);
		set_bit(F_USER, &xd->flags);
	} else {
		for (i = 0; i < BITOPS_MAX; i++) {
			xd->pages[i] = alloc_page(GFP_KERNEL);
			if (!xd->pages[i])
				break;
		}
		xd->nr = i;
	}
	for (i = 0; i < xd->nr && !ret; i++)
		ret = bitops_dma(xd, xd->pages[i]);
	if (ret)
		clear_bit(F_USER, &xd->flags);
	return ret;
}

static int bitops_release(struct inode *inode, struct file *file)
{
	bitops_drop(file->private_data);
	return 0;
}

static long bitops_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct bitops_dev *xd = file->private_data;
	u64 a[2];

	if (copy_from_user(a, (void __user *)arg, sizeof(a)))
		return -EFAULT;
	return bitops_xfer(xd, a[0], a[1], cmd);
}

static const struct file_operations bitops_fops = {
	.owner = THIS_MODULE,
	.unlocked_ioctl = bitops_ioctl,
};

static struct miscdevice bitops_misc = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "bitops",
	.fops = &bitops_fops,
};
module_misc_device(bitops_misc);
MODULE_LICENSE("GPL");
