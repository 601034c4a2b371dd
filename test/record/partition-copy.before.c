/*
 * Copies between the memory of a process and another partition of the hypervisor.
 */
#include <linux/mm.h>
#include <linux/slab.h>

struct part_sg {
	u64 source;
	u64 target;
	u64 size;
};

static long part_memcpy(int source, int target, unsigned long vaddr, u64 remote, u64 count)
{
	bool from_remote = source != -1;
	unsigned long offset = vaddr & (PAGE_SIZE - 1);
	unsigned int num_pages, i;
	struct page **pages;
	struct part_sg *sg;
	int num_pinned;
	long ret;

	if (!count || count > SZ_64M)
		return -EINVAL;
	num_pages = (count + offset + PAGE_SIZE - 1) >> PAGE_SHIFT;

	pages = kcalloc(num_pages, sizeof(*pages), GFP_KERNEL);
	if (!pages)
		return -ENOMEM;
	sg = kcalloc(num_pages, sizeof(*sg), GFP_KERNEL);
	if (!sg) {
		ret = -ENOMEM;
		goto free_pages;
	}

	num_pinned = pin_user_pages_fast(vaddr - offset, num_pages, from_remote ? FOLL_WRITE : 0, pages);
	if (num_pinned != num_pages) {
		ret = num_pinned < 0 ? num_pinned : -EFAULT;
		goto unpin;
	}

	for (i = 0; i < num_pages; i++) {
		u64 local = page_to_phys(pages[i]) + (i ? 0 : offset);

		sg[i].source = from_remote ? remote : local;
		sg[i].target = from_remote ? local : remote;
		sg[i].size = min_t(u64, count, PAGE_SIZE - (i ? 0 : offset));
		remote += sg[i].size;
		count -= sg[i].size;
	}
	ret = hv_partition_memcpy(source, target, virt_to_phys(sg), num_pages);

unpin:
	if (num_pinned > 0)
		unpin_user_pages(pages, num_pinned);
		// <-- information[dirty-missing]
	kfree(sg);
free_pages:
	kfree(pages);
	return ret;
}
