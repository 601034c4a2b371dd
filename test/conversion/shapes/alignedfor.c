// expect: converted
// put loop over two arrays at once: gup pages[i] and alloc bounce[i] in one body
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

struct alignedfor_args {
	__u64 addr;
	__u64 len;
};

#define ALIGNEDFOR_IOC_XFER _IOW('x', 169, struct alignedfor_args)
#define ALIGNEDFOR_MAX 32

struct alignedfor_dev {
	struct miscdevice misc;
	struct device *dev;
};

static int alignedfor_touch(struct alignedfor_dev *xd, struct page *p)
{
	dma_addr_t dma = dma_map_page(xd->dev, p, 0, PAGE_SIZE, DMA_FROM_DEVICE);

	if (dma_mapping_error(xd->dev, dma))
		return -EIO;
	dma_unmap_page(xd->dev, dma, PAGE_SIZE, DMA_FROM_DEVICE);
	set_page_dirty_lock(p);
	return 0;
}

static long alignedfor_xfer(struct alignedfor_dev *xd, unsigned long addr, size_t len)
{
	struct page *pages[ALIGNEDFOR_MAX];
	struct page *bounce[ALIGNEDFOR_MAX];
	int i, got, ret = 0;

	got = get_user_pages_fast(addr & PAGE_MASK, ALIGNEDFOR_MAX, FOLL_WRITE, pages);
	if (got <= 0)
		return got ? got : -EFAULT;
	for (i = 0; i < got; i++)
		bounce[i] = alloc_page(GFP_KERNEL);
	for (i = 0; i < got && !ret; i++)
		ret = alignedfor_touch(xd, pages[i]);
	for (i = 0; i < got; i++) {
		put_page(pages[i]);
		if (bounce[i])
			put_page(bounce[i]);
	}
	return ret;
}

static int alignedfor_open(struct inode *inode, struct file *file)
{
	file->private_data = container_of(file->private_data, struct alignedfor_dev, misc);
	return 0;
}

static long alignedfor_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct alignedfor_dev *xd = file->private_data;
	struct alignedfor_args a;

	if (cmd != ALIGNEDFOR_IOC_XFER)
		return -ENOTTY;
	if (copy_from_user(&a, (void __user *)arg, sizeof(a)))
		return -EFAULT;
	return alignedfor_xfer(xd, a.addr, a.len);
}

static const struct file_operations alignedfor_fops = {
	.owner = THIS_MODULE,
	.open = alignedfor_open,
	.unlocked_ioctl = alignedfor_ioctl,
};

static int alignedfor_probe(struct platform_device *pdev)
{
	struct alignedfor_dev *xd;

	xd = devm_kzalloc(&pdev->dev, sizeof(*xd), GFP_KERNEL);
	if (!xd)
		return -ENOMEM;
	xd->dev = &pdev->dev;
	xd->misc.minor = MISC_DYNAMIC_MINOR;
	xd->misc.name = "alignedfor";
	xd->misc.fops = &alignedfor_fops;
	platform_set_drvdata(pdev, xd);
	return misc_register(&xd->misc);
}

static void alignedfor_remove(struct platform_device *pdev)
{
	struct alignedfor_dev *xd = platform_get_drvdata(pdev);

	misc_deregister(&xd->misc);
}

static struct platform_driver alignedfor_driver = {
	.probe = alignedfor_probe,
	.remove_new = alignedfor_remove,
	.driver = { .name = "alignedfor" },
};
module_platform_driver(alignedfor_driver);

MODULE_DESCRIPTION("alignedfor test driver");
MODULE_LICENSE("GPL");
