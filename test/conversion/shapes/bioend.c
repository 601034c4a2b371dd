// expect: refused
// put_page(bvec->bv_page) in the bi_end_io over all segments
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

struct bioend_args {
	__u64 addr;
	__u64 len;
};

#define BIOEND_IOC_XFER _IOW('x', 19, struct bioend_args)
#define BIOEND_MAX 32

#include <linux/bio.h>
#include <linux/blkdev.h>

static struct block_device *bioend_bdev;

static void bioend_end_io(struct bio *bio)
{
	struct bio_vec *bvec;
	struct bvec_iter_all iter;

	bio_for_each_segment_all(bvec, bio, iter) {
		set_page_dirty(bvec->bv_page);
		put_page(bvec->bv_page);
	}
	complete(bio->bi_private);
	bio_put(bio);
}

static long bioend_xfer(unsigned long addr, size_t len)
{
	DECLARE_COMPLETION_ONSTACK(done);
	struct page *pages[BIOEND_MAX];
	struct bio *bio;
	int i, got, added = 0;

	got = get_user_pages_fast(addr & PAGE_MASK, BIOEND_MAX, FOLL_WRITE, pages);
	if (got <= 0)
		return got ? got : -EFAULT;
	bio = bio_alloc(bioend_bdev, got, REQ_OP_READ, GFP_KERNEL);
	bio->bi_private = &done;
	bio->bi_end_io = bioend_end_io;
	for (i = 0; i < got; i++) {
		if (bio_add_page(bio, pages[i], PAGE_SIZE, 0) != PAGE_SIZE)
			break;
		added++;
	}
	/* what did not fit is dropped here */
	for (i = added; i < got; i++)
		put_page(pages[i]);
	submit_bio(bio);
	wait_for_completion_io(&done);
	return added * PAGE_SIZE;
}

static long bioend_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct bioend_args a;

	if (cmd != BIOEND_IOC_XFER)
		return -ENOTTY;
	if (copy_from_user(&a, (void __user *)arg, sizeof(a)))
		return -EFAULT;
	return bioend_xfer(a.addr, a.len);
}

static const struct file_operations bioend_fops = {
	.owner = THIS_MODULE,
	.unlocked_ioctl = bioend_ioctl,
};

static struct miscdevice bioend_misc = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "bioend",
	.fops = &bioend_fops,
};
module_misc_device(bioend_misc);

MODULE_DESCRIPTION("bioend test driver");
MODULE_LICENSE("GPL");
