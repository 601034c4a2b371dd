/*
 * Memory that a process donates to an enclave: huge pages, one call each, kept until the enclave ends.
 */
#include <linux/mm.h>
#include <linux/slab.h>

struct enclave_region {
	struct list_head node;
	unsigned long nr_pages;
	struct page **pages;
};

struct enclave {
	struct list_head regions;
	u64 slot;
};

static int enclave_check_page(struct enclave *enclave, struct page *page)
{
	if (!PageHuge(page))
		return -EINVAL;
	if (page_to_nid(page) != enclave_node(enclave))
		return -EXDEV;
	return 0;
}

static int enclave_add_region(struct enclave *enclave, unsigned long addr, unsigned long size)
{
	struct enclave_region *region;
	unsigned long max, done = 0, i;
	long got;
	int ret;

	region = kzalloc(sizeof(*region), GFP_KERNEL);
	if (!region)
		return -ENOMEM;
	max = size / SZ_2M;
	region->pages = kcalloc(max, sizeof(*region->pages), GFP_KERNEL);
	if (!region->pages) {
		ret = -ENOMEM;
		goto free;
	}

	do {
		i = region->nr_pages;
		if (i == max) {
			ret = -ENOMEM;
			goto unpin;
		}

		got = pin_user_pages_unlocked(addr + done, 1, region->pages + i, FOLL_WRITE | FOLL_LONGTERM);
		if (got != 1) {
			ret = got < 0 ? got : -EFAULT;
			goto unpin;
		}
		/* From here on the page is one of those that a failure releases. */
		region->nr_pages++;

		ret = enclave_check_page(enclave, region->pages[i]);
		if (ret < 0)
			goto unpin;

		done += page_size(region->pages[i]);
	} while (done < size);

	ret = enclave_donate(enclave->slot, region->pages, region->nr_pages);
	if (ret < 0)
		goto unpin;
	list_add(&region->node, &enclave->regions);
	return 0;

unpin:
	unpin_user_pages(region->pages, region->nr_pages);
free:
	kfree(region->pages);
	kfree(region);
	return ret;
}

static void enclave_destroy(struct enclave *enclave)
{
	struct enclave_region *region, *next;

	list_for_each_entry_safe(region, next, &enclave->regions, node) {
		list_del(&region->node);
		unpin_user_pages_dirty_lock(region->pages, region->nr_pages, true);
		kfree(region->pages);
		kfree(region);
	}
}
