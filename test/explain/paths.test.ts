/** The typed form of paths: what every surface shows. */
import { describe, expect, test } from 'vitest';
import type { Located, PagePaths } from '../../server/src/engine.js';
import type { PagePath, Quantity } from '../../server/src/explain/index.js';
import { kernelFor, newestKernel } from '../../server/src/kernel/index.js';
import { pages, records, type Specimen } from '../support/specimens.js';
import { engine, kernel } from '../syntax/engine.js';

const HERON = `#include <linux/mm.h>

static void heron_put(struct page **pages, int nr)
{
	unpin_user_pages(pages, nr);
}

int heron_four(unsigned long addr, bool wait)
{
	struct page *pages[4];
	int got = pin_user_pages_fast(addr, 4, FOLL_WRITE, pages);

	if (got != 4)
		return -EFAULT;
	unpin_user_pages(pages, 2);
	if (wait)
		return -EAGAIN;
	unpin_user_page(pages[2]);
	unpin_user_page(pages[3]);
	return 0;
}

int heron_many(unsigned long addr, int nr, struct page **pages)
{
	int got = pin_user_pages_fast(addr, nr, FOLL_WRITE, pages);

	if (got < 0)
		return got;
	if (got < nr) {
		heron_put(pages, got);
		return -EFAULT;
	}
	return 0;
}
`;

function lineOf(text: string, needle: string): number {
	return text.slice(0, text.indexOf(needle)).split('\n').length;
}

function ask(line: number, text = HERON): readonly PagePaths<Located>[] {
	const file = engine.open();
	try {
		return file.paths(text, { path: 'drivers/misc/heron.c', kernel }, line).pages;
	} finally {
		file.dispose();
	}
}

/** Kind, code and state of each step. */
function told(path: PagePath<Located> | undefined, text = HERON): string[] {
	return (path?.steps ?? []).map(({ kind, at, pages: state }) =>
		[kind, text.slice(at.start, at.end).split('(')[0], state?.text].join(' | '),
	);
}

describe('the state of the pages', () => {
	test('is counted where the numbers are constants', () => {
		const [four] = ask(lineOf(HERON, '4, FOLL_WRITE'));
		const back = four?.paths.find(
			({ ending, at }) => ending.kind === 'partlyReleased' && HERON.slice(at.start).startsWith('return 0'),
		);
		expect(told(back)).toEqual([
			'acquire | pin_user_pages_fast | 0 to 4 pinned, not checked yet',
			'test | got != 4 | 4 pinned, 4 left',
			'release | unpin_user_pages | 4 pinned, 2 released, 2 left',
			'test | wait | 4 pinned, 2 released, 2 left',
			'release | unpin_user_page | 4 pinned, 3 released, 1 left',
			'release | unpin_user_page | 4 pinned, 4 released, 0 left',
			'end | return 0; | 4 pinned, 4 released, 0 left',
		]);
		expect(back?.steps[2]?.pages).toEqual({
			obtained: { least: 4, most: 4 },
			released: { least: 2, most: 2 },
			left: { least: 2, most: 2 },
			transferred: false,
			text: '4 pinned, 2 released, 2 left',
		});
	});

	test('is symbolic elsewhere, and goes into the helper that releases', () => {
		const [many] = ask(lineOf(HERON, 'nr, FOLL_WRITE'));
		const released = many?.paths.find(({ ending }) => ending.kind === 'released');
		expect(told(released)).toEqual([
			'acquire | pin_user_pages_fast | 0 to nr pinned, not checked yet',
			'test | got < 0 | 1 to nr pinned, all left',
			'test | got < nr | fewer than nr pinned, all left',
			'release | heron_put | fewer than nr pinned, all released',
			'release | unpin_user_pages | fewer than nr pinned, all released',
			'end | return -EFAULT; | fewer than nr pinned, all released',
		]);
		expect(released?.steps.map(({ depth }) => depth)).toEqual([0, 0, 0, 0, 1, 0]);
		expect(released?.steps[2]?.pages?.obtained).toEqual({ least: 0, most: 'nr - 1' });
	});

	test('of a release is asked for from the line of the release as well', () => {
		const asked = ask(lineOf(HERON, 'unpin_user_pages(pages, 2)'));
		expect(asked.map(({ acquire }) => acquire.function)).toEqual(['heron_four']);
		expect(ask(lineOf(HERON, 'unpin_user_pages(pages, nr)')).map(({ acquire }) => acquire.function)).toEqual([
			'heron_many',
		]);
	});
});

test('the state stays known where the place gets another value, and says so where pages are left', () => {
	const text = `struct page *knot_first(unsigned long addr, struct page *other, bool drop)
{
	struct page *page;

	if (get_user_pages_fast(addr, 1, 0, &page) != 1)
		return NULL;
	if (drop) {
		put_page(page);
		page = other;
	}
	return page;
}
`;
	const [pages] = ask(lineOf(text, 'get_user_pages_fast'), text);
	const all = pages?.paths.flatMap(({ steps }) => steps) ?? [];
	expect(all.length).toBeGreaterThan(5);
	for (const step of all) expect(step.pages, step.text).toBeDefined();
	const behind = all.filter((_, i) => all[i - 1]?.kind === 'change');
	for (const step of behind) expect(step.pages?.text).toBe('1 referenced, 1 released, 0 left');
});

test('the life of the pages names who acquires, keeps and releases them', () => {
	const [many] = ask(lineOf(HERON, 'nr, FOLL_WRITE'));
	const names = (calls: readonly { name: string; function: string }[] = []) =>
		calls.map(({ name, function: inside }) => `${name} in ${inside}`);
	expect(names(many?.life.acquired)).toEqual(['pin_user_pages_fast in heron_many']);
	expect(names(many?.life.released)).toEqual(['unpin_user_pages in heron_put']);
	expect(many?.life.released[0]?.via).toMatchObject({ name: 'heron_put', function: 'heron_many' });
	expect(many?.life.kept.map(({ kind }) => kind)).toEqual(['kept']);
});

const RULES = new Set([
	'gup-leak',
	'gup-partial-leak',
	'gup-double-release',
	'gup-release-overrun',
	'pin-put-page',
	'get-unpin-page',
]);

function isBounded({ least, most }: Quantity): boolean {
	return typeof least !== 'number' || typeof most !== 'number' || least <= most;
}

/** What holds of every path that is told. */
function check(path: PagePath<Located>, text: string): void {
	const { steps } = path;
	if (steps.length === 0) return;
	expect(steps[0]?.kind).toMatch(/^(?:acquire|call|test|release|change|transfer|loop|case|end)$/);
	expect(steps.at(-1)?.kind).toBe('end');
	for (const { at, text: words, pages: state, depth } of steps) {
		expect(words).not.toBe('');
		expect(at.end).toBeGreaterThanOrEqual(at.start);
		if (!at.place) expect(at.end).toBeLessThanOrEqual(text.length);
		expect(depth).toBeLessThan(6);
		for (const quantity of [state?.obtained, state?.released, state?.left])
			if (quantity) expect(isBounded(quantity)).toBe(true);
	}
}

function pathsOf({ text, path, kernel: version }: Specimen): { rule: string; paths: number }[] {
	const file = engine.open();
	const options = { path, kernel: version === 'assumed' ? newestKernel() : kernelFor(version), fixes: false };
	try {
		return file.analyse(text, options).findings.map((finding) => {
			const told = file.pathsOf(text, options, finding);
			for (const { paths } of told) for (const one of paths) check(one, text);
			return { rule: finding.rule, paths: told.flatMap(({ paths }) => paths).length };
		});
	} finally {
		file.dispose();
	}
}

test('findings of the rule pages and of the record about a release or a leak lead to their paths', {
	timeout: 120_000,
}, () => {
	const found = [...pages(), ...records()].flatMap(pathsOf).filter(({ rule }) => RULES.has(rule));
	const shares = [...RULES].map((rule) => {
		const own = found.filter((one) => one.rule === rule);
		return [rule, own.length, own.filter(({ paths }) => paths > 0).length] as const;
	});
	for (const [rule, all, withPaths] of shares) {
		expect(all, rule).toBeGreaterThan(3);
		expect(withPaths, rule).toBeGreaterThan(all * 0.7);
	}
});
