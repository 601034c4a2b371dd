import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { beforeAll, describe, expect, test } from 'vitest';
import { type Analysis, type Engine, type Finding, loadEngine } from '../../server/src/engine.js';
import { fixAll } from '../../server/src/fixall.js';
import { kernelFor } from '../../server/src/kernel/index.js';
import { applyEdits } from '../../server/src/rules/apply.js';

let engine: Engine;
beforeAll(async () => {
	const { resolve } = createRequire(import.meta.url);
	const [core, grammar] = await Promise.all(
		['web-tree-sitter/web-tree-sitter.wasm', 'tree-sitter-c/tree-sitter-c.wasm'].map((name) => readFile(resolve(name))),
	);
	engine = await loadEngine({ core: core as Uint8Array, grammar: grammar as Uint8Array });
});

const analyse = (text: string): Analysis => engine.analyse(text, { path: 'drivers/x.c', kernel: kernelFor('6.12') });
const all = (text: string) => fixAll(text, analyse(text), analyse, () => true);

const CALL = (flags: string) => `int f(unsigned long s, struct page **p)
{
	int got = get_user_pages_fast(s, 1, ${flags}, p);

	if (got < 1)
		return got;
	put_page(p[0]);
	return 0;
}
`;

describe('fixAll', () => {
	test('changes nothing where nothing was found', () => {
		expect(all(CALL('FOLL_WRITE'))).toEqual({ text: CALL('FOLL_WRITE'), edits: [], rounds: [], fixed: 0 });
	});

	test('does every fix that can be done at once, as edits of the original', () => {
		const text = CALL('FOLL_WRITE | FOLL_GET') + CALL('FOLL_GET').replace('int f', 'int g');
		const { text: result, edits, fixed } = all(text);
		expect(fixed).toBe(2);
		expect(result).not.toContain('FOLL_GET');
		expect(applyEdits(text, edits)).toBe(result);
		expect(analyse(result).findings).toEqual([]);
	});

	test('goes on while fixes touch each other, and leaves nothing that can be fixed', () => {
		const text = CALL('FOLL_GET | FOLL_TOUCH | FOLL_REMOTE | FOLL_GET');
		const before = analyse(text).findings.filter(({ fixes }) => fixes.length > 0).length;
		const { text: result, edits } = all(text);
		expect(before).toBeGreaterThan(1);
		expect(applyEdits(text, edits)).toBe(result);
		expect(analyse(result).findings.filter(({ fixes }) => fixes.length > 0)).toEqual([]);
	});

	test('does only what is wanted', () => {
		const text = CALL('FOLL_WRITE | FOLL_GET');
		const { fixed } = fixAll(text, analyse(text), analyse, ({ rule }) => rule === 'pin-put-page');
		expect(fixed).toBe(0);
	});

	test('takes back what makes something worse together, although each alone is right', () => {
		// Two fixes that are each fine, and a third finding when both are done: only one may stay.
		const finding = (start: number): Finding => ({
			rule: 'r',
			severity: 'warning',
			message: '',
			function: null,
			tags: [],
			related: [],
			start,
			end: start + 1,
			fixes: [{ title: '', safe: true, edits: [{ start, end: start + 1, text: 'b' }] }],
		});
		const judge = (text: string): Analysis => ({
			findings: [
				...[...text].flatMap((letter, i) => (letter === 'a' ? [finding(i)] : [])),
				...(text === 'b b' ? [{ ...finding(0), rule: 'new', fixes: [] }] : []),
			],
			irrelevant: false,
			unread: [],
			bounded: [],
		});
		expect(fixAll('a a a', judge('a a a'), judge, () => true)).toMatchObject({ text: 'b b b', fixed: 3 });
		expect(fixAll('a a', judge('a a'), judge, () => true)).toMatchObject({ text: 'b a', fixed: 1 });
	});

	describe('of fixes that nobody has tried', () => {
		let analyses = 0;
		/** "a" and "x" are found; each becomes the next letter, and "y" is found like "x". Two "b" are found as well. */
		const judge = (text: string): Analysis => {
			analyses++;
			const found = (start: number, rule: string, after?: string): Finding => ({
				...{ rule, severity: 'warning', message: '', function: null, tags: [], related: [], start, end: start + 1 },
				fixes: after === undefined ? [] : [{ title: '', safe: true, edits: [{ start, end: start + 1, text: after }] }],
			});
			const letters = [...text].flatMap((letter, i) => {
				if (letter === 'a') return [found(i, 'a', 'b')];
				if (letter === 'x' || letter === 'y') return [found(i, 'x', letter === 'x' ? 'y' : undefined)];
				return [];
			});
			return {
				findings: [...letters, ...(text.split('b').length > 3 ? [found(0, 'b')] : [])],
				irrelevant: false,
				unread: [],
				bounded: [],
			};
		};
		const attempt = (text: string, attempts: number) => fixAll(text, judge(text), judge, () => true, { attempts });

		test('those that leave their finding are not done', () => {
			expect(attempt('a x', 9)).toMatchObject({ text: 'b x', fixed: 1 });
			expect(attempt('x', 9)).toMatchObject({ text: 'x', fixed: 0 });
			expect(fixAll('a x', judge('a x'), judge, () => true)).toMatchObject({ text: 'b y' });
		});

		test('where all together are no good, few are tried one by one', () => {
			analyses = 0;
			expect(attempt('a '.repeat(1000), 2)).toMatchObject({ text: `b b ${'a '.repeat(998)}`, fixed: 2 });
			expect(analyses).toBe(7);
		});
	});

	test('thousands of fixes are done at once, in one analysis', () => {
		const finding = (start: number): Finding => ({
			...{ rule: 'r', severity: 'warning', message: '', function: null, tags: [], related: [], start, end: start + 1 },
			fixes: [{ title: '', safe: true, edits: [{ start, end: start + 1, text: 'bb' }] }],
		});
		let analyses = 0;
		const judge = (text: string): Analysis => {
			analyses++;
			const findings = [...text].flatMap((letter, i) => (letter === 'a' ? [finding(i)] : []));
			return { findings, irrelevant: false, unread: [], bounded: [] };
		};
		const text = 'a '.repeat(20_000);
		expect(fixAll(text, judge(text), judge, () => true)).toMatchObject({ text: 'bb '.repeat(20_000), fixed: 20_000 });
		expect(analyses).toBe(2);
	});
});
