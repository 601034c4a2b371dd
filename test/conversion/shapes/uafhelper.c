// expect: refused
// request freed by a helper before the put loop over the pages copied out
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

#define UAFHELPER_MAX 16

struct uh {
	struct work_struct w;
	struct page **pages;
	int nr;
	void *priv;
};

struct uafhelper_dev {
	struct miscdevice misc;
	struct device *dev;
};

static int uafhelper_dma(struct uafhelper_dev *xd, struct page *p)
{
	dma_addr_t d = dma_map_page(xd->dev, p, 0, PAGE_SIZE, DMA_BIDIRECTIONAL);

	if (dma_mapping_error(xd->dev, d))
		return -EIO;
	dma_unmap_page(xd->dev, d, PAGE_SIZE, DMA_BIDIRECTIONAL);
	return 0;
}

static void uafhelper_req_free(struct uh *r)
{
	kfree(r->priv);
	kfree(r);
}

static void uafhelper_work(struct work_struct *w)
{
	struct uh *r = container_of(w, struct uh, w);
	struct page **pages = r->pages;
	int nr = r->nr;

	uafhelper_req_free(r);
	release_pages(pages, nr);
	kvfree(pages);
}

static ssize_t uafhelper_send(struct uafhelper_dev *xd, struct iov_iter *from)
{
	struct uh *r = kzalloc(sizeof(*r), GFP_KERNEL);
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
		uafhelper_dma(xd, r->pages[i]);
	INIT_WORK(&r->w, uafhelper_work);
	schedule_work(&r->w);
	return n;
}

static ssize_t uafhelper_write_iter(struct kiocb *iocb, struct iov_iter *from)
{
	return uafhelper_send(iocb->ki_filp->private_data, from);
}

static const struct file_operations uafhelper_fops = {
	.owner = THIS_MODULE,
	.write_iter = uafhelper_write_iter,
};

static struct miscdevice uafhelper_misc = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "uafhelper",
	.fops = &uafhelper_fops,
};
module_misc_device(uafhelper_misc);
MODULE_LICENSE("GPL");
