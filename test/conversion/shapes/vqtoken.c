// expect: converted
// virtqueue callback gets the token back by virtqueue_get_buf() as void * and puts
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

#define VQTOKEN_MAX 16

struct vqreq {
	struct scatterlist sg[VQTOKEN_MAX];
	struct page *pages[VQTOKEN_MAX];
	int nr;
};

struct vqtoken_dev {
	struct miscdevice misc;
	struct device *dev;
	struct virtqueue *vq;
};

static int vqtoken_dma(struct vqtoken_dev *xd, struct page *p)
{
	dma_addr_t d = dma_map_page(xd->dev, p, 0, PAGE_SIZE, DMA_BIDIRECTIONAL);

	if (dma_mapping_error(xd->dev, d))
		return -EIO;
	dma_unmap_page(xd->dev, d, PAGE_SIZE, DMA_BIDIRECTIONAL);
	return 0;
}

static void vqtoken_vq_done(struct virtqueue *vq)
{
	struct vqreq *r;
	unsigned int len;

	while ((r = virtqueue_get_buf(vq, &len))) {
		while (r->nr)
			put_page(sg_page(&r->sg[--r->nr]));
		kfree(r);
	}
}

static long vqtoken_xfer(struct vqtoken_dev *xd, unsigned long addr, size_t len, unsigned int cmd)
{
	struct vqreq *r = kzalloc(sizeof(*r), GFP_KERNEL);
	struct scatterlist *sgs[1];
	int i;

	if (!r)
		return -ENOMEM;
	r->nr = get_user_pages_fast(addr, VQTOKEN_MAX, FOLL_WRITE, r->pages);
	if (r->nr <= 0) {
		kfree(r);
		return -EFAULT;
	}
	sg_init_table(r->sg, r->nr);
	for (i = 0; i < r->nr; i++) {
		sg_set_page(&r->sg[i], r->pages[i], PAGE_SIZE, 0);
		vqtoken_dma(xd, r->pages[i]);
	}
	sgs[0] = r->sg;
	if (virtqueue_add_sgs(xd->vq, sgs, 0, 1, r, GFP_KERNEL)) {
		for (i = 0; i < r->nr; i++)
			put_page(r->pages[i]);
		kfree(r);
		return -EIO;
	}
	virtqueue_kick(xd->vq);
	return 0;
}

static long vqtoken_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct vqtoken_dev *xd = file->private_data;
	u64 a[2];

	if (copy_from_user(a, (void __user *)arg, sizeof(a)))
		return -EFAULT;
	return vqtoken_xfer(xd, a[0], a[1], cmd);
}

static const struct file_operations vqtoken_fops = {
	.owner = THIS_MODULE,
	.unlocked_ioctl = vqtoken_ioctl,
};

static struct miscdevice vqtoken_misc = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "vqtoken",
	.fops = &vqtoken_fops,
};
module_misc_device(vqtoken_misc);
MODULE_LICENSE("GPL");
