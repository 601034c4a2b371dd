// expect: refused
// generic void *items[] vector: user pages pushed by helper and put by put_page(items[i]); the same vector type also gets alloc_page pages
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

struct ptrvec2_args {
	__u64 addr;
	__u64 len;
};

#define PTRVEC2_IOC_XFER _IOW('x', 241, struct ptrvec2_args)
#define PTRVEC2_MAX 32

struct ptrvec2_vec {
	void *items[PTRVEC2_MAX];
	int n;
};

struct ptrvec2_dev {
	struct miscdevice misc;
	struct device *dev;
};

static int ptrvec2_touch(struct ptrvec2_dev *xd, struct page *p)
{
	dma_addr_t dma = dma_map_page(xd->dev, p, 0, PAGE_SIZE, DMA_FROM_DEVICE);

	if (dma_mapping_error(xd->dev, dma))
		return -EIO;
	dma_unmap_page(xd->dev, dma, PAGE_SIZE, DMA_FROM_DEVICE);
	set_page_dirty_lock(p);
	return 0;
}

static void ptrvec2_push(struct ptrvec2_vec *v, void *item)
{
	v->items[v->n++] = item;
}

static void ptrvec2_vec_put(struct ptrvec2_vec *v)
{
	while (v->n)
		put_page(v->items[--v->n]);
}

static void ptrvec2_selftest(struct ptrvec2_dev *xd)
{
	struct ptrvec2_vec v = { .n = 0 };
	struct page *k = alloc_page(GFP_KERNEL);

	if (k)
		ptrvec2_push(&v, k);
	ptrvec2_vec_put(&v);
}

static long ptrvec2_xfer(struct ptrvec2_dev *xd, unsigned long addr, size_t len)
{
	struct page *pages[PTRVEC2_MAX];
	struct ptrvec2_vec v = { .n = 0 };
	int i, got, ret = 0;

	got = get_user_pages_fast(addr & PAGE_MASK, PTRVEC2_MAX, FOLL_WRITE, pages);
	if (got <= 0)
		return got ? got : -EFAULT;
	for (i = 0; i < got && !ret; i++)
		ret = ptrvec2_touch(xd, pages[i]);
	if (ret) {
		for (i = 0; i < got; i++)
			put_page(pages[i]);
		return ret;
	}
	for (i = 0; i < got; i++)
		ptrvec2_push(&v, pages[i]);
	ptrvec2_vec_put(&v);
	return 0;
}

static int ptrvec2_open(struct inode *inode, struct file *file)
{
	file->private_data = container_of(file->private_data, struct ptrvec2_dev, misc);
	return 0;
}

static long ptrvec2_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct ptrvec2_dev *xd = file->private_data;
	struct ptrvec2_args a;

	if (cmd != PTRVEC2_IOC_XFER)
		return -ENOTTY;
	if (copy_from_user(&a, (void __user *)arg, sizeof(a)))
		return -EFAULT;
	return ptrvec2_xfer(xd, a.addr, a.len);
}

static const struct file_operations ptrvec2_fops = {
	.owner = THIS_MODULE,
	.open = ptrvec2_open,
	.unlocked_ioctl = ptrvec2_ioctl,
};

static int ptrvec2_probe(struct platform_device *pdev)
{
	struct ptrvec2_dev *xd;

	xd = devm_kzalloc(&pdev->dev, sizeof(*xd), GFP_KERNEL);
	if (!xd)
		return -ENOMEM;
	xd->dev = &pdev->dev;
	ptrvec2_selftest(xd);
	xd->misc.minor = MISC_DYNAMIC_MINOR;
	xd->misc.name = "ptrvec2";
	xd->misc.fops = &ptrvec2_fops;
	platform_set_drvdata(pdev, xd);
	return misc_register(&xd->misc);
}

static void ptrvec2_remove(struct platform_device *pdev)
{
	struct ptrvec2_dev *xd = platform_get_drvdata(pdev);

	misc_deregister(&xd->misc);
}

static struct platform_driver ptrvec2_driver = {
	.probe = ptrvec2_probe,
	.remove_new = ptrvec2_remove,
	.driver = { .name = "ptrvec2" },
};
module_platform_driver(ptrvec2_driver);

MODULE_DESCRIPTION("ptrvec2 test driver");
MODULE_LICENSE("GPL");
