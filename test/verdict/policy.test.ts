/** Each way a verdict comes about, with its neighbour that gets another one. */
import { describe, expect, it } from 'vitest';
import { site, verdict, withIterator, withPage } from './audit.js';

const PIN = 'convert pin_user_pages';
const EXTRACT = 'convert iov_iter_extract_pages';

describe('ok', () => {
	it('is what pins and is paired', () => {
		const text = `
static int step(unsigned long addr, struct page **pages, int n)
{
	int got = pin_user_pages_fast(addr, n, FOLL_WRITE, pages);

	if (got > 0)
		unpin_user_pages(pages, got);
	return got < 0 ? got : 0;
}
`;
		expect(verdict(text)).toBe('ok');
		expect(site(text)).toMatchObject({ release: 'unpin_user_pages', flags: 'FOLL_WRITE', function: 'step' });
	});

	it.each([
		['bio_iov_iter_get_pages(bio, iter)', 'struct bio *bio, struct iov_iter *iter'],
		['skb_splice_from_iter(skb, iter, n, GFP_KERNEL)', 'struct sk_buff *skb, struct iov_iter *iter, size_t n'],
		['extract_iter_to_sg(iter, n, sgt, 8, 0)', 'struct iov_iter *iter, size_t n, struct sg_table *sgt'],
		[
			'PTR_ERR_OR_ZERO(folio_walk_start(fw, vma, addr, 0))',
			'struct folio_walk *fw, struct vm_area_struct *vma, unsigned long addr',
		],
	])('is %s', (call, params) => {
		expect(verdict(`int step(${params})\n{\n\treturn ${call};\n}\n`)).toBe('ok');
	});

	it('is a call for kernel pages', () => {
		const text =
			'int step(struct kvec *vec, struct page **pages, int n)\n{\n\treturn get_kernel_pages(vec, n, 0, pages);\n}\n';
		expect(verdict(text, { version: '6.1' })).toBe('ok');
	});
});

describe('keep', () => {
	it.each([
		['page_to_nid(page)', 'keep struct-page-only'],
		['page_to_pfn(page)', 'keep struct-page-only'],
	])('ret = %s: %s', (expression, expected) => {
		expect(verdict(withPage(`ret = ${expression};\n\tput_page(page);`))).toBe(expected);
	});

	it('is for pages that are given back untouched, not for those somebody else may have reached', () => {
		expect(verdict(withPage('put_page(page);'))).toBe('keep struct-page-only');
		expect(verdict(withPage('ctx->source = page;\n\tret = run(ctx);\n\tctx->source = NULL;\n\tput_page(page);'))).toBe(
			PIN,
		);
	});

	it('is for a read by the CPU that lets go at once, not for one whose page stays', () => {
		const read = 'memcpy(ctx->copy, page_address(page), 64);';
		expect(verdict(withPage(`${read}\n\tput_page(page);`))).toBe('keep transient');
		expect(verdict(withPage(`${read}\n\tctx->page = page;`))).toBe(PIN);
	});

	it('is for core code that copies one page, not for a driver that does the same', () => {
		const text = withPage('memcpy(page_address(page), ctx->copy, 64);\n\tput_page(page);');
		expect(verdict(text, { path: 'kernel/events/example.c' })).toBe('keep transient');
		expect(verdict(text, { path: 'arch/x86/kernel/example.c' })).toBe('keep transient');
		expect(verdict(text, { path: 'fs/exec.c' })).toBe('keep transient');
		expect(verdict(text)).toBe(PIN);
		expect(verdict(text, { path: 'fs/example/file.c' })).toBe(PIN);
		expect(verdict(text, { path: 'kernel/step.c' })).toBe(PIN);
	});

	it('is not for core code that writes many pages', () => {
		const text = `
static int step(unsigned long addr, struct page **pages, int n, struct iov_iter *from)
{
	int got = get_user_pages_fast(addr, n, FOLL_WRITE, pages);
	int i;

	for (i = 0; i < got; i++) {
		copy_page_from_iter(pages[i], 0, PAGE_SIZE, from);
		put_page(pages[i]);
	}
	return got;
}
`;
		expect(verdict(text, { path: 'mm/example.c' })).toBe(PIN);
	});

	it('is for memory management that looks pages up, not for an array it fills for drivers', () => {
		const look = withPage('folio_isolate_lru(page_folio(page));\n\tput_page(page);');
		expect(verdict(look, { path: 'mm/example.c' })).toBe('keep core-mm');
		const fill = `
int fill_vector(unsigned long addr, int n, struct vector *vec)
{
	vec->got = get_user_pages_fast(addr, n, FOLL_WRITE, vec->pages);
	return vec->got;
}
EXPORT_SYMBOL(fill_vector);
`;
		expect(verdict(fill, { path: 'mm/example.c' })).toBe(PIN);
	});

	it('is for a wrapper in the headers of the family', () => {
		const text = `
static inline bool get_one(unsigned long addr, unsigned int gup_flags, struct page **page)
{
	return get_user_pages_fast_only(addr, 1, gup_flags, page) == 1;
}
`;
		expect(verdict(text, { path: 'include/linux/mm.h' })).toBe('keep core-mm');
		expect(verdict(text, { path: 'drivers/misc/example.h' })).toBe(PIN);
	});

	it('is for the file that implements the iterator', () => {
		const helper = `
static ssize_t fill(struct iov_iter *i, struct page **pages, int n)
{
	return get_user_pages_fast(i->addr, n, FOLL_WRITE, pages);
}
`;
		const own = `${helper}
ssize_t iov_iter_get_pages2(struct iov_iter *i, struct page **pages, size_t max, unsigned n, size_t *start)
{
	return fill(i, pages, n);
}
`;
		expect(verdict(own, { path: 'lib/example.c' })).toBe('keep core-mm');
		expect(verdict(helper, { path: 'lib/example.c' })).toBe(PIN);
	});

	it('is for a look-up in the page tables', () => {
		const text = `
static int step(struct vm_area_struct *vma, unsigned long addr)
{
	struct page *page = follow_page(vma, addr, FOLL_WRITE | FOLL_GET);

	if (IS_ERR_OR_NULL(page))
		return -EFAULT;
	make_accessible(page);
	put_page(page);
	return 0;
}
`;
		expect(verdict(text, { path: 'arch/s390/mm/fault.c', version: '6.1' })).toBe('keep transient');
	});

	it('is for a core dump, wherever it stands', () => {
		const text = `
static int step(struct coredump_params *cprm, unsigned long addr)
{
	struct page *page = get_dump_page(addr);
	int stop = 0;

	if (page) {
		stop = !emit(cprm, page);
		put_page(page);
	}
	return stop;
}
`;
		expect(verdict(text, { path: 'fs/binfmt_example.c' })).toBe('keep transient');
	});

	it('is for a fault without pages', () => {
		const text =
			'static long step(struct mm_struct *mm, unsigned long addr)\n{\n\treturn get_user_pages_remote(mm, addr, 1, FOLL_WRITE, NULL, NULL);\n}\n';
		expect(verdict(text)).toBe('keep struct-page-only');
	});
});

describe('keep for an MMU notifier', () => {
	const map = 'ctx->dma = dma_map_page(ctx->dev, page, 0, PAGE_SIZE, DMA_FROM_DEVICE);\n\tctx->page = page;';
	const callback = (type: string) => `
static bool gone(struct mmu_interval_notifier *mni, const struct mmu_notifier_range *range, unsigned long seq)
{
	struct ${type} *one = container_of(mni, struct ${type}, notifier);

	mmu_interval_set_seq(mni, seq);
	stop(one);
	return true;
}

static const struct mmu_interval_notifier_ops ops = {
	.invalidate = gone,
};
`;

	it('is for the object that is told', () => {
		expect(verdict(withPage(map, callback('ctx')))).toBe('keep mmu-notifier');
	});

	it('is not for another object of the same file', () => {
		expect(verdict(withPage(map, callback('other')))).toBe(PIN);
	});

	it('is for an object that one of those who are told leads to', () => {
		const before = `${callback('watch')}
static void stop_watch(struct watch *watch)
{
	struct ctx *ctx = watch->ctx;

	unmap(ctx);
}
`;
		expect(verdict(withPage(map, before))).toBe('keep mmu-notifier');
	});

	it('is not for an address that another object is given', () => {
		const body = 'ctx->batch->frame = page_to_pfn(page);\n\tctx->pages[0] = page;';
		expect(verdict(withPage(body, callback('other')))).toBe(PIN);
	});

	it('is for pages that leave the file that is told', () => {
		const text = `${callback('guest')}
int guest_page(unsigned long addr, unsigned long *pfn)
{
	struct page *page;

	if (get_user_pages_fast(addr, 1, FOLL_WRITE, &page) != 1)
		return -EFAULT;
	*pfn = page_to_pfn(page);
	return 0;
}
`;
		expect(verdict(text)).toBe('keep mmu-notifier');
	});

	it('is for a function that asks whether a change came in between', () => {
		const body = `${map}\n\tif (mmu_interval_read_retry(&ctx->notifier, ctx->seq))\n\t\tret = -EAGAIN;`;
		expect(verdict(withPage(body))).toBe('keep mmu-notifier');
	});

	it('is not for code that only tells others, or includes the header', () => {
		const before = `#include <linux/mmu_notifier.h>
static void tell(struct mmu_notifier_range *range)
{
	mmu_notifier_invalidate_range_start(range);
	mmu_notifier_invalidate_range_end(range);
}
`;
		expect(verdict(withPage(map, before))).toBe(PIN);
	});
});

describe('convert', () => {
	it.each([
		['a device', 'ctx->dma = dma_map_page(ctx->dev, page, 0, PAGE_SIZE, DMA_TO_DEVICE);\n\tput_page(page);'],
		['an object that keeps the page', 'ctx->page = page;'],
		['an object that keeps a mapping', 'ctx->base = kmap(page);'],
		['a write by the CPU', 'memset(page_address(page), 0, 64);\n\tput_page(page);'],
		['a list for I/O', 'sg_set_page(ctx->sg, page, PAGE_SIZE, 0);\n\tret = transfer(ctx);\n\tput_page(page);'],
	])('is for %s', (_, body) => {
		expect(verdict(withPage(body))).toBe(PIN);
	});

	it('is for a physical address that is passed on', () => {
		const found = site(withPage('start(ctx->regs, page_to_phys(page));\n\tset_page_dirty(page);\n\tput_page(page);'));
		expect(found).toMatchObject({ verdict: 'convert', findings: ['dirty-unlocked'] });
	});

	it('is for pages of which a user of the field gives a further reference away', () => {
		const user = `
static void splice(struct ctx *ctx, struct pipe_buffer *buf)
{
	get_page(ctx->page);
	buf->page = ctx->page;
}
`;
		expect(verdict(withPage('ctx->page = page;', user))).toBe(PIN);
	});

	it('is for FOLL_LONGTERM on plain references, whatever else the rules say of it', () => {
		const text = (flags: string) =>
			`int take(unsigned long addr, int n, struct page **pages, bool write)\n{\n\treturn get_user_pages_fast(addr, n, ${flags}, pages);\n}\n`;
		expect(site(text('FOLL_LONGTERM | (write ? FOLL_WRITE : 0)'))).toMatchObject({
			verdict: 'convert',
			findings: ['foll-longterm-without-pin'],
		});
	});

	it('names what shows it', () => {
		const text = withPage('ctx->dma = dma_map_page(ctx->dev, page, 0, PAGE_SIZE, DMA_TO_DEVICE);\n\tput_page(page);');
		const texts = site(text).evidence.map((one) => one.text);
		expect(texts).toContain('dma_map_page() maps them for DMA');
		expect(texts).toContain('put_page() releases them');
	});

	it('is for the pages of an iterator that comes from a caller', () => {
		expect(verdict(withIterator('transfer(ctx, pages, len);'))).toBe(EXTRACT);
	});

	it('is for them also before the replacement is there', () => {
		expect(verdict(withIterator('transfer(ctx, pages, len);'), { version: '6.1' })).toBe(EXTRACT);
	});
});

describe('benefit', () => {
	it('is for pages that become fragments of an skb', () => {
		expect(verdict(withIterator('skb_fill_page_desc(skb, 0, pages[0], offset, len);'))).toBe(
			'benefit iov_iter_extract_pages',
		);
		expect(verdict(withPage('skb_fill_page_desc(ctx->skb, 0, page, 0, 64);'))).toBe('benefit pin_user_pages');
	});

	it('is for an iterator over kernel memory', () => {
		const text = `
static ssize_t step(struct ctx *ctx)
{
	struct iov_iter iter;
	struct page **pages;
	size_t offset;

	iov_iter_xarray(&iter, ITER_DEST, &ctx->mapping->i_pages, ctx->pos, ctx->len);
	return iov_iter_get_pages_alloc2(&iter, &pages, ctx->len, &offset);
}
`;
		expect(verdict(text)).toBe('benefit iov_iter_extract_pages');
		expect(verdict(text.replace('iov_iter_xarray(&iter', 'fill(&iter'))).toBe(EXTRACT);
	});

	it('is for one whose callers all pass kernel memory', () => {
		const callers = `
static ssize_t first(struct ctx *ctx)
{
	struct iov_iter iter;

	iov_iter_bvec(&iter, ITER_SOURCE, ctx->bvec, ctx->nr, ctx->len);
	return step(ctx, &iter, NULL);
}
`;
		const text = `${withIterator('transfer(ctx, pages, len);')}${callers}`;
		expect(verdict(text)).toBe('benefit iov_iter_extract_pages');
		expect(verdict(text.replace('iov_iter_bvec(&iter', 'iov_iter_ubuf(&iter'))).toBe(EXTRACT);
	});

	it('is for pages that are only asked what they are, also by a method, which is no access', () => {
		const asked = (question: string) =>
			verdict(withIterator(`ctx->kind = ${question};\n\tfor (i = 0; i < 16; i++)\n\t\tput_page(pages[i]);`));
		expect(asked('ctx->ops->is_own_page(pages[0])')).toBe('benefit iov_iter_extract_pages');
		expect(asked('ctx->ops->card_index(pages[0])')).toBe('benefit iov_iter_extract_pages');
		expect(asked('ctx->ops->transfer(pages[0])')).toBe(EXTRACT);
	});

	it('is for pages of an iterator that are put before anything is done with them', () => {
		expect(verdict(withIterator('for (i = 0; i < 16; i++)\n\t\tput_page(pages[i]);'))).toBe(
			'benefit iov_iter_extract_pages',
		);
	});
});
