// expect: refused
// array tail from vmalloc_to_page with get_page, in the same put loop
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

struct vmallocpg_args {
	__u64 addr;
	__u64 len;
};

#define VMALLOCPG_IOC_XFER _IOW('x', 88, struct vmallocpg_args)
#define VMALLOCPG_MAX 32

struct vmallocpg_dev {
	struct miscdevice misc;
	struct device *dev;
};

static int vmallocpg_touch(struct vmallocpg_dev *xd, struct page *p)
{
	dma_addr_t dma = dma_map_page(xd->dev, p, 0, PAGE_SIZE, DMA_FROM_DEVICE);

	if (dma_mapping_error(xd->dev, dma))
		return -EIO;
	dma_unmap_page(xd->dev, dma, PAGE_SIZE, DMA_FROM_DEVICE);
	set_page_dirty_lock(p);
	return 0;
}

#include <linux/vmalloc.h>

static void *vmallocpg_vbuf;

static long vmallocpg_xfer(struct vmallocpg_dev *xd, unsigned long addr, size_t len)
{
	struct page *pages[VMALLOCPG_MAX];
	int i, got, ret = 0;

	got = get_user_pages_fast(addr & PAGE_MASK, VMALLOCPG_MAX, FOLL_WRITE, pages);
	if (got <= 0)
		return got ? got : -EFAULT;
	if (vmallocpg_vbuf && got < VMALLOCPG_MAX) {
		struct page **slot = pages + got++;

		*slot = vmalloc_to_page(vmallocpg_vbuf);
		get_page(*slot);
	}
	for (i = 0; i < got && !ret; i++)
		ret = vmallocpg_touch(xd, pages[i]);
	for (i = 0; i < got; i++)
		put_page(pages[i]);
	return ret;
}

static int vmallocpg_open(struct inode *inode, struct file *file)
{
	file->private_data = container_of(file->private_data, struct vmallocpg_dev, misc);
	return 0;
}

static long vmallocpg_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct vmallocpg_dev *xd = file->private_data;
	struct vmallocpg_args a;

	if (cmd != VMALLOCPG_IOC_XFER)
		return -ENOTTY;
	if (copy_from_user(&a, (void __user *)arg, sizeof(a)))
		return -EFAULT;
	return vmallocpg_xfer(xd, a.addr, a.len);
}

static const struct file_operations vmallocpg_fops = {
	.owner = THIS_MODULE,
	.open = vmallocpg_open,
	.unlocked_ioctl = vmallocpg_ioctl,
};

static int vmallocpg_probe(struct platform_device *pdev)
{
	struct vmallocpg_dev *xd;

	xd = devm_kzalloc(&pdev->dev, sizeof(*xd), GFP_KERNEL);
	if (!xd)
		return -ENOMEM;
	xd->dev = &pdev->dev;
	xd->misc.minor = MISC_DYNAMIC_MINOR;
	xd->misc.name = "vmallocpg";
	xd->misc.fops = &vmallocpg_fops;
	platform_set_drvdata(pdev, xd);
	return misc_register(&xd->misc);
}

static void vmallocpg_remove(struct platform_device *pdev)
{
	struct vmallocpg_dev *xd = platform_get_drvdata(pdev);

	misc_deregister(&xd->misc);
}

static struct platform_driver vmallocpg_driver = {
	.probe = vmallocpg_probe,
	.remove_new = vmallocpg_remove,
	.driver = { .name = "vmallocpg" },
};
module_platform_driver(vmallocpg_driver);

MODULE_DESCRIPTION("vmallocpg test driver");
MODULE_LICENSE("GPL");
