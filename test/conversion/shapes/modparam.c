// expect: refused
// the release tests a writable module parameter, which may have changed since the fill
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

#define MODPARAM_MAX 16

static bool zerocopy = true;
module_param(zerocopy, bool, 0644);

struct modparam_dev {
	struct miscdevice misc;
	struct device *dev;
	struct page *pages[MODPARAM_MAX];
	int nr;
};

static int modparam_dma(struct modparam_dev *xd, struct page *p)
{
	dma_addr_t d = dma_map_page(xd->dev, p, 0, PAGE_SIZE, DMA_BIDIRECTIONAL);

	if (dma_mapping_error(xd->dev, d))
		return -EIO;
	dma_unmap_page(xd->dev, d, PAGE_SIZE, DMA_BIDIRECTIONAL);
	return 0;
}

static void modparam_drop(struct modparam_dev *xd)
{
	int i;

	for (i = 0; i < xd->nr; i++) {
		if (zerocopy)
			put_page(xd->pages[i]);
		else
			__free_page(xd->pages[i]);
	}
	xd->nr = 0;
}

static long modparam_xfer(struct modparam_dev *xd, unsigned long addr, size_t len, unsigned int cmd)
{
	int i, ret = 0;

	modparam_drop(xd);
	if (zerocopy) {
		i = get_user_pages_fast(addr, MODPARAM_MAX, FOLL_WRITE, xd->pages);
		if (i < 0)
			return i;
		xd->nr = i;
	} else {
		for (i = 0; i < MODPARAM_MAX; i++) {
			xd->pages[i] = alloc_page(GFP_KERNEL);
			if (!xd->pages[i])
				break;
		}
		xd->nr = i;
	}
	for (i = 0; i < xd->nr && !ret; i++)
		ret = modparam_dma(xd, xd->pages[i]);
	return ret;
}

static int modparam_release(struct inode *inode, struct file *file)
{
	modparam_drop(file->private_data);
	return 0;
}

static long modparam_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct modparam_dev *xd = file->private_data;
	u64 a[2];

	if (copy_from_user(a, (void __user *)arg, sizeof(a)))
		return -EFAULT;
	return modparam_xfer(xd, a[0], a[1], cmd);
}

static const struct file_operations modparam_fops = {
	.owner = THIS_MODULE,
	.unlocked_ioctl = modparam_ioctl,
};

static struct miscdevice modparam_misc = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "modparam",
	.fops = &modparam_fops,
};
module_misc_device(modparam_misc);
MODULE_LICENSE("GPL");
