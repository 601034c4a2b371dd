// expect: refused
// WRITE_ONCE(pages[got], spare) appends a kernel page
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

struct writeonce_args {
	__u64 addr;
	__u64 len;
};

#define WRITEONCE_IOC_XFER _IOW('x', 119, struct writeonce_args)
#define WRITEONCE_MAX 32

struct writeonce_dev {
	struct miscdevice misc;
	struct device *dev;
};

static int writeonce_touch(struct writeonce_dev *xd, struct page *p)
{
	dma_addr_t dma = dma_map_page(xd->dev, p, 0, PAGE_SIZE, DMA_FROM_DEVICE);

	if (dma_mapping_error(xd->dev, dma))
		return -EIO;
	dma_unmap_page(xd->dev, dma, PAGE_SIZE, DMA_FROM_DEVICE);
	set_page_dirty_lock(p);
	return 0;
}

static struct page *writeonce_spare;

static long writeonce_xfer(struct writeonce_dev *xd, unsigned long addr, size_t len)
{
	struct page *pages[WRITEONCE_MAX];
	int i, got, ret = 0;

	got = get_user_pages_fast(addr & PAGE_MASK, WRITEONCE_MAX, FOLL_WRITE, pages);
	if (got <= 0)
		return got ? got : -EFAULT;
	if (got < WRITEONCE_MAX) {
		page_ref_inc(writeonce_spare);
		WRITE_ONCE(pages[got], writeonce_spare);
		got++;
	}
	for (i = 0; i < got && !ret; i++)
		ret = writeonce_touch(xd, pages[i]);
	for (i = 0; i < got; i++)
		put_page(pages[i]);
	return ret;
}

static int writeonce_open(struct inode *inode, struct file *file)
{
	file->private_data = container_of(file->private_data, struct writeonce_dev, misc);
	return 0;
}

static long writeonce_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct writeonce_dev *xd = file->private_data;
	struct writeonce_args a;

	if (cmd != WRITEONCE_IOC_XFER)
		return -ENOTTY;
	if (copy_from_user(&a, (void __user *)arg, sizeof(a)))
		return -EFAULT;
	return writeonce_xfer(xd, a.addr, a.len);
}

static const struct file_operations writeonce_fops = {
	.owner = THIS_MODULE,
	.open = writeonce_open,
	.unlocked_ioctl = writeonce_ioctl,
};

static int writeonce_probe(struct platform_device *pdev)
{
	struct writeonce_dev *xd;

	xd = devm_kzalloc(&pdev->dev, sizeof(*xd), GFP_KERNEL);
	if (!xd)
		return -ENOMEM;
	xd->dev = &pdev->dev;
	writeonce_spare = alloc_page(GFP_KERNEL);
	if (!writeonce_spare)
		return -ENOMEM;
	xd->misc.minor = MISC_DYNAMIC_MINOR;
	xd->misc.name = "writeonce";
	xd->misc.fops = &writeonce_fops;
	platform_set_drvdata(pdev, xd);
	return misc_register(&xd->misc);
}

static void writeonce_remove(struct platform_device *pdev)
{
	struct writeonce_dev *xd = platform_get_drvdata(pdev);

	misc_deregister(&xd->misc);
	put_page(writeonce_spare);
}

static struct platform_driver writeonce_driver = {
	.probe = writeonce_probe,
	.remove_new = writeonce_remove,
	.driver = { .name = "writeonce" },
};
module_platform_driver(writeonce_driver);

MODULE_DESCRIPTION("writeonce test driver");
MODULE_LICENSE("GPL");
