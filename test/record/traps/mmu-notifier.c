/*
 * A device with page tables of its own that follow those of the process: references, dropped before the call returns.
 */
#include <linux/mm.h>
#include <linux/mmu_notifier.h>

struct mere_range {
	struct mmu_interval_notifier notifier;
	struct mere_vm *vm;
};

static bool mere_invalidate(struct mmu_interval_notifier *mni, const struct mmu_notifier_range *range,
			    unsigned long seq)
{
	struct mere_range *r = container_of(mni, struct mere_range, notifier);

	if (!mmu_notifier_range_blockable(range))
		return false;
	mutex_lock(&r->vm->lock);
	mmu_interval_set_seq(mni, seq);
	mere_vm_zap(r->vm, range->start, range->end);
	mutex_unlock(&r->vm->lock);
	return true;
}

static const struct mmu_interval_notifier_ops mere_ops = {
	.invalidate = mere_invalidate,
};

static int mere_fault(struct mere_range *r, unsigned long addr, bool write)
{
	struct page *page;
	unsigned long seq;
	int ret;

again:
	seq = mmu_interval_read_begin(&r->notifier);
	ret = get_user_pages_fast(addr & PAGE_MASK, 1, write ? FOLL_WRITE : 0, &page);
	if (ret != 1)
		return ret < 0 ? ret : -EFAULT;

	mutex_lock(&r->vm->lock);
	if (mmu_interval_read_retry(&r->notifier, seq)) {
		mutex_unlock(&r->vm->lock);
		put_page(page);
		goto again;
	}
	ret = mere_vm_insert(r->vm, addr & PAGE_MASK, page_to_pfn(page), write);
	mutex_unlock(&r->vm->lock);
	put_page(page);
	return ret;
}

static int mere_range_add(struct mere_range *r, unsigned long start, unsigned long len)
{
	return mmu_interval_notifier_insert(&r->notifier, current->mm, start, len, &mere_ops);
}
