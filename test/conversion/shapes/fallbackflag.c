// expect: refused
// user flag set before the take; when it fails, the pages are allocated with the flag still set
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

#define FALLBACKFLAG_MAX 16

struct fb {
	struct page *pages[FALLBACKFLAG_MAX];
	int nr;
	bool user;
};

struct fallbackflag_dev {
	struct miscdevice misc;
	struct device *dev;
};

static int fallbackflag_dma(struct fallbackflag_dev *xd, struct page *p)
{
	dma_addr_t d = dma_map_page(xd->dev, p, 0, PAGE_SIZE, DMA_BIDIRECTIONAL);

	if (dma_mapping_error(xd->dev, d))
		return -EIO;
	dma_unmap_page(xd->dev, d, PAGE_SIZE, DMA_BIDIRECTIONAL);
	return 0;
}

static void fallbackflag_drop_one(struct page *p, bool user)
{
	if (user)
		put_page(p);
	else
		__free_page(p);
}

static void fallbackflag_drop(struct fb *b)
{
	while (b->nr > 0)
		fallbackflag_drop_one(b->pages[--b->nr], b->user);
}

static long fallbackflag_xfer(struct fallbackflag_dev *xd, unsigned long addr, size_t len, unsigned int cmd)
{
	struct fb b = { .user = true };
	int i, ret = 0;

	b.nr = get_user_pages_fast(addr, FALLBACKFLAG_MAX, FOLL_WRITE, b.pages);
	if (b.nr <= 0) {
		for (b.nr = 0; b.nr < FALLBACKFLAG_MAX; b.nr++) {
			b.pages[b.nr] = alloc_page(GFP_KERNEL);
			if (!b.pages[b.nr])
				break;
		}
	}
	for (i = 0; i < b.nr && !ret; i++)
		ret = fallbackflag_dma(xd, b.pages[i]);
	fallbackflag_drop(&b);
	return ret;
}

static long fallbackflag_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct fallbackflag_dev *xd = file->private_data;
	u64 a[2];

	if (copy_from_user(a, (void __user *)arg, sizeof(a)))
		return -EFAULT;
	return fallbackflag_xfer(xd, a[0], a[1], cmd);
}

static const struct file_operations fallbackflag_fops = {
	.owner = THIS_MODULE,
	.unlocked_ioctl = fallbackflag_ioctl,
};

static struct miscdevice fallbackflag_misc = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "fallbackflag",
	.fops = &fallbackflag_fops,
};
module_misc_device(fallbackflag_misc);
MODULE_LICENSE("GPL");
