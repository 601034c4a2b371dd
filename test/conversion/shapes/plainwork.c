// expect: converted
// object with work item, typed container_of
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

#define PLAINWORK_MAX 16

struct wreq {
	struct work_struct w;
	struct page **pages;
	int nr;
};

struct plainwork_dev {
	struct miscdevice misc;
	struct device *dev;
};

static int plainwork_dma(struct plainwork_dev *xd, struct page *p)
{
	dma_addr_t d = dma_map_page(xd->dev, p, 0, PAGE_SIZE, DMA_BIDIRECTIONAL);

	if (dma_mapping_error(xd->dev, d))
		return -EIO;
	dma_unmap_page(xd->dev, d, PAGE_SIZE, DMA_BIDIRECTIONAL);
	return 0;
}

static void plainwork_work(struct work_struct *w)
{
	struct wreq *r = container_of(w, struct wreq, w);

	while (r->nr)
		put_page(r->pages[--r->nr]);
	kvfree(r->pages);
	kfree(r);
}

static long plainwork_xfer(struct plainwork_dev *xd, unsigned long addr, size_t len, unsigned int cmd)
{
	struct wreq *r = kzalloc(sizeof(*r), GFP_KERNEL);
	int i;

	if (!r)
		return -ENOMEM;
	r->pages = kvcalloc(PLAINWORK_MAX, sizeof(*r->pages), GFP_KERNEL);
	if (!r->pages) {
		kfree(r);
		return -ENOMEM;
	}
	r->nr = get_user_pages_fast(addr, PLAINWORK_MAX, FOLL_WRITE, r->pages);
	if (r->nr <= 0) {
		kvfree(r->pages);
		kfree(r);
		return -EFAULT;
	}
	for (i = 0; i < r->nr; i++)
		plainwork_dma(xd, r->pages[i]);
	INIT_WORK(&r->w, plainwork_work);
	schedule_work(&r->w);
	return 0;
}

static long plainwork_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct plainwork_dev *xd = file->private_data;
	u64 a[2];

	if (copy_from_user(a, (void __user *)arg, sizeof(a)))
		return -EFAULT;
	return plainwork_xfer(xd, a[0], a[1], cmd);
}

static const struct file_operations plainwork_fops = {
	.owner = THIS_MODULE,
	.unlocked_ioctl = plainwork_ioctl,
};

static struct miscdevice plainwork_misc = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "plainwork",
	.fops = &plainwork_fops,
};
module_misc_device(plainwork_misc);
MODULE_LICENSE("GPL");
