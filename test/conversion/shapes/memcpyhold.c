// expect: converted
// memcpy of the holder into a byte buffer; put_page through a cast in another function
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

struct memcpyhold_args {
	__u64 addr;
	__u64 len;
};

#define MEMCPYHOLD_IOC_XFER _IOW('x', 68, struct memcpyhold_args)
#define MEMCPYHOLD_MAX 32

struct memcpyhold_hold {
	struct page *v[MEMCPYHOLD_MAX];
	unsigned int n;
};

struct memcpyhold_dev {
	struct miscdevice misc;
	struct device *dev;
	u8 blob[sizeof(struct memcpyhold_hold)] __aligned(8);
};

static int memcpyhold_touch(struct memcpyhold_dev *xd, struct page *p)
{
	dma_addr_t dma = dma_map_page(xd->dev, p, 0, PAGE_SIZE, DMA_FROM_DEVICE);

	if (dma_mapping_error(xd->dev, dma))
		return -EIO;
	dma_unmap_page(xd->dev, dma, PAGE_SIZE, DMA_FROM_DEVICE);
	set_page_dirty_lock(p);
	return 0;
}

static void memcpyhold_unblob(struct memcpyhold_dev *xd)
{
	struct memcpyhold_hold *h = (struct memcpyhold_hold *)xd->blob;

	while (h->n)
		put_page(h->v[--h->n]);
}

static long memcpyhold_xfer(struct memcpyhold_dev *xd, unsigned long addr, size_t len)
{
	struct memcpyhold_hold h = {};
	int i, got, ret = 0;

	memcpyhold_unblob(xd);
	got = get_user_pages_fast(addr & PAGE_MASK, MEMCPYHOLD_MAX, FOLL_WRITE, h.v);
	if (got <= 0)
		return got ? got : -EFAULT;
	h.n = got;
	for (i = 0; i < got && !ret; i++)
		ret = memcpyhold_touch(xd, h.v[i]);
	if (ret) {
		for (i = 0; i < got; i++)
			put_page(h.v[i]);
		return ret;
	}
	memcpy(xd->blob, &h, sizeof(h));
	return 0;
}

static int memcpyhold_open(struct inode *inode, struct file *file)
{
	file->private_data = container_of(file->private_data, struct memcpyhold_dev, misc);
	return 0;
}

static long memcpyhold_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct memcpyhold_dev *xd = file->private_data;
	struct memcpyhold_args a;

	if (cmd != MEMCPYHOLD_IOC_XFER)
		return -ENOTTY;
	if (copy_from_user(&a, (void __user *)arg, sizeof(a)))
		return -EFAULT;
	return memcpyhold_xfer(xd, a.addr, a.len);
}

static const struct file_operations memcpyhold_fops = {
	.owner = THIS_MODULE,
	.open = memcpyhold_open,
	.unlocked_ioctl = memcpyhold_ioctl,
};

static int memcpyhold_probe(struct platform_device *pdev)
{
	struct memcpyhold_dev *xd;

	xd = devm_kzalloc(&pdev->dev, sizeof(*xd), GFP_KERNEL);
	if (!xd)
		return -ENOMEM;
	xd->dev = &pdev->dev;
	xd->misc.minor = MISC_DYNAMIC_MINOR;
	xd->misc.name = "memcpyhold";
	xd->misc.fops = &memcpyhold_fops;
	platform_set_drvdata(pdev, xd);
	return misc_register(&xd->misc);
}

static void memcpyhold_remove(struct platform_device *pdev)
{
	struct memcpyhold_dev *xd = platform_get_drvdata(pdev);

	misc_deregister(&xd->misc);
	memcpyhold_unblob(xd);
}

static struct platform_driver memcpyhold_driver = {
	.probe = memcpyhold_probe,
	.remove_new = memcpyhold_remove,
	.driver = { .name = "memcpyhold" },
};
module_platform_driver(memcpyhold_driver);

MODULE_DESCRIPTION("memcpyhold test driver");
MODULE_LICENSE("GPL");
