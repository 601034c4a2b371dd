// expect: converted
// none; buffer object made in ioctl, put in one typed free helper
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

struct mappedbuf_args {
	__u64 addr;
	__u64 len;
};

#define MAPPEDBUF_IOC_XFER _IOW('x', 5, struct mappedbuf_args)
#define MAPPEDBUF_MAX 32

#include <linux/mutex.h>

struct mappedbuf_buf {
	struct page **pages;
	int nr;
	struct sg_table sgt;
};

struct mappedbuf_dev {
	struct miscdevice misc;
	struct device *dev;
	struct mutex lock;
	struct mappedbuf_buf *buf;
};

static void mappedbuf_buf_free(struct mappedbuf_dev *xd, struct mappedbuf_buf *buf)
{
	int i;

	dma_unmap_sgtable(xd->dev, &buf->sgt, DMA_FROM_DEVICE, 0);
	sg_free_table(&buf->sgt);
	for (i = 0; i < buf->nr; i++) {
		set_page_dirty_lock(buf->pages[i]);
		put_page(buf->pages[i]);
	}
	kvfree(buf->pages);
	kfree(buf);
}

static int mappedbuf_buf_make(struct mappedbuf_dev *xd, unsigned long addr, int nr, size_t len)
{
	struct mappedbuf_buf *buf = kzalloc(sizeof(*buf), GFP_KERNEL);
	int i, got, ret = -ENOMEM;

	if (!buf)
		return -ENOMEM;
	buf->pages = kvcalloc(nr, sizeof(struct page *), GFP_KERNEL);
	if (!buf->pages)
		goto free_buf;
	got = get_user_pages_fast(addr & PAGE_MASK, nr, FOLL_WRITE, buf->pages);
	if (got < 0) {
		ret = got;
		goto free_pages;
	}
	buf->nr = got;
	if (got < nr) {
		ret = -EFAULT;
		goto put;
	}
	ret = sg_alloc_table_from_pages(&buf->sgt, buf->pages, nr, offset_in_page(addr), len, GFP_KERNEL);
	if (ret)
		goto put;
	ret = dma_map_sgtable(xd->dev, &buf->sgt, DMA_FROM_DEVICE, 0);
	if (ret) {
		sg_free_table(&buf->sgt);
		goto put;
	}
	xd->buf = buf;
	return 0;
put:
	for (i = 0; i < buf->nr; i++)
		put_page(buf->pages[i]);
free_pages:
	kvfree(buf->pages);
free_buf:
	kfree(buf);
	return ret;
}

static long mappedbuf_xfer(struct mappedbuf_dev *xd, unsigned long addr, size_t len)
{
	int nr = DIV_ROUND_UP(offset_in_page(addr) + len, PAGE_SIZE);
	int ret;

	if (nr <= 0 || nr > MAPPEDBUF_MAX)
		return -EINVAL;
	mutex_lock(&xd->lock);
	if (xd->buf) {
		mappedbuf_buf_free(xd, xd->buf);
		xd->buf = NULL;
	}
	ret = mappedbuf_buf_make(xd, addr, nr, len);
	mutex_unlock(&xd->lock);
	return ret;
}

static int mappedbuf_open(struct inode *inode, struct file *file)
{
	file->private_data = container_of(file->private_data, struct mappedbuf_dev, misc);
	return 0;
}

static long mappedbuf_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct mappedbuf_dev *xd = file->private_data;
	struct mappedbuf_args a;

	if (cmd != MAPPEDBUF_IOC_XFER)
		return -ENOTTY;
	if (copy_from_user(&a, (void __user *)arg, sizeof(a)))
		return -EFAULT;
	return mappedbuf_xfer(xd, a.addr, a.len);
}

static const struct file_operations mappedbuf_fops = {
	.owner = THIS_MODULE,
	.open = mappedbuf_open,
	.unlocked_ioctl = mappedbuf_ioctl,
};

static int mappedbuf_probe(struct platform_device *pdev)
{
	struct mappedbuf_dev *xd;

	xd = devm_kzalloc(&pdev->dev, sizeof(*xd), GFP_KERNEL);
	if (!xd)
		return -ENOMEM;
	xd->dev = &pdev->dev;
	mutex_init(&xd->lock);
	xd->misc.minor = MISC_DYNAMIC_MINOR;
	xd->misc.name = "mappedbuf";
	xd->misc.fops = &mappedbuf_fops;
	platform_set_drvdata(pdev, xd);
	return misc_register(&xd->misc);
}

static void mappedbuf_remove(struct platform_device *pdev)
{
	struct mappedbuf_dev *xd = platform_get_drvdata(pdev);

	misc_deregister(&xd->misc);
	if (xd->buf)
		mappedbuf_buf_free(xd, xd->buf);
}

static struct platform_driver mappedbuf_driver = {
	.probe = mappedbuf_probe,
	.remove_new = mappedbuf_remove,
	.driver = { .name = "mappedbuf" },
};
module_platform_driver(mappedbuf_driver);

MODULE_DESCRIPTION("mappedbuf test driver");
MODULE_LICENSE("GPL");
