// expect: refused
// objects come from a kmem_cache / buffer of a literal size, the new member lies outside of it
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

#define FIXEDCACHE_MAX 16

struct fx {
	struct page **pages;
	u32 nr;
	u32 pad;
};
static struct kmem_cache *fixedcache_cache;

struct fixedcache_dev {
	struct miscdevice misc;
	struct device *dev;
};

static int fixedcache_dma(struct fixedcache_dev *xd, struct page *p)
{
	dma_addr_t d = dma_map_page(xd->dev, p, 0, PAGE_SIZE, DMA_BIDIRECTIONAL);

	if (dma_mapping_error(xd->dev, d))
		return -EIO;
	dma_unmap_page(xd->dev, d, PAGE_SIZE, DMA_BIDIRECTIONAL);
	return 0;
}

static int fixedcache_init_cache(void)
{
	fixedcache_cache = kmem_cache_create("fx", 16, 8, 0, NULL);
	return fixedcache_cache ? 0 : -ENOMEM;
}

static void fixedcache_done(struct fx *r)
{
	u32 i;

	for (i = 0; i < r->nr; i++)
		put_page(r->pages[i]);
	kvfree(r->pages);
	kmem_cache_free(fixedcache_cache, r);
}

static ssize_t fixedcache_send(struct fixedcache_dev *xd, struct iov_iter *from)
{
	struct fx *r;
	size_t off;
	ssize_t n;
	u32 i;

	if (!fixedcache_cache && fixedcache_init_cache())
		return -ENOMEM;
	r = kmem_cache_alloc(fixedcache_cache, GFP_KERNEL);
	if (!r)
		return -ENOMEM;
	n = iov_iter_get_pages_alloc2(from, &r->pages, SZ_64K, &off);
	if (n <= 0) {
		kmem_cache_free(fixedcache_cache, r);
		return n;
	}
	r->nr = DIV_ROUND_UP(off + n, PAGE_SIZE);
	for (i = 0; i < r->nr; i++)
		fixedcache_dma(xd, r->pages[i]);
	fixedcache_done(r);
	return n;
}

static ssize_t fixedcache_write_iter(struct kiocb *iocb, struct iov_iter *from)
{
	return fixedcache_send(iocb->ki_filp->private_data, from);
}

static const struct file_operations fixedcache_fops = {
	.owner = THIS_MODULE,
	.write_iter = fixedcache_write_iter,
};

static struct miscdevice fixedcache_misc = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "fixedcache",
	.fops = &fixedcache_fops,
};
module_misc_device(fixedcache_misc);
MODULE_LICENSE("GPL");
