// expect: converted
// loop appends at pages + nr: the list pointer for extract must be set anew on every turn
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

#define LOOPTAKE_MAX 16

struct looptake_dev {
	struct miscdevice misc;
	struct device *dev;
};

static int looptake_dma(struct looptake_dev *xd, struct page *p)
{
	dma_addr_t d = dma_map_page(xd->dev, p, 0, PAGE_SIZE, DMA_BIDIRECTIONAL);

	if (dma_mapping_error(xd->dev, d))
		return -EIO;
	dma_unmap_page(xd->dev, d, PAGE_SIZE, DMA_BIDIRECTIONAL);
	return 0;
}

static ssize_t looptake_send(struct looptake_dev *xd, struct iov_iter *from)
{
	struct page *pages[LOOPTAKE_MAX];
	size_t off, total = 0;
	ssize_t n;
	int i, nr = 0;

	while (iov_iter_count(from) && nr < LOOPTAKE_MAX) {
		n = iov_iter_get_pages2(from, &pages[nr], PAGE_SIZE, 1, &off);
		if (n <= 0)
			break;
		total += n;
		nr++;
	}
	for (i = 0; i < nr; i++)
		looptake_dma(xd, pages[i]);
	for (i = 0; i < nr; i++)
		put_page(pages[i]);
	return total;
}

static ssize_t looptake_write_iter(struct kiocb *iocb, struct iov_iter *from)
{
	return looptake_send(iocb->ki_filp->private_data, from);
}

static const struct file_operations looptake_fops = {
	.owner = THIS_MODULE,
	.write_iter = looptake_write_iter,
};

static struct miscdevice looptake_misc = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "looptake",
	.fops = &looptake_fops,
};
module_misc_device(looptake_misc);
MODULE_LICENSE("GPL");
