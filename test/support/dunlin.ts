/** A driver in two files: one takes pages, the other gives them back. */
export const ATTACH = `#include "dunlin.h"

static int dunlin_attach(struct dunlin *dun, unsigned long addr)
{
	int got = get_user_pages_fast(addr, 16, FOLL_WRITE, dun->pages);

	if (got != 16) {
		if (got > 0)
			release_pages(dun->pages, got);
		return -EFAULT;
	}
	dun->vaddr = vmap(dun->pages, 16, VM_MAP, PAGE_KERNEL);
	return 0;
}
`;

export const DETACH = `#include "dunlin.h"

void dunlin_detach(struct dunlin *dun)
{
	int i;

	vunmap(dun->vaddr);
	for (i = 0; i < 16; i++) {
		set_page_dirty_lock(dun->pages[i]);
		put_page(dun->pages[i]);
	}
}
`;

/** Both after the conversion. */
export const PINNED = ATTACH.replace(
	'get_user_pages_fast(addr, 16, FOLL_WRITE, dun->pages)',
	'pin_user_pages_fast(addr, 16, FOLL_WRITE | FOLL_LONGTERM,\n\t\t\t\t      dun->pages)',
).replace('release_pages', 'unpin_user_pages');

export const UNPINNED = `#include "dunlin.h"

void dunlin_detach(struct dunlin *dun)
{
	vunmap(dun->vaddr);
	unpin_user_pages_dirty_lock(dun->pages, 16, true);
}
`;
