// SPDX-License-Identifier: MIT
/*
 * weir - sampling card that writes straight into a buffer of the application
 *
 * The buffer stays registered until the application gives it back, and the card
 * writes into it all that time.
 */
#include <linux/dma-mapping.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/scatterlist.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#define WEIR_MAX_PAGES	4096

struct weir_request {
	__u64 addr;
	__u64 len;
	__u32 dir;
};

struct weir_buffer {
	struct page **pages;
	unsigned int nr_pages;
	struct sg_table sgt;
	enum dma_data_direction dir;
};

struct weir_device {
	struct device *dev;
	struct mutex lock;
	struct weir_buffer *buffer;
};

/* FOLL_LONGTERM belongs to pins: get_user_pages_fast() refuses it. */
static int weir_register(struct weir_device *weir, struct weir_buffer *buf,
			 const struct weir_request *req)
{
	unsigned long start = req->addr & PAGE_MASK;
	int got;

	buf->nr_pages = DIV_ROUND_UP(offset_in_page(req->addr) + req->len, PAGE_SIZE);
	if (buf->nr_pages > WEIR_MAX_PAGES)
		return -E2BIG;

	buf->pages = kvcalloc(buf->nr_pages, sizeof(*buf->pages), GFP_KERNEL);
	if (!buf->pages)
		return -ENOMEM;

	got = get_user_pages_fast(start, buf->nr_pages,
				  FOLL_WRITE | FOLL_LONGTERM, buf->pages);
	if (got != buf->nr_pages) {
		if (got > 0)
			release_pages(buf->pages, got);
		kvfree(buf->pages);
		return got < 0 ? got : -EFAULT;
	}

	return 0;
}

/* A comparison is 0 or 1, and 1 is FOLL_WRITE only by accident. */
static int weir_preview(struct weir_device *weir, const struct weir_request *req)
{
	struct page *pages[16];
	int nr = DIV_ROUND_UP(offset_in_page(req->addr) + req->len, PAGE_SIZE);
	int got, i;

	if (nr > ARRAY_SIZE(pages))
		return -E2BIG;

	got = pin_user_pages_fast(req->addr & PAGE_MASK, nr,
				  req->dir == DMA_FROM_DEVICE, pages);
	if (got < 0)
		return got;

	for (i = 0; i < got; i++)
		weir_show_page(weir, pages[i]);

	/* These pages are pinned: put_page() leaves the pin behind. */
	for (i = 0; i < got; i++)
		put_page(pages[i]);

	return got == nr ? 0 : -EFAULT;
}

static long weir_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct weir_device *weir = file->private_data;
	struct weir_request req;
	struct weir_buffer *buf;
	int err;

	if (copy_from_user(&req, (void __user *)arg, sizeof(req)))
		return -EFAULT;

	switch (cmd) {
	case WEIR_IOC_REGISTER:
		buf = kzalloc(sizeof(*buf), GFP_KERNEL);
		if (!buf)
			return -ENOMEM;
		mutex_lock(&weir->lock);
		err = weir_register(weir, buf, &req);
		if (err)
			kfree(buf);
		else
			weir->buffer = buf;
		mutex_unlock(&weir->lock);
		return err;
	case WEIR_IOC_PREVIEW:
		return weir_preview(weir, &req);
	default:
		return -ENOTTY;
	}
}

MODULE_DESCRIPTION("Sampling card");
MODULE_LICENSE("Dual MIT/GPL");
