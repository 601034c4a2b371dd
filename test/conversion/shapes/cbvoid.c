// expect: converted
// put_page in cbvoid_hw_done(void *data): the request came back as void * through a hw descriptor
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

struct cbvoid_args {
	__u64 addr;
	__u64 len;
};

#define CBVOID_IOC_XFER _IOW('x', 15, struct cbvoid_args)
#define CBVOID_MAX 32

struct cbvoid_desc {
	void (*complete)(void *data);
	void *data;
	dma_addr_t dma;
	size_t len;
};

struct cbvoid_req {
	struct page *pages[CBVOID_MAX];
	struct scatterlist sgl[CBVOID_MAX];
	int nr;
	struct cbvoid_desc desc;
};

struct cbvoid_dev {
	struct miscdevice misc;
	struct device *dev;
	struct cbvoid_desc *ring[8];
	unsigned int head;
};

static void cbvoid_hw_done(void *data)
{
	struct cbvoid_req *r = data;
	int k;

	for (k = 0; k < r->nr; k++)
		put_page(r->pages[k]);
	kfree(r);
}

static int cbvoid_queue(struct cbvoid_dev *xd, struct cbvoid_desc *d)
{
	if (xd->ring[xd->head & 7])
		return -EBUSY;
	xd->ring[xd->head++ & 7] = d;
	return 0;
}

static void cbvoid_poll(struct cbvoid_dev *xd)
{
	struct cbvoid_desc *d = xchg(&xd->ring[(xd->head - 1) & 7], NULL);

	if (d)
		d->complete(d->data);
}

static long cbvoid_xfer(struct cbvoid_dev *xd, unsigned long addr, size_t len)
{
	struct cbvoid_req *req = kzalloc(sizeof(*req), GFP_KERNEL);
	int i, got;

	if (!req)
		return -ENOMEM;
	got = get_user_pages_fast(addr & PAGE_MASK, CBVOID_MAX, FOLL_WRITE, req->pages);
	if (got <= 0) {
		kfree(req);
		return got ? got : -EFAULT;
	}
	req->nr = got;
	sg_init_table(req->sgl, got);
	for (i = 0; i < got; i++)
		sg_set_page(&req->sgl[i], req->pages[i], PAGE_SIZE, 0);
	if (!dma_map_sg(xd->dev, req->sgl, got, DMA_FROM_DEVICE))
		goto fail;
	req->desc.complete = cbvoid_hw_done;
	req->desc.data = req;
	if (cbvoid_queue(xd, &req->desc))
		goto fail;
	cbvoid_poll(xd);
	return 0;
fail:
	for (i = 0; i < got; i++)
		put_page(req->pages[i]);
	kfree(req);
	return -EIO;
}

static int cbvoid_open(struct inode *inode, struct file *file)
{
	file->private_data = container_of(file->private_data, struct cbvoid_dev, misc);
	return 0;
}

static long cbvoid_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct cbvoid_dev *xd = file->private_data;
	struct cbvoid_args a;

	if (cmd != CBVOID_IOC_XFER)
		return -ENOTTY;
	if (copy_from_user(&a, (void __user *)arg, sizeof(a)))
		return -EFAULT;
	return cbvoid_xfer(xd, a.addr, a.len);
}

static const struct file_operations cbvoid_fops = {
	.owner = THIS_MODULE,
	.open = cbvoid_open,
	.unlocked_ioctl = cbvoid_ioctl,
};

static int cbvoid_probe(struct platform_device *pdev)
{
	struct cbvoid_dev *xd;

	xd = devm_kzalloc(&pdev->dev, sizeof(*xd), GFP_KERNEL);
	if (!xd)
		return -ENOMEM;
	xd->dev = &pdev->dev;
	xd->misc.minor = MISC_DYNAMIC_MINOR;
	xd->misc.name = "cbvoid";
	xd->misc.fops = &cbvoid_fops;
	platform_set_drvdata(pdev, xd);
	return misc_register(&xd->misc);
}

static void cbvoid_remove(struct platform_device *pdev)
{
	struct cbvoid_dev *xd = platform_get_drvdata(pdev);

	misc_deregister(&xd->misc);
}

static struct platform_driver cbvoid_driver = {
	.probe = cbvoid_probe,
	.remove_new = cbvoid_remove,
	.driver = { .name = "cbvoid" },
};
module_platform_driver(cbvoid_driver);

MODULE_DESCRIPTION("cbvoid test driver");
MODULE_LICENSE("GPL");
