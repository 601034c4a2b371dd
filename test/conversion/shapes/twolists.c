// expect: refused
// one flag for two lists: the user arm also puts the out list, which is always alloc_page
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

#define TWOLISTS_MAX 16

struct tbuf {
	struct page **in;
	struct page **out;
	int nr;
	bool user;
};

struct twolists_dev {
	struct miscdevice misc;
	struct device *dev;
};

static int twolists_dma(struct twolists_dev *xd, struct page *p)
{
	dma_addr_t d = dma_map_page(xd->dev, p, 0, PAGE_SIZE, DMA_BIDIRECTIONAL);

	if (dma_mapping_error(xd->dev, d))
		return -EIO;
	dma_unmap_page(xd->dev, d, PAGE_SIZE, DMA_BIDIRECTIONAL);
	return 0;
}

static void twolists_drop_one(struct page *p, bool user)
{
	if (!p)
		return;
	if (user)
		put_page(p);
	else
		__free_page(p);
}

static void twolists_drop(struct tbuf *b)
{
	int i;

	for (i = 0; i < b->nr; i++) {
		twolists_drop_one(b->in[i], b->user);
		twolists_drop_one(b->out[i], b->user);
	}
	kfree(b->in);
	kfree(b->out);
}

static long twolists_xfer(struct twolists_dev *xd, unsigned long addr, size_t len, unsigned int cmd)
{
	struct tbuf b = { .nr = 4, .user = cmd & 1 };
	int i, got, ret = -ENOMEM;

	b.in = kcalloc(b.nr, sizeof(*b.in), GFP_KERNEL);
	b.out = kcalloc(b.nr, sizeof(*b.out), GFP_KERNEL);
	if (!b.in || !b.out) {
		b.nr = 0;
		goto out;
	}
	for (i = 0; i < b.nr; i++)
		b.out[i] = alloc_page(GFP_KERNEL);
	if (b.user) {
		got = get_user_pages_fast(addr, b.nr, FOLL_WRITE, b.in);
		if (got != b.nr)
			goto out;
	} else {
		for (i = 0; i < b.nr; i++)
			b.in[i] = alloc_page(GFP_KERNEL);
	}
	ret = 0;
	for (i = 0; i < b.nr && !ret; i++)
		ret = twolists_dma(xd, b.in[i]);
out:
	twolists_drop(&b);
	return ret;
}

static long twolists_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct twolists_dev *xd = file->private_data;
	u64 a[2];

	if (copy_from_user(a, (void __user *)arg, sizeof(a)))
		return -EFAULT;
	return twolists_xfer(xd, a[0], a[1], cmd);
}

static const struct file_operations twolists_fops = {
	.owner = THIS_MODULE,
	.unlocked_ioctl = twolists_ioctl,
};

static struct miscdevice twolists_misc = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "twolists",
	.fops = &twolists_fops,
};
module_misc_device(twolists_misc);
MODULE_LICENSE("GPL");
