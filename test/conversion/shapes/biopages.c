// expect: refused
// bio_free_pages(bio) in bi_end_io frees the pages of the bio
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

struct biopages_args {
	__u64 addr;
	__u64 len;
};

#define BIOPAGES_IOC_XFER _IOW('x', 238, struct biopages_args)
#define BIOPAGES_MAX 32

#include <linux/bio.h>
#include <linux/blkdev.h>

static struct block_device *biopages_bdev;

static void biopages_end(struct bio *bio)
{
	bio_free_pages(bio);
	bio_put(bio);
}

static long biopages_xfer(unsigned long addr, size_t len)
{
	struct page *pages[BIOPAGES_MAX];
	struct bio *bio;
	int i, got, added;

	got = get_user_pages_fast(addr & PAGE_MASK, BIOPAGES_MAX, FOLL_WRITE, pages);
	if (got <= 0)
		return got ? got : -EFAULT;
	bio = bio_alloc(biopages_bdev, got, REQ_OP_READ, GFP_KERNEL);
	bio->bi_end_io = biopages_end;
	for (added = 0; added < got; added++)
		if (bio_add_page(bio, pages[added], PAGE_SIZE, 0) != PAGE_SIZE)
			break;
	for (i = added; i < got; i++)
		put_page(pages[i]);
	submit_bio(bio);
	return added;
}

static long biopages_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct biopages_args a;

	if (cmd != BIOPAGES_IOC_XFER)
		return -ENOTTY;
	if (copy_from_user(&a, (void __user *)arg, sizeof(a)))
		return -EFAULT;
	return biopages_xfer(a.addr, a.len);
}

static const struct file_operations biopages_fops = {
	.owner = THIS_MODULE,
	.unlocked_ioctl = biopages_ioctl,
};

static struct miscdevice biopages_misc = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "biopages",
	.fops = &biopages_fops,
};
module_misc_device(biopages_misc);

MODULE_DESCRIPTION("biopages test driver");
MODULE_LICENSE("GPL");
