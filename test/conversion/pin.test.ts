import { describe, expect, test } from 'vitest';
import { applied, converted, offersOf, only } from './engine.js';

/** A driver that does DMA to a user buffer for the time of one call. */
const BRIEF = `#include <linux/mm.h>
#include <linux/dma-mapping.h>

static int plover_write(struct plover *pl, unsigned long addr, unsigned int nr)
{
	struct page **pages;
	unsigned int i;
	int got;
	int ret = 0;

	pages = kvcalloc(nr, sizeof(*pages), GFP_KERNEL);
	if (!pages)
		return -ENOMEM;

	got = get_user_pages_fast(addr, nr, FOLL_WRITE, pages);
	if (got < 0) {
		ret = got;
		goto free;
	}

	ret = dma_map_page(pl->dev, pages[0], 0, PAGE_SIZE, DMA_FROM_DEVICE);

	for (i = 0; i < got; i++) {
		set_page_dirty_lock(pages[i]);
		put_page(pages[i]);
	}
free:
	kvfree(pages);
	return ret;
}
`;

const BRIEF_PINNED = BRIEF.replace('\tunsigned int i;\n', '')
	.replace('got = get_', 'got = pin_')
	.replace(/\tfor \(i = 0[^}]*\}\n/, '\tunpin_user_pages_dirty_lock(pages, got, true);\n');

describe('a conversion to pins', () => {
	test('changes the taking call, folds the releasing loop and takes out the index that is left over', () => {
		expect(converted(BRIEF)).toBe(BRIEF_PINNED);
	});

	test('is done once: afterwards there is nothing to offer', () => {
		expect(offersOf(BRIEF_PINNED)).toEqual([]);
	});

	test('keeps line ends', () => {
		expect(converted(BRIEF.replaceAll('\n', '\r\n'))).toBe(BRIEF_PINNED.replaceAll('\n', '\r\n'));
	});

	test('keeps the condition under which pages are marked', () => {
		const text = BRIEF.replace('\t\tset_page', '\t\tif (pl->reads)\n\t\t\tset_page');
		expect(converted(text)).toContain('\tunpin_user_pages_dirty_lock(pages, got, pl->reads);\n');
	});

	test('folds a loop that names the page first', () => {
		const text = BRIEF.replace('\t\tset_page', '\t\tstruct page *page = pages[i];\n\n\t\tset_page').replace(
			/(set_page_dirty_lock|put_page)\(pages\[i\]\)/g,
			'$1(page)',
		);
		expect(converted(text)).toBe(BRIEF_PINNED);
	});

	test('does not fold a condition that depends on the page', () => {
		const text = BRIEF.replace('\t\tset_page', '\t\tif (!PageReserved(pages[i]))\n\t\t\tset_page');
		const after = converted(text);
		expect(after).toContain('\t\t\tset_page_dirty_lock(pages[i]);\n\t\tunpin_user_page(pages[i]);\n');
		expect(after).toContain('\tunsigned int i;\n');
	});

	test('keeps a loop with a comment, and one that does more', () => {
		const comment = BRIEF.replace('\t\tput_page(', '\t\t/* the device is done */\n\t\tput_page(');
		expect(converted(comment)).toContain('/* the device is done */\n\t\tunpin_user_page(pages[i]);\n');
		const more = BRIEF.replace('\t\tput_page(pages[i]);', '\t\tput_page(pages[i]);\n\t\tpages[i] = NULL;');
		expect(converted(more)).toContain('\t\tunpin_user_pages_dirty_lock(&pages[i], 1, true);\n\t\tpages[i] = NULL;\n');
	});

	test('does not fold a loop whose bound may be negative: it would do nothing, the call would run away', () => {
		const text = BRIEF.replace('unsigned int i;', 'int i;').replace(
			'\tif (got < 0) {\n\t\tret = got;\n\t\tgoto free;\n\t}\n',
			'',
		);
		const after = converted(text);
		expect(after).toContain('for (i = 0; i < got; i++)');
		expect(after).toContain('unpin_user_pages_dirty_lock(&pages[i], 1, true);');
	});

	test('does not fold a loop whose index is looked at afterwards', () => {
		const text = BRIEF.replace('free:\n', '\tpl->released = i;\nfree:\n');
		expect(converted(text)).toContain('for (i = 0; i < got; i++)');
	});

	test('keeps an index that another loop counts with', () => {
		const text = BRIEF.replace(
			'\tfor (i = 0; i < got; i++) {',
			'\tfor (i = 0; i < got; i++)\n\t\tpl->seen += page_to_nid(pages[i]);\n\tfor (i = 0; i < got; i++) {',
		);
		const after = converted(text);
		expect(after).toContain('\tunsigned int i;\n');
		expect(after).toContain('\tunpin_user_pages_dirty_lock(pages, got, true);\n');
	});

	test('takes one name out of a list of declarations', () => {
		const text = BRIEF.replace('\tunsigned int i;\n\tint got;\n\tint ret = 0;\n', '\tint got, i, ret = 0;\n');
		expect(converted(text)).toContain('\tint got, ret = 0;\n');
	});

	test('leaves the brackets of a block out that holds one statement from then on', () => {
		const text = BRIEF.replace(/\tfor \(i = 0[^}]*\}\n/, (loop) => {
			const inner = loop.replaceAll('\n\t', '\n\t\t').replace(/^\t/, '\t\t');
			return `\tif (got > 0) {\n${inner}\t}\n`;
		});
		expect(converted(text)).toContain('\tif (got > 0)\n\t\tunpin_user_pages_dirty_lock(pages, got, true);\n');
	});

	test('lets pages be marked without their lock where nobody may sleep', () => {
		const text = BRIEF.replace('set_page_dirty_lock', 'set_page_dirty')
			.replace('\tfor (i', '\tspin_lock(&pl->lock);\n\tfor (i')
			.replace('\t}\nfree:', '\t}\n\tspin_unlock(&pl->lock);\nfree:');
		const after = converted(text);
		expect(after).toContain('\t\tset_page_dirty(pages[i]);\n\t\tunpin_user_page(pages[i]);\n');
	});

	test('replaces release_pages() and the functions of folios', () => {
		const bulk = BRIEF.replace(/\tfor \(i = 0[^}]*\}\n/, '\trelease_pages(pages, got);\n').replace(
			'\tunsigned int i;\n',
			'',
		);
		expect(converted(bulk)).toContain('\tunpin_user_pages(pages, got);\n');
		const folio = BRIEF.replace('put_page(pages[i])', 'folio_put(page_folio(pages[i]))');
		expect(converted(folio)).toContain('\t\tunpin_user_page(pages[i]);\n');
	});

	test('names the flag where a truth value was passed', () => {
		const text = BRIEF.replace('FOLL_WRITE,', 'pl->dir == DMA_FROM_DEVICE,');
		expect(converted(text)).toContain('pl->dir == DMA_FROM_DEVICE ? FOLL_WRITE : 0');
	});

	test.each([
		['\t/* get_user_pages_fast() may get fewer */', '\t/* pin_user_pages_fast() may get fewer */'],
		['\t/* pages obtained using get_user_pages */', '\t/* pages obtained using pin_user_pages */'],
		['\tpr_debug("get_user_pages_fast: %u\\n", nr);', '\tpr_debug("pin_user_pages_fast: %u\\n", nr);'],
		[
			'\t/* Not aligned. get_user_pages_fast() rounds down. */',
			'\t/* Not aligned. pin_user_pages_fast() rounds down. */',
		],
	])('renames what names the old function: %s', (before, after) => {
		const text = BRIEF.replace('\tgot = get', `${before}\n\tgot = get`);
		expect(converted(text)).toBe(BRIEF_PINNED.replace('\tgot = pin', `${after}\n\tgot = pin`));
		expect(only(text).conversions[0]?.notes).toEqual([]);
	});

	test.each([
		'/* get_user_pages_fast() takes a reference, put_page() drops it */',
		'/* do not use get_user_pages_fast() with a lock held */',
	])('tells of a comment that another name alone does not make right: %s', (comment) => {
		const text = BRIEF.replace('\tgot = get', `\t${comment}\n\tgot = get`);
		const [conversion] = only(text).conversions;
		expect(conversion?.notes).toEqual([
			'comments or messages still name get_user_pages_fast(), please check what they say: in plover_write()',
		]);
	});

	test('leaves the messages of other functions, and comments where the function is still called', () => {
		const other = `\nstatic void plover_old(unsigned long addr, struct page **pages)\n{\n\t/* get_user_pages_fast() */\n\tget_user_pages_fast(addr, 1, 0, pages);\n\tpr_info("get_user_pages_fast");\n}\n`;
		const [{ conversions: [conversion] = [] } = {}] = offersOf(BRIEF + other);
		expect(conversion?.edits.filter(({ label }) => label === 'comment')).toEqual([]);
	});

	test.each([
		[BRIEF, { isWritten: true, undirtied: undefined, marks: undefined, asksToWrite: true }],
		[
			BRIEF.replace('\t\tset_page_dirty_lock(pages[i]);\n', ''),
			{ isWritten: true, undirtied: undefined, marks: 'true' },
		],
		[
			BRIEF.replace('\t\tset_page_dirty_lock(pages[i]);\n', '')
				.replace('FROM_DEVICE', 'TO_DEVICE')
				.replace('FOLL_WRITE', '0'),
			{ isWritten: false, undirtied: undefined, asksToWrite: false },
		],
		[BRIEF.replace('FOLL_WRITE', '1'), { isWritten: true, asksToWrite: true }],
		[BRIEF.replace('set_page_dirty_lock', 'set_page_dirty'), { isDirtiedLocked: true, undirtied: undefined }],
	])('tells who writes and who marks dirty (%#)', (text, expected) => {
		expect(only(text).conversions[0]?.account).toMatchObject(expected);
	});
});

/** A driver that keeps user pages for as long as its file is open. */
const LONG = `#include <linux/mm.h>
#include "dunlin.h"

static int dunlin_attach(struct dunlin *dun, unsigned long addr)
{
	int got = get_user_pages_unlocked(addr, 16, dun->pages, FOLL_WRITE | FOLL_GET);

	if (got != 16) {
		if (got > 0)
			release_pages(dun->pages, got);
		return -EFAULT;
	}
	dun->vaddr = vmap(dun->pages, 16, VM_MAP, PAGE_KERNEL);
	return 0;
}
`;
const DETACH = `#include "dunlin.h"

void dunlin_detach(struct dunlin *dun)
{
	vunmap(dun->vaddr);
	release_pages(dun->pages, 16);
}
`;
const BESIDE = 'drivers/misc/detach.c';

describe('pages that are kept', () => {
	const setting = { files: { [BESIDE]: DETACH } };

	test('are pinned for long, with the other choice behind it; both sides change, in both files', () => {
		const { conversions } = only(LONG, setting);
		expect(conversions.map(({ title }) => title)).toEqual([
			'Convert to pin_user_pages_unlocked() with FOLL_LONGTERM',
			'Convert to pin_user_pages_unlocked()',
		]);
		const [long, short] = conversions.map((conversion) => applied(LONG, conversion, setting));
		expect(long?.['drivers/misc/example.c']).toBe(
			LONG.replace(
				'get_user_pages_unlocked(addr, 16, dun->pages, FOLL_WRITE | FOLL_GET)',
				'pin_user_pages_unlocked(addr, 16, dun->pages,\n\t\t\t\t\t  FOLL_WRITE | FOLL_LONGTERM)',
			).replace('release_pages', 'unpin_user_pages'),
		);
		expect(short?.['drivers/misc/example.c']).toContain('dun->pages, FOLL_WRITE)');
		expect(long?.[BESIDE]).toBe(DETACH.replace('release_pages', 'unpin_user_pages'));
	});

	test('say what FOLL_LONGTERM costs since 6.5, and not before', () => {
		const note = 'FOLL_WRITE with FOLL_LONGTERM fails with -EFAULT on mappings of files that need dirty tracking';
		expect(only(LONG, setting).conversions[0]?.notes).toContain(note);
		expect(only(LONG, { ...setting, kernel: '6.1' }).conversions[0]?.notes).not.toContain(note);
	});

	test('are taken by pin_user_pages_fast() where the twin refuses FOLL_LONGTERM, arguments in its order', () => {
		const [first] = only(LONG, { ...setting, kernel: '6.1' }).conversions;
		expect(first?.title).toBe('Convert to pin_user_pages_fast() with FOLL_LONGTERM');
		const after = first && applied(LONG, first, setting)['drivers/misc/example.c'];
		expect(after?.replace(/\s+/g, ' ')).toContain(
			'pin_user_pages_fast(addr, 16, FOLL_WRITE | FOLL_LONGTERM, dun->pages)',
		);
	});
});
