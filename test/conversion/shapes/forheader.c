// expect: converted
// put in the for header step over two cursors: u walks user pages, k walks kernel pages
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

#define FORHEADER_MAX 16

struct forheader_dev {
	struct miscdevice misc;
	struct device *dev;
};

static int forheader_dma(struct forheader_dev *xd, struct page *p)
{
	dma_addr_t d = dma_map_page(xd->dev, p, 0, PAGE_SIZE, DMA_BIDIRECTIONAL);

	if (dma_mapping_error(xd->dev, d))
		return -EIO;
	dma_unmap_page(xd->dev, d, PAGE_SIZE, DMA_BIDIRECTIONAL);
	return 0;
}

static long forheader_xfer(struct forheader_dev *xd, unsigned long addr, size_t len, unsigned int cmd)
{
	struct page *pages[FORHEADER_MAX], *kern[FORHEADER_MAX] = { };
	struct page **u, **k;
	int i, n, ret = 0;

	n = get_user_pages_fast(addr, FORHEADER_MAX, FOLL_WRITE, pages);
	if (n <= 0)
		return -EFAULT;
	for (i = 0; i < n; i++) {
		kern[i] = alloc_page(GFP_KERNEL | __GFP_NOFAIL);
		copy_highpage(kern[i], pages[i]);
		ret = ret ?: forheader_dma(xd, pages[i]);
	}
	for (u = pages, k = kern; u < pages + n; put_page(*u++), put_page(*k++))
		cond_resched();
	return ret;
}

static long forheader_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct forheader_dev *xd = file->private_data;
	u64 a[2];

	if (copy_from_user(a, (void __user *)arg, sizeof(a)))
		return -EFAULT;
	return forheader_xfer(xd, a[0], a[1], cmd);
}

static const struct file_operations forheader_fops = {
	.owner = THIS_MODULE,
	.unlocked_ioctl = forheader_ioctl,
};

static struct miscdevice forheader_misc = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "forheader",
	.fops = &forheader_fops,
};
module_misc_device(forheader_misc);
MODULE_LICENSE("GPL");
