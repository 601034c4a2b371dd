// expect: refused
// __skb_frag_ref/unref hold the references; skb_frag_page put by hand
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

struct skbref_args {
	__u64 addr;
	__u64 len;
};

#define SKBREF_IOC_XFER _IOW('x', 46, struct skbref_args)
#define SKBREF_MAX 32

#include <linux/skbuff.h>

struct skbref_dev {
	struct miscdevice misc;
	struct device *dev;
	struct sk_buff *skb;
};

static int skbref_touch(struct skbref_dev *xd, struct page *p)
{
	dma_addr_t dma = dma_map_page(xd->dev, p, 0, PAGE_SIZE, DMA_FROM_DEVICE);

	if (dma_mapping_error(xd->dev, dma))
		return -EIO;
	dma_unmap_page(xd->dev, dma, PAGE_SIZE, DMA_FROM_DEVICE);
	set_page_dirty_lock(p);
	return 0;
}

static void skbref_strip(struct sk_buff *skb)
{
	int f;

	for (f = 0; f < skb_shinfo(skb)->nr_frags; f++)
		put_page(skb_frag_page(&skb_shinfo(skb)->frags[f]));
	skb_shinfo(skb)->nr_frags = 0;
	skb->data_len = skb->len = 0;
}

static long skbref_xfer(struct skbref_dev *xd, unsigned long addr, size_t len)
{
	struct page *page;
	int ret, f;

	ret = get_user_pages_fast(addr, 1, FOLL_WRITE, &page);
	if (ret != 1)
		return ret < 0 ? ret : -EFAULT;
	ret = skbref_touch(xd, page);
	f = skb_shinfo(xd->skb)->nr_frags;
	if (ret || f >= MAX_SKB_FRAGS) {
		put_page(page);
		return ret ? ret : -ENOSPC;
	}
	skb_frag_fill_page_desc(&skb_shinfo(xd->skb)->frags[f], page, 0, PAGE_SIZE);
	skb_shinfo(xd->skb)->nr_frags = f + 1;
	if (f + 1 == MAX_SKB_FRAGS)
		skbref_strip(xd->skb);
	return 0;
}

static int skbref_open(struct inode *inode, struct file *file)
{
	file->private_data = container_of(file->private_data, struct skbref_dev, misc);
	return 0;
}

static long skbref_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct skbref_dev *xd = file->private_data;
	struct skbref_args a;

	if (cmd != SKBREF_IOC_XFER)
		return -ENOTTY;
	if (copy_from_user(&a, (void __user *)arg, sizeof(a)))
		return -EFAULT;
	return skbref_xfer(xd, a.addr, a.len);
}

static const struct file_operations skbref_fops = {
	.owner = THIS_MODULE,
	.open = skbref_open,
	.unlocked_ioctl = skbref_ioctl,
};

static int skbref_probe(struct platform_device *pdev)
{
	struct skbref_dev *xd;

	xd = devm_kzalloc(&pdev->dev, sizeof(*xd), GFP_KERNEL);
	if (!xd)
		return -ENOMEM;
	xd->dev = &pdev->dev;
	xd->skb = alloc_skb(64, GFP_KERNEL);
	if (!xd->skb)
		return -ENOMEM;
	xd->misc.minor = MISC_DYNAMIC_MINOR;
	xd->misc.name = "skbref";
	xd->misc.fops = &skbref_fops;
	platform_set_drvdata(pdev, xd);
	return misc_register(&xd->misc);
}

static void skbref_remove(struct platform_device *pdev)
{
	struct skbref_dev *xd = platform_get_drvdata(pdev);

	misc_deregister(&xd->misc);
	skbref_strip(xd->skb);
	kfree_skb(xd->skb);
}

static struct platform_driver skbref_driver = {
	.probe = skbref_probe,
	.remove_new = skbref_remove,
	.driver = { .name = "skbref" },
};
module_platform_driver(skbref_driver);

MODULE_DESCRIPTION("skbref test driver");
MODULE_LICENSE("GPL");
