// expect: converted
// none; one page written through kmap_local, dirtied, put
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

struct cpuwrite_args {
	__u64 addr;
	__u64 len;
};

#define CPUWRITE_IOC_XFER _IOW('x', 3, struct cpuwrite_args)
#define CPUWRITE_MAX 32

static long cpuwrite_xfer(unsigned long addr, size_t len)
{
	struct page *page;
	void *va;
	int ret;

	if (!len || offset_in_page(addr) + len > PAGE_SIZE)
		return -EINVAL;
	ret = get_user_pages_fast(addr, 1, FOLL_WRITE, &page);
	if (ret < 0)
		return ret;
	if (ret != 1)
		return -EFAULT;
	va = kmap_local_page(page);
	memset(va + offset_in_page(addr), 0x5a, len);
	kunmap_local(va);
	set_page_dirty_lock(page);
	put_page(page);
	return 0;
}

static long cpuwrite_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct cpuwrite_args a;

	if (cmd != CPUWRITE_IOC_XFER)
		return -ENOTTY;
	if (copy_from_user(&a, (void __user *)arg, sizeof(a)))
		return -EFAULT;
	return cpuwrite_xfer(a.addr, a.len);
}

static const struct file_operations cpuwrite_fops = {
	.owner = THIS_MODULE,
	.unlocked_ioctl = cpuwrite_ioctl,
};

static struct miscdevice cpuwrite_misc = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "cpuwrite",
	.fops = &cpuwrite_fops,
};
module_misc_device(cpuwrite_misc);

MODULE_DESCRIPTION("cpuwrite test driver");
MODULE_LICENSE("GPL");
