// expect: refused
// put_page(this_cpu_read()) of a page parked in a per-cpu slot by an earlier call
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

struct percpu_args {
	__u64 addr;
	__u64 len;
};

#define PERCPU_IOC_XFER _IOW('x', 33, struct percpu_args)
#define PERCPU_MAX 32

#include <linux/percpu.h>

static DEFINE_PER_CPU(struct page *, percpu_slot);

struct percpu_dev {
	struct miscdevice misc;
	struct device *dev;
};

static int percpu_touch(struct percpu_dev *xd, struct page *p)
{
	dma_addr_t dma = dma_map_page(xd->dev, p, 0, PAGE_SIZE, DMA_FROM_DEVICE);

	if (dma_mapping_error(xd->dev, dma))
		return -EIO;
	dma_unmap_page(xd->dev, dma, PAGE_SIZE, DMA_FROM_DEVICE);
	set_page_dirty_lock(p);
	return 0;
}

static void percpu_flush(void)
{
	int cpu;

	for_each_possible_cpu(cpu) {
		struct page **pp = per_cpu_ptr(&percpu_slot, cpu);

		if (*pp)
			put_page(*pp);
		*pp = NULL;
	}
}

static long percpu_xfer(struct percpu_dev *xd, unsigned long addr, size_t len)
{
	struct page *page;
	int ret;

	ret = get_user_pages_fast(addr, 1, FOLL_WRITE, &page);
	if (ret != 1)
		return ret < 0 ? ret : -EFAULT;
	ret = percpu_touch(xd, page);
	if (ret) {
		put_page(page);
		return ret;
	}
	page = this_cpu_xchg(percpu_slot, page);
	if (page)
		put_page(page);
	return 0;
}

static int percpu_open(struct inode *inode, struct file *file)
{
	file->private_data = container_of(file->private_data, struct percpu_dev, misc);
	return 0;
}

static long percpu_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct percpu_dev *xd = file->private_data;
	struct percpu_args a;

	if (cmd != PERCPU_IOC_XFER)
		return -ENOTTY;
	if (copy_from_user(&a, (void __user *)arg, sizeof(a)))
		return -EFAULT;
	return percpu_xfer(xd, a.addr, a.len);
}

static const struct file_operations percpu_fops = {
	.owner = THIS_MODULE,
	.open = percpu_open,
	.unlocked_ioctl = percpu_ioctl,
};

static int percpu_probe(struct platform_device *pdev)
{
	struct percpu_dev *xd;

	xd = devm_kzalloc(&pdev->dev, sizeof(*xd), GFP_KERNEL);
	if (!xd)
		return -ENOMEM;
	xd->dev = &pdev->dev;
	xd->misc.minor = MISC_DYNAMIC_MINOR;
	xd->misc.name = "percpu";
	xd->misc.fops = &percpu_fops;
	platform_set_drvdata(pdev, xd);
	return misc_register(&xd->misc);
}

static void percpu_remove(struct platform_device *pdev)
{
	struct percpu_dev *xd = platform_get_drvdata(pdev);

	misc_deregister(&xd->misc);
	percpu_flush();
}

static struct platform_driver percpu_driver = {
	.probe = percpu_probe,
	.remove_new = percpu_remove,
	.driver = { .name = "percpu" },
};
module_platform_driver(percpu_driver);

MODULE_DESCRIPTION("percpu test driver");
MODULE_LICENSE("GPL");
