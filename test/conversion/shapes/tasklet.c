// expect: converted
// release_pages in the tasklet through from_tasklet
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

struct tasklet_args {
	__u64 addr;
	__u64 len;
};

#define TASKLET_IOC_XFER _IOW('x', 22, struct tasklet_args)
#define TASKLET_MAX 32

#include <linux/interrupt.h>

struct tasklet_dev {
	struct miscdevice misc;
	struct device *dev;
	struct tasklet_struct tl;
	struct { struct page *v[TASKLET_MAX]; int n; } done;
};

static void tasklet_tl(struct tasklet_struct *t)
{
	struct tasklet_dev *xd = from_tasklet(xd, t, tl);

	release_pages(xd->done.v, xd->done.n);
	xd->done.n = 0;
}

static long tasklet_xfer(struct tasklet_dev *xd, unsigned long addr, size_t len)
{
	struct page **v = xd->done.v;
	dma_addr_t dma;
	int i, got;

	if (xd->done.n)
		return -EBUSY;
	got = get_user_pages_fast(addr & PAGE_MASK, TASKLET_MAX, FOLL_WRITE, v);
	if (got <= 0)
		return got ? got : -EFAULT;
	for (i = 0; i < got; i++) {
		dma = dma_map_page(xd->dev, v[i], 0, PAGE_SIZE, DMA_FROM_DEVICE);
		if (dma_mapping_error(xd->dev, dma))
			goto fail;
		dma_unmap_page(xd->dev, dma, PAGE_SIZE, DMA_FROM_DEVICE);
	}
	xd->done.n = got;
	tasklet_schedule(&xd->tl);
	return 0;
fail:
	for (i = 0; i < got; i++)
		put_page(v[i]);
	return -EIO;
}

static int tasklet_open(struct inode *inode, struct file *file)
{
	file->private_data = container_of(file->private_data, struct tasklet_dev, misc);
	return 0;
}

static long tasklet_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct tasklet_dev *xd = file->private_data;
	struct tasklet_args a;

	if (cmd != TASKLET_IOC_XFER)
		return -ENOTTY;
	if (copy_from_user(&a, (void __user *)arg, sizeof(a)))
		return -EFAULT;
	return tasklet_xfer(xd, a.addr, a.len);
}

static const struct file_operations tasklet_fops = {
	.owner = THIS_MODULE,
	.open = tasklet_open,
	.unlocked_ioctl = tasklet_ioctl,
};

static int tasklet_probe(struct platform_device *pdev)
{
	struct tasklet_dev *xd;

	xd = devm_kzalloc(&pdev->dev, sizeof(*xd), GFP_KERNEL);
	if (!xd)
		return -ENOMEM;
	xd->dev = &pdev->dev;
	tasklet_setup(&xd->tl, tasklet_tl);
	xd->misc.minor = MISC_DYNAMIC_MINOR;
	xd->misc.name = "tasklet";
	xd->misc.fops = &tasklet_fops;
	platform_set_drvdata(pdev, xd);
	return misc_register(&xd->misc);
}

static void tasklet_remove(struct platform_device *pdev)
{
	struct tasklet_dev *xd = platform_get_drvdata(pdev);

	misc_deregister(&xd->misc);
	tasklet_kill(&xd->tl);
}

static struct platform_driver tasklet_driver = {
	.probe = tasklet_probe,
	.remove_new = tasklet_remove,
	.driver = { .name = "tasklet" },
};
module_platform_driver(tasklet_driver);

MODULE_DESCRIPTION("tasklet test driver");
MODULE_LICENSE("GPL");
