import { describe, expect, it } from 'vitest';
import { applied, originOf, placesOf, rewrite } from './apply.js';
import { rewritings } from './rewritings.js';

function written(text: string, name: string): string | undefined {
	const rewriting = rewritings.find((one) => one.name === name);
	if (!rewriting) throw new Error(`no rewriting ${name}`);
	return rewrite(text, rewriting)?.text;
}

const body = (inside: string) => `int f(int *a, int n)\n{\n\tint i;\n\n\t${inside}\n}\n`;

describe('a text is written differently', () => {
	it.each([
		['a[i] -> *(a + i)', 'return a[i];', 'return (*(a + i));'],
		['&a[i] -> a + i', 'g(&a[n - 1]);', 'g((a + (n - 1)));'],
		['a < b -> b > a', 'while (i < n) i++;', 'while (n > i) i++;'],
		['i++ -> i += 1', 'i++;', 'i += 1;'],
		['if ((r = f()) < n) -> r = f(); if (r < n)', 'if ((i = g()) < n) h();', '{ i = g(); if ((i) < n) h(); }'],
		['r = f(); if (r < n) -> if ((r = f()) < n)', 'i = g(); if (i < n) h();', 'if ((i = g()) < n) h();'],
		['for -> while', 'for (i = 0; i < n; i++) g();', '{ i = 0; while (i < n) { g(); i++; } }'],
		['else after return added', 'if (n) return 1; g(); return 2;', 'if (n) return 1; else { g(); return 2; }'],
		['x = c ? a : b -> if', 'i = n ? 1 : 2;', '{ if (n) i = 1; else i = 2; }'],
	])('%s', (name, before, after) => {
		expect(written(body(before), name)).toBe(body(after));
	});

	it('only where it means the same', () => {
		expect(written(body('g(i++) < h(n) ? 1 : 2;'), 'a < b -> b > a')).toBeUndefined();
		expect(written(body('for (;;) { if (n) continue; g(); }'), 'for -> while')).toBeUndefined();
		expect(written(body('x = sizeof(a[i]);'), 'a[i] -> *(a + i)')).toBeUndefined();
		expect(written(`#define X\n${body('#ifdef X\n\ti++;\n#endif')}`, 'i++ -> i += 1')).toBeUndefined();
	});

	it('without an edit across another', () => {
		const first = [{ start: 0, end: 4, text: 'w' }];
		const across = [{ start: 2, end: 6, text: 'v' }];
		expect(applied('abcdefgh', [first, across])).toEqual({ text: 'wefgh', edits: first });
	});

	it('with what began last ended first', () => {
		const around = (start: number, name: string) => [
			{ start, end: start, text: `<${name}>` },
			{ start: 4, end: 4, text: `</${name}>` },
		];
		expect(applied('abcd', [around(0, 'a'), around(2, 'b')])?.text).toBe('<a>ab<b>cd</b></a>');
	});
});

it('a place of the rewritten text comes from one of the text before', () => {
	const edits = [
		{ start: 2, end: 4, text: 'longer' },
		{ start: 6, end: 6, text: '!' },
	];
	expect([0, 1, 3, 7, 8].map((offset) => originOf(edits, offset))).toEqual([
		{ start: 0, end: 0 },
		{ start: 1, end: 1 },
		{ start: 2, end: 4 },
		{ start: 2, end: 4 },
		{ start: 4, end: 4 },
	]);
});

it('there are enough ways to write a program, each with a name of its own', () => {
	expect(rewritings.length).toBeGreaterThanOrEqual(40);
	expect(new Set(rewritings.map(({ name }) => name)).size).toBe(rewritings.length);
	for (const rewriting of rewritings)
		expect(rewriting.whole ?? placesOf(body('i++;'), rewriting), rewriting.name).toBeDefined();
});
