// expect: converted
// one page, single exit label
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

#define PLAINONE_MAX 16

struct plainone_dev {
	struct miscdevice misc;
	struct device *dev;
};

static int plainone_dma(struct plainone_dev *xd, struct page *p)
{
	dma_addr_t d = dma_map_page(xd->dev, p, 0, PAGE_SIZE, DMA_BIDIRECTIONAL);

	if (dma_mapping_error(xd->dev, d))
		return -EIO;
	dma_unmap_page(xd->dev, d, PAGE_SIZE, DMA_BIDIRECTIONAL);
	return 0;
}

static long plainone_xfer(struct plainone_dev *xd, unsigned long addr, size_t len, unsigned int cmd)
{
	struct page *page = NULL;
	int ret;

	ret = get_user_pages_fast(addr, 1, FOLL_WRITE, &page);
	if (ret != 1) {
		ret = -EFAULT;
		goto out;
	}
	ret = plainone_dma(xd, page);
	if (ret)
		goto out;
	set_page_dirty_lock(page);
out:
	if (page)
		put_page(page);
	return ret;
}

static long plainone_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct plainone_dev *xd = file->private_data;
	u64 a[2];

	if (copy_from_user(a, (void __user *)arg, sizeof(a)))
		return -EFAULT;
	return plainone_xfer(xd, a[0], a[1], cmd);
}

static const struct file_operations plainone_fops = {
	.owner = THIS_MODULE,
	.unlocked_ioctl = plainone_ioctl,
};

static struct miscdevice plainone_misc = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "plainone",
	.fops = &plainone_fops,
};
module_misc_device(plainone_misc);
MODULE_LICENSE("GPL");
