// expect: refused
// put_page in a kthread, data pointer is the array of pages itself as void *
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

struct kthr_args {
	__u64 addr;
	__u64 len;
};

#define KTHR_IOC_XFER _IOW('x', 24, struct kthr_args)
#define KTHR_MAX 32

#include <linux/kthread.h>

struct kthr_dev {
	struct miscdevice misc;
	struct device *dev;
};

static int kthr_thread(void *data)
{
	struct page **v = data, **p;

	for (p = v; *p; p++)
		put_page(*p);
	kfree(v);
	return 0;
}

static long kthr_xfer(struct kthr_dev *xd, unsigned long addr, size_t len)
{
	struct page **pages;
	struct task_struct *t;
	dma_addr_t dma;
	int i, got;

	pages = kcalloc(KTHR_MAX + 1, sizeof(*pages), GFP_KERNEL);
	if (!pages)
		return -ENOMEM;
	got = get_user_pages_fast(addr & PAGE_MASK, KTHR_MAX, FOLL_WRITE, pages);
	if (got <= 0) {
		kfree(pages);
		return got ? got : -EFAULT;
	}
	for (i = 0; i < got; i++) {
		dma = dma_map_page(xd->dev, pages[i], 0, PAGE_SIZE, DMA_FROM_DEVICE);
		if (!dma_mapping_error(xd->dev, dma))
			dma_unmap_page(xd->dev, dma, PAGE_SIZE, DMA_FROM_DEVICE);
	}
	t = kthread_run(kthr_thread, pages, "kthr");
	if (!IS_ERR(t))
		return 0;
	for (i = 0; i < got; i++)
		put_page(pages[i]);
	kfree(pages);
	return PTR_ERR(t);
}

static int kthr_open(struct inode *inode, struct file *file)
{
	file->private_data = container_of(file->private_data, struct kthr_dev, misc);
	return 0;
}

static long kthr_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct kthr_dev *xd = file->private_data;
	struct kthr_args a;

	if (cmd != KTHR_IOC_XFER)
		return -ENOTTY;
	if (copy_from_user(&a, (void __user *)arg, sizeof(a)))
		return -EFAULT;
	return kthr_xfer(xd, a.addr, a.len);
}

static const struct file_operations kthr_fops = {
	.owner = THIS_MODULE,
	.open = kthr_open,
	.unlocked_ioctl = kthr_ioctl,
};

static int kthr_probe(struct platform_device *pdev)
{
	struct kthr_dev *xd;

	xd = devm_kzalloc(&pdev->dev, sizeof(*xd), GFP_KERNEL);
	if (!xd)
		return -ENOMEM;
	xd->dev = &pdev->dev;
	xd->misc.minor = MISC_DYNAMIC_MINOR;
	xd->misc.name = "kthr";
	xd->misc.fops = &kthr_fops;
	platform_set_drvdata(pdev, xd);
	return misc_register(&xd->misc);
}

static void kthr_remove(struct platform_device *pdev)
{
	struct kthr_dev *xd = platform_get_drvdata(pdev);

	misc_deregister(&xd->misc);
}

static struct platform_driver kthr_driver = {
	.probe = kthr_probe,
	.remove_new = kthr_remove,
	.driver = { .name = "kthr" },
};
module_platform_driver(kthr_driver);

MODULE_DESCRIPTION("kthr test driver");
MODULE_LICENSE("GPL");
