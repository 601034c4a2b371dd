/*
 * Memory regions of a network adapter: pinned in batches, kept as chunks of scatterlist entries.
 */
#include <linux/mm.h>
#include <linux/sched/mm.h>
#include <linux/scatterlist.h>

#define CHUNK_PAGES 64

struct region_chunk {
	struct list_head node;
	int nents;
	struct scatterlist sgl[];
};

struct nic_region {
	struct list_head chunks;
	struct mm_struct *mm;
	bool writable;
};

static void nic_region_put(struct nic_region *region, bool dirty)
{
	struct region_chunk *chunk, *next;
	struct scatterlist *sg;
	int i;

	list_for_each_entry_safe(chunk, next, &region->chunks, node) {
		for_each_sg(chunk->sgl, sg, chunk->nents, i) {
			struct page *page = sg_page(sg);

			unpin_user_pages_dirty_lock(&page, 1, dirty);
		}
		list_del(&chunk->node);
		kfree(chunk);
	}
}

static int nic_region_get(struct nic_region *region, unsigned long addr, unsigned long npages)
{
	unsigned int gup_flags = FOLL_LONGTERM;
	unsigned long cur = addr & PAGE_MASK;
	struct region_chunk *chunk;
	struct page **batch;
	struct scatterlist *sg;
	int ret = 0, off, i;

	batch = (struct page **)__get_free_page(GFP_KERNEL);
	if (!batch)
		return -ENOMEM;
	if (region->writable)
		gup_flags |= FOLL_WRITE;

	INIT_LIST_HEAD(&region->chunks);
	mmap_read_lock(region->mm);
	while (npages) {
		ret = pin_user_pages(cur, min_t(unsigned long, npages, PAGE_SIZE / sizeof(*batch)), gup_flags, batch);
		if (ret < 0)
			goto out;

		npages -= ret;
		off = 0;
		while (ret) {
			int nents = min(ret, CHUNK_PAGES);

			chunk = kmalloc(struct_size(chunk, sgl, nents), GFP_KERNEL);
			if (!chunk) {
				unpin_user_pages(batch + off, ret);
				ret = -ENOMEM;
				goto out;
			}

			chunk->nents = nents;
			sg_init_table(chunk->sgl, nents);
			for_each_sg(chunk->sgl, sg, nents, i)
				sg_set_page(sg, batch[i + off], PAGE_SIZE, 0);
			list_add_tail(&chunk->node, &region->chunks);
			cur += (unsigned long)nents * PAGE_SIZE;
			ret -= nents;
			off += nents;
		}
	}

out:
	if (ret < 0)
		nic_region_put(region, false);
	mmap_read_unlock(region->mm);
	free_page((unsigned long)batch);
	return ret;
}

static void nic_region_destroy(struct nic_region *region)
{
	nic_region_put(region, region->writable);
	mmdrop(region->mm);
	kfree(region);
}
