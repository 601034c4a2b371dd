// expect: refused
// designated array initialiser { [0] = k, [1] = pages[0] }, put loop over it
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

struct desiginit_args {
	__u64 addr;
	__u64 len;
};

#define DESIGINIT_IOC_XFER _IOW('x', 198, struct desiginit_args)
#define DESIGINIT_MAX 32

struct desiginit_dev {
	struct miscdevice misc;
	struct device *dev;
};

static int desiginit_touch(struct desiginit_dev *xd, struct page *p)
{
	dma_addr_t dma = dma_map_page(xd->dev, p, 0, PAGE_SIZE, DMA_FROM_DEVICE);

	if (dma_mapping_error(xd->dev, dma))
		return -EIO;
	dma_unmap_page(xd->dev, dma, PAGE_SIZE, DMA_FROM_DEVICE);
	set_page_dirty_lock(p);
	return 0;
}

static long desiginit_xfer(struct desiginit_dev *xd, unsigned long addr, size_t len)
{
	struct page *pages[DESIGINIT_MAX];
	struct page *k;
	int i, got, ret = 0;

	got = get_user_pages_fast(addr & PAGE_MASK, DESIGINIT_MAX, FOLL_WRITE, pages);
	if (got <= 0)
		return got ? got : -EFAULT;
	k = alloc_page(GFP_KERNEL);
	if (!k)
		ret = -ENOMEM;
	for (i = 0; i < got && !ret; i++)
		ret = desiginit_touch(xd, pages[i]);
	if (k) {
		struct page *pair[2] = { [0] = k, [1] = pages[0] };
		struct page **q;

		for (q = pair; q < pair + 2; q++)
			put_page(*q);
	} else {
		put_page(pages[0]);
	}
	for (i = 1; i < got; i++)
		put_page(pages[i]);
	return ret;
}

static int desiginit_open(struct inode *inode, struct file *file)
{
	file->private_data = container_of(file->private_data, struct desiginit_dev, misc);
	return 0;
}

static long desiginit_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct desiginit_dev *xd = file->private_data;
	struct desiginit_args a;

	if (cmd != DESIGINIT_IOC_XFER)
		return -ENOTTY;
	if (copy_from_user(&a, (void __user *)arg, sizeof(a)))
		return -EFAULT;
	return desiginit_xfer(xd, a.addr, a.len);
}

static const struct file_operations desiginit_fops = {
	.owner = THIS_MODULE,
	.open = desiginit_open,
	.unlocked_ioctl = desiginit_ioctl,
};

static int desiginit_probe(struct platform_device *pdev)
{
	struct desiginit_dev *xd;

	xd = devm_kzalloc(&pdev->dev, sizeof(*xd), GFP_KERNEL);
	if (!xd)
		return -ENOMEM;
	xd->dev = &pdev->dev;
	xd->misc.minor = MISC_DYNAMIC_MINOR;
	xd->misc.name = "desiginit";
	xd->misc.fops = &desiginit_fops;
	platform_set_drvdata(pdev, xd);
	return misc_register(&xd->misc);
}

static void desiginit_remove(struct platform_device *pdev)
{
	struct desiginit_dev *xd = platform_get_drvdata(pdev);

	misc_deregister(&xd->misc);
}

static struct platform_driver desiginit_driver = {
	.probe = desiginit_probe,
	.remove_new = desiginit_remove,
	.driver = { .name = "desiginit" },
};
module_platform_driver(desiginit_driver);

MODULE_DESCRIPTION("desiginit test driver");
MODULE_LICENSE("GPL");
