// expect: refused
// bi_end_io is a function of another module which puts the pages of the bio
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

struct bioasync_args {
	__u64 addr;
	__u64 len;
};

#define BIOASYNC_IOC_XFER _IOW('x', 206, struct bioasync_args)
#define BIOASYNC_MAX 32

#include <linux/bio.h>
#include <linux/blkdev.h>

static struct block_device *bioasync_bdev;

void other_read_end_io(struct bio *bio);

static long bioasync_xfer(unsigned long addr, size_t len)
{
	struct page *pages[BIOASYNC_MAX];
	struct bio *bio;
	int i, got, added;

	got = get_user_pages_fast(addr & PAGE_MASK, BIOASYNC_MAX, FOLL_WRITE, pages);
	if (got <= 0)
		return got ? got : -EFAULT;
	bio = bio_alloc(bioasync_bdev, got, REQ_OP_READ, GFP_KERNEL);
	bio->bi_end_io = other_read_end_io;
	for (added = 0; added < got; added++)
		if (bio_add_page(bio, pages[added], PAGE_SIZE, 0) != PAGE_SIZE)
			break;
	for (i = added; i < got; i++)
		put_page(pages[i]);
	submit_bio(bio);
	return added;
}

static long bioasync_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct bioasync_args a;

	if (cmd != BIOASYNC_IOC_XFER)
		return -ENOTTY;
	if (copy_from_user(&a, (void __user *)arg, sizeof(a)))
		return -EFAULT;
	return bioasync_xfer(a.addr, a.len);
}

static const struct file_operations bioasync_fops = {
	.owner = THIS_MODULE,
	.unlocked_ioctl = bioasync_ioctl,
};

static struct miscdevice bioasync_misc = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "bioasync",
	.fops = &bioasync_fops,
};
module_misc_device(bioasync_misc);

MODULE_DESCRIPTION("bioasync test driver");
MODULE_LICENSE("GPL");
