/** Holders that get their pages one by one. */
import { allocated, BUF } from './arrays.js';
import { block, lines, when } from './c.js';
import type { Holder, Passes } from './holder.js';
import { loop, release, type Style, take, write } from './pages.js';

const PAGE = { page: 'struct page *page' };

/** One page in each pass. */
function onePage(
	given: Passes['given'],
	more: Pick<Passes, 'store' | 'overrun' | 'overrunsAll'> & Partial<Passes>,
): Passes {
	return {
		kind: 'passes',
		counter: 'i',
		given,
		head: 'for (i = 0; i < nr; i++)',
		call: (kind) => take(kind, 'addr + i * PAGE_SIZE', '1', '&page'),
		failed: 'ret != 1',
		...more,
	};
}

function releaseEntries(style: Style, count: string): string {
	return style.isLoop
		? loop(`for_each_sg(buf->sgl, sg, ${count}, j)`, release(style, 'sg_page(sg)'))
		: block(`for (j = 0, sg = buf->sgl; j < ${count}; j++, sg = sg_next(sg))`, release(style, 'sg_page(sg)'));
}

const cursor: Holder = {
	name: 'sg cursor',
	types: 'struct example_buf {\n\tstruct scatterlist *sgl;\n\tint nr;\n};',
	parameters: BUF,
	variables: { ...PAGE, sg: 'struct scatterlist *sg' },
	allocate: lines(allocated('buf->sgl'), 'sg_init_table(buf->sgl, nr);'),
	free: lines('kvfree(buf->sgl);', 'buf->sgl = NULL;'),
	taking: onePage(BUF, {
		head: 'for (i = 0, sg = buf->sgl; i < nr; i++, sg = sg_next(sg))',
		store: () => 'sg_set_page(sg, page, PAGE_SIZE, 0);',
		overrun: (style) => releaseEntries(style, 'i + 1'),
		overrunsAll: true,
	}),
	released: BUF,
	first: 'sg_page(buf->sgl)',
	release: releaseEntries,
	write: (count) => block(`for_each_sg(buf->sgl, sg, ${count}, j)`, write('sg_page(sg)')),
	kept: {
		keep: 'buf->nr = nr;',
		parameters: BUF,
		count: 'buf->nr',
		free: lines('kvfree(buf->sgl);', 'buf->sgl = NULL;'),
	},
};

const FOLIOS = { folios: 'struct folio **folios' };

const LOCKED_DIRTY = lines('folio_lock(folios[j]);', 'folio_mark_dirty(folios[j]);', 'folio_unlock(folios[j]);');

/** There is no releasing call for pins of folios that takes an array and dirties. */
function releaseFolios(style: Style, count: string): string {
	const each = `for (j = 0; j < ${count}; j++)`;
	const one = style.kind === 'pin' ? 'unpin_folio(folios[j]);' : 'folio_put(folios[j]);';
	const dirty = { none: '', locked: LOCKED_DIRTY, unlocked: 'folio_mark_dirty(folios[j]);' };
	const marked = dirty[style.dirty];
	if (style.isLoop || style.kind === 'get') return loop(each, lines(marked, one));
	return lines(marked && loop(each, marked), `unpin_folios(folios, ${count});`);
}

const folios: Holder = {
	name: 'folio array',
	variables: { ...FOLIOS, ...PAGE },
	allocate: allocated('folios'),
	free: 'kvfree(folios);',
	taking: onePage(FOLIOS, {
		store: () => 'folios[i] = page_folio(page);',
		overrun: (style) => releaseFolios(style, 'i + 1'),
		overrunsAll: true,
	}),
	released: FOLIOS,
	first: 'folio_page(folios[0], 0)',
	release: releaseFolios,
	write: (count) =>
		block(
			`for (j = 0; j < ${count}; j++)`,
			'kaddr = kmap_local_folio(folios[j], 0);',
			'memcpy(kaddr, dev->reply, PAGE_SIZE);',
			'kunmap_local(kaddr);',
		),
};

const ENTRIES = 'list_for_each_entry(entry, &buf->entries, link)';
const ENTRIES_SAFE = 'list_for_each_entry_safe(entry, next, &buf->entries, link)';
const FIRST_ENTRY = lines(
	'entry = list_first_entry(&buf->entries, struct example_entry, link);',
	'list_del(&entry->link);',
);
const DROP_ENTRY = lines('list_del(&entry->link);', 'kfree(entry);');
const EMPTY = 'it is empty before the acquiring call, and a walk over it releases nothing';

const list: Holder = {
	name: 'list of objects',
	types:
		'struct example_entry {\n\tstruct list_head link;\n\tstruct page *page;\n};\n\nstruct example_buf {\n\tstruct list_head entries;\n};',
	parameters: BUF,
	variables: { ...PAGE, entry: 'struct example_entry *entry', next: 'struct example_entry *next' },
	allocate: 'INIT_LIST_HEAD(&buf->entries);',
	taking: onePage(BUF, {
		before: (fail) =>
			lines('entry = kzalloc(sizeof(*entry), GFP_KERNEL);', when('!entry', lines('ret = -ENOMEM;', fail))),
		call: (kind) => take(kind, 'addr + i * PAGE_SIZE', '1', '&entry->page'),
		undo: 'kfree(entry);',
		store: () => 'list_add_tail(&entry->link, &buf->entries);',
		overrun: (style) => release(style, 'entry->page'),
		overrunsAll: false,
	}),
	released: BUF,
	first: 'list_first_entry(&buf->entries, struct example_entry, link)->page',
	release: (style) => loop(ENTRIES, release(style, 'entry->page')),
	drop: (style) =>
		style.isLoop
			? block(ENTRIES_SAFE, release(style, 'entry->page'), DROP_ENTRY)
			: block('while (!list_empty(&buf->entries))', FIRST_ENTRY, release(style, 'entry->page'), 'kfree(entry);'),
	discard: block(ENTRIES_SAFE, DROP_ENTRY),
	write: () => block(ENTRIES, write('entry->page')),
	kept: { keep: '', parameters: BUF, count: 'nr', free: '' },
	without: { 'release before taking': EMPTY },
};

const xarray: Holder = {
	name: 'xarray',
	types: 'struct example_buf {\n\tstruct xarray pages;\n\tint nr;\n};',
	parameters: BUF,
	variables: { ...PAGE, index: 'unsigned long index' },
	allocate: 'xa_init(&buf->pages);',
	taking: onePage(BUF, {
		store: (style, fail) =>
			lines(
				'ret = xa_err(xa_store(&buf->pages, i, page, GFP_KERNEL));',
				when('ret', lines(release({ ...style, dirty: 'none' }, 'page'), fail)),
			),
		overrun: (style) => release(style, 'page'),
		overrunsAll: false,
	}),
	released: BUF,
	first: '((struct page *)xa_load(&buf->pages, 0))',
	release: (style, count) =>
		style.isLoop
			? loop('xa_for_each(&buf->pages, index, page)', release(style, 'page'))
			: block(`for (j = 0; j < ${count}; j++)`, 'page = xa_load(&buf->pages, j);', release(style, 'page')),
	discard: 'xa_destroy(&buf->pages);',
	write: () => block('xa_for_each(&buf->pages, index, page)', write('page')),
	kept: { keep: 'buf->nr = nr;', parameters: BUF, count: 'buf->nr', free: '' },
	without: { 'release before taking': EMPTY },
};

export const ELEMENTS: readonly Holder[] = [cursor, folios, list, xarray];
