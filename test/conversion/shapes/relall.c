// expect: converted
// release_pages of the list, with dirtying, from an unchecked iterator
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

#define RELALL_MAX 16

struct relall_dev {
	struct miscdevice misc;
	struct device *dev;
};

static int relall_dma(struct relall_dev *xd, struct page *p)
{
	dma_addr_t d = dma_map_page(xd->dev, p, 0, PAGE_SIZE, DMA_BIDIRECTIONAL);

	if (dma_mapping_error(xd->dev, d))
		return -EIO;
	dma_unmap_page(xd->dev, d, PAGE_SIZE, DMA_BIDIRECTIONAL);
	return 0;
}

static ssize_t relall_send(struct relall_dev *xd, struct iov_iter *from)
{
	struct page **pages;
	size_t off;
	ssize_t n;
	int i, nr;

	n = iov_iter_get_pages_alloc2(from, &pages, SZ_64K, &off);
	if (n <= 0)
		return n;
	nr = DIV_ROUND_UP(off + n, PAGE_SIZE);
	for (i = 0; i < nr; i++)
		if (relall_dma(xd, pages[i]))
			goto fail;
	for (i = 0; i < nr; i++)
		set_page_dirty_lock(pages[i]);
	release_pages(pages, nr);
	kvfree(pages);
	return n;
fail:
	release_pages(pages, nr);
	kvfree(pages);
	return -EIO;
}

static ssize_t relall_write_iter(struct kiocb *iocb, struct iov_iter *from)
{
	return relall_send(iocb->ki_filp->private_data, from);
}

static const struct file_operations relall_fops = {
	.owner = THIS_MODULE,
	.write_iter = relall_write_iter,
};

static struct miscdevice relall_misc = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "relall",
	.fops = &relall_fops,
};
module_misc_device(relall_misc);
MODULE_LICENSE("GPL");
