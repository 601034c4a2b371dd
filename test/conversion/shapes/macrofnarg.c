// expect: refused
// an own iterator macro takes a function
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

#define TURNSTONE_MAX 64

struct turnstone_xfer {
	u64 addr;
	u32 len;
	u32 write;
};

struct turnstone_dev {
	struct miscdevice misc;
	struct device *dev;
	void __iomem *regs;
	spinlock_t lock;
	struct list_head bufs;
	struct completion done;
};

struct turnstone_buf {
	struct turnstone_dev *xd;
	struct page **pages;
	dma_addr_t *dma;
	unsigned int nr;
	unsigned int mapped;
	struct list_head node;
	struct work_struct work;
};

#define turnstone_FOREACH(buf, fn) do { unsigned int __i; for (__i = 0; __i < (buf)->nr; __i++) fn((buf)->pages[__i]); } while (0)

static int turnstone_buf_get(struct turnstone_buf *buf, unsigned long addr, size_t len)
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

static void turnstone_buf_unmap(struct turnstone_buf *buf)
{
	while (buf->mapped--)
		dma_unmap_page(buf->xd->dev, buf->dma[buf->mapped], PAGE_SIZE, DMA_FROM_DEVICE);
	buf->mapped = 0;
}

static int turnstone_buf_map(struct turnstone_buf *buf)
{
	unsigned int i;

	for (i = 0; i < buf->nr; i++) {
		buf->dma[i] = dma_map_page(buf->xd->dev, buf->pages[i], 0, PAGE_SIZE, DMA_FROM_DEVICE);
		if (dma_mapping_error(buf->xd->dev, buf->dma[i])) {
			turnstone_buf_unmap(buf);
			return -EIO;
		}
		buf->mapped++;
	}
	return 0;
}

static void turnstone_buf_put(struct turnstone_buf *buf)
{
	unsigned int i;

	for (i = 0; i < buf->nr; i++) {
		set_page_dirty_lock(buf->pages[i]);
		put_page(buf->pages[i]);
	}
	kvfree(buf->dma);
	kvfree(buf->pages);
}

static int turnstone_xfer(struct turnstone_dev *xd, struct turnstone_xfer *xfer)
{
	struct turnstone_buf *buf = kzalloc(sizeof(*buf), GFP_KERNEL);
	int ret;

	if (!buf)
		return -ENOMEM;
	buf->xd = xd;
	ret = turnstone_buf_get(buf, xfer->addr, xfer->len);
	if (ret)
		goto free;
	ret = turnstone_buf_map(buf);
	if (ret)
		goto put;
	list_add(&buf->node, &xd->bufs);
	writel(lower_32_bits(buf->dma[0]), xd->regs);
	return 0;
put:
	turnstone_buf_put(buf);
free:
	kfree(buf);
	return ret;
}

static void turnstone_drain(struct turnstone_dev *xd)
{
	struct turnstone_buf *buf;

	list_for_each_entry(buf, &xd->bufs, node)
		turnstone_FOREACH(buf, put_page);
}

static long turnstone_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct turnstone_dev *xd = container_of(file->private_data, struct turnstone_dev, misc);
	struct turnstone_xfer xfer;

	if (copy_from_user(&xfer, (void __user *)arg, sizeof(xfer)))
		return -EFAULT;
	if (!xfer.len || xfer.len > TURNSTONE_MAX * PAGE_SIZE)
		return -EINVAL;
	return turnstone_xfer(xd, &xfer);
}

static const struct file_operations turnstone_fops = {
	.owner = THIS_MODULE,
	.unlocked_ioctl = turnstone_ioctl,
};

MODULE_LICENSE("GPL");
