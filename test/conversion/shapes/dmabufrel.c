// expect: converted
// dma_buf_ops.release puts via dmabuf->priv
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

struct dmabufrel_args {
	__u64 addr;
	__u64 len;
};

#define DMABUFREL_IOC_XFER _IOW('x', 213, struct dmabufrel_args)
#define DMABUFREL_MAX 32

#include <linux/dma-buf.h>

struct dmabufrel_priv {
	struct page *pages[DMABUFREL_MAX];
	int n;
};

struct dmabufrel_dev {
	struct miscdevice misc;
	struct device *dev;
};

static int dmabufrel_touch(struct dmabufrel_dev *xd, struct page *p)
{
	dma_addr_t dma = dma_map_page(xd->dev, p, 0, PAGE_SIZE, DMA_FROM_DEVICE);

	if (dma_mapping_error(xd->dev, dma))
		return -EIO;
	dma_unmap_page(xd->dev, dma, PAGE_SIZE, DMA_FROM_DEVICE);
	set_page_dirty_lock(p);
	return 0;
}

static void dmabufrel_release(struct dma_buf *buf)
{
	struct dmabufrel_priv *p = buf->priv;
	int i;

	for (i = 0; i < p->n; i++)
		put_page(p->pages[i]);
	kfree(p);
}

static struct sg_table *dmabufrel_map(struct dma_buf_attachment *a, enum dma_data_direction d)
{
	return ERR_PTR(-EOPNOTSUPP);
}

static void dmabufrel_unmap(struct dma_buf_attachment *a, struct sg_table *t, enum dma_data_direction d)
{
}

static const struct dma_buf_ops dmabufrel_ops = {
	.map_dma_buf = dmabufrel_map,
	.unmap_dma_buf = dmabufrel_unmap,
	.release = dmabufrel_release,
};

static long dmabufrel_xfer(struct dmabufrel_dev *xd, unsigned long addr, size_t len)
{
	DEFINE_DMA_BUF_EXPORT_INFO(exp);
	struct dmabufrel_priv *p = kzalloc(sizeof(*p), GFP_KERNEL);
	struct dma_buf *buf;
	int i;

	if (!p)
		return -ENOMEM;
	p->n = get_user_pages_fast(addr & PAGE_MASK, DMABUFREL_MAX, FOLL_WRITE, p->pages);
	if (p->n <= 0) {
		kfree(p);
		return -EFAULT;
	}
	for (i = 0; i < p->n; i++)
		dmabufrel_touch(xd, p->pages[i]);
	exp.ops = &dmabufrel_ops;
	exp.size = p->n * PAGE_SIZE;
	exp.priv = p;
	buf = dma_buf_export(&exp);
	if (IS_ERR(buf)) {
		for (i = 0; i < p->n; i++)
			put_page(p->pages[i]);
		kfree(p);
		return PTR_ERR(buf);
	}
	return dma_buf_fd(buf, O_CLOEXEC);
}
MODULE_IMPORT_NS(DMA_BUF);

static int dmabufrel_open(struct inode *inode, struct file *file)
{
	file->private_data = container_of(file->private_data, struct dmabufrel_dev, misc);
	return 0;
}

static long dmabufrel_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct dmabufrel_dev *xd = file->private_data;
	struct dmabufrel_args a;

	if (cmd != DMABUFREL_IOC_XFER)
		return -ENOTTY;
	if (copy_from_user(&a, (void __user *)arg, sizeof(a)))
		return -EFAULT;
	return dmabufrel_xfer(xd, a.addr, a.len);
}

static const struct file_operations dmabufrel_fops = {
	.owner = THIS_MODULE,
	.open = dmabufrel_open,
	.unlocked_ioctl = dmabufrel_ioctl,
};

static int dmabufrel_probe(struct platform_device *pdev)
{
	struct dmabufrel_dev *xd;

	xd = devm_kzalloc(&pdev->dev, sizeof(*xd), GFP_KERNEL);
	if (!xd)
		return -ENOMEM;
	xd->dev = &pdev->dev;
	xd->misc.minor = MISC_DYNAMIC_MINOR;
	xd->misc.name = "dmabufrel";
	xd->misc.fops = &dmabufrel_fops;
	platform_set_drvdata(pdev, xd);
	return misc_register(&xd->misc);
}

static void dmabufrel_remove(struct platform_device *pdev)
{
	struct dmabufrel_dev *xd = platform_get_drvdata(pdev);

	misc_deregister(&xd->misc);
}

static struct platform_driver dmabufrel_driver = {
	.probe = dmabufrel_probe,
	.remove_new = dmabufrel_remove,
	.driver = { .name = "dmabufrel" },
};
module_platform_driver(dmabufrel_driver);

MODULE_DESCRIPTION("dmabufrel test driver");
MODULE_LICENSE("GPL");
