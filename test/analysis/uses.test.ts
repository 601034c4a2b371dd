/** What becomes of the pages of a taking call: one fixture for each kind of evidence, and for what ends it. */
import { describe, expect, it } from 'vitest';
import { fileContext } from '../../server/src/analysis/context.js';
import { completionOf, type Use, type Uses, usesOf } from '../../server/src/analysis/derived-values/index.js';
import { takesPages } from '../../server/src/analysis/derived-values/site.js';
import { LinkedUnit } from '../../server/src/syntax/linked-unit.js';
import { engine, kernel } from '../syntax/engine.js';

const PATH = 'drivers/misc/example.c';

function read(text: string, path = PATH) {
	const file = fileContext(path, new LinkedUnit(text, []), kernel, engine.read(text, kernel));
	const call = file.calls.find((one) => takesPages(one));
	if (!call) throw new Error('the fixture takes no pages');
	return { file, uses: usesOf(file, call) };
}

function uses(text: string, path = PATH): Uses {
	return read(text, path).uses;
}

/** "device step: dma_map_page() gives them to a device for DMA", one string for each use but those of the struct page. */
function told(text: string, path = PATH): string[] {
	return uses(text, path)
		.uses.filter(({ kind }) => kind !== 'page-only')
		.map(({ kind, function: fn, text: what }) => `${kind} ${fn}: ${what}`);
}

/** A function that takes one page into `page` and does `body` with it. */
function withPage(body: string, params = 'struct ctx *ctx', before = ''): string {
	return `${before}
static int step(unsigned long addr, ${params})
{
	struct page *page;

	if (get_user_pages_fast(addr, 1, FOLL_WRITE, &page) != 1)
		return -EFAULT;
	${body}
	return 0;
}
`;
}

function kinds(text: string): (string | undefined)[] {
	return uses(text).uses.map(({ kind }) => kind);
}

function only(text: string, kind: Use['kind']): Use | undefined {
	return uses(text).uses.find((use) => use.kind === kind);
}

describe('a device', () => {
	it.each([
		['ctx->dma = dma_map_page(ctx->dev, page, 0, PAGE_SIZE, DMA_TO_DEVICE);', 'to-device'],
		[
			'enum dma_data_direction dir = DMA_FROM_DEVICE;\n\tctx->dma = dma_map_page(ctx->dev, page, 0, PAGE_SIZE, dir);',
			'from-device',
		],
		['ctx->dma = dma_map_single(ctx->dev, page_address(page), PAGE_SIZE, ctx->dir);', 'unknown'],
		['sg_set_page(&ctx->sg, page, PAGE_SIZE, 0);\n\tdma_map_sg(ctx->dev, &ctx->sg, 1, DMA_BIDIRECTIONAL);', 'both'],
		['bio_add_page(ctx->bio, page, PAGE_SIZE, 0);', 'unknown'],
		[
			'sg_init_one(ctx->sg, kmap(page), 64);\n\tvirtqueue_add_inbuf(ctx->vq, ctx->sg, 1, ctx, GFP_KERNEL);',
			'from-device',
		],
		['iommu_map(ctx->domain, ctx->iova, page_to_phys(page), PAGE_SIZE, IOMMU_READ, GFP_KERNEL);', 'unknown'],
		['writel(lower_32_bits(page_to_phys(page)), ctx->regs + ADDR);', 'unknown'],
		['ctx->desc->addr = cpu_to_le64(page_to_phys(page));', 'unknown'],
		['hv_do_hypercall(SHARE, page_to_pfn(page), 0);', 'unknown'],
	])('%s', (body, direction) => {
		expect(only(withPage(body), 'device')).toMatchObject({ direction, function: 'step' });
	});

	it('behind a helper, in a table of addresses', () => {
		const helper = `static void fill(struct vec *vec, struct page **pages, int nr)
{
	int i;

	for (i = 0; i < nr; i++)
		vec[i].addr = page_to_phys(pages[i]);
}
`;
		const body = 'fill(ctx->vec, &page, 1);\n\thcall_share(virt_to_phys(ctx->vec));';
		expect(only(withPage(body, undefined, helper), 'device')?.text).toBe('hcall_share() passes them to the hypervisor');
	});

	it('stays until it is unmapped where it is an IOMMU', () => {
		const body = 'iommu_map(ctx->domain, ctx->iova, page_to_phys(page), PAGE_SIZE, IOMMU_READ, GFP_KERNEL);';
		expect(only(withPage(body), 'device')).toMatchObject({ lasting: 'mapped' });
	});
});

describe('what stays', () => {
	it('a mapping in an object', () => {
		expect(
			only(withPage('ctx->page = page;\n\tctx->addr = vmap(&page, 1, VM_MAP, PAGE_KERNEL);'), 'kept'),
		).toMatchObject({
			mapped: true,
			life: 'parameter',
			text: 'they stay mapped via ctx->addr',
		});
	});

	it('not a mapping of one thread', () => {
		expect(kinds(withPage('ctx->addr = kmap_local_page(page);'))).not.toContain('kept');
	});

	it('the pages, or their address alone', () => {
		expect(only(withPage('ctx->page = page;'), 'stored')).toMatchObject({ life: 'parameter' });
		expect(only(withPage('ctx->obj->pfn = page_to_pfn(page);'), 'stored')).toMatchObject({
			life: 'object',
			address: true,
		});
		expect(only(withPage('all_pages = page;', 'int nr'), 'stored')).toMatchObject({ life: 'global' });
	});

	it('an object in a list, a tree or a table', () => {
		const make = 'struct item *item = kzalloc(sizeof(*item), GFP_KERNEL);\n\titem->page = page;\n\t';
		for (const insert of [
			'list_add_tail(&item->node, &ctx->items);',
			'rb_insert_color(&item->node, &ctx->root);',
			'xa_store(&ctx->items, addr, item, GFP_KERNEL);',
			'idr_alloc(&ctx->idr, item, 1, 0, GFP_KERNEL);',
		])
			expect(only(withPage(make + insert), 'registered')?.text).toContain('keeps them in item');
	});

	it('not an object in a list of the caller', () => {
		const body =
			'struct item *item = kzalloc(sizeof(*item), GFP_KERNEL);\n\titem->page = page;\n\tlist_add(&item->node, list);';
		expect(kinds(withPage(body, 'struct list_head *list'))).not.toContain('registered');
	});

	it('not what a caller has on its stack', () => {
		const text = `${withPage('ctx->page = page;')}
int drive(unsigned long addr)
{
	struct ctx ctx = {};
	int ret = step(addr, &ctx);

	if (!ret)
		put_page(ctx.page);
	return ret;
}
`;
		expect(told(text)).toEqual(['released drive: put_page() releases them']);
		expect(uses(text).transient).toBe(true);
	});
});

describe('the CPU', () => {
	it.each([
		'memcpy(page_address(page), ctx->buf, 8);',
		'memset(kmap(page), 0, 8);',
		'set_bit(3, page_address(page));',
		'memcpy_to_page(page, 0, ctx->buf, 8);',
		'u32 *p = kmap_local_page(page);\n\t*p = 1;',
		'u32 *p = kmap_local_page(page);\n\tp[2] |= 1;',
		'struct rec *p = kmap_local_page(page);\n\tp->seq = 1;',
		'struct rec *p = kmap_local_page(page);\n\tWRITE_ONCE(p->seq, 1);',
		'if (copy_from_user(page_address(page) + 8, ctx->user, 8))\n\t\treturn -EFAULT;',
	])('writes: %s', (body) => {
		expect(kinds(withPage(body))).toContain('write');
	});

	it.each([
		'memcpy(ctx->buf, page_address(page), 8);',
		'memcpy_from_page(ctx->buf, page, 0, 8);',
		'u32 *p = kmap_local_page(page);\n\tctx->value = *p;',
		'struct rec *p = kmap_local_page(page);\n\tctx->value = p->seq;',
		'if (copy_to_user(ctx->user, page_address(page), 8))\n\t\treturn -EFAULT;',
	])('reads: %s', (body) => {
		const seen = kinds(withPage(body));
		expect(seen).toContain('read');
		expect(seen).not.toContain('write');
	});

	it.each([
		'ctx->nid = page_to_nid(page);',
		'ctx->mapping = page->mapping;',
		'if (PageAnon(page))\n\t\tctx->anon++;',
		'if (page_to_pfn(page) == ctx->pfn)\n\t\tctx->hits++;',
	])('reads the struct page alone: %s', (body) => {
		expect(new Set(kinds(withPage(body)))).toEqual(new Set(['page-only']));
	});
});

describe('who has them then', () => {
	it.each([
		['skb_fill_page_desc(ctx->skb, 0, page, 0, 8);', 'skb fragments'],
		['sk_msg_page_add(ctx->msg, page, 8, 0);', 'a message scatterlist'],
		['struct pipe_buffer buf = {};\n\tbuf.page = page;\n\tadd_to_pipe(ctx->pipe, &buf);', 'pipe buffers'],
	])('an owner who puts them: %s', (body, who) => {
		expect(only(withPage(body), 'moved')?.text).toContain(who);
	});

	it('a caller in another file', () => {
		expect(only(withPage('*out = page;', 'struct page **out'), 'returned')?.text).toBe(
			'they are stored in out for the caller',
		);
		expect(
			only(
				'struct page *step(unsigned long addr)\n{\n\tstruct page *page;\n\n\tget_user_pages_fast(addr, 1, 0, &page);\n\treturn page;\n}\n',
				'returned',
			),
		).toBeDefined();
	});

	it('a function of another file', () => {
		expect(told(withPage('example_queue(ctx, page);'))).toEqual(['handed step: passed to example_queue()']);
	});
});

describe('the way of the pages', () => {
	it('through callers and helpers of the file', () => {
		const text = `static int take(struct obj *obj, unsigned long addr)
{
	int got = get_user_pages_fast(addr, obj->nr, 0, obj->pages);

	return got == obj->nr ? 0 : -EFAULT;
}

static int map(struct device *dev, struct page **pages, dma_addr_t *dma)
{
	*dma = dma_map_page(dev, pages[0], 0, PAGE_SIZE, DMA_TO_DEVICE);
	return dma_mapping_error(dev, *dma);
}

int start(struct device *dev, struct obj *obj, unsigned long addr)
{
	int ret = take(obj, addr);

	return ret ? ret : map(dev, obj->pages, &obj->dma);
}
`;
		expect(told(text)).toContain('device map: dma_map_page() maps them for DMA');
	});

	it('through the field they are kept in', () => {
		const text = `${withPage('obj->page = page;', 'struct obj *obj')}
void run(struct dev *dev, struct list_head *list)
{
	struct obj *obj = list_first_entry(list, struct obj, node);

	memcpy_to_page(obj->page, 0, dev->buf, 8);
}

void other(struct dev *dev, struct other *obj)
{
	memcpy_from_page(dev->buf, obj->page, 0, 8);
}
`;
		expect(told(text)).toContain('write run: memcpy_to_page() writes to them');
		expect(told(text).some((use) => use.includes('other:'))).toBe(false);
		expect(only(text, 'write')).toMatchObject({ byField: true });
	});

	it('does not take NULL for an object', () => {
		const text = `${withPage('req->page = page;', 'struct req *req')}
int probe(unsigned long addr)
{
	return step(addr, NULL);
}
`;
		expect(uses(text).uses.some(({ life }) => life === 'global')).toBe(false);
	});

	it('stops where a file has more calls than can be followed', () => {
		const helper = 'static void drop(struct page *page)\n{\n\tput_page(page);\n}\n';
		const many = Array.from({ length: 2100 }, (_, i) => withPage('drop(page);').replace('step', `step${i}`));
		const { file } = read([helper, ...many].join('\n'));
		const found = file.calls.filter(takesPages).map((call) => usesOf(file, call).complete);
		expect([found[0], found.at(-1)]).toEqual([true, false]);
	});

	it('ends where they are given back', () => {
		const text = withPage('put_page(page);\n\tctx->dma = dma_map_page(ctx->dev, page, 0, PAGE_SIZE, DMA_TO_DEVICE);');
		expect(told(text)).toEqual(['released step: put_page() releases them']);
		expect(uses(text).transient).toBe(true);
	});

	it('ends where the variable holds another page', () => {
		const text = withPage(
			'page = alloc_page(GFP_KERNEL);\n\tctx->dma = dma_map_page(ctx->dev, page, 0, 8, DMA_TO_DEVICE);',
		);
		expect(told(text)).toEqual([]);
	});

	it('is not followed without end', () => {
		const chain = Array.from(
			{ length: 40 },
			(_, i) => `static void f${i}(struct page *page)\n{\n\tf${i + 1}(page);\n\tf${(i * 7) % 40}(page);\n}\n`,
		);
		expect(uses(withPage('f0(page);', undefined, chain.join('\n')))).toBeDefined();
	});
});

describe('transient', () => {
	const loops = [
		'for (i = 0; i < got; i++)\n\t\tput_page(pages[i]);',
		'while (got--)\n\t\tput_page(pages[got]);',
		'release_pages(pages, got);',
		'if (got > 0)\n\t\trelease_pages(pages, got);',
	];
	it.each(loops)('%s', (release) => {
		const text = `static int sum(unsigned long addr, int nr, struct page **pages)
{
	int got = get_user_pages_fast(addr, nr, 0, pages);
	int i, ret = 0;

	if (got < 0)
		return got;
	if (got == nr)
		ret = example_sum(pages);
	${release}
	return ret;
}
`;
		expect(uses(text).transient).toBe(true);
	});

	it.each([
		['a way out keeps them', 'if (ctx->keep)\n\t\treturn 1;\n\tput_page(page);'],
		['a loop gives back what is bad alone', 'while (ctx->left--)\n\t\tif (ctx->bad)\n\t\t\tput_page(page);'],
	])('not where %s', (_, body) => {
		expect(uses(withPage(body)).transient).toBe(false);
	});

	it('also where a static function returns the page to callers who put it', () => {
		const text = `static struct page *look(unsigned long addr)
{
	struct page *page = NULL;

	get_user_pages_remote(current->mm, addr, 1, FOLL_WRITE, &page, NULL);
	return page;
}

int touch(unsigned long addr)
{
	struct page *page = look(addr);

	if (!page)
		return -EFAULT;
	set_bit(1, page_address(page));
	put_page(page);
	return 0;
}
`;
		expect(told(text)).toEqual(['write touch: set_bit() writes to them', 'released touch: put_page() releases them']);
		expect(uses(text).transient).toBe(true);
	});
});

describe('the file', () => {
	it('deals with MMU notifiers, in its code', () => {
		expect(uses(`#include <linux/mmu_notifier.h>\n${withPage('put_page(page);')}`).notifier).toBeDefined();
		expect(uses(withPage('if (mmu_invalidate_retry(ctx->kvm, ctx->seq))\n\t\tput_page(page);')).notifier).toBeDefined();
		expect(uses(`/* no mmu_notifier here */\n${withPage('put_page(page);')}`).notifier).toBeUndefined();
		expect(uses(withPage('hmm_bo_free(ctx, page);')).notifier).toBeUndefined();
	});

	it.each([
		['kernel/events/example.c', true],
		['mm/example.c', true],
		['fs/exec.c', true],
		['arch/arm64/kernel/mte.c', true],
		['security/tomoyo/domain.c', true],
		['arch/s390/kvm/interrupt.c', false],
		['drivers/misc/kernel/example.c', false],
		['fs/ext4/exec.c', false],
	])('%s is core code: %s', (path, core) => {
		expect(uses(withPage('put_page(page);'), path).core).toBe(core);
	});
});

describe('a release is bounded', () => {
	const release = 'static void done(struct req *req)\n{\n\tput_page(req->page);\n}\n';
	const take = withPage('req->page = page;', 'struct req *req');
	const bounded = (text: string): boolean => {
		const { file, uses: found } = read(text);
		return completionOf(file, found.uses) !== undefined;
	};
	it.each([
		['a callback', 'void go(struct req *req)\n{\n\treq->tx->callback = done;\n}\n'],
		['deferred work', 'void go(struct req *req)\n{\n\tINIT_WORK(&req->work, done);\n}\n'],
		['an interrupt', 'void go(struct req *req)\n{\n\trequest_irq(req->irq, done, 0, "req", req);\n}\n'],
		[
			'an interrupt handler that another file registers',
			'irqreturn_t on_irq(int irq, void *data)\n{\n\tdone(data);\n\treturn IRQ_HANDLED;\n}\n',
		],
		[
			'the completion of a bio that another file sends',
			'void on_end(struct bio *bio)\n{\n\tdone(bio->bi_private);\n}\n',
		],
		['a table of operations', 'static const struct req_ops ops = {\n\t.complete = done,\n};\n'],
		[
			'a destructor',
			'static void end(void *req)\n{\n\tkref_put(req, done);\n}\nvoid go(struct req *req)\n{\n\treq->end_io = end;\n}\n',
		],
	])('by %s', (_, text) => {
		expect(bounded(`${release}${take}${text}`)).toBe(true);
	});

	it.each([
		['an ioctl', 'static const struct file_operations fops = {\n\t.unlocked_ioctl = done,\n};\n'],
		[
			'a function that is given a bio and returns',
			'int merge(struct bio *bio)\n{\n\tdone(bio->bi_private);\n\treturn 0;\n}\n',
		],
		['a destructor alone', 'void go(struct req *req)\n{\n\tkref_put(&req->ref, done);\n}\n'],
	])('not by %s', (_, text) => {
		expect(bounded(`${release}${take}${text}`)).toBe(false);
	});
});

it('carries the iov_iter functions and their helpers', () => {
	const text = (call: string, rest: string) =>
		`static int step(struct ctx *ctx, struct iov_iter *iter)\n{\n\tstruct page **pages = ctx->pages;\n\tsize_t off;\n\tssize_t got = ${call};\n\n\tif (got <= 0)\n\t\treturn got;\n\t${rest}\n\treturn 0;\n}\n`;
	expect(
		kinds(text('iov_iter_get_pages2(iter, pages, 4096, 1, &off)', 'bio_add_page(ctx->bio, pages[0], got, off);')),
	).toContain('device');
	expect(
		kinds(
			text('iov_iter_extract_pages(iter, &pages, 4096, 1, 0, &off)', 'memcpy_to_page(pages[0], off, ctx->buf, got);'),
		),
	).toContain('write');
	expect(
		kinds(text('extract_iter_to_sg(iter, 4096, &ctx->sgt, 1, 0)', 'dma_map_sgtable(ctx->dev, &ctx->sgt, 1, 0);')),
	).toContain('device');
	expect(
		only(
			'int step(struct bio *bio, struct iov_iter *iter)\n{\n\tif (bio_iov_iter_get_pages(bio, iter))\n\t\treturn -EFAULT;\n\tsubmit_bio(bio);\n\treturn 0;\n}\n',
			'device',
		),
	).toBeDefined();
	expect(
		only(
			'void step(unsigned long addr, void *to)\n{\n\tstruct page *page = get_dump_page(addr);\n\n\tif (page)\n\t\tmemcpy_from_page(to, page, 0, 8);\n}\n',
			'read',
		),
	).toBeDefined();
});
