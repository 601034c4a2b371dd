// expect: converted
// put_page(sg_page()) of req->dst in the crypto callback, req came as void *
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
#include <linux/platform_device.h>
#include <linux/dma-mapping.h>
#include <linux/scatterlist.h>

struct cryptodst_args {
	__u64 addr;
	__u64 len;
};

#define CRYPTODST_IOC_XFER _IOW('x', 17, struct cryptodst_args)
#define CRYPTODST_MAX 32

#include <crypto/skcipher.h>

struct cryptodst_dev {
	struct miscdevice misc;
	struct device *dev;
	struct crypto_skcipher *tfm;
	struct scatterlist sgl[CRYPTODST_MAX];
	u8 iv[16];
};

static void cryptodst_crypt_done(void *data, int err)
{
	struct skcipher_request *req = data;
	struct scatterlist *sg;

	if (err == -EINPROGRESS)
		return;
	for (sg = req->dst; sg; sg = sg_next(sg)) {
		set_page_dirty(sg_page(sg));
		put_page(sg_page(sg));
	}
	skcipher_request_free(req);
}

static long cryptodst_xfer(struct cryptodst_dev *xd, unsigned long addr, size_t len)
{
	struct page *pages[CRYPTODST_MAX];
	struct skcipher_request *req;
	int nr = DIV_ROUND_UP(offset_in_page(addr) + len, PAGE_SIZE);
	int i, got, ret;

	if (nr <= 0 || nr > CRYPTODST_MAX)
		return -EINVAL;
	req = skcipher_request_alloc(xd->tfm, GFP_KERNEL);
	if (!req)
		return -ENOMEM;
	got = get_user_pages_fast(addr & PAGE_MASK, nr, FOLL_WRITE, pages);
	if (got != nr) {
		ret = got < 0 ? got : -EFAULT;
		goto put;
	}
	sg_init_table(xd->sgl, nr);
	for (i = 0; i < nr; i++)
		sg_set_page(&xd->sgl[i], pages[i], PAGE_SIZE, 0);
	skcipher_request_set_callback(req, CRYPTO_TFM_REQ_MAY_BACKLOG, cryptodst_crypt_done, req);
	skcipher_request_set_crypt(req, xd->sgl, xd->sgl, len, xd->iv);
	ret = crypto_skcipher_encrypt(req);
	if (ret == -EINPROGRESS || ret == -EBUSY)
		return 0;
	for (i = 0; i < nr; i++)
		set_page_dirty_lock(pages[i]);
put:
	for (i = 0; i < got; i++)
		put_page(pages[i]);
	skcipher_request_free(req);
	return ret;
}

static int cryptodst_open(struct inode *inode, struct file *file)
{
	file->private_data = container_of(file->private_data, struct cryptodst_dev, misc);
	return 0;
}

static long cryptodst_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct cryptodst_dev *xd = file->private_data;
	struct cryptodst_args a;

	if (cmd != CRYPTODST_IOC_XFER)
		return -ENOTTY;
	if (copy_from_user(&a, (void __user *)arg, sizeof(a)))
		return -EFAULT;
	return cryptodst_xfer(xd, a.addr, a.len);
}

static const struct file_operations cryptodst_fops = {
	.owner = THIS_MODULE,
	.open = cryptodst_open,
	.unlocked_ioctl = cryptodst_ioctl,
};

static int cryptodst_probe(struct platform_device *pdev)
{
	struct cryptodst_dev *xd;

	xd = devm_kzalloc(&pdev->dev, sizeof(*xd), GFP_KERNEL);
	if (!xd)
		return -ENOMEM;
	xd->dev = &pdev->dev;
	xd->misc.minor = MISC_DYNAMIC_MINOR;
	xd->misc.name = "cryptodst";
	xd->misc.fops = &cryptodst_fops;
	platform_set_drvdata(pdev, xd);
	return misc_register(&xd->misc);
}

static void cryptodst_remove(struct platform_device *pdev)
{
	struct cryptodst_dev *xd = platform_get_drvdata(pdev);

	misc_deregister(&xd->misc);
}

static struct platform_driver cryptodst_driver = {
	.probe = cryptodst_probe,
	.remove_new = cryptodst_remove,
	.driver = { .name = "cryptodst" },
};
module_platform_driver(cryptodst_driver);

MODULE_DESCRIPTION("cryptodst test driver");
MODULE_LICENSE("GPL");
