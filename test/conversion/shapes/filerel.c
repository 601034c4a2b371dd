// expect: refused
// put_page in file_operations.release via file->private_data of another type name (session->bufs)
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
#include <linux/list.h>

struct filerel_buf {
	struct list_head node;
	struct page *pg;
};

struct filerel_sess {
	struct list_head bufs;
};

static struct miscdevice filerel_misc;

static int filerel_open(struct inode *inode, struct file *file)
{
	struct filerel_sess *s = kzalloc(sizeof(*s), GFP_KERNEL);

	if (!s)
		return -ENOMEM;
	INIT_LIST_HEAD(&s->bufs);
	file->private_data = s;
	return 0;
}

static int filerel_release(struct inode *inode, struct file *file)
{
	struct list_head *pos, *tmp, *head = file->private_data;

	list_for_each_safe(pos, tmp, head) {
		put_page(list_entry(pos, struct filerel_buf, node)->pg);
		kfree(list_entry(pos, struct filerel_buf, node));
	}
	kfree(head);
	return 0;
}

static long filerel_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct filerel_sess *s = file->private_data;
	struct filerel_buf *b = kzalloc(sizeof(*b), GFP_KERNEL);
	dma_addr_t dma;
	int ret;

	if (!b)
		return -ENOMEM;
	ret = get_user_pages_fast(arg, 1, FOLL_WRITE, &b->pg);
	if (ret != 1) {
		kfree(b);
		return ret < 0 ? ret : -EFAULT;
	}
	dma = dma_map_page(filerel_misc.this_device, b->pg, 0, PAGE_SIZE, DMA_FROM_DEVICE);
	if (dma_mapping_error(filerel_misc.this_device, dma)) {
		put_page(b->pg);
		kfree(b);
		return -EIO;
	}
	dma_unmap_page(filerel_misc.this_device, dma, PAGE_SIZE, DMA_FROM_DEVICE);
	list_add(&b->node, &s->bufs);
	return 0;
}

static const struct file_operations filerel_fops = {
	.owner = THIS_MODULE,
	.open = filerel_open,
	.release = filerel_release,
	.unlocked_ioctl = filerel_ioctl,
};

static struct miscdevice filerel_misc = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "filerel",
	.fops = &filerel_fops,
};
module_misc_device(filerel_misc);

MODULE_DESCRIPTION("filerel test driver");
MODULE_LICENSE("GPL");
