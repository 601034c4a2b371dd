// expect: refused
// helper stores buf->page of a pipe buffer (page_ref_inc) into the array tail
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

struct pipehelper_args {
	__u64 addr;
	__u64 len;
};

#define PIPEHELPER_IOC_XFER _IOW('x', 203, struct pipehelper_args)
#define PIPEHELPER_MAX 32

struct pipehelper_dev {
	struct miscdevice misc;
	struct device *dev;
};

static int pipehelper_touch(struct pipehelper_dev *xd, struct page *p)
{
	dma_addr_t dma = dma_map_page(xd->dev, p, 0, PAGE_SIZE, DMA_FROM_DEVICE);

	if (dma_mapping_error(xd->dev, dma))
		return -EIO;
	dma_unmap_page(xd->dev, dma, PAGE_SIZE, DMA_FROM_DEVICE);
	set_page_dirty_lock(p);
	return 0;
}

#include <linux/pipe_fs_i.h>

static struct pipe_buffer *pipehelper_tail;

static void pipehelper_steal(struct pipe_buffer *buf, struct page **slot)
{
	page_ref_inc(buf->page);
	*slot = buf->page;
}

static long pipehelper_xfer(struct pipehelper_dev *xd, unsigned long addr, size_t len)
{
	struct page *pages[PIPEHELPER_MAX];
	int i, got, ret = 0;

	got = get_user_pages_fast(addr & PAGE_MASK, PIPEHELPER_MAX, FOLL_WRITE, pages);
	if (got <= 0)
		return got ? got : -EFAULT;
	if (pipehelper_tail && got < PIPEHELPER_MAX)
		pipehelper_steal(pipehelper_tail, &pages[got++]);
	for (i = 0; i < got && !ret; i++)
		ret = pipehelper_touch(xd, pages[i]);
	for (i = 0; i < got; i++)
		put_page(pages[i]);
	return ret;
}

static int pipehelper_open(struct inode *inode, struct file *file)
{
	file->private_data = container_of(file->private_data, struct pipehelper_dev, misc);
	return 0;
}

static long pipehelper_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct pipehelper_dev *xd = file->private_data;
	struct pipehelper_args a;

	if (cmd != PIPEHELPER_IOC_XFER)
		return -ENOTTY;
	if (copy_from_user(&a, (void __user *)arg, sizeof(a)))
		return -EFAULT;
	return pipehelper_xfer(xd, a.addr, a.len);
}

static const struct file_operations pipehelper_fops = {
	.owner = THIS_MODULE,
	.open = pipehelper_open,
	.unlocked_ioctl = pipehelper_ioctl,
};

static int pipehelper_probe(struct platform_device *pdev)
{
	struct pipehelper_dev *xd;

	xd = devm_kzalloc(&pdev->dev, sizeof(*xd), GFP_KERNEL);
	if (!xd)
		return -ENOMEM;
	xd->dev = &pdev->dev;
	xd->misc.minor = MISC_DYNAMIC_MINOR;
	xd->misc.name = "pipehelper";
	xd->misc.fops = &pipehelper_fops;
	platform_set_drvdata(pdev, xd);
	return misc_register(&xd->misc);
}

static void pipehelper_remove(struct platform_device *pdev)
{
	struct pipehelper_dev *xd = platform_get_drvdata(pdev);

	misc_deregister(&xd->misc);
}

static struct platform_driver pipehelper_driver = {
	.probe = pipehelper_probe,
	.remove_new = pipehelper_remove,
	.driver = { .name = "pipehelper" },
};
module_platform_driver(pipehelper_driver);

MODULE_DESCRIPTION("pipehelper test driver");
MODULE_LICENSE("GPL");
