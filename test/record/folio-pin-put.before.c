/*
 * Guest memory in a memfd, pinned folio by folio for a virtual display.
 */
#include <linux/memfd.h>
#include <linux/mm.h>
#include <linux/slab.h>

struct vdisp_mem {
	struct file *memfd;
	struct folio **folios;
	unsigned int nr_folios;
};

static int vdisp_mem_pin(struct vdisp_mem *mem, loff_t start, loff_t end, unsigned int max)
{
	pgoff_t offset;
	long nr;
	int ret;
	long i;

	mem->folios = kvmalloc_array(max, sizeof(*mem->folios), GFP_KERNEL);
	if (!mem->folios)
		return -ENOMEM;

	nr = memfd_pin_folios(mem->memfd, start, end, mem->folios, max, &offset);
	if (nr <= 0) {
		ret = nr ? nr : -EINVAL;
		goto free;
	}

	ret = vdisp_attach(mem, mem->folios, nr, offset);
	if (ret) {
		for (i = 0; i < nr; i++)
			folio_put(mem->folios[i]);
			// <-- error[pin-put-page]
		goto free;
	}
	mem->nr_folios = nr;
	return 0;

free:
	kvfree(mem->folios);
	return ret;
}

static void vdisp_mem_unpin(struct vdisp_mem *mem)
{
	vdisp_detach(mem);
	unpin_folios(mem->folios, mem->nr_folios);
	kvfree(mem->folios);
}
