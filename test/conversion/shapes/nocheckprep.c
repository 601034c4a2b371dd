// expect: refused
// unchecked iterator is re-made as bvec by a helper between the declaration and the take
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

#define NOCHECKPREP_MAX 16

struct nocheckprep_dev {
	struct miscdevice misc;
	struct device *dev;
	struct bio_vec pad;
};

static int nocheckprep_dma(struct nocheckprep_dev *xd, struct page *p)
{
	dma_addr_t d = dma_map_page(xd->dev, p, 0, PAGE_SIZE, DMA_BIDIRECTIONAL);

	if (dma_mapping_error(xd->dev, d))
		return -EIO;
	dma_unmap_page(xd->dev, d, PAGE_SIZE, DMA_BIDIRECTIONAL);
	return 0;
}

static void nocheckprep_prep(struct nocheckprep_dev *xd, struct iov_iter *it)
{
	if (iov_iter_count(it) < SZ_1K)
		iov_iter_bvec(it, ITER_SOURCE, &xd->pad, 1, PAGE_SIZE);
}

static ssize_t nocheckprep_send(struct nocheckprep_dev *xd, struct iov_iter *from)
{
	struct page *pages[NOCHECKPREP_MAX];
	size_t off;
	ssize_t n;
	int i, nr;

	nocheckprep_prep(xd, from);
	n = iov_iter_get_pages2(from, pages, SZ_64K, NOCHECKPREP_MAX, &off);
	if (n <= 0)
		return n;
	nr = DIV_ROUND_UP(off + n, PAGE_SIZE);
	for (i = 0; i < nr; i++)
		nocheckprep_dma(xd, pages[i]);
	for (i = 0; i < nr; i++)
		put_page(pages[i]);
	return n;
}

static ssize_t nocheckprep_write_iter(struct kiocb *iocb, struct iov_iter *from)
{
	return nocheckprep_send(iocb->ki_filp->private_data, from);
}

static const struct file_operations nocheckprep_fops = {
	.owner = THIS_MODULE,
	.write_iter = nocheckprep_write_iter,
};

static struct miscdevice nocheckprep_misc = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "nocheckprep",
	.fops = &nocheckprep_fops,
};
module_misc_device(nocheckprep_misc);
MODULE_LICENSE("GPL");
