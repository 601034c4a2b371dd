import { expect, it } from 'vitest';
import { signatureAt } from '../../server/src/explain/index.js';
import { kernelFor } from '../../server/src/kernel/index.js';
import { cursor, inFunction } from './cursor.js';

function help(statement: string, version = '6.12') {
	const { text, offset } = inFunction(statement);
	return signatureAt(text, offset, kernelFor(version));
}

it('shows the prototype of this kernel and marks the parameter', () => {
	const found = help('n = get_user_pages_fast(addr, ^');
	expect(found?.label).toBe(
		'int get_user_pages_fast(unsigned long start, int nr_pages, unsigned int gup_flags, struct page **pages)',
	);
	expect(found?.parameters.map(({ start, end }) => found.label.slice(start, end))).toEqual([
		'unsigned long start',
		'int nr_pages',
		'unsigned int gup_flags',
		'struct page **pages',
	]);
	expect(found?.activeParameter).toBe(1);
	expect(found?.documentation).toContain('plain reference');
	expect(help('get_user_pages_fast(addr, 1, ^', '4.19')?.label).toContain('int write');
});

it.each([
	['get_user_pages_fast(^', 0],
	['get_user_pages_fast(f(a, b), ^', 1],
	['get_user_pages_fast(f(a, ^b), 1', 0],
	['get_user_pages_fast(a, (b), FOLL_WRITE | ^, pages);', 2],
	['get_user_pages_fast(a[i, j], "x, y", ^', 2],
	['get_user_pages_fast(a, /* , */ ^', 1],
	['get_user_pages_fast(a, 1, 0, pages, ^', undefined],
	['if (x && get_user_pages_fast(a,\n\t\t1, ^', 2],
])('%s is in parameter %s', (statement, parameter) => {
	expect(help(statement)).toMatchObject({ activeParameter: parameter });
});

it.each([
	'get_user_pages_fast(a, 1, 0, p); ^',
	'f(^)',
	'x->get_user_pages(^',
	'/* get_user_pages(^ */',
	'get_user_pages_locked(^',
	'if (^',
])('shows nothing at %s', (statement) => {
	expect(help(statement)).toBeUndefined();
});

it('shows nothing in a declaration', () => {
	for (const code of ['long get_user_pages(unsigned long start, ^', 'struct page *get_dump_page(^']) {
		const { text, offset } = cursor(code);
		expect(signatureAt(text, offset, kernelFor('6.12'))).toBeUndefined();
	}
});
