import { describe, expect, it } from 'vitest';
import type { FileIR } from '../../server/src/syntax/ir.js';
import { engine, kernel } from './engine.js';

function times(n: number, part: (i: number) => string): string {
	return Array.from({ length: n }, (_, i) => part(i)).join('');
}

function read(inside: string): FileIR {
	return engine.read(`int f(unsigned long addr, struct page **pages)\n{\n${inside}\treturn 0;\n}\n`, kernel);
}

/** Calls of one function in each of its readings. */
function readings({ functions }: FileIR): string[][] {
	return functions.map((fn) => fn.calls.map(({ name }) => name));
}

const PAIR = (i: number): string =>
	`#ifdef CONFIG_A${i}\n\tget_user_pages_fast(addr, 1, 0, pages);\n#else\n\tpin_user_pages_fast(addr, 1, 0, pages);\n#endif\n`;

describe('readings of a function under its #if arms', () => {
	it('are as many as the arms of one group, however many groups there are', () => {
		const ir = read(times(200, PAIR));
		expect(readings(ir)).toEqual([Array(200).fill('get_user_pages_fast'), Array(200).fill('pin_user_pages_fast')]);
		expect(ir.unread).toEqual([]);
	});

	it('are one where all words are on the arms that are read anyway', () => {
		const nested = `${times(20, (i) => `#ifdef CONFIG_A${i}\n\tunpin_user_page(pages[${i}]);\n`)}${'#endif\n'.repeat(20)}`;
		expect(readings(read(nested))).toEqual([Array(20).fill('unpin_user_page')]);
	});

	it('take nested groups together as well', () => {
		const pairs = (i: number): string => `#ifdef CONFIG_X${i}\n${PAIR(2 * i)}#else\n${PAIR(2 * i + 1)}#endif\n`;
		const ir = read(times(50, pairs));
		expect(ir.functions).toHaveLength(4);
		expect(readings(ir).flat()).toHaveLength(200);
	});

	it('answer the same question alike', () => {
		const release = '#ifdef CONFIG_A0\n\tput_page(pages[0]);\n#else\n\tunpin_user_page(pages[0]);\n#endif\n';
		expect(readings(read(`${PAIR(0)}${release}${PAIR(1)}`))).toEqual([
			['get_user_pages_fast', 'put_page', 'get_user_pages_fast'],
			['pin_user_pages_fast', 'unpin_user_page', 'pin_user_pages_fast'],
		]);
	});

	it('read a word whose arms contradict each other rather than lose it', () => {
		const ir = read('#ifdef CONFIG_A\n\tf();\n#else\n#ifdef CONFIG_A\n\tunpin_user_page(pages[0]);\n#endif\n#endif\n');
		expect(readings(ir)).toContainEqual(['unpin_user_page']);
	});

	it('leave arms alone that are never compiled', () => {
		expect(readings(read('#if 0\n\tput_page(pages[0]);\n#else\n\tunpin_user_page(pages[0]);\n#endif\n'))).toEqual([
			['unpin_user_page'],
		]);
	});

	it('read every arm of a chain', () => {
		const arms = times(
			40,
			(i) => `#elif defined(CONFIG_A${i})\n\tpage_${i}(pin_user_pages_fast(addr, ${i}, 0, pages));\n`,
		);
		const ir = read(`#if defined(CONFIG_A)\n\tf();\n${arms}#endif\n`);
		expect(new Set(readings(ir).flat()).size).toBe(42);
		expect(ir.unread).toEqual([]);
	});

	it('are bounded, and the function is named where a word is left', () => {
		const arms = times(5000, (i) => `#elif defined(CONFIG_A${i})\n\tpin_user_pages_fast(addr, ${i}, 0, pages);\n`);
		const chain = read(`#if defined(CONFIG_A)\n\tf();\n${arms}#endif\n`);
		expect(chain.functions.length).toBeLessThan(100);
		expect(chain.unread).toEqual(['f']);
		const deep = read(
			`${times(200, (i) => `#ifdef CONFIG_A${i}\n\tunpin_user_page(pages[${i}]);\n`)}${'#endif\n'.repeat(200)}`,
		);
		expect(deep.unread).toEqual(['f']);
	});
});
