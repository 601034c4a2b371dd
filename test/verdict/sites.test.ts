/** What a site says, which calls are sites, and what findings and the table of known users make of a verdict. */
import { describe, expect, it } from 'vitest';
import { audit, site, verdict, withIterator, withPage } from './audit.js';

/** Names of the functions called at the sites, with the functions around them. */
function calls(text: string, path?: string): string[] {
	return audit(text, path === undefined ? {} : { path }).sites.map(({ api, function: fn }) => `${api} in ${fn}`);
}

describe('a site', () => {
	it('stands at the name of the function', () => {
		const text = withPage('put_page(page);');
		const { start, end } = site(text);
		expect(text.slice(start, end)).toBe('get_user_pages_fast');
	});

	it('is each call, in the order of the text, also two on a line', () => {
		const text =
			'static int step(struct page **p)\n{\n\treturn get_user_pages_fast(0, 1, 0, p) + pin_user_pages_fast(0, 1, 0, p);\n}\nstatic int next(struct page **p)\n{\n\treturn get_user_pages_fast(0, 1, 0, p);\n}\n';
		expect(calls(text)).toEqual([
			'get_user_pages_fast in step',
			'pin_user_pages_fast in step',
			'get_user_pages_fast in next',
		]);
	});

	it('is one for a call that is read under two choices of #if', () => {
		const text = `
static int step(unsigned long addr, struct page **p)
{
#ifdef CONFIG_LONG
	unsigned int flags = FOLL_LONGTERM;
#else
	unsigned int flags = FOLL_WRITE;
#endif
#ifdef CONFIG_ONE
	if (pin_user_pages_fast(addr, 1, flags, p) != 1)
		return -EFAULT;
#else
	if (pin_user_pages_fast(addr, 2, flags, p) != 2)
		return -EFAULT;
#endif
	return pin_user_pages_fast(addr, 3, flags, p);
}
`;
		expect(calls(text)).toEqual(new Array(3).fill('pin_user_pages_fast in step'));
	});

	it('is a call in a macro, without a function', () => {
		expect(calls('#define TAKE(addr, p) get_user_pages_fast(addr, 1, FOLL_WRITE, p)\n')).toEqual([
			'get_user_pages_fast in null',
		]);
	});

	it.each([
		['a release', 'static void step(struct page *p)\n{\n\tput_page(p);\n\tunpin_user_page(p);\n}\n'],
		['a comment', '/* get_user_pages_fast(addr, 1, 0, p) */\nstatic int step(void)\n{\n\treturn FOLL_WRITE;\n}\n'],
		['the address of the function', 'static void *step(void)\n{\n\treturn get_user_pages_fast;\n}\n'],
		[
			'a function of the file itself that has the name',
			'static int pin_user_pages(int n)\n{\n\treturn n;\n}\nstatic int step(void)\n{\n\treturn pin_user_pages(FOLL_WRITE);\n}\n',
		],
	])('is not %s', (_, text) => {
		expect(calls(text)).toEqual([]);
	});

	it.each(['mm/gup.c', '/src/linux/mm/gup.c', 'tools/testing/selftests/mm/example.c'])('is not in %s', (path) => {
		expect(calls(withPage('put_page(page);'), path)).toEqual([]);
		expect(audit(withPage('put_page(page);'), { path }).irrelevant).toBe(false);
	});

	it('is not in a text that names none of our words', () => {
		expect(audit('int step(void)\n{\n\treturn 0;\n}\n')).toEqual({
			sites: [],
			findings: [],
			irrelevant: true,
			unread: [],
			bounded: [],
		});
	});

	it.each([
		['FOLL_WRITE | FOLL_LONGTERM', 'FOLL_LONGTERM|FOLL_WRITE'],
		['0', '0'],
		['ctx->write ? FOLL_WRITE : 0', '0 or FOLL_WRITE'],
		['ctx->flags', 'ctx->flags'],
		['ctx->flags | FOLL_LONGTERM', 'FOLL_LONGTERM|...'],
		['ctx->way == OUT', 'ctx->way == OUT'],
	])('evaluates the flags %s', (written, flags) => {
		const text = `static int step(struct ctx *ctx)\n{\n\treturn pin_user_pages_fast(ctx->addr, 1, ${written}, ctx->pages);\n}\n`;
		expect(site(text).flags).toBe(flags);
	});

	it('has no flags where the function takes none', () => {
		expect(site(withIterator('transfer(ctx, pages, len);')).flags).toBeNull();
	});

	it('names every function that gives the pages back, also in a destructor', () => {
		const text = `
struct umem {
	struct page **pgs;
	int nr;
};

static int fill(struct umem *umem, unsigned long addr)
{
	umem->nr = get_user_pages_fast(addr, 16, FOLL_WRITE, umem->pgs);
	return umem->nr;
}

static void drain(struct umem *umem)
{
	int i;

	for (i = 0; i < umem->nr; i++)
		put_page(umem->pgs[i]);
	release_pages(umem->pgs, umem->nr);
}
`;
		expect(site(text).release).toBe('put_page, release_pages');
		expect(site(text).evidence.map((one) => one.text)).toContain('put_page() releases them (in drain())');
	});

	it('names a release through the list the pages were put on', () => {
		const text = `
struct chunk {
	struct list_head list;
	int nents;
	struct scatterlist sgl[];
};

static void drain(struct list_head *chunks)
{
	struct chunk *chunk, *next;
	struct scatterlist *sg;
	struct page *page;
	int i;

	list_for_each_entry_safe(chunk, next, chunks, list) {
		for_each_sg(chunk->sgl, sg, chunk->nents, i) {
			page = sg_page(sg);
			unpin_user_pages_dirty_lock(&page, 1, true);
		}
		kfree(chunk);
	}
}

static int fill(struct list_head *chunks, unsigned long addr, struct page **pages)
{
	struct chunk *chunk = kmalloc(struct_size(chunk, sgl, 16), GFP_KERNEL);
	struct scatterlist *sg;
	int i, got;

	got = pin_user_pages_fast(addr, 16, FOLL_WRITE | FOLL_LONGTERM, pages);
	if (got < 0)
		return got;
	for_each_sg(chunk->sgl, sg, chunk->nents, i)
		sg_set_page(sg, pages[i], PAGE_SIZE, 0);
	list_add_tail(&chunk->list, chunks);
	return 0;
}
`;
		expect(site(text).release).toBe('unpin_user_pages_dirty_lock');
	});

	it('names what ends a walk, and what gives back all that a bio was filled with', () => {
		const walk = `
static int step(struct folio_walk *fw, struct vm_area_struct *vma, unsigned long addr)
{
	if (!folio_walk_start(fw, vma, addr, 0))
		return -ENOENT;
	folio_walk_end(fw, vma);
	return 0;
}
`;
		expect(site(walk).release).toBe('folio_walk_end');
		const bio = `
static void done(struct bio *bio)
{
	bio_release_pages(bio, true);
	bio_put(bio);
}

static int step(struct bio *bio, struct iov_iter *iter)
{
	bio->bi_end_io = done;
	return bio_iov_iter_get_pages(bio, iter);
}
`;
		expect(site(bio).release).toBe('bio_release_pages');
	});

	it('shows the release in another file, with its place there, and no site of that file', () => {
		const there = `
struct ctx {
	struct page *page;
};

int other(unsigned long addr, struct page **p)
{
	return get_user_pages_fast(addr, 1, 0, p);
}

void ctx_drop(struct ctx *ctx)
{
	put_page(ctx->page);
	ctx->page = NULL;
}
`;
		const neighbours = [{ path: 'drivers/misc/context.c', text: there }];
		const text = `${withPage('ctx->page = page;')}
static void stop(struct ctx *ctx)
{
	ctx_drop(ctx);
}
`;
		expect(site(text).release).toBeNull();
		const found = site(text, { neighbours });
		expect(found).toMatchObject({ verdict: 'convert', release: 'put_page' });
		expect(found.evidence).toContainEqual(
			expect.objectContaining({
				text: 'put_page() releases them (in ctx_drop())',
				place: { path: 'drivers/misc/context.c', line: 13, column: 2 },
			}),
		);
	});

	it('says null where no release is seen', () => {
		expect(site(withPage('ctx->page = page;')).release).toBeNull();
	});
});

describe('a bug', () => {
	const leak = `
static int step(unsigned long addr, struct ctx *ctx)
{
	struct page *page;

	if (TAKE(addr, 1, FOLL_WRITE, &page) != 1)
		return -EFAULT;
	if (ctx->busy)
		return -EBUSY;
	memset(page_address(page), 0, 64);
	GIVE(page);
	return 0;
}
`;
	const with_ = (take: string, give: string) => leak.replace('TAKE', take).replace('GIVE', give);

	it('is what would be ok, with an error or a warning on it', () => {
		const found = site(with_('pin_user_pages_fast', 'unpin_user_page'));
		expect(found).toMatchObject({ verdict: 'bug', target: null, reason: null, decidedBy: 'inference' });
		expect(found.findings).toContain('gup-leak');
		expect(found.evidence[0]?.text).toMatch(/^gup-leak: /);
	});

	it('does not win over a conversion, which lists the rule', () => {
		const found = site(with_('get_user_pages_fast', 'put_page'));
		expect(found).toMatchObject({ verdict: 'convert', target: 'pin_user_pages' });
		expect(found.findings).toContain('gup-leak');
	});

	it('does not win over a keeper either', () => {
		const found = site(with_('get_user_pages_fast', 'put_page'), { path: 'kernel/events/example.c' });
		expect(found).toMatchObject({ verdict: 'keep', reason: 'transient' });
		expect(found.findings).toContain('gup-leak');
	});

	it('is not made by an information', () => {
		const text = withPage('memset(page_address(page), 0, 64);\n\tunpin_user_page(page);').replace('get_', 'pin_');
		expect(site(text)).toMatchObject({ verdict: 'ok', findings: ['dirty-missing'] });
	});

	it('is what cannot be judged, with an error or a warning on it', () => {
		const text = (pages: string) =>
			`int step(unsigned long addr, struct page **pages)\n{\n\treturn get_user_pages_fast(addr, 1, FOLL_WRITE, ${pages});\n}\n`;
		expect(site(text('NULL'))).toMatchObject({ verdict: 'bug', findings: ['gup-null-pages'] });
		expect(site(text('pages')).verdict).toBe('convert');
	});

	it('is none by the rules that say convert themselves', () => {
		const found = site(withIterator('transfer(ctx, pages, len);'));
		expect(found).toMatchObject({ verdict: 'convert', findings: ['iov-iter-get-pages'] });
	});

	it('belongs to the call whose pages it is about', () => {
		const both = `${with_('pin_user_pages_fast', 'unpin_user_page')}${withPage('ctx->page = page;').replace('step(', 'other(')}`;
		const { sites } = audit(both);
		expect(sites.map((one) => [one.function, one.verdict])).toEqual([
			['step', 'bug'],
			['other', 'convert'],
		]);
		expect(sites[1]?.findings).not.toContain('gup-leak');
	});
});

describe('the table of known users', () => {
	const path = 'net/rds/message.c';
	const text = withIterator('sg_set_page(ctx->sg, pages[0], len, offset);');

	it('wins over the inference, and says whose judgement it is', () => {
		const found = site(text, { path });
		expect(found).toMatchObject({ verdict: 'benefit', target: 'iov_iter_extract_pages', decidedBy: 'known-user' });
		expect(found.source).toMatch(/linux-fsdevel.*https:\/\/lore\.kernel\.org\//);
	});

	it('can be left out', () => {
		const found = site(text, { path, knownUsers: false });
		expect(found).toMatchObject({ verdict: 'convert', decidedBy: 'inference', source: null });
	});

	it('is asked again when the same text is read with it', () => {
		expect(verdict(text, { path, knownUsers: false })).toBe('convert iov_iter_extract_pages');
		expect(verdict(text, { path, knownUsers: true })).toBe('benefit iov_iter_extract_pages');
	});

	it('says nothing of a user that pins by now', () => {
		const pins = 'int step(unsigned long addr, struct page **p)\n{\n\treturn pin_user_pages_fast(addr, 1, 0, p);\n}\n';
		expect(site(pins, { path: 'virt/kvm/kvm_main.c' })).toMatchObject({ verdict: 'ok', decidedBy: 'inference' });
	});
});
