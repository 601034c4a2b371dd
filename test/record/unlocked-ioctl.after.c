/*
 * An ioctl that lends a buffer of the process to a capture engine.
 */
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

struct cap_arg {
	u64 addr;
	u32 nr_pages;
};

struct cap_file {
	struct mutex lock;
	struct page **pages;
	unsigned long nr_pages;
};

static void cap_return(struct cap_file *cap)
{
	if (!cap->pages)
		return;
	unpin_user_pages_dirty_lock(cap->pages, cap->nr_pages, true);
	kvfree(cap->pages);
	cap->pages = NULL;
	cap->nr_pages = 0;
}

static long cap_lend(struct cap_file *cap, const struct cap_arg *arg)
{
	struct page **pages;
	long got;

	if (cap->pages)
		return -EBUSY;
	pages = kvmalloc_array(arg->nr_pages, sizeof(*pages), GFP_KERNEL);
	if (!pages)
		return -ENOMEM;

	mmap_read_lock(current->mm);
	got = pin_user_pages(arg->addr, arg->nr_pages, FOLL_WRITE | FOLL_LONGTERM, pages);
	mmap_read_unlock(current->mm);
	if (got != arg->nr_pages) {
		if (got > 0)
			unpin_user_pages(pages, got);
		kvfree(pages);
		return got < 0 ? got : -EFAULT;
	}
	cap->pages = pages;
	cap->nr_pages = got;
	return 0;
}

static long cap_ioctl(struct file *file, unsigned int cmd, unsigned long data)
{
	struct cap_file *cap = file->private_data;
	struct cap_arg arg;
	long ret;

	if (copy_from_user(&arg, (void __user *)data, sizeof(arg)))
		return -EFAULT;
	mutex_lock(&cap->lock);
	switch (cmd) {
	case CAP_LEND:
		ret = cap_lend(cap, &arg);
		break;
	case CAP_RETURN:
		cap_return(cap);
		ret = 0;
		break;
	default:
		ret = -ENOTTY;
	}
	mutex_unlock(&cap->lock);
	return ret;
}

static int cap_release(struct inode *inode, struct file *file)
{
	struct cap_file *cap = file->private_data;

	cap_return(cap);
	kfree(cap);
	return 0;
}

static const struct file_operations cap_fops = {
	.owner = THIS_MODULE,
	.unlocked_ioctl = cap_ioctl,
	.release = cap_release,
};
