/*
 * One array, two origins: pages of a process are pinned, those of a kernel client are only looked up. A flag remembers which.
 */
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#define TRUST_USER BIT(0)

struct trust_shm {
	u32 flags;
	struct page **pages;
	size_t num_pages;
};

static void trust_release(struct trust_shm *shm)
{
	size_t i;

	if (shm->flags & TRUST_USER) {
		unpin_user_pages_dirty_lock(shm->pages, shm->num_pages, true);
	} else {
		for (i = 0; i < shm->num_pages; i++)
			put_page(shm->pages[i]);
	}
	kfree(shm->pages);
}

static int trust_acquire(struct trust_shm *shm, unsigned long addr, size_t num_pages)
{
	size_t i;
	int got;

	shm->pages = kcalloc(num_pages, sizeof(*shm->pages), GFP_KERNEL);
	if (!shm->pages)
		return -ENOMEM;

	if (shm->flags & TRUST_USER) {
		got = pin_user_pages_fast(addr, num_pages, FOLL_WRITE | FOLL_LONGTERM, shm->pages);
		if (got != num_pages) {
			if (got > 0)
				unpin_user_pages(shm->pages, got);
			kfree(shm->pages);
			return got < 0 ? got : -ENOMEM;
		}
	} else {
		for (i = 0; i < num_pages; i++) {
			shm->pages[i] = vmalloc_to_page((void *)(addr + i * PAGE_SIZE));
			get_page(shm->pages[i]);
		}
	}
	shm->num_pages = num_pages;
	return 0;
}

static int trust_register(struct trust_ctx *ctx, struct trust_shm *shm, unsigned long addr, size_t num_pages)
{
	int ret = trust_acquire(shm, addr, num_pages);

	if (ret)
		return ret;
	ret = trust_call(ctx, shm->pages, shm->num_pages);
	if (ret)
		trust_release(shm);
	return ret;
}

static void trust_unregister(struct trust_ctx *ctx, struct trust_shm *shm)
{
	trust_revoke(ctx, shm);
	trust_release(shm);
	kfree(shm);
}
