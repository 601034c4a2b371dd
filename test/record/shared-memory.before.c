/*
 * Memory of a process that a trusted world maps: registered once, kept until the last user is gone.
 */
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/uio.h>

struct tw_shm {
	struct page **pages;
	size_t num_pages;
	size_t offset;
	size_t size;
	refcount_t refs;
	struct tw_device *dev;
};

static struct tw_shm *tw_shm_register(struct tw_device *dev, struct iov_iter *iter)
{
	size_t num_pages, off;
	struct tw_shm *shm;
	ssize_t len;
	void *ret;
	int rc;

	if (WARN_ON_ONCE(!user_backed_iter(iter)))
		return ERR_PTR(-EINVAL);
	num_pages = iov_iter_npages(iter, INT_MAX);
	if (!num_pages)
		return ERR_PTR(-ENOMEM);

	shm = kzalloc(sizeof(*shm), GFP_KERNEL);
	if (!shm)
		return ERR_PTR(-ENOMEM);
	refcount_set(&shm->refs, 1);
	shm->dev = dev;

	shm->pages = kcalloc(num_pages, sizeof(*shm->pages), GFP_KERNEL);
	if (!shm->pages) {
		ret = ERR_PTR(-ENOMEM);
		goto free_shm;
	}

	len = iov_iter_extract_pages(iter, &shm->pages, LONG_MAX, num_pages, 0, &off);
	if (len <= 0) {
		ret = ERR_PTR(len ? len : -ENOMEM);
		goto free_pages;
	}
	if (DIV_ROUND_UP(len + off, PAGE_SIZE) != num_pages) {
		/* Only some of them: release as many as there are. */
		shm->num_pages = len / PAGE_SIZE;
		ret = ERR_PTR(-ENOMEM);
		goto unpin;
	}

	shm->offset = off;
	shm->size = len;
	shm->num_pages = num_pages;
	rc = tw_map(dev, shm, shm->pages, num_pages);
	if (rc) {
		ret = ERR_PTR(rc);
		goto unpin;
	}
	return shm;

unpin:
	unpin_user_pages(shm->pages, shm->num_pages);
	// <-- warning[gup-partial-leak]
free_pages:
	kfree(shm->pages);
free_shm:
	kfree(shm);
	return ret;
}

static void tw_shm_put(struct tw_shm *shm)
{
	if (!refcount_dec_and_test(&shm->refs))
		return;
	tw_unmap(shm->dev, shm);
	unpin_user_pages_dirty_lock(shm->pages, shm->num_pages, true);
	kfree(shm->pages);
	kfree(shm);
}
