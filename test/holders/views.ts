/** Holders that pages go to from an array. */
import { allocated, BUF } from './arrays.js';
import { block, lines, when } from './c.js';
import type { Batch, Holder } from './holder.js';
import { loop, release, releaseArray, type Style, write } from './pages.js';

const PAGES = { pages: 'struct page **pages' };

function through(fill: string, canFail: boolean): Batch {
	return {
		kind: 'batch',
		wanted: 'nr',
		into: 'pages',
		given: PAGES,
		through: { fill, canFail, release: (style, count) => releaseArray(style, 'pages', count) },
	};
}

const SG_PAGES = 'for_each_sgtable_page(&buf->sgt, &iter, 0)';

/** One entry may stand for several pages that lie together. */
function releaseTable(style: Style): string {
	if (!style.isLoop && style.kind === 'pin' && style.dirty !== 'unlocked')
		return loop(
			'for_each_sgtable_sg(&buf->sgt, sg, j)',
			`unpin_user_page_range_dirty_lock(sg_page(sg), DIV_ROUND_UP(sg->length, PAGE_SIZE), ${style.dirty === 'locked'});`,
		);
	if (style.isLoop) return loop(SG_PAGES, release(style, 'sg_page_iter_page(&iter)'));
	return block(SG_PAGES, 'page = sg_page_iter_page(&iter);', release(style, 'page'));
}

const ITERATION = {
	iter: 'struct sg_page_iter iter',
	sg: 'struct scatterlist *sg',
	page: 'struct page *page',
};

const table: Holder = {
	name: 'sg table',
	types: 'struct example_buf {\n\tstruct sg_table sgt;\n\tint nr;\n};',
	parameters: BUF,
	variables: { ...PAGES, ...ITERATION },
	allocate: allocated('pages'),
	free: 'kvfree(pages);',
	taking: through(
		'ret = sg_alloc_table_from_pages(&buf->sgt, pages, nr, 0, (size_t)nr << PAGE_SHIFT, GFP_KERNEL);',
		true,
	),
	released: BUF,
	first: 'sg_page(buf->sgt.sgl)',
	release: (style) => releaseTable(style),
	discard: 'sg_free_table(&buf->sgt);',
	write: () => block(SG_PAGES, write('sg_page_iter_page(&iter)')),
	kept: {
		keep: lines('kvfree(pages);', 'buf->nr = nr;'),
		parameters: BUF,
		count: 'buf->nr',
		free: '',
	},
	without: { 'release before taking': 'it has no entries before it is filled, and a walk over it releases nothing' },
};

const vectors: Holder = {
	name: 'bio_vec array',
	types: 'struct example_buf {\n\tstruct bio_vec *bvec;\n\tint nr;\n};',
	parameters: BUF,
	variables: { ...PAGES, page: 'struct page *page' },
	allocate: lines(
		allocated('buf->bvec'),
		'pages = kvmalloc_array(nr, sizeof(*pages), GFP_KERNEL);',
		when('!pages', lines('kvfree(buf->bvec);', 'return -ENOMEM;')),
	),
	free: lines('kvfree(pages);', 'kvfree(buf->bvec);'),
	taking: through(loop('for (i = 0; i < nr; i++)', 'bvec_set_page(&buf->bvec[i], pages[i], PAGE_SIZE, 0);'), false),
	released: BUF,
	first: 'buf->bvec[0].bv_page',
	release: (style, count) =>
		style.isLoop
			? loop(`for (j = 0; j < ${count}; j++)`, release(style, 'buf->bvec[j].bv_page'))
			: block(`for (j = 0; j < ${count}; j++)`, 'page = buf->bvec[j].bv_page;', release(style, 'page')),
	write: (count) => block(`for (j = 0; j < ${count}; j++)`, write('buf->bvec[j].bv_page')),
	kept: {
		keep: lines('kvfree(pages);', 'buf->nr = nr;'),
		parameters: BUF,
		count: 'buf->nr',
		free: lines('kvfree(buf->bvec);', 'buf->bvec = NULL;'),
	},
};

export const VIEWS: readonly Holder[] = [table, vectors];
