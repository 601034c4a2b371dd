// expect: converted
// local iterator made by import_ubuf only
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

#define PLAINUBUF_MAX 16

struct plainubuf_dev {
	struct miscdevice misc;
	struct device *dev;
};

static int plainubuf_dma(struct plainubuf_dev *xd, struct page *p)
{
	dma_addr_t d = dma_map_page(xd->dev, p, 0, PAGE_SIZE, DMA_BIDIRECTIONAL);

	if (dma_mapping_error(xd->dev, d))
		return -EIO;
	dma_unmap_page(xd->dev, d, PAGE_SIZE, DMA_BIDIRECTIONAL);
	return 0;
}

static long plainubuf_xfer(struct plainubuf_dev *xd, unsigned long addr, size_t len, unsigned int cmd)
{
	struct page *pages[PLAINUBUF_MAX];
	struct iov_iter it;
	size_t off;
	ssize_t n;
	int i, nr, ret;

	ret = import_ubuf(ITER_DEST, (void __user *)addr, len, &it);
	if (ret)
		return ret;
	n = iov_iter_get_pages2(&it, pages, len, PLAINUBUF_MAX, &off);
	if (n <= 0)
		return n;
	nr = DIV_ROUND_UP(off + n, PAGE_SIZE);
	for (i = 0; i < nr; i++) {
		plainubuf_dma(xd, pages[i]);
		set_page_dirty_lock(pages[i]);
		put_page(pages[i]);
	}
	return n;
}

static long plainubuf_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct plainubuf_dev *xd = file->private_data;
	u64 a[2];

	if (copy_from_user(a, (void __user *)arg, sizeof(a)))
		return -EFAULT;
	return plainubuf_xfer(xd, a[0], a[1], cmd);
}

static const struct file_operations plainubuf_fops = {
	.owner = THIS_MODULE,
	.unlocked_ioctl = plainubuf_ioctl,
};

static struct miscdevice plainubuf_misc = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "plainubuf",
	.fops = &plainubuf_fops,
};
module_misc_device(plainubuf_misc);
MODULE_LICENSE("GPL");
