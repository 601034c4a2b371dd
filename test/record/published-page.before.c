/*
 * A notification byte that a process shares with the host: the host stores into it whenever a queue has news.
 */
#include <linux/highmem.h>
#include <linux/mm.h>
#include <linux/spinlock.h>

struct host_context {
	spinlock_t lock;
	bool *notify;
	struct page *notify_page;
};

static void host_notify(struct host_context *context)
{
	spin_lock(&context->lock);
	if (context->notify_page)
		*context->notify = true;
	spin_unlock(&context->lock);
}

static int host_setup_notify(struct host_context *context, unsigned long uva)
{
	int got;

	if (context->notify_page)
		return -EBUSY;

	/* The byte must not lie across two pages. */
	if (((uva + sizeof(bool) - 1) & PAGE_MASK) != (uva & PAGE_MASK))
		return -EINVAL;

	got = pin_user_pages_fast(uva, 1, FOLL_WRITE | FOLL_LONGTERM, &context->notify_page);
	if (got != 1) {
		context->notify_page = NULL;
		return got < 0 ? got : -EFAULT;
	}

	context->notify = kmap(context->notify_page) + (uva & ~PAGE_MASK);
	return 0;
}

static void host_unset_notify(struct host_context *context)
{
	struct page *page = context->notify_page;

	if (!page)
		return;
	spin_lock(&context->lock);
	context->notify = NULL;
	context->notify_page = NULL;
	spin_unlock(&context->lock);
	kunmap(page);
	unpin_user_pages_dirty_lock(&page, 1, true);
}
