// expect: refused
// kfree_skb drops the frag pages with put_page semantics; visible puts only for the rest
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

struct skbfrag_args {
	__u64 addr;
	__u64 len;
};

#define SKBFRAG_IOC_XFER _IOW('x', 45, struct skbfrag_args)
#define SKBFRAG_MAX 32

#include <linux/skbuff.h>
#include <linux/netdevice.h>

struct skbfrag_dev {
	struct miscdevice misc;
	struct device *dev;
};

static int skbfrag_touch(struct skbfrag_dev *xd, struct page *p)
{
	dma_addr_t dma = dma_map_page(xd->dev, p, 0, PAGE_SIZE, DMA_FROM_DEVICE);

	if (dma_mapping_error(xd->dev, dma))
		return -EIO;
	dma_unmap_page(xd->dev, dma, PAGE_SIZE, DMA_FROM_DEVICE);
	set_page_dirty_lock(p);
	return 0;
}

static long skbfrag_xfer(struct skbfrag_dev *xd, unsigned long addr, size_t len)
{
	struct page *pages[SKBFRAG_MAX];
	struct sk_buff *skb;
	int i, got, used;

	skb = alloc_skb(128, GFP_KERNEL);
	if (!skb)
		return -ENOMEM;
	got = get_user_pages_fast(addr & PAGE_MASK, SKBFRAG_MAX, FOLL_WRITE, pages);
	if (got <= 0) {
		kfree_skb(skb);
		return got ? got : -EFAULT;
	}
	used = min_t(int, got, MAX_SKB_FRAGS);
	for (i = 0; i < used; i++) {
		skbfrag_touch(xd, pages[i]);
		skb_fill_page_desc(skb, i, pages[i], 0, PAGE_SIZE);
		skb->len += PAGE_SIZE;
		skb->data_len += PAGE_SIZE;
		skb->truesize += PAGE_SIZE;
	}
	for (; i < got; i++)
		put_page(pages[i]);
	dev_kfree_skb(skb);
	return used;
}

static int skbfrag_open(struct inode *inode, struct file *file)
{
	file->private_data = container_of(file->private_data, struct skbfrag_dev, misc);
	return 0;
}

static long skbfrag_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct skbfrag_dev *xd = file->private_data;
	struct skbfrag_args a;

	if (cmd != SKBFRAG_IOC_XFER)
		return -ENOTTY;
	if (copy_from_user(&a, (void __user *)arg, sizeof(a)))
		return -EFAULT;
	return skbfrag_xfer(xd, a.addr, a.len);
}

static const struct file_operations skbfrag_fops = {
	.owner = THIS_MODULE,
	.open = skbfrag_open,
	.unlocked_ioctl = skbfrag_ioctl,
};

static int skbfrag_probe(struct platform_device *pdev)
{
	struct skbfrag_dev *xd;

	xd = devm_kzalloc(&pdev->dev, sizeof(*xd), GFP_KERNEL);
	if (!xd)
		return -ENOMEM;
	xd->dev = &pdev->dev;
	xd->misc.minor = MISC_DYNAMIC_MINOR;
	xd->misc.name = "skbfrag";
	xd->misc.fops = &skbfrag_fops;
	platform_set_drvdata(pdev, xd);
	return misc_register(&xd->misc);
}

static void skbfrag_remove(struct platform_device *pdev)
{
	struct skbfrag_dev *xd = platform_get_drvdata(pdev);

	misc_deregister(&xd->misc);
}

static struct platform_driver skbfrag_driver = {
	.probe = skbfrag_probe,
	.remove_new = skbfrag_remove,
	.driver = { .name = "skbfrag" },
};
module_platform_driver(skbfrag_driver);

MODULE_DESCRIPTION("skbfrag test driver");
MODULE_LICENSE("GPL");
