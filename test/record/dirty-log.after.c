/*
 * Dirty log of a migrating virtual function: the device reports page numbers, the driver sets them in the log of the process.
 */
#include <linux/bitops.h>
#include <linux/mm.h>
#include <linux/vmalloc.h>

struct mig_log {
	unsigned long __user *user;
	unsigned int nr_pages;
	struct page **pages;
	unsigned long *map;
};

static struct mig_log *mig_log_pin(unsigned long __user *user, unsigned int nr_pages)
{
	struct mig_log *log;
	int got;

	log = kzalloc(sizeof(*log), GFP_KERNEL);
	if (!log)
		return ERR_PTR(-ENOMEM);
	log->pages = kvcalloc(nr_pages, sizeof(*log->pages), GFP_KERNEL);
	if (!log->pages)
		goto free;

	got = pin_user_pages_fast((unsigned long)user, nr_pages, FOLL_WRITE | FOLL_LONGTERM, log->pages);
	if (got != nr_pages)
		goto unpin;

	log->map = vmap(log->pages, nr_pages, VM_MAP, PAGE_KERNEL);
	if (!log->map)
		goto unpin;
	log->user = user;
	log->nr_pages = nr_pages;
	return log;

unpin:
	if (got > 0)
		unpin_user_pages(log->pages, got);
	kvfree(log->pages);
free:
	kfree(log);
	return ERR_PTR(-ENOMEM);
}

static void mig_log_report(struct mig_log *log, const u32 *pfns, unsigned int nr)
{
	unsigned int i;

	for (i = 0; i < nr; i++)
		set_bit(pfns[i], log->map);
}

static void mig_log_unpin(struct mig_log *log)
{
	vunmap(log->map);
	unpin_user_pages_dirty_lock(log->pages, log->nr_pages, true);
	kvfree(log->pages);
	kfree(log);
}
