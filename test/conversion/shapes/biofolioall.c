// expect: refused
// bio_for_each_folio_all + folio_put(fi.folio) in bi_end_io
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

struct biofolioall_args {
	__u64 addr;
	__u64 len;
};

#define BIOFOLIOALL_IOC_XFER _IOW('x', 207, struct biofolioall_args)
#define BIOFOLIOALL_MAX 32

#include <linux/bio.h>
#include <linux/blkdev.h>

static struct block_device *biofolioall_bdev;

static void biofolioall_end(struct bio *bio)
{
	struct folio_iter fi;

	bio_for_each_folio_all(fi, bio)
		folio_put(fi.folio);
	bio_put(bio);
}

static long biofolioall_xfer(unsigned long addr, size_t len)
{
	struct page *pages[BIOFOLIOALL_MAX];
	struct bio *bio;
	int i, got, added;

	got = get_user_pages_fast(addr & PAGE_MASK, BIOFOLIOALL_MAX, FOLL_WRITE, pages);
	if (got <= 0)
		return got ? got : -EFAULT;
	bio = bio_alloc(biofolioall_bdev, got, REQ_OP_READ, GFP_KERNEL);
	bio->bi_end_io = biofolioall_end;
	for (added = 0; added < got; added++)
		if (bio_add_page(bio, pages[added], PAGE_SIZE, 0) != PAGE_SIZE)
			break;
	for (i = added; i < got; i++)
		put_page(pages[i]);
	submit_bio(bio);
	return added;
}

static long biofolioall_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct biofolioall_args a;

	if (cmd != BIOFOLIOALL_IOC_XFER)
		return -ENOTTY;
	if (copy_from_user(&a, (void __user *)arg, sizeof(a)))
		return -EFAULT;
	return biofolioall_xfer(a.addr, a.len);
}

static const struct file_operations biofolioall_fops = {
	.owner = THIS_MODULE,
	.unlocked_ioctl = biofolioall_ioctl,
};

static struct miscdevice biofolioall_misc = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "biofolioall",
	.fops = &biofolioall_fops,
};
module_misc_device(biofolioall_misc);

MODULE_DESCRIPTION("biofolioall test driver");
MODULE_LICENSE("GPL");
