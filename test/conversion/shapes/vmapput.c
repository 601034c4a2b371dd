// expect: refused
// vmap(.., VM_MAP | VM_MAP_PUT_PAGES): vfree() puts the pages
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

struct vmapput_args {
	__u64 addr;
	__u64 len;
};

#define VMAPPUT_IOC_XFER _IOW('x', 107, struct vmapput_args)
#define VMAPPUT_MAX 32

#include <linux/vmalloc.h>

struct vmapput_dev {
	struct miscdevice misc;
	struct device *dev;
	void *va;
};

static int vmapput_touch(struct vmapput_dev *xd, struct page *p)
{
	dma_addr_t dma = dma_map_page(xd->dev, p, 0, PAGE_SIZE, DMA_FROM_DEVICE);

	if (dma_mapping_error(xd->dev, dma))
		return -EIO;
	dma_unmap_page(xd->dev, dma, PAGE_SIZE, DMA_FROM_DEVICE);
	set_page_dirty_lock(p);
	return 0;
}

static long vmapput_xfer(struct vmapput_dev *xd, unsigned long addr, size_t len)
{
	struct page **pages = kvmalloc_array(VMAPPUT_MAX, sizeof(*pages), GFP_KERNEL);
	int i, got, ret = 0;

	if (!pages)
		return -ENOMEM;
	got = get_user_pages_fast(addr & PAGE_MASK, VMAPPUT_MAX, FOLL_WRITE, pages);
	if (got <= 0) {
		kvfree(pages);
		return got ? got : -EFAULT;
	}
	for (i = 0; i < got && !ret; i++)
		ret = vmapput_touch(xd, pages[i]);
	if (!ret) {
		void *va = vmap(pages, got, VM_MAP | VM_MAP_PUT_PAGES, PAGE_KERNEL);

		if (va) {
			vfree(xd->va);
			xd->va = va;
			return 0;
		}
		ret = -ENOMEM;
	}
	for (i = 0; i < got; i++)
		put_page(pages[i]);
	kvfree(pages);
	return ret;
}

static int vmapput_open(struct inode *inode, struct file *file)
{
	file->private_data = container_of(file->private_data, struct vmapput_dev, misc);
	return 0;
}

static long vmapput_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct vmapput_dev *xd = file->private_data;
	struct vmapput_args a;

	if (cmd != VMAPPUT_IOC_XFER)
		return -ENOTTY;
	if (copy_from_user(&a, (void __user *)arg, sizeof(a)))
		return -EFAULT;
	return vmapput_xfer(xd, a.addr, a.len);
}

static const struct file_operations vmapput_fops = {
	.owner = THIS_MODULE,
	.open = vmapput_open,
	.unlocked_ioctl = vmapput_ioctl,
};

static int vmapput_probe(struct platform_device *pdev)
{
	struct vmapput_dev *xd;

	xd = devm_kzalloc(&pdev->dev, sizeof(*xd), GFP_KERNEL);
	if (!xd)
		return -ENOMEM;
	xd->dev = &pdev->dev;
	xd->misc.minor = MISC_DYNAMIC_MINOR;
	xd->misc.name = "vmapput";
	xd->misc.fops = &vmapput_fops;
	platform_set_drvdata(pdev, xd);
	return misc_register(&xd->misc);
}

static void vmapput_remove(struct platform_device *pdev)
{
	struct vmapput_dev *xd = platform_get_drvdata(pdev);

	misc_deregister(&xd->misc);
	vfree(xd->va);
}

static struct platform_driver vmapput_driver = {
	.probe = vmapput_probe,
	.remove_new = vmapput_remove,
	.driver = { .name = "vmapput" },
};
module_platform_driver(vmapput_driver);

MODULE_DESCRIPTION("vmapput test driver");
MODULE_LICENSE("GPL");
