// expect: refused
// last reference of the request is dropped (kref_put) before the put loop
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

#define REFDROP_MAX 16

struct rd {
	struct kref ref;
	struct page **pages;
	int nr;
};

struct refdrop_dev {
	struct miscdevice misc;
	struct device *dev;
};

static int refdrop_dma(struct refdrop_dev *xd, struct page *p)
{
	dma_addr_t d = dma_map_page(xd->dev, p, 0, PAGE_SIZE, DMA_BIDIRECTIONAL);

	if (dma_mapping_error(xd->dev, d))
		return -EIO;
	dma_unmap_page(xd->dev, d, PAGE_SIZE, DMA_BIDIRECTIONAL);
	return 0;
}

static void refdrop_rel(struct kref *k)
{
	kfree(container_of(k, struct rd, ref));
}

static void refdrop_finish(struct rd *r)
{
	struct page **pages = r->pages;
	int nr = r->nr, i;

	kref_put(&r->ref, refdrop_rel);
	for (i = 0; i < nr; i++) {
		set_page_dirty_lock(pages[i]);
		put_page(pages[i]);
	}
	kvfree(pages);
}

static ssize_t refdrop_send(struct refdrop_dev *xd, struct iov_iter *from)
{
	struct rd *r = kzalloc(sizeof(*r), GFP_KERNEL);
	size_t off;
	ssize_t n;
	int i;

	if (!r)
		return -ENOMEM;
	kref_init(&r->ref);
	n = iov_iter_get_pages_alloc2(from, &r->pages, SZ_64K, &off);
	if (n <= 0) {
		kref_put(&r->ref, refdrop_rel);
		return n;
	}
	r->nr = DIV_ROUND_UP(off + n, PAGE_SIZE);
	for (i = 0; i < r->nr; i++)
		refdrop_dma(xd, r->pages[i]);
	refdrop_finish(r);
	return n;
}

static ssize_t refdrop_write_iter(struct kiocb *iocb, struct iov_iter *from)
{
	return refdrop_send(iocb->ki_filp->private_data, from);
}

static const struct file_operations refdrop_fops = {
	.owner = THIS_MODULE,
	.write_iter = refdrop_write_iter,
};

static struct miscdevice refdrop_misc = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "refdrop",
	.fops = &refdrop_fops,
};
module_misc_device(refdrop_misc);
MODULE_LICENSE("GPL");
