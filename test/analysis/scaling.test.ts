/** The work that texts take, in counted steps: `npm run bench:scaling` measures the time of the same shapes. */
import { describe, expect, it } from 'vitest';
import { kernelFor } from '../../server/src/kernel/index.js';
import { engine } from '../kernel/corpus.js';
import { SHAPES, type Shape, sizedTo } from '../support/shapes.js';

interface Work {
	readonly steps: number;
	/** Functions that were given up, or could not be read. */
	readonly givenUp: number;
}

function workOn(text: string): Work {
	const options = { path: 'drivers/misc/shape.c', kernel: kernelFor('6.12'), fixes: false as const };
	const file = engine.open();
	const { unread, bounded } = file.audit(text, options);
	const steps = file.steps;
	file.dispose();
	return { steps, givenUp: new Set([...unread, ...bounded]).size };
}

/** What is done once, whatever the size. */
const ONCE = 3_000;

/** How much more work twice the text is; undefined where it is given up. */
function growth(shape: Shape, characters: number): number | undefined {
	const [small, large] = [characters, 2 * characters].map((size) => workOn(shape(sizedTo(shape, size))));
	if (!small || !large || large.givenUp > 0) return undefined;
	return (large.steps + ONCE) / (small.steps + ONCE);
}

/** Faster than quadratic until they have their share: a state for each arm, array or loop is handed through all that follow. */
const STEEP = new Set([
	'flow: nested switches',
	'flow: nested loops',
	'flow: nested loops over everything',
	'flow: if ladder that takes',
	'calls: an array each, all released at the end',
]);
const names = Object.keys(SHAPES);

describe('a text of twice the length', () => {
	it.each(names.filter((name) => !STEEP.has(name)))(
		'of small size takes no more than four times the steps: %s',
		(name) => {
			expect(growth(SHAPES[name] as Shape, 2_000) ?? 0).toBeLessThan(4.2);
		},
	);

	// those that took longest before each function and each file had its share
	it.each([
		'if: one word in each arm, in a row',
		'calls: take and put',
		'calls: pin and unpin',
		'calls: set_page_dirty',
		'calls: puts of what was pinned',
		'calls: a result variable each',
		'functions: a field of one struct in each',
		'functions: of one name that call it',
		'data: one field used by all',
		'macros: object-like',
		'macros: in a function',
		'flow: one variable counted up',
		'expressions: alternating && and || as a value',
	])('of large size takes no more than 2.5 times the steps, or is given up: %s', (name) => {
		expect(SHAPES).toHaveProperty([name]);
		expect(growth(SHAPES[name] as Shape, 40_000) ?? 0).toBeLessThan(2.5);
	});
});

describe('a text that is given up', () => {
	/** Characters, and the steps that all functions of such a file share. */
	const LENGTH = 16_000;
	const SHARE = 1_000_000 + 2 * LENGTH;

	// one look that goes through all of a function for each of its calls is more than its share by itself
	it.each(names)('has taken little more than its share by then: %s', (name) => {
		const shape = SHAPES[name] as Shape;
		expect(workOn(shape(sizedTo(shape, LENGTH))).steps).toBeLessThan(1.5 * SHARE);
	});
});

describe('operators in a row', () => {
	it('are not given to the parser', () => {
		const shape = SHAPES['junk: operators in a function'] as Shape;
		expect(workOn(shape(2_000))).toEqual({ steps: 0, givenUp: 1 });
	});
});

describe('states within an expression', () => {
	it('do not double with each operator', () => {
		const shape = SHAPES['expressions: alternating && and || as a value'] as Shape;
		const { steps, givenUp } = workOn(shape(40));
		expect(givenUp).toBe(0);
		expect(steps).toBeLessThan(100_000);
	});
});
