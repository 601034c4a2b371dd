import { describe, expect, test } from 'vitest';
import type { Neighbour } from '../../server/src/engine.js';
import { kernelFor } from '../../server/src/kernel/index.js';
import { preprocess } from '../../server/src/syntax/preprocess/preprocess.js';

/** A text as one kernel has it, blank lines left out. @param headers text by name */
function read(text: string, version = '6.12', headers: Readonly<Record<string, string>> = {}): string {
	const files = new Map(Object.entries(headers).map(([path, text]): [string, Neighbour] => [path, { path, text }]));
	const { map } = preprocess({ path: 'a.c', text }, kernelFor(version), (name) => files.get(name));
	return map.text
		.split('\n')
		.map((line) => line.trim())
		.filter(Boolean)
		.join('\n');
}

describe('macros', () => {
	test.each([
		['like an object', '#define D_PIN pin_user_pages\nx = D_PIN(a, n, f, p);', 'x = pin_user_pages(a, n, f, p);'],
		[
			'in another order',
			'#define D_PIN(p, a) pin_user_pages(a, 1, 0, p)\nx = D_PIN(q, b);',
			'x = pin_user_pages( b, 1, 0, q);',
		],
		['within each other', '#define A B\n#define B(x) put_page(x)\nA(p);', 'put_page( p);'],
		['in arguments', '#define P(x) put_page(x)\n#define Q(x) x\nQ(P(p));', '#define Q(x) x\nQ(put_page( p));'],
		['with pasted names', '#define P(x) unpin_user_ ## x\nP(page)(p);', 'unpin_user_page(p);'],
		[
			'with any arguments',
			'#define G(...) get_user_pages_fast(__VA_ARGS__)\nG(a, n, 0, p);',
			'get_user_pages_fast( a, n, 0, p);',
		],
		['with named ones', '#define G(x, r...) get_user_pages_fast(x, ##r)\nG(a);', 'get_user_pages_fast( a);'],
		['that name themselves', '#define put_page(p) put_page(p)\nput_page(q);', 'put_page( q);'],
		['of a header', '#include "h.h"\nH_PUT(q);', '#include "h.h"\nput_page( q);'],
	])('are replaced: %s', (_, text, wanted) => {
		expect(read(text, '6.12', { 'h.h': '#include "i.h"\n', 'i.h': '#define H_PUT(p) put_page(p)\n' })).toBe(wanted);
	});

	test.each([
		['of something else', '#define LOG(x) printk(x)\nLOG(a);'],
		['without arguments', '#define P(x) put_page(x)\nf = P;'],
		['with too few arguments', '#define P(x, y) put_page(x)\nP(a);'],
		['whose brackets do not match', '#define P(x) put_page((x)\nP(a);'],
		['that are undefined again', '#define P(x) put_page(x)\n#undef P\nP(a);'],
		['whose pasted name is none', '#define P(x) put_page ## x (1)\nP(-);'],
		['whose arguments do not end', '#define P(x) put_page(x)\nP(a'],
	])('stay: %s', (_, text) => {
		expect(read(text)).toBe(text);
	});

	test('that call each other end', () => {
		const text = '#define A(x) B(x)\n#define B(x) A(x) + put_page(x)\nA(p);';
		expect(read(text)).toBe('A( p) + put_page( p);');
	});

	test('that grow without end are left alone', () => {
		const lines = Array.from({ length: 20 }, (_, i) => `#define M${i + 1}(x) M${i}(x) M${i}(x)`);
		const text = `#define M0(x) put_page(x)\n${lines.join('\n')}\nM20(p);`;
		expect(read(text)).toBe(text);
	});

	test('within thousands of others are left alone', () => {
		const lines = Array.from({ length: 3000 }, (_, i) => `#define M${i}(x) M${i + 1}(x)`);
		const text = `${lines.join('\n')}\n#define M3000(x) put_page(x)\nM0(p);\nM2990(p);`;
		expect(read(text)).toMatch(/M0\(p\);\nput_page\( p\);$/);
	});

	test('keep lines and tell where each part comes from', () => {
		const text = '#define D_PIN(p, a) pin_user_pages(a, 1, 0, p)\nx = D_PIN(q,\n\tb);\ny;';
		const { map, uses } = preprocess({ path: 'a.c', text }, kernelFor('6.12'), () => undefined);
		expect(map.text.split('\n').length).toBe(text.split('\n').length);
		const at = (word: string) => {
			const start = map.text.indexOf(word);
			const range = map.back({ start, end: start + word.length });
			return text.slice(range.start, range.end);
		};
		expect(at('pin_user_pages')).toBe('D_PIN');
		expect(at('b')).toBe('b');
		expect(at('q')).toBe('q');
		expect(at('y')).toBe('y');
		expect(map.forward(text.indexOf('y;'), () => false)).toBe(map.text.indexOf('y;'));
		expect(uses.map(({ name }) => name)).toEqual(['D_PIN']);
	});
});

/** What the two arms of a test become. */
function arms(test: string, yes: string, no: string): string {
	return `${test}\n${yes}\n#else\n${no}\n#endif`;
}

const PIN = 'x = pin_user_pages_fast(a, 1, 0, p);';
const GET = 'x = get_user_pages_fast(a, 1, 0, p);';

describe('alternatives', () => {
	test.each([
		['named after a function', '#ifdef HAVE_PIN_USER_PAGES_FAST'],
		['named after one that is present', '#if defined(NV_PIN_USER_PAGES_FAST_PRESENT)'],
		['of the version', '#if LINUX_VERSION_CODE >= KERNEL_VERSION(5,6,0)'],
		['of the version by a macro', '#define MIN(a,b,c) (LINUX_VERSION_CODE >= KERNEL_VERSION(a,b,c))\n#if MIN(5,6,0)'],
		['of the version by a macro not seen', '#if RTLNX_VER_MIN(5,6,0)'],
		['of what the version defines', '#if LINUX_VERSION_CODE >= 0x50600\n#define HAS_PINS\n#endif\n#ifdef HAS_PINS'],
		['of anything', '#ifdef OUR_OWN_TEST'],
	])('are those the kernel takes: %s', (_, question) => {
		const text = arms(question, PIN, GET);
		expect(read(text, '6.12')).toContain(PIN);
		expect(
			preprocess({ path: 'a.c', text }, kernelFor('5.4'), () => undefined).alternatives.map(({ name }) => name),
		).toEqual(['pin_user_pages_fast']);
	});

	test('of a distribution are no kernel of its own', () => {
		const text = arms('#if defined(RHEL_RELEASE_CODE) && RHEL_RELEASE_CODE >= RHEL_RELEASE_VERSION(8,5)', PIN, GET);
		expect(read(text)).toBe(GET);
	});

	test('agree with each other', () => {
		const question = '#ifdef OUR_OWN_TEST';
		const other = arms(question, 'unpin_user_page(q);', 'put_page(q);');
		expect(read(`${arms(question, PIN, GET)}\n${other}`)).toBe(`${PIN}\nunpin_user_page(q);`);
		expect(read(`${arms(question, PIN, GET)}\n${other}`, '5.4')).toBe(`${GET}\nput_page(q);`);
		// a test of the opposite
		expect(read(`${arms(question, PIN, GET)}\n${arms('#ifndef OUR_OWN_TEST', 'old();', 'new();')}`)).toBe(
			`${PIN}\nnew();`,
		);
	});

	test('are told by the number of arguments', () => {
		const five = 'x = get_user_pages(a, 1, 0, p, NULL);';
		const four = 'x = get_user_pages(a, 1, 0, p);';
		expect(read(arms('#ifdef OUR_VMAS', five, four), '6.12')).toBe(four);
		expect(read(arms('#ifdef OUR_VMAS', five, four), '6.1')).toBe(five);
	});

	test('within alternatives are told apart first', () => {
		const old = (rest: string) => `x = get_user_pages(t, m, a, 1, 0, p${rest});`;
		const now = (rest: string) => `x = get_user_pages(a, 1, 0, p${rest});`;
		const outer = arms(
			'#ifdef OUR_TASK',
			arms('#ifdef OUR_VMAS', old(', NULL'), old('')),
			arms('#ifdef OUR_VMAS', now(', NULL'), now('')),
		);
		expect(read(outer, '6.12')).toBe(now(''));
		expect(read(outer, '6.1')).toBe(now(', NULL'));
	});

	test('of the configuration are all read', () => {
		const text = arms('#ifdef CONFIG_X', PIN, GET);
		expect(read(text)).toBe(text);
	});

	test('without functions of the family are left alone', () => {
		const text = arms('#ifdef OUR_OWN_TEST', 'a();', 'b();');
		expect(read(text)).toBe(text);
	});

	test('are decided by a generated header', () => {
		const text = `#include "config.h"\n${arms('#ifdef HAVE_PIN_USER_PAGES_FAST', PIN, GET)}`;
		expect(read(text, '6.12', { 'config.h': '/* #undef HAVE_PIN_USER_PAGES_FAST */\n' })).toContain(GET);
		expect(read(text, '6.12', { 'config.h': '#undef HAVE_PIN_USER_PAGES_FAST\n' })).toContain(GET);
		expect(read(text, '5.4', { 'config.h': '#define HAVE_PIN_USER_PAGES_FAST 1\n' })).toContain(PIN);
	});

	test('that define what the kernel lacks are taken', () => {
		const own =
			'#ifndef HAVE_OUR_UNPIN\nstatic inline void unpin_user_page(struct page *page)\n{\nput_page(page);\n}\n#endif';
		expect(read(own, '6.12')).toBe('');
		expect(read(own, '5.4')).toContain('static inline');
	});

	test('nested ten deep come to one', () => {
		let text = GET;
		for (let i = 0; i < 10; i++)
			text = arms(`#if RTLNX_VER_MIN(6,${i},0)`, `x = pin_user_pages(a${i}, 1, 0, p);`, text);
		// the outermost asks for the newest
		expect(read(text, '6.9')).toBe('x = pin_user_pages(a9, 1, 0, p);');
		expect(read(text, '6.3')).toBe('x = pin_user_pages(a3, 1, 0, p);');
		expect(read(text, '5.4')).toBe(GET);
	});
});
