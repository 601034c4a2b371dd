// expect: refused
// statement expression macro returning the page after put; list of released pfns
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

struct stmtexpr_args {
	__u64 addr;
	__u64 len;
};

#define STMTEXPR_IOC_XFER _IOW('x', 99, struct stmtexpr_args)
#define STMTEXPR_MAX 32

struct stmtexpr_dev {
	struct miscdevice misc;
	struct device *dev;
};

static int stmtexpr_touch(struct stmtexpr_dev *xd, struct page *p)
{
	dma_addr_t dma = dma_map_page(xd->dev, p, 0, PAGE_SIZE, DMA_FROM_DEVICE);

	if (dma_mapping_error(xd->dev, dma))
		return -EIO;
	dma_unmap_page(xd->dev, dma, PAGE_SIZE, DMA_FROM_DEVICE);
	set_page_dirty_lock(p);
	return 0;
}

#define STMTEXPR_TAKE(v, k) ({ struct page *__p = (v)[k]; (v)[k] = NULL; __p; })

static long stmtexpr_xfer(struct stmtexpr_dev *xd, unsigned long addr, size_t len)
{
	struct page *pages[STMTEXPR_MAX];
	int i, got, ret = 0;

	got = get_user_pages_fast(addr & PAGE_MASK, STMTEXPR_MAX, FOLL_WRITE, pages);
	if (got <= 0)
		return got ? got : -EFAULT;
	for (i = 0; i < got && !ret; i++)
		ret = stmtexpr_touch(xd, pages[i]);
	while (got) {
		struct page *p = STMTEXPR_TAKE(pages, --got);

		put_page(p);
	}
	return ret;
}

static int stmtexpr_open(struct inode *inode, struct file *file)
{
	file->private_data = container_of(file->private_data, struct stmtexpr_dev, misc);
	return 0;
}

static long stmtexpr_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct stmtexpr_dev *xd = file->private_data;
	struct stmtexpr_args a;

	if (cmd != STMTEXPR_IOC_XFER)
		return -ENOTTY;
	if (copy_from_user(&a, (void __user *)arg, sizeof(a)))
		return -EFAULT;
	return stmtexpr_xfer(xd, a.addr, a.len);
}

static const struct file_operations stmtexpr_fops = {
	.owner = THIS_MODULE,
	.open = stmtexpr_open,
	.unlocked_ioctl = stmtexpr_ioctl,
};

static int stmtexpr_probe(struct platform_device *pdev)
{
	struct stmtexpr_dev *xd;

	xd = devm_kzalloc(&pdev->dev, sizeof(*xd), GFP_KERNEL);
	if (!xd)
		return -ENOMEM;
	xd->dev = &pdev->dev;
	xd->misc.minor = MISC_DYNAMIC_MINOR;
	xd->misc.name = "stmtexpr";
	xd->misc.fops = &stmtexpr_fops;
	platform_set_drvdata(pdev, xd);
	return misc_register(&xd->misc);
}

static void stmtexpr_remove(struct platform_device *pdev)
{
	struct stmtexpr_dev *xd = platform_get_drvdata(pdev);

	misc_deregister(&xd->misc);
}

static struct platform_driver stmtexpr_driver = {
	.probe = stmtexpr_probe,
	.remove_new = stmtexpr_remove,
	.driver = { .name = "stmtexpr" },
};
module_platform_driver(stmtexpr_driver);

MODULE_DESCRIPTION("stmtexpr test driver");
MODULE_LICENSE("GPL");
