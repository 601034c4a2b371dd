// expect: refused
// an unseen function gets the bvecs; what is cancelled is put in sight
// SPDX-License-Identifier: GPL-2.0
#include <linux/module.h>
#include <linux/mm.h>
#include <linux/fs.h>
#include <linux/slab.h>
#include <linux/uio.h>
#include <linux/miscdevice.h>
#include <linux/dma-mapping.h>
#include <linux/scatterlist.h>
#include <linux/workqueue.h>
#include <linux/uaccess.h>

#define TERN_MAX 64

struct tern_xfer {
	u64 addr;
	u32 len;
	u32 write;
};

struct tern_dev {
	struct miscdevice misc;
	struct device *dev;
	void __iomem *regs;
	spinlock_t lock;
	struct list_head bufs;
	struct completion done;
};

struct tern_buf {
	struct tern_dev *xd;
	struct page **pages;
	dma_addr_t *dma;
	unsigned int nr;
	unsigned int mapped;
	struct list_head node;
	struct work_struct work;
	struct bio_vec bv[TERN_MAX];
};

void tern_core_free_bvecs(struct bio_vec *bv, unsigned int n);

static int tern_buf_get(struct tern_buf *buf, unsigned long addr, size_t len)
{
	unsigned int nr = DIV_ROUND_UP(offset_in_page(addr) + len, PAGE_SIZE);
	int got;

	buf->pages = kvcalloc(nr, sizeof(*buf->pages), GFP_KERNEL);
	if (!buf->pages)
		return -ENOMEM;
	buf->dma = kvcalloc(nr, sizeof(*buf->dma), GFP_KERNEL);
	if (!buf->dma) {
		kvfree(buf->pages);
		return -ENOMEM;
	}
	got = get_user_pages_fast(addr & PAGE_MASK, nr, FOLL_WRITE, buf->pages);
	if (got != nr) {
		while (got > 0)
			put_page(buf->pages[--got]);
		kvfree(buf->dma);
		kvfree(buf->pages);
		return got < 0 ? got : -EFAULT;
	}
	buf->nr = nr;
	return 0;
}

static void tern_buf_unmap(struct tern_buf *buf)
{
	while (buf->mapped--)
		dma_unmap_page(buf->xd->dev, buf->dma[buf->mapped], PAGE_SIZE, DMA_FROM_DEVICE);
	buf->mapped = 0;
}

static int tern_buf_map(struct tern_buf *buf)
{
	unsigned int i;

	for (i = 0; i < buf->nr; i++) {
		buf->dma[i] = dma_map_page(buf->xd->dev, buf->pages[i], 0, PAGE_SIZE, DMA_FROM_DEVICE);
		if (dma_mapping_error(buf->xd->dev, buf->dma[i])) {
			tern_buf_unmap(buf);
			return -EIO;
		}
		buf->mapped++;
	}
	return 0;
}

static void tern_buf_put(struct tern_buf *buf)
{
	unsigned int i;

	for (i = 0; i < buf->nr; i++) {
		set_page_dirty_lock(buf->pages[i]);
		put_page(buf->pages[i]);
	}
	kvfree(buf->dma);
	kvfree(buf->pages);
}

static int tern_xfer(struct tern_dev *xd, struct tern_xfer *xfer)
{
	struct tern_buf *buf = kzalloc(sizeof(*buf), GFP_KERNEL);
	int ret;

	if (!buf)
		return -ENOMEM;
	buf->xd = xd;
	ret = tern_buf_get(buf, xfer->addr, xfer->len);
	if (ret)
		goto free;
	ret = tern_buf_map(buf);
	if (ret)
		goto put;
	for (ret = 0; ret < buf->nr; ret++)
		bvec_set_page(&buf->bv[ret], buf->pages[ret], PAGE_SIZE, 0);
	ret = 0;
	list_add(&buf->node, &xd->bufs);
	writel(lower_32_bits(buf->dma[0]), xd->regs);
	return 0;
put:
	tern_buf_put(buf);
free:
	kfree(buf);
	return ret;
}

static void tern_reap(struct tern_dev *xd)
{
	struct tern_buf *buf;
	unsigned int i;

	list_for_each_entry(buf, &xd->bufs, node)
		for (i = 0; i < buf->nr; i++)
			tern_core_free_bvecs(buf->bv, buf->nr);
}

static int tern_release(struct inode *inode, struct file *file)
{
	struct tern_dev *xd = container_of(file->private_data, struct tern_dev, misc);
	struct tern_buf *buf, *next;

	list_for_each_entry_safe(buf, next, &xd->bufs, node) {
		list_del(&buf->node);
		tern_buf_unmap(buf);
		tern_buf_put(buf);
		kfree(buf);
	}
	return 0;
}

static long tern_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct tern_dev *xd = container_of(file->private_data, struct tern_dev, misc);
	struct tern_xfer xfer;

	if (copy_from_user(&xfer, (void __user *)arg, sizeof(xfer)))
		return -EFAULT;
	if (!xfer.len || xfer.len > TERN_MAX * PAGE_SIZE)
		return -EINVAL;
	return tern_xfer(xd, &xfer);
}

static const struct file_operations tern_fops = {
	.owner = THIS_MODULE,
	.unlocked_ioctl = tern_ioctl,
	.release = tern_release,
};

MODULE_LICENSE("GPL");
