import { expect, test } from 'vitest';
import { kernelFor } from '../../server/src/kernel/index.js';
import { applyEdits } from '../../server/src/rules/apply.js';
import { engine } from '../kernel/corpus.js';

const OPTIONS = { path: 'drivers/misc/example.c', kernel: kernelFor('6.12') };

/** Two buffers of one call, each given back by a loop of its own over the same index. */
const BOTH = `#include <linux/mm.h>
#include <linux/dma-mapping.h>

static int godwit_copy(struct godwit *gw, unsigned long from, unsigned long to)
{
	struct page *in[16], *out[16];
	unsigned int i;

	if (get_user_pages_fast(from, 16, 0, in) != 16)
		return -EFAULT;
	dma_map_page(gw->dev, in[0], 0, PAGE_SIZE, DMA_TO_DEVICE);
	for (i = 0; i < 16; i++)
		put_page(in[i]);

	if (get_user_pages_fast(to, 16, FOLL_WRITE, out) != 16)
		return -EFAULT;
	dma_map_page(gw->dev, out[0], 0, PAGE_SIZE, DMA_FROM_DEVICE);
	for (i = 0; i < 16; i++) {
		set_page_dirty_lock(out[i]);
		put_page(out[i]);
	}
	return 0;
}
`;

function whole(text: string) {
	const file = engine.open();
	try {
		return file.wholeFile(text, OPTIONS);
	} finally {
		file.dispose();
	}
}

test('each conversion is made on what the one before it left', () => {
	const change = whole(BOTH);
	expect(change?.title).toBe('Convert all in this file');
	expect(applyEdits(BOTH, change?.edits ?? [])).toBe(
		BOTH.replaceAll('get_user_pages_fast', 'pin_user_pages_fast')
			.replace('\tunsigned int i;\n', '')
			.replace(/\tfor \(i = 0; i < 16; i\+\+\)\n\t\tput_page\(in\[i\]\);/, '\tunpin_user_pages(in, 16);')
			.replace(/\tfor \(i = 0[^}]*\}/, '\tunpin_user_pages_dirty_lock(out, 16, true);'),
	);
});

test('a file with macros that are replaced has all but those that would change one', () => {
	const head = '#define D_GET get_user_pages_fast\n#define D_ALLOC(n) kmalloc(n, GFP_KERNEL)\n';
	const other = `
int gw_third(struct gw *gw, unsigned long from)
{
	struct page *page;
	void *note = D_ALLOC(16);

	if (D_GET(from, 1, 0, &page) != 1)
		return -EFAULT;
	dma_map_page(gw->dev, page, 0, PAGE_SIZE, DMA_TO_DEVICE);
	put_page(page);
	kfree(note);
	return 0;
}
`;
	const text = head + BOTH + other;
	const converted = applyEdits(text, whole(text)?.edits ?? []);
	expect(converted).toBe(head + applyEdits(BOTH, whole(BOTH)?.edits ?? []) + other);
});

test('a file with one conversion has none of its own', () => {
	expect(
		whole(BOTH.slice(0, BOTH.indexOf('\n\tif (get_user_pages_fast(to')).concat('\treturn 0;\n}\n')),
	).toBeUndefined();
});
