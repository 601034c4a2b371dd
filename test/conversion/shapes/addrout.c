// expect: refused
// an unseen function gets addresses; what is cancelled is put in sight
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

#define VEERY_MAX 64

struct veery_xfer {
	u64 addr;
	u32 len;
	u32 write;
};

struct veery_dev {
	struct miscdevice misc;
	struct device *dev;
	void __iomem *regs;
	spinlock_t lock;
	struct list_head bufs;
	struct completion done;
};

struct veery_buf {
	struct veery_dev *xd;
	struct page **pages;
	dma_addr_t *dma;
	unsigned int nr;
	unsigned int mapped;
	struct list_head node;
	struct work_struct work;
	void *va[VEERY_MAX];
};

void veery_core_free_va(void *va);

static int veery_buf_get(struct veery_buf *buf, unsigned long addr, size_t len)
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

static void veery_buf_unmap(struct veery_buf *buf)
{
	while (buf->mapped--)
		dma_unmap_page(buf->xd->dev, buf->dma[buf->mapped], PAGE_SIZE, DMA_FROM_DEVICE);
	buf->mapped = 0;
}

static int veery_buf_map(struct veery_buf *buf)
{
	unsigned int i;

	for (i = 0; i < buf->nr; i++) {
		buf->dma[i] = dma_map_page(buf->xd->dev, buf->pages[i], 0, PAGE_SIZE, DMA_FROM_DEVICE);
		if (dma_mapping_error(buf->xd->dev, buf->dma[i])) {
			veery_buf_unmap(buf);
			return -EIO;
		}
		buf->mapped++;
	}
	return 0;
}

static void veery_buf_put(struct veery_buf *buf)
{
	unsigned int i;

	for (i = 0; i < buf->nr; i++) {
		set_page_dirty_lock(buf->pages[i]);
		put_page(buf->pages[i]);
	}
	kvfree(buf->dma);
	kvfree(buf->pages);
}

static int veery_xfer(struct veery_dev *xd, struct veery_xfer *xfer)
{
	struct veery_buf *buf = kzalloc(sizeof(*buf), GFP_KERNEL);
	int ret;

	if (!buf)
		return -ENOMEM;
	buf->xd = xd;
	ret = veery_buf_get(buf, xfer->addr, xfer->len);
	if (ret)
		goto free;
	ret = veery_buf_map(buf);
	if (ret)
		goto put;
	for (ret = 0; ret < buf->nr; ret++)
		buf->va[ret] = page_address(buf->pages[ret]);
	ret = 0;
	list_add(&buf->node, &xd->bufs);
	writel(lower_32_bits(buf->dma[0]), xd->regs);
	return 0;
put:
	veery_buf_put(buf);
free:
	kfree(buf);
	return ret;
}

static void veery_reap(struct veery_dev *xd)
{
	struct veery_buf *buf;
	unsigned int i;

	list_for_each_entry(buf, &xd->bufs, node)
		for (i = 0; i < buf->nr; i++)
			veery_core_free_va(buf->va[i]);
}

static int veery_release(struct inode *inode, struct file *file)
{
	struct veery_dev *xd = container_of(file->private_data, struct veery_dev, misc);
	struct veery_buf *buf, *next;

	list_for_each_entry_safe(buf, next, &xd->bufs, node) {
		list_del(&buf->node);
		veery_buf_unmap(buf);
		veery_buf_put(buf);
		kfree(buf);
	}
	return 0;
}

static long veery_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct veery_dev *xd = container_of(file->private_data, struct veery_dev, misc);
	struct veery_xfer xfer;

	if (copy_from_user(&xfer, (void __user *)arg, sizeof(xfer)))
		return -EFAULT;
	if (!xfer.len || xfer.len > VEERY_MAX * PAGE_SIZE)
		return -EINVAL;
	return veery_xfer(xd, &xfer);
}

static const struct file_operations veery_fops = {
	.owner = THIS_MODULE,
	.unlocked_ioctl = veery_ioctl,
	.release = veery_release,
};

MODULE_LICENSE("GPL");
