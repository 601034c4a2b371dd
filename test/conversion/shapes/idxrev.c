// expect: refused
// 0[pages] = spare with get_page: odd index form writes a kernel page into the array
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

struct idxrev_args {
	__u64 addr;
	__u64 len;
};

#define IDXREV_IOC_XFER _IOW('x', 115, struct idxrev_args)
#define IDXREV_MAX 32

struct idxrev_dev {
	struct miscdevice misc;
	struct device *dev;
};

static int idxrev_touch(struct idxrev_dev *xd, struct page *p)
{
	dma_addr_t dma = dma_map_page(xd->dev, p, 0, PAGE_SIZE, DMA_FROM_DEVICE);

	if (dma_mapping_error(xd->dev, dma))
		return -EIO;
	dma_unmap_page(xd->dev, dma, PAGE_SIZE, DMA_FROM_DEVICE);
	set_page_dirty_lock(p);
	return 0;
}

static struct page *idxrev_spare;

static long idxrev_xfer(struct idxrev_dev *xd, unsigned long addr, size_t len)
{
	struct page *pages[IDXREV_MAX];
	int i, got, ret = 0;

	got = get_user_pages_fast(addr & PAGE_MASK, IDXREV_MAX, FOLL_WRITE, pages);
	if (got <= 0)
		return got ? got : -EFAULT;
	if (len & 1) {
		put_page(pages[0]);
		get_page(idxrev_spare);
		0[pages] = idxrev_spare;
	}
	for (i = 0; i < got && !ret; i++)
		ret = idxrev_touch(xd, pages[i]);
	for (i = 0; i < got; i++)
		put_page(pages[i]);
	return ret;
}

static int idxrev_open(struct inode *inode, struct file *file)
{
	file->private_data = container_of(file->private_data, struct idxrev_dev, misc);
	return 0;
}

static long idxrev_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct idxrev_dev *xd = file->private_data;
	struct idxrev_args a;

	if (cmd != IDXREV_IOC_XFER)
		return -ENOTTY;
	if (copy_from_user(&a, (void __user *)arg, sizeof(a)))
		return -EFAULT;
	return idxrev_xfer(xd, a.addr, a.len);
}

static const struct file_operations idxrev_fops = {
	.owner = THIS_MODULE,
	.open = idxrev_open,
	.unlocked_ioctl = idxrev_ioctl,
};

static int idxrev_probe(struct platform_device *pdev)
{
	struct idxrev_dev *xd;

	xd = devm_kzalloc(&pdev->dev, sizeof(*xd), GFP_KERNEL);
	if (!xd)
		return -ENOMEM;
	xd->dev = &pdev->dev;
	idxrev_spare = alloc_page(GFP_KERNEL);
	if (!idxrev_spare)
		return -ENOMEM;
	xd->misc.minor = MISC_DYNAMIC_MINOR;
	xd->misc.name = "idxrev";
	xd->misc.fops = &idxrev_fops;
	platform_set_drvdata(pdev, xd);
	return misc_register(&xd->misc);
}

static void idxrev_remove(struct platform_device *pdev)
{
	struct idxrev_dev *xd = platform_get_drvdata(pdev);

	misc_deregister(&xd->misc);
	put_page(idxrev_spare);
}

static struct platform_driver idxrev_driver = {
	.probe = idxrev_probe,
	.remove_new = idxrev_remove,
	.driver = { .name = "idxrev" },
};
module_platform_driver(idxrev_driver);

MODULE_DESCRIPTION("idxrev test driver");
MODULE_LICENSE("GPL");
