/** The answer whether pages are pinned gets to each release with the pages it is about, or the conversion is refused. */
import { describe, expect, test } from 'vitest';
import { converted, refusalOf } from './engine.js';

const MAP = `	got = iov_iter_get_pages2(iter, req->pages, SZ_64K, 16, &off);
	if (got <= 0)
		return got < 0 ? got : -EFAULT;
	req->nr = DIV_ROUND_UP(got + off, PAGE_SIZE);
	req->write = iov_iter_rw(iter) == ITER_DEST;
`;
const TAKE = '\tret = ruff_map(req, iter);\n\tif (ret)\n\t\treturn ret;\n';
const DROP = '\tfor (i = 0; i < req->nr; i++)\n\t\tput_page(req->pages[i]);\n\treq->nr = 0;\n';

/** Pages wait in a request until it is done; `write` is stored with them. */
const WAITING = `#include <linux/mm.h>
#include <linux/uio.h>
#include <linux/dma-mapping.h>

struct ruff_req {
	struct device *dev;
	struct page *pages[16];
	dma_addr_t dma[16];
	unsigned int nr;
	bool write;
};

static int ruff_map(struct ruff_req *req, struct iov_iter *iter)
{
	ssize_t got;
	size_t off;

${MAP}	return 0;
}

static void ruff_release(struct ruff_req *req)
{
	unsigned int i;

${DROP}	if (req->write)
		req->dma[0] = 0;
}

int ruff_submit(struct ruff_req *req, struct iov_iter *iter)
{
	unsigned int i;
	int ret;

${TAKE}	for (i = 0; i < req->nr; i++)
		req->dma[i] = dma_map_page(req->dev, req->pages[i], 0, PAGE_SIZE, DMA_BIDIRECTIONAL);
	return 0;
}

void ruff_done(struct ruff_req *req)
{
	unsigned int i;

	for (i = 0; i < req->nr; i++)
		dma_unmap_page(req->dev, req->dma[i], PAGE_SIZE, DMA_BIDIRECTIONAL);
	ruff_release(req);
}
`;

type Change = readonly [from: string, to: string];

function changed(changes: readonly Change[]): string {
	return changes.reduce((text, [from, to]) => {
		if (!text.includes(from)) throw new Error(`not there: ${from}`);
		return text.replace(from, () => to);
	}, WAITING);
}

const more = (text: string): Change => ['int ruff_submit', `${text}\nint ruff_submit`];
const ALWAYS: readonly Change[] = [
	['\treq->write = iov_iter_rw(iter) == ITER_DEST;\n', ''],
	['\tif (req->write)\n\t\treq->dma[0] = 0;\n', ''],
];
const HELPER: readonly Change[] = [
	[
		'static void ruff_release(struct ruff_req *req)\n{\n',
		'static void ruff_put(struct page **pages, unsigned int nr)\n{\n\twhile (nr--)\n\t\tput_page(pages[nr]);\n}\n\nstatic void ruff_release(struct ruff_req *req)\n{\n',
	],
	[`\tunsigned int i;\n\n${DROP}`, '\treq->nr = 0;\n'],
];
const CONTEXT: Change = ['struct ruff_req {', 'struct ruff_ctx {\n\tsize_t total;\n};\n\nstruct ruff_req {'];

describe('the answer of an iterator', () => {
	test('is kept beside a field that is stored wherever the pages are', () => {
		const text = converted(WAITING);
		expect(text).toContain('\treq->write = iov_iter_rw(iter) == ITER_DEST;\n\treq->need_unpin = need_unpin;\n');
		expect(text).toContain('\tif (req->need_unpin)\n\t\tunpin_user_pages(req->pages, req->nr);\n');
	});

	test.each([
		['pages that an earlier call has left are released before', [[TAKE, `${DROP}${TAKE}`]]],
		[
			'they are released in a loop, before pages of this iterator are taken',
			[[TAKE, `\tdo {\n${DROP}${TAKE}\t} while (iov_iter_count(iter));\n`]],
		],
		[
			'they are released where the function tries again',
			[[TAKE, `again:\n${DROP}\tret = ruff_map(req, iter);\n\tif (ret == -EAGAIN)\n\t\tgoto again;\n`]],
		],
		[
			'they are released where nothing is taken',
			[[TAKE, `\tif (iov_iter_count(iter)) {\n${TAKE}\t} else {\n${DROP}\t}\n`]],
		],
		[
			'they are released on a return path before the acquire',
			[
				[
					TAKE,
					`\tif (req->nr > 8) {\n\t\tret = -E2BIG;\n\t\tgoto out;\n\t}\n${TAKE}\tif (!iter->count)\n\t\tgoto out;\n`,
				],
				['DMA_BIDIRECTIONAL);\n\treturn 0;\n}\n', `DMA_BIDIRECTIONAL);\n\treturn 0;\nout:\n${DROP}\treturn ret;\n}\n`],
			],
		],
		['a helper releases them before', [...HELPER, [TAKE, `\truff_put(req->pages, req->nr);\n${TAKE}`]]],
		[
			'a helper releases them before and after',
			[
				...HELPER,
				[TAKE, `\truff_put(req->pages, req->nr);\n${TAKE}\tif (!iter->count)\n\t\truff_put(req->pages, req->nr);\n`],
			],
		],
		[
			'the taking function returns before it has taken',
			[
				['\tgot = iov_iter_get', '\tif (req->nr)\n\t\treturn -EBUSY;\n\tgot = iov_iter_get'],
				[TAKE, `\tret = ruff_map(req, iter);\n\tif (ret) {\n${DROP}\t\treturn ret;\n\t}\n`],
			],
		],
		[
			'another function takes from an iterator that was kept',
			[
				['\tbool write;\n', '\tbool write;\n\tstruct iov_iter next;\n'],
				more('static int ruff_more(struct ruff_req *req)\n{\n\treturn ruff_map(req, &req->next);\n}\n'),
				[TAKE, `${TAKE}\tret = ruff_more(req);\n\tif (ret) {\n${DROP}\t\treturn ret;\n\t}\n`],
			],
		],
		[
			'pages of another object are released',
			[
				['int ruff_submit(struct ruff_req *req', 'int ruff_submit(struct ruff_req *old, struct ruff_req *req'],
				[TAKE, `${TAKE}${DROP.replaceAll('req->', 'old->')}`],
			],
		],
	] as const satisfies readonly (readonly [string, readonly Change[]])[])('is not asked where %s', (_, changes) => {
		expect(refusalOf(changed([...ALWAYS, ...changes]))).toMatch(/cannot tell \w+\(\) whether the pages are pinned/);
	});

	test.each([
		[
			'it is stored before the function gives up',
			[
				...ALWAYS,
				[
					'\tgot = iov_iter_get',
					'\treq->write = iov_iter_rw(iter) == ITER_DEST;\n\tif (req->nr)\n\t\treturn -EBUSY;\n\tgot = iov_iter_get',
				],
				['\tunsigned int i;\n\n\tfor', '\tunsigned int i;\n\n\tif (req->write)\n\t\tpr_debug("in\\n");\n\tfor'],
			],
		],
		[
			'it is stored for some of the pages',
			[['\treq->write = ', '\tif (got > PAGE_SIZE)\n\t\treturn 0;\n\treq->write = ']],
		],
		[
			'it is stored in an arm of an #if',
			[
				[
					'\treq->write = iov_iter_rw(iter) == ITER_DEST;\n',
					'#ifdef CONFIG_RUFF\n\treq->write = iov_iter_rw(iter) == ITER_DEST;\n#endif\n',
				],
			],
		],
		[
			'pages are added to those that are there',
			[
				['req->pages, SZ_64K, 16, &off', 'req->pages + req->nr, SZ_64K, 16 - req->nr, &off'],
				['req->nr = DIV', 'req->nr += DIV'],
			],
		],
		[
			'one page is added after the other',
			[
				['req->pages, SZ_64K, 16, &off', '&req->pages[req->nr], PAGE_SIZE, 1, &off'],
				['req->nr = DIV_ROUND_UP(got + off, PAGE_SIZE)', 'req->nr++'],
			],
		],
		[
			'pages are moved to another object',
			[
				more(
					'void ruff_move(struct ruff_req *to, struct ruff_req *from)\n{\n\tto->pages[to->nr++] = from->pages[--from->nr];\n}\n',
				),
			],
		],
		[
			'two objects exchange a page',
			[
				more(
					'void ruff_swap(struct ruff_req *a, struct ruff_req *b)\n{\n\tstruct page *page = a->pages[0];\n\n\ta->pages[0] = b->pages[0];\n\tb->pages[0] = page;\n}\n',
				),
			],
		],
		[
			'the pages are copied as memory',
			[
				more(
					'void ruff_move(struct ruff_req *to, struct ruff_req *from)\n{\n\tmemcpy(to->pages, from->pages, sizeof(to->pages));\n\tto->nr = from->nr;\n\tfrom->nr = 0;\n}\n',
				),
			],
		],
		[
			'a helper copies the pages',
			[
				more(
					'static void ruff_copy(struct page **to, struct page **from, unsigned int nr)\n{\n\twhile (nr--)\n\t\tto[nr] = from[nr];\n}\n\nvoid ruff_move(struct ruff_req *to, struct ruff_req *from)\n{\n\truff_copy(to->pages, from->pages, from->nr);\n}\n',
				),
			],
		],
		[
			'a page is exchanged',
			[
				more(
					'struct page *ruff_steal(struct ruff_req *req, struct page *page)\n{\n\treturn xchg(&req->pages[0], page);\n}\n',
				),
			],
		],
		[
			'the end of the object is zeroed',
			[
				more(
					'void ruff_reset(struct ruff_req *req)\n{\n\tmemset(&req->nr, 0, sizeof(*req) - offsetof(struct ruff_req, nr));\n}\n',
				),
			],
		],
		[
			'it is zeroed behind an array',
			[
				more(
					'void ruff_reset(struct ruff_req *req)\n{\n\tmemset(req->dma, 0, sizeof(*req) - offsetof(struct ruff_req, dma));\n}\n',
				),
			],
		],
		[
			'it is zeroed by memset_after()',
			[more('void ruff_reset(struct ruff_req *req)\n{\n\tmemset_after(req, 0, dma);\n}\n')],
		],
		[
			'it is written through a cast',
			[more('void ruff_reset(struct ruff_req *req)\n{\n\t*(bool *)((char *)req + 200) = false;\n}\n')],
		],
		[
			'a part of it is written through a cast',
			[
				more(
					'static void ruff_clear(unsigned int *nr)\n{\n\t*(bool *)(nr + 1) = false;\n}\n\nvoid ruff_reset(struct ruff_req *req)\n{\n\truff_clear(&req->nr);\n}\n',
				),
			],
		],
		['the field is part of a union', [['\tbool write;\n', '\tunion {\n\t\tbool write;\n\t\tvoid *cookie;\n\t};\n']]],
		[
			'a macro moves pages',
			[
				[
					'static int ruff_map',
					'#define RUFF_GIVE(a, b) do { (a)->pages[0] = (b)->pages[0]; (b)->nr = 0; } while (0)\n\nstatic int ruff_map',
				],
				more('void ruff_give(struct ruff_req *to, struct ruff_req *from)\n{\n\tRUFF_GIVE(to, from);\n}\n'),
			],
		],
		[
			'it stands in an object that many requests share',
			[
				CONTEXT,
				['ruff_map(struct ruff_req *req', 'ruff_map(struct ruff_ctx *ctx, struct ruff_req *req'],
				['\treq->write = iov_iter_rw(iter) == ITER_DEST;\n', '\tctx->total = got;\n'],
				[
					'ruff_release(struct ruff_req *req)',
					'ruff_release(struct ruff_ctx *ctx, struct page **pages, unsigned int nr)',
				],
				[
					`${DROP}\tif (req->write)\n\t\treq->dma[0] = 0;\n`,
					'\tpr_debug("%zu\\n", ctx->total);\n\tfor (i = 0; i < nr; i++)\n\t\tput_page(pages[i]);\n',
				],
				['ruff_map(req, iter)', 'ruff_map(ctx, req, iter)'],
				['ruff_submit(struct', 'ruff_submit(struct ruff_ctx *ctx, struct'],
				['ruff_done(struct', 'ruff_done(struct ruff_ctx *ctx, struct'],
				['\truff_release(req);', '\truff_release(ctx, req->pages, req->nr);\n\treq->nr = 0;'],
			],
		],
		[
			'the iterator is another one by then',
			[['\tgot = iov_iter_get', '\tmemmove(iter, &req->dma, sizeof(*iter));\n\tgot = iov_iter_get']],
		],
	] as const satisfies readonly (readonly [string, readonly Change[]])[])('is not kept where %s', (_, changes) => {
		expect(refusalOf(changed(changes))).toBeDefined();
	});

	test('is asked once pages were taken on every way, into the place that is released', () => {
		const failed = `${TAKE}\tif (!iter->count) {\n${DROP}\t\treturn -EIO;\n\t}\n`;
		expect(converted(changed([[TAKE, failed]]))).toMatch(
			/\tbool need_unpin = iov_iter_extract_will_pin\(iter\);\n\tunsigned int i;[\s\S]*\tif \(need_unpin\)/,
		);
	});
});

/** The same with references of the process's own pages: whoever else has a hand in them. */
const PINNED = WAITING.replace('struct iov_iter *iter', 'unsigned long addr')
	.replace(
		'int ruff_submit(struct ruff_req *req, struct iov_iter *iter)',
		'int ruff_submit(struct ruff_req *req, unsigned long addr)',
	)
	.replace(
		'iov_iter_get_pages2(iter, req->pages, SZ_64K, 16, &off)',
		'get_user_pages_fast(addr, 16, FOLL_WRITE, req->pages)',
	)
	.replace('\tsize_t off;\n', '')
	.replace('DIV_ROUND_UP(got + off, PAGE_SIZE)', 'got')
	.replace('iov_iter_rw(iter) == ITER_DEST', 'true')
	.replace('ruff_map(req, iter)', 'ruff_map(req, addr)');

describe('pages that wait in an object', () => {
	const refused = (text: string, ...changes: readonly Change[]) =>
		refusalOf([more(text), ...changes].reduce((now, [from, to]) => now.replace(from, () => to), PINNED));

	test('are pinned and unpinned', () => {
		expect(converted(PINNED)).toContain('\tunpin_user_pages(req->pages, req->nr);\n');
	});

	test('are not converted where their mapping puts them', () => {
		const text =
			'void *ruff_vmap(struct ruff_req *req)\n{\n\treturn vmap(req->pages, req->nr, VM_MAP | VM_MAP_PUT_PAGES, PAGE_KERNEL);\n}\n';
		expect(refused(text)).toMatch(/^vmap\(\) in ruff_vmap\(\) hands the references over to the mapping/);
	});

	test('are not converted where they are put in a list', () => {
		const text =
			'void ruff_keep(struct ruff_req *req, struct list_head *list)\n{\n\tlist_add(&req->pages[--req->nr]->lru, list);\n}\n';
		expect(refused(text)).toMatch(/^list_add\(\) in ruff_keep\(\) puts the pages in a list/);
	});

	test('are not converted where they are found again by their mapping', () => {
		const text =
			'void ruff_drop(struct ruff_req *req)\n{\n\tvoid *va = kmap(req->pages[0]);\n\n\tput_page(kmap_to_page(va));\n}\n';
		expect(refused(text)).toBeDefined();
	});

	test('are not converted where their address is freed', () => {
		const text =
			'void ruff_keep(struct ruff_req *req)\n{\n\treq->va = page_address(req->pages[--req->nr]);\n}\n\nvoid ruff_drop(struct ruff_req *req)\n{\n\tfree_page((unsigned long)req->va);\n}\n';
		expect(refused(text, ['\tbool write;\n', '\tbool write;\n\tvoid *va;\n'])).toMatch(
			/to the allocator by its address$/,
		);
	});

	test('are not converted where another member of a union is stored', () => {
		const text = 'void ruff_set(struct ruff_req *req, struct page *page)\n{\n\treq->one = page;\n}\n';
		const union: Change = [
			'\tstruct page *pages[16];\n',
			'\tunion {\n\t\tstruct page *pages[16];\n\t\tstruct page *one;\n\t};\n',
		];
		expect(refused(text, union)).toBe('one shares its memory with pages, where the pages wait');
	});

	test('are not converted where an arm of an #if that is not read has them', () => {
		const text =
			'void ruff_kill(struct ruff_req *req)\n{\n#ifdef CONFIG_RUFF\n\truff_release(req);\n#else\n\truff_other(req->pages, req->nr);\n#endif\n}\n';
		expect(refused(text)).toMatch(
			/^ruff_kill\(\) uses pages in an arm of an #if that is not read|^ruff_other\(\) gets the pages/,
		);
	});

	test('are not converted where a page of another origin is exchanged for one', () => {
		const text =
			'struct page *ruff_steal(struct ruff_req *req, struct page *page)\n{\n\treturn xchg(&req->pages[0], page);\n}\n';
		expect(refused(text)).toMatch(/also releases other pages/);
	});
});
