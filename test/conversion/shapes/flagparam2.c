// expect: refused
// the drop helper gets false for user pages on the abort path: __free_page of gup pages
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

#define FLAGPARAM2_MAX 16

struct gbuf {
	struct page **v;
	int n;
};

struct flagparam2_dev {
	struct miscdevice misc;
	struct device *dev;
};

static int flagparam2_dma(struct flagparam2_dev *xd, struct page *p)
{
	dma_addr_t d = dma_map_page(xd->dev, p, 0, PAGE_SIZE, DMA_BIDIRECTIONAL);

	if (dma_mapping_error(xd->dev, d))
		return -EIO;
	dma_unmap_page(xd->dev, d, PAGE_SIZE, DMA_BIDIRECTIONAL);
	return 0;
}

static void flagparam2_drop(struct gbuf *b, bool user)
{
	while (b->n > 0) {
		struct page *p = b->v[--b->n];

		if (user)
			put_page(p);
		else
			__free_page(p);
	}
	kvfree(b->v);
}

static int flagparam2_fill(struct gbuf *b, unsigned long addr, bool user)
{
	if (user) {
		b->n = get_user_pages_fast(addr, FLAGPARAM2_MAX, FOLL_WRITE, b->v);
	} else {
		while (b->n < FLAGPARAM2_MAX && (b->v[b->n] = alloc_page(GFP_KERNEL)))
			b->n++;
	}
	return b->n == FLAGPARAM2_MAX ? 0 : -EFAULT;
}

static long flagparam2_xfer(struct flagparam2_dev *xd, unsigned long addr, size_t len, unsigned int cmd)
{
	bool user = cmd & 1, mapped = false;
	struct gbuf b = { };
	int i, ret;

	b.v = kvcalloc(FLAGPARAM2_MAX, sizeof(*b.v), GFP_KERNEL);
	if (!b.v)
		return -ENOMEM;
	ret = flagparam2_fill(&b, addr, user);
	if (ret)
		goto out;
	mapped = user;
	for (i = 0; i < b.n && !ret; i++)
		ret = flagparam2_dma(xd, b.v[i]);
out:
	flagparam2_drop(&b, mapped);
	return ret;
}

static long flagparam2_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct flagparam2_dev *xd = file->private_data;
	u64 a[2];

	if (copy_from_user(a, (void __user *)arg, sizeof(a)))
		return -EFAULT;
	return flagparam2_xfer(xd, a[0], a[1], cmd);
}

static const struct file_operations flagparam2_fops = {
	.owner = THIS_MODULE,
	.unlocked_ioctl = flagparam2_ioctl,
};

static struct miscdevice flagparam2_misc = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "flagparam2",
	.fops = &flagparam2_fops,
};
module_misc_device(flagparam2_misc);
MODULE_LICENSE("GPL");
