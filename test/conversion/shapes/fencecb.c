// expect: converted
// put_page in dma_fence callback through container_of(cb)
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

struct fencecb_args {
	__u64 addr;
	__u64 len;
};

#define FENCECB_IOC_XFER _IOW('x', 32, struct fencecb_args)
#define FENCECB_MAX 32

#include <linux/dma-fence.h>
#include <linux/sync_file.h>

struct fencecb_wait {
	struct dma_fence_cb cb;
	struct page *page;
};

struct fencecb_dev {
	struct miscdevice misc;
	struct device *dev;
};

static int fencecb_touch(struct fencecb_dev *xd, struct page *p)
{
	dma_addr_t dma = dma_map_page(xd->dev, p, 0, PAGE_SIZE, DMA_FROM_DEVICE);

	if (dma_mapping_error(xd->dev, dma))
		return -EIO;
	dma_unmap_page(xd->dev, dma, PAGE_SIZE, DMA_FROM_DEVICE);
	set_page_dirty_lock(p);
	return 0;
}

static void fencecb_signaled(struct dma_fence *fence, struct dma_fence_cb *cb)
{
	struct fencecb_wait *w = container_of(cb, struct fencecb_wait, cb);

	put_page(w->page);
	kfree(w);
}

static long fencecb_xfer(struct fencecb_dev *xd, unsigned long addr, size_t fd)
{
	struct dma_fence *fence = sync_file_get_fence(fd);
	struct fencecb_wait *w;
	struct page *page;
	int ret;

	if (!fence)
		return -EINVAL;
	ret = get_user_pages_fast(addr, 1, FOLL_WRITE, &page);
	if (ret != 1) {
		dma_fence_put(fence);
		return -EFAULT;
	}
	ret = fencecb_touch(xd, page);
	w = kzalloc(sizeof(*w), GFP_KERNEL);
	if (!w || ret) {
		put_page(page);
		kfree(w);
		dma_fence_put(fence);
		return ret ? ret : -ENOMEM;
	}
	w->page = page;
	if (dma_fence_add_callback(fence, &w->cb, fencecb_signaled))
		fencecb_signaled(fence, &w->cb);
	dma_fence_put(fence);
	return 0;
}

static int fencecb_open(struct inode *inode, struct file *file)
{
	file->private_data = container_of(file->private_data, struct fencecb_dev, misc);
	return 0;
}

static long fencecb_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct fencecb_dev *xd = file->private_data;
	struct fencecb_args a;

	if (cmd != FENCECB_IOC_XFER)
		return -ENOTTY;
	if (copy_from_user(&a, (void __user *)arg, sizeof(a)))
		return -EFAULT;
	return fencecb_xfer(xd, a.addr, a.len);
}

static const struct file_operations fencecb_fops = {
	.owner = THIS_MODULE,
	.open = fencecb_open,
	.unlocked_ioctl = fencecb_ioctl,
};

static int fencecb_probe(struct platform_device *pdev)
{
	struct fencecb_dev *xd;

	xd = devm_kzalloc(&pdev->dev, sizeof(*xd), GFP_KERNEL);
	if (!xd)
		return -ENOMEM;
	xd->dev = &pdev->dev;
	xd->misc.minor = MISC_DYNAMIC_MINOR;
	xd->misc.name = "fencecb";
	xd->misc.fops = &fencecb_fops;
	platform_set_drvdata(pdev, xd);
	return misc_register(&xd->misc);
}

static void fencecb_remove(struct platform_device *pdev)
{
	struct fencecb_dev *xd = platform_get_drvdata(pdev);

	misc_deregister(&xd->misc);
}

static struct platform_driver fencecb_driver = {
	.probe = fencecb_probe,
	.remove_new = fencecb_remove,
	.driver = { .name = "fencecb" },
};
module_platform_driver(fencecb_driver);

MODULE_DESCRIPTION("fencecb test driver");
MODULE_LICENSE("GPL");
