// expect: refused
// an unseen function gets the scatterlist
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

#define KESTREL_MAX 64

struct kestrel_xfer {
	u64 addr;
	u32 len;
	u32 write;
};

struct kestrel_dev {
	struct miscdevice misc;
	struct device *dev;
	void __iomem *regs;
	spinlock_t lock;
	struct list_head bufs;
	struct completion done;
};

struct kestrel_buf {
	struct kestrel_dev *xd;
	struct page **pages;
	dma_addr_t *dma;
	unsigned int nr;
	unsigned int mapped;
	struct list_head node;
	struct work_struct work;
	struct scatterlist sgl[KESTREL_MAX];
};

void kestrel_core_free_sgl(struct scatterlist *sgl, unsigned int n);

static int kestrel_buf_get(struct kestrel_buf *buf, unsigned long addr, size_t len)
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

static void kestrel_buf_unmap(struct kestrel_buf *buf)
{
	while (buf->mapped--)
		dma_unmap_page(buf->xd->dev, buf->dma[buf->mapped], PAGE_SIZE, DMA_FROM_DEVICE);
	buf->mapped = 0;
}

static int kestrel_buf_map(struct kestrel_buf *buf)
{
	unsigned int i;

	for (i = 0; i < buf->nr; i++) {
		buf->dma[i] = dma_map_page(buf->xd->dev, buf->pages[i], 0, PAGE_SIZE, DMA_FROM_DEVICE);
		if (dma_mapping_error(buf->xd->dev, buf->dma[i])) {
			kestrel_buf_unmap(buf);
			return -EIO;
		}
		buf->mapped++;
	}
	return 0;
}

static void kestrel_buf_put(struct kestrel_buf *buf)
{
	unsigned int i;

	for (i = 0; i < buf->nr; i++) {
		set_page_dirty_lock(buf->pages[i]);
		put_page(buf->pages[i]);
	}
	kvfree(buf->dma);
	kvfree(buf->pages);
}

static int kestrel_xfer(struct kestrel_dev *xd, struct kestrel_xfer *xfer)
{
	struct kestrel_buf *buf = kzalloc(sizeof(*buf), GFP_KERNEL);
	int ret;

	if (!buf)
		return -ENOMEM;
	buf->xd = xd;
	ret = kestrel_buf_get(buf, xfer->addr, xfer->len);
	if (ret)
		goto free;
	ret = kestrel_buf_map(buf);
	if (ret)
		goto put;
	for (ret = 0; ret < buf->nr; ret++)
		sg_set_page(&buf->sgl[ret], buf->pages[ret], PAGE_SIZE, 0);
	ret = 0;
	list_add(&buf->node, &xd->bufs);
	writel(lower_32_bits(buf->dma[0]), xd->regs);
	return 0;
put:
	kestrel_buf_put(buf);
free:
	kfree(buf);
	return ret;
}

static void kestrel_drain(struct kestrel_dev *xd)
{
	struct kestrel_buf *buf;
	unsigned int i;

	list_for_each_entry(buf, &xd->bufs, node)
		for (i = 0; i < buf->nr; i++)
			kestrel_core_free_sgl(buf->sgl, buf->nr);
}

static long kestrel_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct kestrel_dev *xd = container_of(file->private_data, struct kestrel_dev, misc);
	struct kestrel_xfer xfer;

	if (copy_from_user(&xfer, (void __user *)arg, sizeof(xfer)))
		return -EFAULT;
	if (!xfer.len || xfer.len > KESTREL_MAX * PAGE_SIZE)
		return -EINVAL;
	return kestrel_xfer(xd, &xfer);
}

static const struct file_operations kestrel_fops = {
	.owner = THIS_MODULE,
	.unlocked_ioctl = kestrel_ioctl,
};

MODULE_LICENSE("GPL");
