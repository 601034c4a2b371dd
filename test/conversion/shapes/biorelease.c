// expect: refused
// bio_release_pages(bio, false) does the put for BIO_PAGE_REFFED... here bio_free_pages(bio) frees the added pages
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

struct biorelease_args {
	__u64 addr;
	__u64 len;
};

#define BIORELEASE_IOC_XFER _IOW('x', 158, struct biorelease_args)
#define BIORELEASE_MAX 32

#include <linux/bio.h>
#include <linux/blkdev.h>

static struct block_device *biorelease_bdev;

static long biorelease_xfer(unsigned long addr, size_t len)
{
	struct page *pages[BIORELEASE_MAX];
	struct bio *bio;
	int i, got, added, ret;

	got = get_user_pages_fast(addr & PAGE_MASK, BIORELEASE_MAX, FOLL_WRITE, pages);
	if (got <= 0)
		return got ? got : -EFAULT;
	bio = bio_alloc(biorelease_bdev, got, REQ_OP_READ, GFP_KERNEL);
	for (added = 0; added < got; added++)
		if (bio_add_page(bio, pages[added], PAGE_SIZE, 0) != PAGE_SIZE)
			break;
	for (i = added; i < got; i++)
		put_page(pages[i]);
	ret = submit_bio_wait(bio);
	bio_free_pages(bio);
	bio_put(bio);
	return ret;
}

static long biorelease_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct biorelease_args a;

	if (cmd != BIORELEASE_IOC_XFER)
		return -ENOTTY;
	if (copy_from_user(&a, (void __user *)arg, sizeof(a)))
		return -EFAULT;
	return biorelease_xfer(a.addr, a.len);
}

static const struct file_operations biorelease_fops = {
	.owner = THIS_MODULE,
	.unlocked_ioctl = biorelease_ioctl,
};

static struct miscdevice biorelease_misc = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "biorelease",
	.fops = &biorelease_fops,
};
module_misc_device(biorelease_misc);

MODULE_DESCRIPTION("biorelease test driver");
MODULE_LICENSE("GPL");
