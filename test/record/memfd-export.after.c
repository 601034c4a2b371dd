/*
 * A dma-buf made of the folios of memfds. Each folio hangs on a list of its own, because one folio may be exported twice.
 */
#include <linux/dma-buf.h>
#include <linux/memfd.h>
#include <linux/mm.h>

struct memexp_folio {
	struct folio *folio;
	struct list_head node;
};

struct memexp {
	struct list_head pinned;
	struct folio **folios;
	pgoff_t nr_folios;
};

static int memexp_remember(struct list_head *list, struct folio *folio)
{
	struct memexp_folio *entry;

	entry = kzalloc(sizeof(*entry), GFP_KERNEL);
	if (!entry)
		return -ENOMEM;

	entry->folio = folio;
	list_add_tail(&entry->node, list);
	return 0;
}

static void memexp_unpin_all(struct list_head *list)
{
	struct memexp_folio *entry, *next;

	list_for_each_entry_safe(entry, next, list, node) {
		unpin_folio(entry->folio);
		list_del(&entry->node);
		kfree(entry);
	}
}

static int memexp_add(struct memexp *exp, struct file *memfd, loff_t start, loff_t end, unsigned int max)
{
	struct folio **folios;
	pgoff_t offset;
	long nr, i;
	int ret = 0;

	folios = kvmalloc_array(max, sizeof(*folios), GFP_KERNEL);
	if (!folios)
		return -ENOMEM;

	nr = memfd_pin_folios(memfd, start, end, folios, max, &offset);
	if (nr <= 0) {
		ret = nr ? nr : -EINVAL;
		goto free;
	}

	for (i = 0; i < nr; i++) {
		ret = memexp_remember(&exp->pinned, folios[i]);
		if (ret < 0) {
			/* What is on the list already is unpinned by whoever drops the list. */
			unpin_folios(folios + i, nr - i);
			goto free;
		}
		exp->folios[exp->nr_folios++] = folios[i];
	}
free:
	kvfree(folios);
	return ret;
}

static void memexp_release(struct dma_buf *buf)
{
	struct memexp *exp = buf->priv;

	memexp_unpin_all(&exp->pinned);
	kvfree(exp->folios);
	kfree(exp);
}
