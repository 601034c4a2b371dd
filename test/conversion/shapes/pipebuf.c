// expect: refused
// splice_to_pipe(): pages given to a pipe are put by the buffer ops; spd_release puts the rest
// SPDX-License-Identifier: GPL-2.0
#include <linux/module.h>
#include <linux/kernel.h>
#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/highmem.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/dma-mapping.h>

#include <linux/splice.h>
#include <linux/pipe_fs_i.h>

static int pipebuf_touch(struct page *p)
{
	dma_addr_t dma = dma_map_page(NULL, p, 0, PAGE_SIZE, DMA_FROM_DEVICE);

	if (dma_mapping_error(NULL, dma))
		return -EIO;
	dma_unmap_page(NULL, dma, PAGE_SIZE, DMA_FROM_DEVICE);
	set_page_dirty_lock(p);
	return 0;
}

static void pipebuf_spd_release(struct splice_pipe_desc *spd, unsigned int i)
{
	put_page(spd->pages[i]);
}

static const struct pipe_buf_operations pipebuf_pbops = {
	.release = generic_pipe_buf_release,
	.get = generic_pipe_buf_get,
};

static ssize_t pipebuf_splice_read(struct file *in, loff_t *ppos, struct pipe_inode_info *pipe, size_t len, unsigned int flags)
{
	unsigned long addr = (unsigned long)in->private_data;
	struct page *pages[PIPE_DEF_BUFFERS];
	struct partial_page partial[PIPE_DEF_BUFFERS];
	struct splice_pipe_desc spd = {
		.pages = pages,
		.partial = partial,
		.nr_pages_max = PIPE_DEF_BUFFERS,
		.ops = &pipebuf_pbops,
		.spd_release = pipebuf_spd_release,
	};
	int i, got;

	got = get_user_pages_fast(addr, PIPE_DEF_BUFFERS, FOLL_WRITE, pages);
	if (got <= 0)
		return -EFAULT;
	for (i = 0; i < got; i++) {
		partial[i] = (struct partial_page){ .len = PAGE_SIZE };
		if (pipebuf_touch(pages[i]))
			goto put;
	}
	spd.nr_pages = got;
	return splice_to_pipe(pipe, &spd);
put:
	for (i = 0; i < got; i++)
		put_page(pages[i]);
	return -EIO;
}

static const struct file_operations pipebuf_fops = {
	.owner = THIS_MODULE,
	.splice_read = pipebuf_splice_read,
};

static struct miscdevice pipebuf_misc = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "pipebuf",
	.fops = &pipebuf_fops,
};
module_misc_device(pipebuf_misc);

MODULE_DESCRIPTION("pipebuf test driver");
MODULE_LICENSE("GPL");
