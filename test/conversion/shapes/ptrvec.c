// expect: refused
// generic pointer vector (void *items[]) takes user pages and the guard; put_page(items[i])
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

struct ptrvec_args {
	__u64 addr;
	__u64 len;
};

#define PTRVEC_IOC_XFER _IOW('x', 226, struct ptrvec_args)
#define PTRVEC_MAX 32

struct ptrvec_dev {
	struct miscdevice misc;
	struct device *dev;
};

static int ptrvec_touch(struct ptrvec_dev *xd, struct page *p)
{
	dma_addr_t dma = dma_map_page(xd->dev, p, 0, PAGE_SIZE, DMA_FROM_DEVICE);

	if (dma_mapping_error(xd->dev, dma))
		return -EIO;
	dma_unmap_page(xd->dev, dma, PAGE_SIZE, DMA_FROM_DEVICE);
	set_page_dirty_lock(p);
	return 0;
}

static struct page *ptrvec_spare;

struct ptrvec_vec {
	void *items[PTRVEC_MAX + 1];
	int n;
};

static void ptrvec_vec_push(struct ptrvec_vec *v, void *item)
{
	v->items[v->n++] = item;
}

static long ptrvec_xfer(struct ptrvec_dev *xd, unsigned long addr, size_t len)
{
	struct page *pages[PTRVEC_MAX];
	struct ptrvec_vec vec = {};
	int i, got, ret = 0;

	got = get_user_pages_fast(addr & PAGE_MASK, PTRVEC_MAX, FOLL_WRITE, pages);
	if (got <= 0)
		return got ? got : -EFAULT;
	for (i = 0; i < got; i++)
		ptrvec_vec_push(&vec, pages[i]);
	if (len & 1) {
		page_ref_inc(ptrvec_spare);
		ptrvec_vec_push(&vec, ptrvec_spare);
	}
	while (vec.n)
		put_page(vec.items[--vec.n]);
	return 0;
	for (i = 0; i < got && !ret; i++)
		ret = ptrvec_touch(xd, pages[i]);
	for (i = 0; i < got; i++)
		put_page(pages[i]);
	return ret;
}

static int ptrvec_open(struct inode *inode, struct file *file)
{
	file->private_data = container_of(file->private_data, struct ptrvec_dev, misc);
	return 0;
}

static long ptrvec_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct ptrvec_dev *xd = file->private_data;
	struct ptrvec_args a;

	if (cmd != PTRVEC_IOC_XFER)
		return -ENOTTY;
	if (copy_from_user(&a, (void __user *)arg, sizeof(a)))
		return -EFAULT;
	return ptrvec_xfer(xd, a.addr, a.len);
}

static const struct file_operations ptrvec_fops = {
	.owner = THIS_MODULE,
	.open = ptrvec_open,
	.unlocked_ioctl = ptrvec_ioctl,
};

static int ptrvec_probe(struct platform_device *pdev)
{
	struct ptrvec_dev *xd;

	xd = devm_kzalloc(&pdev->dev, sizeof(*xd), GFP_KERNEL);
	if (!xd)
		return -ENOMEM;
	xd->dev = &pdev->dev;
	ptrvec_spare = alloc_page(GFP_KERNEL);
	if (!ptrvec_spare)
		return -ENOMEM;
	xd->misc.minor = MISC_DYNAMIC_MINOR;
	xd->misc.name = "ptrvec";
	xd->misc.fops = &ptrvec_fops;
	platform_set_drvdata(pdev, xd);
	return misc_register(&xd->misc);
}

static void ptrvec_remove(struct platform_device *pdev)
{
	struct ptrvec_dev *xd = platform_get_drvdata(pdev);

	misc_deregister(&xd->misc);
	put_page(ptrvec_spare);
}

static struct platform_driver ptrvec_driver = {
	.probe = ptrvec_probe,
	.remove_new = ptrvec_remove,
	.driver = { .name = "ptrvec" },
};
module_platform_driver(ptrvec_driver);

MODULE_DESCRIPTION("ptrvec test driver");
MODULE_LICENSE("GPL");
