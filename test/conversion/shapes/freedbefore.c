// expect: refused
// completion copies pages out and frees the request before the put loop: r->need_unpin would be a use after free
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

#define FREEDBEFORE_MAX 16

struct ureq {
	struct work_struct w;
	struct page **pages;
	int nr;
};

struct freedbefore_dev {
	struct miscdevice misc;
	struct device *dev;
};

static int freedbefore_dma(struct freedbefore_dev *xd, struct page *p)
{
	dma_addr_t d = dma_map_page(xd->dev, p, 0, PAGE_SIZE, DMA_BIDIRECTIONAL);

	if (dma_mapping_error(xd->dev, d))
		return -EIO;
	dma_unmap_page(xd->dev, d, PAGE_SIZE, DMA_BIDIRECTIONAL);
	return 0;
}

static void freedbefore_work(struct work_struct *w)
{
	struct ureq *r = container_of(w, struct ureq, w);
	struct page **pages = r->pages;
	int i, nr = r->nr;

	kfree(r);
	for (i = 0; i < nr; i++)
		put_page(pages[i]);
	kvfree(pages);
}

static ssize_t freedbefore_send(struct freedbefore_dev *xd, struct iov_iter *from)
{
	struct ureq *r = kzalloc(sizeof(*r), GFP_KERNEL);
	size_t off;
	ssize_t n;
	int i;

	if (!r)
		return -ENOMEM;
	n = iov_iter_get_pages_alloc2(from, &r->pages, SZ_64K, &off);
	if (n <= 0) {
		kfree(r);
		return n;
	}
	r->nr = DIV_ROUND_UP(off + n, PAGE_SIZE);
	for (i = 0; i < r->nr; i++)
		freedbefore_dma(xd, r->pages[i]);
	INIT_WORK(&r->w, freedbefore_work);
	schedule_work(&r->w);
	return n;
}

static ssize_t freedbefore_write_iter(struct kiocb *iocb, struct iov_iter *from)
{
	return freedbefore_send(iocb->ki_filp->private_data, from);
}

static const struct file_operations freedbefore_fops = {
	.owner = THIS_MODULE,
	.write_iter = freedbefore_write_iter,
};

static struct miscdevice freedbefore_misc = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "freedbefore",
	.fops = &freedbefore_fops,
};
module_misc_device(freedbefore_misc);
MODULE_LICENSE("GPL");
