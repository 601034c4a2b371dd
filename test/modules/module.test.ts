/** Modules outside a tree: macros that stand for the family, their own definitions, alternatives for several kernels. */
import { describe, expect, test } from 'vitest';
import type { Audit, Neighbour } from '../../server/src/engine.js';
import { kernelFor, newestKernel } from '../../server/src/kernel/index.js';
import { engine } from '../syntax/engine.js';

const PATH = 'demo/pins.c';

function audit(text: string, version = '6.12', ...neighbours: readonly Neighbour[]): Audit {
	return engine.audit(text, { path: PATH, kernel: kernelFor(version), neighbours, fixes: false });
}

/** Findings as "rule at the text they are about". */
function told(text: string, version?: string, ...neighbours: readonly Neighbour[]): string[] {
	const { findings } = audit(text, version, ...neighbours);
	return findings.map(({ rule, start, end }) => `${rule} at ${text.slice(start, end)}`);
}

/** Sites as "function at the text". */
function sites(text: string, version?: string, ...neighbours: readonly Neighbour[]): string[] {
	return audit(text, version, ...neighbours).sites.map(({ api, start, end }) => `${api} at ${text.slice(start, end)}`);
}

/** A driver that forgets what a short call has pinned, and its good twin. */
function driver(taking: string, release = 'unpin_user_pages(pages, got)', head = ''): string {
	return `${head}
int demo_grab(unsigned long addr, int nr)
{
	struct page **pages = kvcalloc(nr, sizeof(*pages), GFP_KERNEL);
	int got;

	if (!pages)
		return -ENOMEM;
	${taking};
	if (got != nr) {
		if (got > 0)
			${release};
		kvfree(pages);
		return -EFAULT;
	}
	unpin_user_pages(pages, nr);
	kvfree(pages);
	return 0;
}
`;
}

const FORMS: readonly (readonly [form: string, definition: string, use: string])[] = [
	['an object', '#define D_PIN pin_user_pages_fast', 'got = D_PIN(addr, nr, FOLL_WRITE, pages)'],
	[
		'a function',
		'#define D_PIN(a, n, f, p) pin_user_pages_fast(a, n, f, p)',
		'got = D_PIN(addr, nr, FOLL_WRITE, pages)',
	],
	[
		'another order',
		'#define D_PIN(p, n, a) pin_user_pages_fast((a), (n), FOLL_WRITE, (p))',
		'got = D_PIN(pages, nr, addr)',
	],
	[
		'an expression of statements',
		'#define D_PIN(a, n, p) ({ int __got = pin_user_pages_fast(a, n, FOLL_WRITE, p); __got; })',
		'got = D_PIN(addr, nr, pages)',
	],
	[
		'a statement',
		'#define D_PIN(r, a, n, p) do { (r) = pin_user_pages_fast(a, n, FOLL_WRITE, p); } while (0)',
		'D_PIN(got, addr, nr, pages)',
	],
	[
		'a macro',
		'#define D_PIN D_PIN2\n#define D_PIN2(a, n, p) pin_user_pages_fast(a, n, FOLL_WRITE, p)',
		'got = D_PIN(addr, nr, pages)',
	],
];

describe('a macro that stands for a taking function', () => {
	test.each(FORMS)('like %s is a site and judged at its use', (_, definition, use) => {
		const wrong = driver(use, 'demo_log()', definition);
		expect(sites(wrong)).toEqual(['pin_user_pages_fast at D_PIN']);
		expect(told(wrong)).toEqual(['gup-partial-leak at D_PIN']);
		expect(audit(wrong).findings[0]?.message).toContain('D_PIN is pin_user_pages_fast()');
		expect(told(driver(use, undefined, definition))).toEqual([]);
	});

	test.each(FORMS)('like %s may stand in a header', (_, definition, use) => {
		const wrong = driver(use, 'demo_log()', '#include "demo.h"');
		expect(told(wrong, '6.12', { path: 'demo/demo.h', text: `${definition}\n` })).toEqual([
			'gup-partial-leak at D_PIN',
		]);
	});

	test('is no site in its header', () => {
		const text = '#define D_PIN(a, p) pin_user_pages_fast(a, 1, FOLL_WRITE, p)\n';
		const of = (path: string) => engine.audit(text, { path, kernel: kernelFor('6.12'), fixes: false }).sites.length;
		expect([of('demo/pins.h'), of('demo/pins.c')]).toEqual([0, 1]);
	});

	test('is no site where it is defined', () => {
		expect(
			sites(
				'#define D_PIN(a, p) pin_user_pages_fast(a, 1, 0, p)\n#define D_TWO(a, p) D_PIN(a, p)\nint f(unsigned long a, struct page **p)\n{\n\treturn D_TWO(a, p);\n}\n',
			),
		).toEqual(['pin_user_pages_fast at D_TWO']);
	});
});

test('a count that is only logged is none', () => {
	const text = (use: string) =>
		`int f(unsigned long a, struct page **p)\n{\n\tunsigned long nr = get_user_pages_fast(a, 4, 0, p);\n\n\tif (nr != 4) {\n\t\t${use};\n\t\treturn -EINVAL;\n\t}\n\treturn 0;\n}\n`;
	const unsigned = (use: string) => told(text(use)).filter((one) => one.startsWith('gup-negative-unsigned'));
	expect(unsigned('demo_err(dev, "got %lu\\n", nr)')).toEqual([]);
	expect(unsigned('demo_release(p, nr)')).toHaveLength(1);
});

test('a place in another file is where it stands there, whatever macros are before it', () => {
	const text = `int demo_take(struct demo *d, unsigned long addr)
{
	int got = pin_user_pages_fast(addr, 1, FOLL_WRITE, &d->page);

	if (got != 1)
		return -EFAULT;
	demo_drop(d);
	return 0;
}
`;
	const other = `#define D_FREE_NOTES kvfree
#define D_A_MUCH_LONGER_NAME_FOR_A_RELEASE(p) unpin_user_page(p)
void demo_drop(struct demo *d)
{
	D_FREE_NOTES(d->notes); D_A_MUCH_LONGER_NAME_FOR_A_RELEASE(d->page); D_FREE_NOTES(d->more); unpin_user_page(d->page);
}
`;
	const { findings, sites } = audit(text, '6.12', { path: 'demo/drop.c', text: other });
	const places = [...findings.flatMap(({ related }) => related), ...sites.flatMap(({ evidence }) => evidence)].flatMap(
		({ place }) => place ?? [],
	);
	const line = other.split('\n')[4] ?? '';
	const columns = new Set(places.filter((place) => place.line === 5).map(({ column }) => line.slice(column - 1)));
	expect([...columns].filter((rest) => /^(?:D_A_MUCH|unpin_user_page)/.test(rest))).toHaveLength(columns.size);
	expect(columns.size).toBeGreaterThan(0);
});

test('where the kernel is only assumed, what is wrong on every kernel keeps its severity', () => {
	const text = `int f(unsigned long a, struct page **p, bool write)
{
	unsigned long nr = pin_user_pages_fast(a, 4, write, p);

	if (nr < 4)
		return -EINVAL;
	return get_user_pages_fast(a, 1, write, p);
}
`;
	const { findings } = engine.audit(text, { path: PATH, kernel: newestKernel(), fixes: false });
	const of = (rule: string) => findings.filter((one) => one.rule === rule).map(({ severity }) => severity);
	expect(of('gup-negative-unsigned')).toEqual(['error']);
	// before 5.2 the argument of get_user_pages_fast() was a boolean
	expect(of('foll-flags-not-flags')).toEqual(['warning', 'information']);
});

test('macros for allocators and releases are followed', () => {
	const head = `#define D_ALLOC(p, n) { (p) = kvcalloc(n, sizeof(*(p)), GFP_KERNEL); if (p) demo_count++; }
#define D_FREE(p) kvfree(p)
#define D_UNPIN unpin_user_page
`;
	const text = (release: string) => `${head}
int demo_once(unsigned long addr, int nr)
{
	struct page **pages;
	int got, i;

	D_ALLOC(pages, nr);
	if (!pages)
		return -ENOMEM;
	got = pin_user_pages_fast(addr, nr, FOLL_WRITE, pages);
	for (i = 0; i < got; i++)
		${release};
	D_FREE(pages);
	return 0;
}
`;
	expect(told(text('demo_log(i)'))).toEqual(['gup-leak at pin_user_pages_fast']);
	expect(told(text('D_UNPIN(pages[i])'))).toEqual([]);
	expect(told(text('put_page(pages[i])'))).toEqual(['pin-put-page at put_page']);
});

describe("a module's own definition", () => {
	const use = `#include "compat.h"
void demo_drop(struct page **pages, int nr)
{
	int i;

	for (i = 0; i < nr; i++)
		unpin_user_page(pages[i]);
}
int demo_take(unsigned long addr, struct page **pages)
{
	return get_user_pages_fast(addr, 1, FOLL_WRITE, pages) == 1 ? 0 : -EFAULT;
}
int demo_peek(unsigned long addr)
{
	struct page *page;

	if (get_user_pages_fast(addr, 1, FOLL_WRITE, &page) != 1)
		return -EFAULT;
	unpin_user_page(page);
	return 0;
}
`;
	const own = 'static inline void unpin_user_page(struct page *page)\n{\n\tput_page(page);\n}\n';
	const header = (text: string): Neighbour => ({ path: 'demo/compat.h', text });

	test('decides what the call means', () => {
		expect(told(use, '5.4')).toContain('gup-api-changed at unpin_user_page');
		expect(told(use, '5.4', header(own))).toEqual([]);
		expect(told(use, '5.4', header(`#ifndef HAVE_UNPIN\n${own}#endif\n`))).toEqual([]);
		expect(told(use, '5.4', header('#define unpin_user_page put_page\n'))).toEqual([]);
	});

	test('does not where the kernel has the function', () => {
		const guarded = header(`#ifndef HAVE_UNPIN\n${own}#endif\n`);
		expect(told(use, '6.12', guarded)).toEqual(told(use, '6.12'));
		expect(told(use, '6.12', guarded)).toContain('get-unpin-page at unpin_user_page');
	});

	test('counts only where it is included', () => {
		expect(told(use.replace('#include "compat.h"', ''), '5.4', header(own))).toContain(
			'gup-api-changed at unpin_user_page',
		);
	});
});

describe("a function of the module's own under the name of the kernel's", () => {
	const backport = `#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 5, 0)
static inline long get_user_pages_backport(unsigned long start, unsigned long nr, unsigned int flags, struct page **pages)
{
	return get_user_pages(start, nr, flags, pages, NULL);
}
#define get_user_pages get_user_pages_backport
#endif
`;
	const use = (release: string): string => `#include "backport.h"
int demo_touch(unsigned long addr)
{
	struct page *page;
	long got;

	mmap_read_lock(current->mm);
	got = get_user_pages(addr, 1, FOLL_WRITE, &page);
	mmap_read_unlock(current->mm);
	if (got != 1)
		return -EFAULT;
	demo_log();
	${release}
	return 0;
}
`;
	const header: Neighbour = { path: 'demo/backport.h', text: backport };

	test('is judged as that, with its own arguments', () => {
		expect(told(use('put_page(page);'), '5.15', header)).toEqual([]);
		expect(sites(use('put_page(page);'), '5.15', header)).toEqual(['get_user_pages at get_user_pages']);
		expect(told(use('put_page(page);'), '5.15')).toEqual(['gup-api-changed at get_user_pages']);
		expect(told(use('unpin_user_page(page);'), '5.15', header)).toEqual(['get-unpin-page at unpin_user_page']);
	});

	test('is not where the kernel needs none', () => {
		expect(sites(use('put_page(page);'), '6.12', header)).toEqual(['get_user_pages at get_user_pages']);
	});
});

describe('alternatives of one call', () => {
	const text = driver(`#ifdef DEMO_NEW_GUP
	got = pin_user_pages_fast(addr, nr, FOLL_WRITE, pages);
#else
	got = get_user_pages_fast(addr, nr, FOLL_WRITE, pages);
#endif
	`);

	test('are one site, and the others are listed', () => {
		expect(sites(text, '6.12')).toEqual(['pin_user_pages_fast at pin_user_pages_fast']);
		expect(sites(text, '5.4')).toEqual(['get_user_pages_fast at get_user_pages_fast']);
		const { evidence } = audit(text, '6.12').sites[0] ?? { evidence: [] };
		const other = evidence.find(({ text }) => text.includes('alternative'));
		expect(other?.text).toBe('get_user_pages_fast() is the alternative for other kernels (#ifdef DEMO_NEW_GUP)');
		expect(text.slice(other?.start, other?.end)).toBe('get_user_pages_fast');
	});

	test('are told once', () => {
		expect(told(text.replace('unpin_user_pages(pages, got)', 'demo_log()'), '6.12')).toEqual([
			'gup-partial-leak at pin_user_pages_fast',
		]);
	});

	test('that are chosen without a version are not held to its prototypes', () => {
		const old =
			'int f(unsigned long a, struct page **p)\n{\n#ifdef HAVE_PIN_USER_PAGES\n\treturn pin_user_pages(a, 1, 0, p, NULL);\n#else\n\treturn 0;\n#endif\n}\n';
		expect(told(old, '6.12').filter((one) => one.startsWith('gup-api-changed'))).toEqual([]);
		expect(told(old.replace('#ifdef HAVE_PIN_USER_PAGES', '#if 1'), '6.12')).toContain(
			'gup-api-changed at pin_user_pages',
		);
	});

	test.each([
		[
			'a feature that another kernel has',
			'#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 13, 0)\n#define DEMO_6_13_CALLS\n#endif\n',
			'DEMO_6_13_CALLS',
		],
		['a name that went', '', 'DEMO_HAS_ITER_PIPE'],
	])('are dead for %s', (_, head, name) => {
		const taking = 'int f(unsigned long a, struct page **p)\n{\n\treturn get_user_pages_fast(a, 1, 0, p);\n}\n';
		const dead = `${head}#ifdef ${name}\n${taking}#endif\n`;
		expect(sites(dead, '6.12')).toEqual([]);
		expect(sites(dead, name.endsWith('PIPE') ? '6.1' : '6.13')).toEqual(['get_user_pages_fast at get_user_pages_fast']);
	});

	test('by name and by arguments are told apart by the arguments', () => {
		const header =
			'#if !defined(DEMO_GUP_HAS_VMAS)\n#define D_GUP get_user_pages\n#else\n#define D_GUP(a, n, f, p) get_user_pages(a, n, f, p, NULL)\n#endif\n';
		const text = '#include "demo.h"\nlong f(unsigned long a, struct page **p)\n{\n\treturn D_GUP(a, 1, 0, p);\n}\n';
		for (const version of ['4.19', '5.15', '6.12'])
			expect(told(text, version, { path: 'demo/demo.h', text: header }).filter((one) => /api/.test(one))).toEqual([]);
	});

	test('in a header are listed with the use of its macro', () => {
		const header =
			'#ifdef DEMO_NEW_GUP\n#define D_PIN pin_user_pages_fast\n#else\n#define D_PIN get_user_pages_fast\n#endif\n';
		const use = driver('got = D_PIN(addr, nr, FOLL_WRITE, pages)', undefined, '#include "demo.h"');
		const { sites } = audit(use, '6.12', { path: 'demo/demo.h', text: header });
		expect(sites.map(({ api }) => api)).toEqual(['pin_user_pages_fast']);
		expect(sites[0]?.evidence.map(({ text }) => text)).toContain(
			'get_user_pages_fast() is the alternative for other kernels (#ifdef DEMO_NEW_GUP)',
		);
	});
});

test('a release in another file of the module by a macro is followed', () => {
	const text = `#include "demo.h"
struct demo { struct page **pages; int nr; };
int demo_take(struct demo *demo, unsigned long addr)
{
	demo->nr = pin_user_pages_fast(addr, 8, FOLL_WRITE, demo->pages);
	return demo->nr < 0 ? demo->nr : 0;
}
`;
	const drop = (release: string): Neighbour => ({
		path: 'demo/drop.c',
		text: `#include "demo.h"\nvoid demo_drop(struct demo *demo)\n{\n\tint i;\n\n\tfor (i = 0; i < demo->nr; i++)\n\t\t${release}(demo->pages[i]);\n}\n`,
	});
	const header: Neighbour = { path: 'demo/demo.h', text: '#define D_UNPIN unpin_user_page\n' };
	const released = (release: string) => audit(text, '6.12', header, drop(release)).sites[0]?.release;
	expect(released('D_UNPIN')).toBe('unpin_user_page');
	expect(released('demo_log')).toBe(null);
});
