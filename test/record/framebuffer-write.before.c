/*
 * write() to a framebuffer that only its DMA engine can reach.
 */
#include <linux/dma-mapping.h>
#include <linux/fb.h>
#include <linux/mm.h>

struct slow_fb {
	unsigned long vram;
	size_t vram_size;
	struct device *dev;
};

static int slow_fb_copy(struct slow_fb *fb, struct page *page, unsigned long dst)
{
	dma_addr_t src = dma_map_page(fb->dev, page, 0, PAGE_SIZE, DMA_TO_DEVICE);
	int ret;

	if (dma_mapping_error(fb->dev, src))
		return -EIO;
	ret = slow_fb_burst(fb, src, dst, PAGE_SIZE);
	dma_unmap_page(fb->dev, src, PAGE_SIZE, DMA_TO_DEVICE);
	return ret;
}

static ssize_t slow_fb_write(struct fb_info *info, const char __user *buf, size_t count, loff_t *ppos)
{
	struct slow_fb *fb = info->par;
	unsigned int nr_pages, i;
	unsigned long dst;
	struct page **pages;
	int ret;

	if (!fb->vram || count > fb->vram_size || *ppos > fb->vram_size - count)
		return -ENOSPC;

	nr_pages = DIV_ROUND_UP(offset_in_page(buf) + count, PAGE_SIZE);
	pages = kmalloc_array(nr_pages, sizeof(*pages), GFP_KERNEL);
	if (!pages)
		return -ENOMEM;

	ret = pin_user_pages_fast((unsigned long)buf, nr_pages, 0, pages);
	if (ret < nr_pages) {
	// <-- error[gup-negative-unsigned]
		if (ret < 0) {
			/* Nothing to release, and the error is the one to report. */
			nr_pages = 0;
		} else {
			nr_pages = ret;
			ret = -EINVAL;
		}
		goto unpin;
	}

	dst = fb->vram + *ppos;
	for (i = 0; i < nr_pages; i++, dst += PAGE_SIZE) {
		ret = slow_fb_copy(fb, pages[i], dst);
		if (ret)
			goto unpin;
	}
	*ppos += count;
	ret = count;

unpin:
	unpin_user_pages(pages, nr_pages);
	kfree(pages);
	return ret;
}
