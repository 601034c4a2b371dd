// expect: refused
// waiter owns the request on its stack: complete(&r->done) is called before the put loop
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

#define STACKDONE_MAX 16

struct sd {
	struct work_struct w;
	struct completion done;
	struct page **pages;
	int nr;
};

struct stackdone_dev {
	struct miscdevice misc;
	struct device *dev;
};

static int stackdone_dma(struct stackdone_dev *xd, struct page *p)
{
	dma_addr_t d = dma_map_page(xd->dev, p, 0, PAGE_SIZE, DMA_BIDIRECTIONAL);

	if (dma_mapping_error(xd->dev, d))
		return -EIO;
	dma_unmap_page(xd->dev, d, PAGE_SIZE, DMA_BIDIRECTIONAL);
	return 0;
}

static void stackdone_work(struct work_struct *w)
{
	struct sd *r = container_of(w, struct sd, w);
	struct page **pages = r->pages;
	int i, nr = r->nr;

	complete(&r->done);
	for (i = 0; i < nr; i++)
		put_page(pages[i]);
	kvfree(pages);
}

static ssize_t stackdone_send(struct stackdone_dev *xd, struct iov_iter *from)
{
	struct sd r;
	size_t off;
	ssize_t n;

	n = iov_iter_get_pages_alloc2(from, &r.pages, SZ_64K, &off);
	if (n <= 0)
		return n;
	r.nr = DIV_ROUND_UP(off + n, PAGE_SIZE);
	stackdone_dma(xd, r.pages[0]);
	init_completion(&r.done);
	INIT_WORK_ONSTACK(&r.w, stackdone_work);
	schedule_work(&r.w);
	wait_for_completion(&r.done);
	return n;
}

static ssize_t stackdone_write_iter(struct kiocb *iocb, struct iov_iter *from)
{
	return stackdone_send(iocb->ki_filp->private_data, from);
}

static const struct file_operations stackdone_fops = {
	.owner = THIS_MODULE,
	.write_iter = stackdone_write_iter,
};

static struct miscdevice stackdone_misc = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "stackdone",
	.fops = &stackdone_fops,
};
module_misc_device(stackdone_misc);
MODULE_LICENSE("GPL");
