// expect: refused
// put_page(kmap_to_page(va)): only the kernel address is kept
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

struct kmapback_args {
	__u64 addr;
	__u64 len;
};

#define KMAPBACK_IOC_XFER _IOW('x', 53, struct kmapback_args)
#define KMAPBACK_MAX 32

struct kmapback_view {
	void *va;
	size_t len;
};

static struct kmapback_view kmapback_cur;

static void kmapback_close_view(struct kmapback_view *v)
{
	struct page *pg;

	if (!v->va)
		return;
	pg = kmap_to_page(v->va);
	kunmap(pg);
	put_page(pg);
	v->va = NULL;
}

static long kmapback_xfer(unsigned long addr, size_t len)
{
	struct page *page;
	int ret;

	kmapback_close_view(&kmapback_cur);
	ret = get_user_pages_fast(addr, 1, FOLL_WRITE, &page);
	if (ret != 1)
		return ret < 0 ? ret : -EFAULT;
	if (PageHighMem(page)) {
		put_page(page);
		return -EOPNOTSUPP;
	}
	kmapback_cur.va = kmap(page);
	memset(kmapback_cur.va, 0, PAGE_SIZE);
	set_page_dirty_lock(page);
	kmapback_cur.len = len;
	return 0;
}

static long kmapback_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct kmapback_args a;

	if (cmd != KMAPBACK_IOC_XFER)
		return -ENOTTY;
	if (copy_from_user(&a, (void __user *)arg, sizeof(a)))
		return -EFAULT;
	return kmapback_xfer(a.addr, a.len);
}

static const struct file_operations kmapback_fops = {
	.owner = THIS_MODULE,
	.unlocked_ioctl = kmapback_ioctl,
};

static struct miscdevice kmapback_misc = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "kmapback",
	.fops = &kmapback_fops,
};
module_misc_device(kmapback_misc);

MODULE_DESCRIPTION("kmapback test driver");
MODULE_LICENSE("GPL");
