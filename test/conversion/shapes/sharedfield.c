// expect: refused
// r->pages is filled by the iterator in one function and by alloc_page in another; work frees by r->kern flag, error path by put without the test
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

#define SHAREDFIELD_MAX 16

struct sreq {
	struct page *pages[SHAREDFIELD_MAX];
	int nr;
	bool kern;
};

struct sharedfield_dev {
	struct miscdevice misc;
	struct device *dev;
};

static int sharedfield_dma(struct sharedfield_dev *xd, struct page *p)
{
	dma_addr_t d = dma_map_page(xd->dev, p, 0, PAGE_SIZE, DMA_BIDIRECTIONAL);

	if (dma_mapping_error(xd->dev, d))
		return -EIO;
	dma_unmap_page(xd->dev, d, PAGE_SIZE, DMA_BIDIRECTIONAL);
	return 0;
}

static void sharedfield_finish(struct sreq *r)
{
	int i;

	for (i = 0; i < r->nr; i++) {
		if (r->kern)
			__free_page(r->pages[i]);
		else
			put_page(r->pages[i]);
	}
	kfree(r);
}

static ssize_t sharedfield_load(struct sreq *r, struct iov_iter *it)
{
	size_t off;
	ssize_t n;

	if (user_backed_iter(it)) {
		n = iov_iter_get_pages2(it, r->pages, SZ_64K, SHAREDFIELD_MAX, &off);
		if (n > 0)
			r->nr = DIV_ROUND_UP(off + n, PAGE_SIZE);
		return n;
	}
	while (r->nr < SHAREDFIELD_MAX && (r->pages[r->nr] = alloc_page(GFP_KERNEL)))
		r->nr++;
	if (r->nr < SHAREDFIELD_MAX)
		return -ENOMEM;
	r->kern = true;
	return SZ_64K;
}

static ssize_t sharedfield_send(struct sharedfield_dev *xd, struct iov_iter *from)
{
	struct sreq *r = kzalloc(sizeof(*r), GFP_KERNEL);
	ssize_t n;
	int i;

	if (!r)
		return -ENOMEM;
	n = sharedfield_load(r, from);
	for (i = 0; i < r->nr && n > 0; i++)
		sharedfield_dma(xd, r->pages[i]);
	sharedfield_finish(r);
	return n;
}

static ssize_t sharedfield_write_iter(struct kiocb *iocb, struct iov_iter *from)
{
	return sharedfield_send(iocb->ki_filp->private_data, from);
}

static const struct file_operations sharedfield_fops = {
	.owner = THIS_MODULE,
	.write_iter = sharedfield_write_iter,
};

static struct miscdevice sharedfield_misc = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "sharedfield",
	.fops = &sharedfield_fops,
};
module_misc_device(sharedfield_misc);
MODULE_LICENSE("GPL");
