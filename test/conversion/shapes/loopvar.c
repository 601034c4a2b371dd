// expect: converted
// i is used after the put loop (must still be right); loop turned into a call must keep i
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

struct loopvar_args {
	__u64 addr;
	__u64 len;
};

#define LOOPVAR_IOC_XFER _IOW('x', 136, struct loopvar_args)
#define LOOPVAR_MAX 32


struct loopvar_dev {
	struct miscdevice misc;
	struct device *dev;
};

static int loopvar_touch(struct loopvar_dev *xd, struct page *p)
{
	dma_addr_t dma = dma_map_page(xd->dev, p, 0, PAGE_SIZE, DMA_FROM_DEVICE);

	if (dma_mapping_error(xd->dev, dma))
		return -EIO;
	dma_unmap_page(xd->dev, dma, PAGE_SIZE, DMA_FROM_DEVICE);
	set_page_dirty_lock(p);
	return 0;
}

static long loopvar_xfer(struct loopvar_dev *xd, unsigned long addr, size_t len)
{
	struct page *pages[LOOPVAR_MAX];
	int i, got, ret = 0;

	got = get_user_pages_fast(addr & PAGE_MASK, LOOPVAR_MAX, FOLL_WRITE, pages);
	if (got <= 0)
		return got ? got : -EFAULT;
	for (i = 0; i < got && !ret; i++)
		ret = loopvar_touch(xd, pages[i]);
	for (i = 0; i < got; i++)
		put_page(pages[i]);
	return ret ? ret : i;
}

static int loopvar_open(struct inode *inode, struct file *file)
{
	file->private_data = container_of(file->private_data, struct loopvar_dev, misc);
	return 0;
}

static long loopvar_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct loopvar_dev *xd = file->private_data;
	struct loopvar_args a;

	if (cmd != LOOPVAR_IOC_XFER)
		return -ENOTTY;
	if (copy_from_user(&a, (void __user *)arg, sizeof(a)))
		return -EFAULT;
	return loopvar_xfer(xd, a.addr, a.len);
}

static const struct file_operations loopvar_fops = {
	.owner = THIS_MODULE,
	.open = loopvar_open,
	.unlocked_ioctl = loopvar_ioctl,
};

static int loopvar_probe(struct platform_device *pdev)
{
	struct loopvar_dev *xd;

	xd = devm_kzalloc(&pdev->dev, sizeof(*xd), GFP_KERNEL);
	if (!xd)
		return -ENOMEM;
	xd->dev = &pdev->dev;
	xd->misc.minor = MISC_DYNAMIC_MINOR;
	xd->misc.name = "loopvar";
	xd->misc.fops = &loopvar_fops;
	platform_set_drvdata(pdev, xd);
	return misc_register(&xd->misc);
}

static void loopvar_remove(struct platform_device *pdev)
{
	struct loopvar_dev *xd = platform_get_drvdata(pdev);

	misc_deregister(&xd->misc);
}

static struct platform_driver loopvar_driver = {
	.probe = loopvar_probe,
	.remove_new = loopvar_remove,
	.driver = { .name = "loopvar" },
};
module_platform_driver(loopvar_driver);

MODULE_DESCRIPTION("loopvar test driver");
MODULE_LICENSE("GPL");
