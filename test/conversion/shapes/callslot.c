// expect: refused
// a page is stored through the address that a call returns
// SPDX-License-Identifier: GPL-2.0
#include <linux/module.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/dma-mapping.h>
#define MAX 16
struct xdev { struct device *dev; spinlock_t lock;  };

static int x_dma(struct xdev *xd, struct page *p)
{
	dma_addr_t d = dma_map_page(xd->dev, p, 0, PAGE_SIZE, DMA_BIDIRECTIONAL);

	if (dma_mapping_error(xd->dev, d))
		return -EIO;
	dma_unmap_page(xd->dev, d, PAGE_SIZE, DMA_BIDIRECTIONAL);
	return 0;
}
static struct page **x_slot(void)
{
	static struct page *slot[MAX];

	return slot;
}
static void x_fini(void)
{
	put_page(x_slot()[0]);
}
static long x_xfer(struct xdev *xd, unsigned long addr, size_t len, int cmd)
{
	struct page *pages[MAX];
	int i, n, ret = 0;

	n = get_user_pages_fast(addr, MAX, FOLL_WRITE, pages);
	if (n <= 0)
		return -EFAULT;
	for (i = 0; i < n; i++)
		ret |= x_dma(xd, pages[i]);
	if (cmd == 1) {
		x_slot()[0] = pages[0];
		for (i = 1; i < n; i++)
			put_page(pages[i]);
		return 0;
	}
	for (i = 0; i < n; i++)
		put_page(pages[i]);
	return ret;
}
static long x_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	return x_xfer(file->private_data, arg, PAGE_SIZE, cmd);
}
static const struct file_operations x_fops = { .unlocked_ioctl = x_ioctl };
