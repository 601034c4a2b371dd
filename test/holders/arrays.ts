/** Holders that are arrays of pages. */
import { block, lines, when } from './c.js';
import type { Batch, Holder, Kept, Passes } from './holder.js';
import { release, releaseArray, take, write } from './pages.js';

const PAGES = { pages: 'struct page **pages' };
export const BUF = { buf: 'struct example_buf *buf' };
const BUF_TYPE = 'struct example_buf {\n\tstruct page **pages;\n\tint nr;\n};';
const TOO_MANY = 'if (nr > EXAMPLE_PAGES)\n\treturn -EINVAL;';

export function allocated(place: string): string {
	return lines(`${place} = kvmalloc_array(nr, sizeof(*${place}), GFP_KERNEL);`, when(`!${place}`, 'return -ENOMEM;'));
}

function array(name: string) {
	return {
		first: `${name}[0]`,
		release: (style: Parameters<Holder['release']>[0], count: string) => releaseArray(style, name, count),
		write: (count: string) => block(`for (j = 0; j < ${count}; j++)`, write(`${name}[j]`)),
	};
}

function batch(into: string, given: Batch['given']): Batch {
	return { kind: 'batch', wanted: 'nr', into, given };
}

const localArray: Holder = {
	name: 'local array',
	variables: { pages: 'struct page *pages[EXAMPLE_PAGES]' },
	allocate: TOO_MANY,
	taking: batch('pages', PAGES),
	released: PAGES,
	...array('pages'),
};

const allocatedArray: Holder = {
	name: 'allocated array',
	variables: PAGES,
	allocate: allocated('pages'),
	free: 'kvfree(pages);',
	taking: batch('pages', PAGES),
	released: PAGES,
	...array('pages'),
};

const PAGE = { page: 'struct page *page' };

const singlePage: Holder = {
	name: 'single page',
	variables: PAGE,
	taking: {
		...batch('&page', {}),
		wanted: '1',
		result: { parameter: 'struct page **result', argument: '&page', store: '*result = page;' },
	},
	released: PAGE,
	first: 'page',
	release: (style) => {
		if (style.isLoop || style.kind === 'get' || style.dirty === 'unlocked') return release(style, 'page');
		return releaseArray(style, '&page', '1');
	},
	write: () => write('page'),
	without: { 'short return': 'one page that is asked for is there or not' },
};

const FREED_BUF = lines('kvfree(buf->pages);', 'buf->pages = NULL;');

const callersField: Holder = {
	name: "field of the caller's object",
	types: BUF_TYPE,
	parameters: BUF,
	variables: {},
	allocate: allocated('buf->pages'),
	free: FREED_BUF,
	taking: batch('buf->pages', BUF),
	released: BUF,
	...array('buf->pages'),
	kept: { keep: 'buf->nr = nr;', parameters: BUF, count: 'buf->nr', free: FREED_BUF },
};

/** An object that this function makes and the device keeps. */
const OWN: Pick<Kept, 'keep' | 'parameters' | 'find' | 'count'> = {
	keep: lines('buf->nr = nr;', 'dev->buf = buf;'),
	parameters: {},
	find: 'buf = dev->buf;',
	count: 'buf->nr',
};

const ownField: Holder = {
	name: 'field of an own object',
	types: BUF_TYPE,
	field: 'struct example_buf *buf;',
	variables: BUF,
	allocate: lines(
		'buf = kzalloc(sizeof(*buf), GFP_KERNEL);',
		when('!buf', 'return -ENOMEM;'),
		'buf->pages = kvmalloc_array(nr, sizeof(*buf->pages), GFP_KERNEL);',
		when('!buf->pages', lines('kfree(buf);', 'return -ENOMEM;')),
	),
	free: lines('kvfree(buf->pages);', 'kfree(buf);'),
	taking: batch('buf->pages', BUF),
	released: BUF,
	...array('buf->pages'),
	kept: { ...OWN, free: lines('kvfree(buf->pages);', 'kfree(buf);', 'dev->buf = NULL;') },
};

const embedded: Holder = {
	name: 'array embedded in an object',
	types: 'struct example_buf {\n\tint nr;\n\tstruct page *pages[EXAMPLE_PAGES];\n};',
	field: 'struct example_buf *buf;',
	variables: BUF,
	allocate: lines(TOO_MANY, 'buf = kzalloc(sizeof(*buf), GFP_KERNEL);', when('!buf', 'return -ENOMEM;')),
	free: 'kfree(buf);',
	taking: batch('buf->pages', BUF),
	released: BUF,
	...array('buf->pages'),
	kept: { ...OWN, free: lines('kfree(buf);', 'dev->buf = NULL;') },
};

const accumulating: Passes = {
	kind: 'passes',
	counter: 'done',
	given: PAGES,
	head: 'for (done = 0; done < nr; done += ret)',
	call: (kind) => take(kind, 'addr + done * PAGE_SIZE', 'nr - done', 'pages + done'),
	failed: 'ret <= 0',
	store: () => '',
	overrun: (style) => releaseArray(style, 'pages', 'nr'),
	overrunsAll: true,
};

const part: Holder = {
	name: 'part of an array',
	variables: { ...PAGES, done: 'int done' },
	allocate: allocated('pages'),
	free: 'kvfree(pages);',
	taking: accumulating,
	released: PAGES,
	...array('pages'),
};

const throughPointer: Holder = {
	name: 'struct page ***',
	variables: PAGES,
	allocate: allocated('pages'),
	free: 'kvfree(pages);',
	taking: {
		...batch('pages', {}),
		result: {
			parameter: 'struct page ***result',
			argument: '&pages',
			store: '*result = pages;',
			allocates: true,
		},
	},
	released: PAGES,
	...array('pages'),
};

export const ARRAYS: readonly Holder[] = [
	localArray,
	allocatedArray,
	singlePage,
	callersField,
	ownField,
	embedded,
	part,
	throughPointer,
];
