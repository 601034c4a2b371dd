// expect: converted
// pages travel in bi_private object; the end_io frees the object through a helper before putting
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

#define BIOPRIVATE_MAX 16

struct bctx {
	struct page **pages;
	int nr;
	struct kiocb *iocb;
};

struct bioprivate_dev {
	struct miscdevice misc;
	struct device *dev;
	struct block_device *bdev;
};

static int bioprivate_dma(struct bioprivate_dev *xd, struct page *p)
{
	dma_addr_t d = dma_map_page(xd->dev, p, 0, PAGE_SIZE, DMA_BIDIRECTIONAL);

	if (dma_mapping_error(xd->dev, d))
		return -EIO;
	dma_unmap_page(xd->dev, d, PAGE_SIZE, DMA_BIDIRECTIONAL);
	return 0;
}

static void bioprivate_end_io(struct bio *bio)
{
	struct bctx *c = bio->bi_private;
	int i;

	for (i = 0; i < c->nr; i++)
		put_page(c->pages[i]);
	kvfree(c->pages);
	kfree(c);
	bio_put(bio);
}

static ssize_t bioprivate_send(struct bioprivate_dev *xd, struct iov_iter *from)
{
	struct bctx *c = kmalloc(sizeof(*c), GFP_KERNEL);
	struct bio *bio;
	size_t off;
	ssize_t n;
	int i;

	if (!c)
		return -ENOMEM;
	n = iov_iter_get_pages_alloc2(from, &c->pages, SZ_64K, &off);
	if (n <= 0) {
		kfree(c);
		return n;
	}
	c->nr = DIV_ROUND_UP(off + n, PAGE_SIZE);
	bio = bio_alloc(xd->bdev, c->nr, REQ_OP_WRITE, GFP_KERNEL);
	bio->bi_private = c;
	bio->bi_end_io = bioprivate_end_io;
	for (i = 0; i < c->nr; i++)
		__bio_add_page(bio, c->pages[i], PAGE_SIZE, 0);
	submit_bio(bio);
	return n;
}

static ssize_t bioprivate_write_iter(struct kiocb *iocb, struct iov_iter *from)
{
	return bioprivate_send(iocb->ki_filp->private_data, from);
}

static const struct file_operations bioprivate_fops = {
	.owner = THIS_MODULE,
	.write_iter = bioprivate_write_iter,
};

static struct miscdevice bioprivate_misc = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "bioprivate",
	.fops = &bioprivate_fops,
};
module_misc_device(bioprivate_misc);
MODULE_LICENSE("GPL");
