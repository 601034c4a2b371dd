// expect: converted
// taker and releaser helpers with an object on the stack
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

#define PLAINSPLIT_MAX 16

struct stk {
	struct page *pages[PLAINSPLIT_MAX];
	int nr;
};

struct plainsplit_dev {
	struct miscdevice misc;
	struct device *dev;
};

static int plainsplit_dma(struct plainsplit_dev *xd, struct page *p)
{
	dma_addr_t d = dma_map_page(xd->dev, p, 0, PAGE_SIZE, DMA_BIDIRECTIONAL);

	if (dma_mapping_error(xd->dev, d))
		return -EIO;
	dma_unmap_page(xd->dev, d, PAGE_SIZE, DMA_BIDIRECTIONAL);
	return 0;
}

static ssize_t plainsplit_get(struct stk *s, struct iov_iter *it)
{
	size_t off;
	ssize_t n = iov_iter_get_pages2(it, s->pages, SZ_64K, PLAINSPLIT_MAX, &off);

	s->nr = n > 0 ? DIV_ROUND_UP(off + n, PAGE_SIZE) : 0;
	return n;
}

static void plainsplit_put(struct stk *s)
{
	int i;

	for (i = 0; i < s->nr; i++)
		put_page(s->pages[i]);
}

static ssize_t plainsplit_send(struct plainsplit_dev *xd, struct iov_iter *from)
{
	struct stk s;
	ssize_t n;
	int i;

	n = plainsplit_get(&s, from);
	if (n <= 0)
		return n;
	for (i = 0; i < s.nr; i++)
		plainsplit_dma(xd, s.pages[i]);
	plainsplit_put(&s);
	return n;
}

static ssize_t plainsplit_write_iter(struct kiocb *iocb, struct iov_iter *from)
{
	return plainsplit_send(iocb->ki_filp->private_data, from);
}

static const struct file_operations plainsplit_fops = {
	.owner = THIS_MODULE,
	.write_iter = plainsplit_write_iter,
};

static struct miscdevice plainsplit_misc = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "plainsplit",
	.fops = &plainsplit_fops,
};
module_misc_device(plainsplit_misc);
MODULE_LICENSE("GPL");
