// expect: refused
// put_page(virt_to_page(buf)): only page_address is kept in a void *
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

struct virtback_args {
	__u64 addr;
	__u64 len;
};

#define VIRTBACK_IOC_XFER _IOW('x', 54, struct virtback_args)
#define VIRTBACK_MAX 32

static void *virtback_shared;

static void virtback_detach(void)
{
	void *buf = xchg(&virtback_shared, NULL);

	if (buf)
		put_page(virt_to_page(buf));
}

static long virtback_xfer(unsigned long addr, size_t len)
{
	struct page *page;
	int ret;

	if (!len) {
		virtback_detach();
		return 0;
	}
	ret = get_user_pages_fast(addr, 1, FOLL_WRITE, &page);
	if (ret != 1)
		return ret < 0 ? ret : -EFAULT;
	memset(page_address(page), 0xff, PAGE_SIZE);
	set_page_dirty_lock(page);
	if (cmpxchg(&virtback_shared, NULL, page_address(page))) {
		put_page(page);
		return -EBUSY;
	}
	return 0;
}

static long virtback_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct virtback_args a;

	if (cmd != VIRTBACK_IOC_XFER)
		return -ENOTTY;
	if (copy_from_user(&a, (void __user *)arg, sizeof(a)))
		return -EFAULT;
	return virtback_xfer(a.addr, a.len);
}

static const struct file_operations virtback_fops = {
	.owner = THIS_MODULE,
	.unlocked_ioctl = virtback_ioctl,
};

static struct miscdevice virtback_misc = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "virtback",
	.fops = &virtback_fops,
};
module_misc_device(virtback_misc);

MODULE_DESCRIPTION("virtback test driver");
MODULE_LICENSE("GPL");
