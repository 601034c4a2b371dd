// expect: refused
// flag read through a getter of a static, which a sysctl-like ioctl changes
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

#define GETTER_MAX 16

static bool getter_zc = true;

struct getter_dev {
	struct miscdevice misc;
	struct device *dev;
	struct page *pages[GETTER_MAX];
	int nr;
};

static int getter_dma(struct getter_dev *xd, struct page *p)
{
	dma_addr_t d = dma_map_page(xd->dev, p, 0, PAGE_SIZE, DMA_BIDIRECTIONAL);

	if (dma_mapping_error(xd->dev, d))
		return -EIO;
	dma_unmap_page(xd->dev, d, PAGE_SIZE, DMA_BIDIRECTIONAL);
	return 0;
}

static bool getter_user(void)
{
	return READ_ONCE(getter_zc);
}

static void getter_drop(struct getter_dev *xd)
{
	int i;

	for (i = 0; i < xd->nr; i++) {
		if (getter_user())
			put_page(xd->pages[i]);
		else
			__free_page(xd->pages[i]);
	}
	xd->nr = 0;
}

static long getter_xfer(struct getter_dev *xd, unsigned long addr, size_t len, unsigned int cmd)
{
	int i, ret = 0;

	if (cmd & 2) {
		WRITE_ONCE(getter_zc, !!len);
		return 0;
	}
	getter_drop(xd);
	if (getter_user()) {
		i = get_user_pages_fast(addr, GETTER_MAX, FOLL_WRITE, xd->pages);
		if (i < 0)
			return i;
		xd->nr = i;
	} else {
		for (i = 0; i < GETTER_MAX; i++) {
			xd->pages[i] = alloc_page(GFP_KERNEL);
			if (!xd->pages[i])
				break;
		}
		xd->nr = i;
	}
	for (i = 0; i < xd->nr && !ret; i++)
		ret = getter_dma(xd, xd->pages[i]);
	return ret;
}

static int getter_release(struct inode *inode, struct file *file)
{
	getter_drop(file->private_data);
	return 0;
}

static long getter_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct getter_dev *xd = file->private_data;
	u64 a[2];

	if (copy_from_user(a, (void __user *)arg, sizeof(a)))
		return -EFAULT;
	return getter_xfer(xd, a[0], a[1], cmd);
}

static const struct file_operations getter_fops = {
	.owner = THIS_MODULE,
	.unlocked_ioctl = getter_ioctl,
};

static struct miscdevice getter_misc = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "getter",
	.fops = &getter_fops,
};
module_misc_device(getter_misc);
MODULE_LICENSE("GPL");
