// expect: converted
// ahash_request_set_crypt stores the list in req->src; the callback puts it from there
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

#define AHASHSRC_MAX 16

struct ahctx {
	struct scatterlist sg[AHASHSRC_MAX];
	struct page *pages[AHASHSRC_MAX];
	u8 res[64];
};

struct ahashsrc_dev {
	struct miscdevice misc;
	struct device *dev;
	struct crypto_ahash *tfm;
};

static int ahashsrc_dma(struct ahashsrc_dev *xd, struct page *p)
{
	dma_addr_t d = dma_map_page(xd->dev, p, 0, PAGE_SIZE, DMA_BIDIRECTIONAL);

	if (dma_mapping_error(xd->dev, d))
		return -EIO;
	dma_unmap_page(xd->dev, d, PAGE_SIZE, DMA_BIDIRECTIONAL);
	return 0;
}

static void ahashsrc_done(void *data, int err)
{
	struct ahash_request *req = data;
	struct scatterlist *sg = req->src;

	while (sg) {
		put_page(sg_page(sg));
		sg = sg_next(sg);
	}
	ahash_request_free(req);
}

static long ahashsrc_xfer(struct ahashsrc_dev *xd, unsigned long addr, size_t len, unsigned int cmd)
{
	struct ahash_request *req = ahash_request_alloc(xd->tfm, GFP_KERNEL);
	struct ahctx *c = kzalloc(sizeof(*c), GFP_KERNEL);
	int i, n, ret;

	if (!req || !c)
		return -ENOMEM;
	n = get_user_pages_fast(addr, AHASHSRC_MAX, 0, c->pages);
	if (n <= 0)
		return -EFAULT;
	sg_init_table(c->sg, n);
	for (i = 0; i < n; i++) {
		sg_set_page(&c->sg[i], c->pages[i], PAGE_SIZE, 0);
		ahashsrc_dma(xd, c->pages[i]);
	}
	ahash_request_set_callback(req, 0, ahashsrc_done, req);
	ahash_request_set_crypt(req, c->sg, c->res, len);
	ret = crypto_ahash_digest(req);
	if (ret != -EINPROGRESS) {
		for (i = 0; i < n; i++)
			put_page(c->pages[i]);
	}
	return ret;
}

static long ahashsrc_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct ahashsrc_dev *xd = file->private_data;
	u64 a[2];

	if (copy_from_user(a, (void __user *)arg, sizeof(a)))
		return -EFAULT;
	return ahashsrc_xfer(xd, a[0], a[1], cmd);
}

static const struct file_operations ahashsrc_fops = {
	.owner = THIS_MODULE,
	.unlocked_ioctl = ahashsrc_ioctl,
};

static struct miscdevice ahashsrc_misc = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "ahashsrc",
	.fops = &ahashsrc_fops,
};
module_misc_device(ahashsrc_misc);
MODULE_LICENSE("GPL");
