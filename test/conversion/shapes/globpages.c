// expect: converted
// a file-scope array pages is used in the same function that takes into r->pages
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

#define GLOBPAGES_MAX 16

struct gp {
	struct page *pages[GLOBPAGES_MAX];
	int nr;
};
static unsigned long pages;

struct globpages_dev {
	struct miscdevice misc;
	struct device *dev;
};

static int globpages_dma(struct globpages_dev *xd, struct page *p)
{
	dma_addr_t d = dma_map_page(xd->dev, p, 0, PAGE_SIZE, DMA_BIDIRECTIONAL);

	if (dma_mapping_error(xd->dev, d))
		return -EIO;
	dma_unmap_page(xd->dev, d, PAGE_SIZE, DMA_BIDIRECTIONAL);
	return 0;
}

static ssize_t globpages_send(struct globpages_dev *xd, struct iov_iter *from)
{
	struct gp *r = kzalloc(sizeof(*r), GFP_KERNEL);
	size_t off;
	ssize_t n;
	int i;

	if (!r)
		return -ENOMEM;
	n = iov_iter_get_pages2(from, r->pages, SZ_64K, GLOBPAGES_MAX, &off);
	if (n <= 0) {
		kfree(r);
		return n;
	}
	r->nr = DIV_ROUND_UP(off + n, PAGE_SIZE);
	pages += r->nr;
	for (i = 0; i < r->nr; i++)
		globpages_dma(xd, r->pages[i]);
	for (i = 0; i < r->nr; i++)
		put_page(r->pages[i]);
	kfree(r);
	return n;
}

static ssize_t globpages_write_iter(struct kiocb *iocb, struct iov_iter *from)
{
	return globpages_send(iocb->ki_filp->private_data, from);
}

static const struct file_operations globpages_fops = {
	.owner = THIS_MODULE,
	.write_iter = globpages_write_iter,
};

static struct miscdevice globpages_misc = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "globpages",
	.fops = &globpages_fops,
};
module_misc_device(globpages_misc);
MODULE_LICENSE("GPL");
