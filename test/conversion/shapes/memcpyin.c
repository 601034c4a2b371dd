// expect: refused
// memcpy(pages + got, &spare, sizeof) appends a kernel page; page_ref_inc holds it
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

struct memcpyin_args {
	__u64 addr;
	__u64 len;
};

#define MEMCPYIN_IOC_XFER _IOW('x', 118, struct memcpyin_args)
#define MEMCPYIN_MAX 32

struct memcpyin_dev {
	struct miscdevice misc;
	struct device *dev;
};

static int memcpyin_touch(struct memcpyin_dev *xd, struct page *p)
{
	dma_addr_t dma = dma_map_page(xd->dev, p, 0, PAGE_SIZE, DMA_FROM_DEVICE);

	if (dma_mapping_error(xd->dev, dma))
		return -EIO;
	dma_unmap_page(xd->dev, dma, PAGE_SIZE, DMA_FROM_DEVICE);
	set_page_dirty_lock(p);
	return 0;
}

static struct page *memcpyin_spare;

static long memcpyin_xfer(struct memcpyin_dev *xd, unsigned long addr, size_t len)
{
	struct page *pages[MEMCPYIN_MAX];
	int i, got, ret = 0;

	got = get_user_pages_fast(addr & PAGE_MASK, MEMCPYIN_MAX, FOLL_WRITE, pages);
	if (got <= 0)
		return got ? got : -EFAULT;
	if (got < MEMCPYIN_MAX) {
		page_ref_inc(memcpyin_spare);
		memcpy(pages + got, &memcpyin_spare, sizeof(memcpyin_spare));
		got++;
	}
	for (i = 0; i < got && !ret; i++)
		ret = memcpyin_touch(xd, pages[i]);
	for (i = 0; i < got; i++)
		put_page(pages[i]);
	return ret;
}

static int memcpyin_open(struct inode *inode, struct file *file)
{
	file->private_data = container_of(file->private_data, struct memcpyin_dev, misc);
	return 0;
}

static long memcpyin_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct memcpyin_dev *xd = file->private_data;
	struct memcpyin_args a;

	if (cmd != MEMCPYIN_IOC_XFER)
		return -ENOTTY;
	if (copy_from_user(&a, (void __user *)arg, sizeof(a)))
		return -EFAULT;
	return memcpyin_xfer(xd, a.addr, a.len);
}

static const struct file_operations memcpyin_fops = {
	.owner = THIS_MODULE,
	.open = memcpyin_open,
	.unlocked_ioctl = memcpyin_ioctl,
};

static int memcpyin_probe(struct platform_device *pdev)
{
	struct memcpyin_dev *xd;

	xd = devm_kzalloc(&pdev->dev, sizeof(*xd), GFP_KERNEL);
	if (!xd)
		return -ENOMEM;
	xd->dev = &pdev->dev;
	memcpyin_spare = alloc_page(GFP_KERNEL);
	if (!memcpyin_spare)
		return -ENOMEM;
	xd->misc.minor = MISC_DYNAMIC_MINOR;
	xd->misc.name = "memcpyin";
	xd->misc.fops = &memcpyin_fops;
	platform_set_drvdata(pdev, xd);
	return misc_register(&xd->misc);
}

static void memcpyin_remove(struct platform_device *pdev)
{
	struct memcpyin_dev *xd = platform_get_drvdata(pdev);

	misc_deregister(&xd->misc);
	put_page(memcpyin_spare);
}

static struct platform_driver memcpyin_driver = {
	.probe = memcpyin_probe,
	.remove_new = memcpyin_remove,
	.driver = { .name = "memcpyin" },
};
module_platform_driver(memcpyin_driver);

MODULE_DESCRIPTION("memcpyin test driver");
MODULE_LICENSE("GPL");
