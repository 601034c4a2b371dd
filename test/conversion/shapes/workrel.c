// expect: converted
// put_page in the work function, job found by container_of(work)
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

struct workrel_args {
	__u64 addr;
	__u64 len;
};

#define WORKREL_IOC_XFER _IOW('x', 20, struct workrel_args)
#define WORKREL_MAX 32

#include <linux/workqueue.h>

struct workrel_job {
	struct work_struct work;
	struct page *pages[WORKREL_MAX];
	int nr;
};

struct workrel_dev {
	struct miscdevice misc;
	struct device *dev;
};

static void workrel_work(struct work_struct *w)
{
	struct workrel_job *j = container_of(w, struct workrel_job, work);

	while (j->nr)
		put_page(j->pages[--j->nr]);
	kfree(j);
}

static long workrel_xfer(struct workrel_dev *xd, unsigned long addr, size_t len)
{
	struct page *pages[WORKREL_MAX];
	struct workrel_job *job;
	dma_addr_t dma;
	int i, got;

	got = get_user_pages_fast(addr & PAGE_MASK, WORKREL_MAX, FOLL_WRITE, pages);
	if (got <= 0)
		return got ? got : -EFAULT;
	for (i = 0; i < got; i++) {
		dma = dma_map_page(xd->dev, pages[i], 0, PAGE_SIZE, DMA_FROM_DEVICE);
		if (!dma_mapping_error(xd->dev, dma))
			dma_unmap_page(xd->dev, dma, PAGE_SIZE, DMA_FROM_DEVICE);
	}
	job = kzalloc(sizeof(*job), GFP_KERNEL);
	if (job) {
		memcpy(job->pages, pages, got * sizeof(*pages));
		job->nr = got;
		INIT_WORK(&job->work, workrel_work);
		schedule_work(&job->work);
		return 0;
	}
	for (i = 0; i < got; i++)
		put_page(pages[i]);
	return 0;
}

static int workrel_open(struct inode *inode, struct file *file)
{
	file->private_data = container_of(file->private_data, struct workrel_dev, misc);
	return 0;
}

static long workrel_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct workrel_dev *xd = file->private_data;
	struct workrel_args a;

	if (cmd != WORKREL_IOC_XFER)
		return -ENOTTY;
	if (copy_from_user(&a, (void __user *)arg, sizeof(a)))
		return -EFAULT;
	return workrel_xfer(xd, a.addr, a.len);
}

static const struct file_operations workrel_fops = {
	.owner = THIS_MODULE,
	.open = workrel_open,
	.unlocked_ioctl = workrel_ioctl,
};

static int workrel_probe(struct platform_device *pdev)
{
	struct workrel_dev *xd;

	xd = devm_kzalloc(&pdev->dev, sizeof(*xd), GFP_KERNEL);
	if (!xd)
		return -ENOMEM;
	xd->dev = &pdev->dev;
	xd->misc.minor = MISC_DYNAMIC_MINOR;
	xd->misc.name = "workrel";
	xd->misc.fops = &workrel_fops;
	platform_set_drvdata(pdev, xd);
	return misc_register(&xd->misc);
}

static void workrel_remove(struct platform_device *pdev)
{
	struct workrel_dev *xd = platform_get_drvdata(pdev);

	misc_deregister(&xd->misc);
}

static struct platform_driver workrel_driver = {
	.probe = workrel_probe,
	.remove_new = workrel_remove,
	.driver = { .name = "workrel" },
};
module_platform_driver(workrel_driver);

MODULE_DESCRIPTION("workrel test driver");
MODULE_LICENSE("GPL");
