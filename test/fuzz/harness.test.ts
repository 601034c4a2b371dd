/** The fuzzer itself: what it makes, finds and keeps. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { OpenFile } from '../../server/src/engine.js';
import { engine } from '../kernel/corpus.js';
import { ALL, type Failure, failsAs, failuresOf, kindOf } from './check.js';
import { ownCorpus } from './corpus.js';
import { inputOf } from './generate.js';
import { fromFile, type Input, TARGETS, toFile, versionsOf } from './input.js';
import type { Property } from './properties/property.js';
import { ddmin, reduced } from './reduce.js';
import { optionsOf } from './subject.js';
import { hold } from './violation.js';

const corpus = ownCorpus();
const BASE: Input = { seed: 1, target: 'code', text: '', path: 'a.c', kernel: '6.12', neighbours: [], edits: [] };

test('a seed gives the same input each time, and another one another', () => {
	expect(inputOf(7, corpus)).toEqual(inputOf(7, corpus));
	expect(inputOf(7, corpus)).not.toEqual(inputOf(8, corpus));
});

test('every target is generated', () => {
	const seen = new Set(Array.from({ length: 400 }, (_, seed) => inputOf(seed, corpus).target));
	expect([...seen].sort()).toEqual([...TARGETS].sort());
});

test('every input is read from its file as it was written', () => {
	const text = fc.oneof(
		fc.string({ unit: 'binary' }),
		fc.constantFrom('\uD800', '\r\n', ' */\n\n * ', '\uFEFFx', '\0'),
	);
	fc.assert(
		fc.property(text, text, fc.nat(9), (one, other, at) => {
			const neighbours = [{ path: other, text: one }];
			const input = { ...BASE, text: one + other, neighbours, edits: [{ start: at, end: at + 1, text: other }] };
			// as a file on disk
			const file = Buffer.from(toFile(input, one, 'x.c')).toString();
			expect(fromFile(file)).toEqual({ ...input, failure: one });
		}),
	);
});

test('delta debugging leaves what is needed, and nothing else', async () => {
	const parts = Array.from({ length: 100 }, (_, i) => i);
	const needed = [3, 50, 51, 97];
	expect(await ddmin(parts, async (kept) => needed.every((part) => kept.includes(part)))).toEqual(needed);
	expect(await ddmin(parts, async () => true)).toEqual([]);
});

test('a failing input becomes small: text, neighbours and edits', async () => {
	const lines = Array.from({ length: 40 }, (_, i) => `int line_${i};\n`).join('');
	const input: Input = {
		...BASE,
		text: `${lines}int needle(void);\n${lines}`,
		neighbours: [
			{ path: 'b.c', text: lines },
			{ path: 'c.c', text: `${lines}needle` },
		],
		edits: [
			{ start: 3, end: 4, text: 'x' },
			{ start: lines.length, end: lines.length + 3, text: 'some more needles' },
		],
	};
	const small = await reduced(
		input,
		async (candidate) =>
			candidate.text.includes('needle') &&
			candidate.neighbours.some(({ text }) => text.includes('needle')) &&
			versionsOf(candidate).at(-1)?.split('needle').length === 3,
	);
	expect(small).toMatchObject({
		text: 'needle',
		neighbours: [{ path: 'c.c', text: 'needle' }],
		edits: [{ text: 'needle' }],
	});
});

test('a failure is found, and known again by its kind', async () => {
	const planted: Property = {
		name: 'planted',
		target: 'code',
		share: 1,
		check: ({ text }) => {
			hold(!text.includes('x'), 'has an x', () => text);
			if (text.includes('y')) throw new TypeError(`y at ${text.indexOf('y')}`);
		},
	};
	const [failure, ...others] = await failuresOf({ ...BASE, text: 'ax' }, ALL, [planted]);
	expect({ failure, others }).toEqual({
		failure: { property: 'planted', what: 'has an x', message: 'has an x: ax' },
		others: [],
	});
	expect(await failsAs({ ...BASE, text: 'bbx' }, failure as Failure, [planted])).toBe(true);
	expect(await failsAs({ ...BASE, text: 'y' }, failure as Failure, [planted])).toBe(false);
	const kinds = await Promise.all(['y', 'by', 'z'].map((text) => failuresOf({ ...BASE, text }, ALL, [planted])));
	expect(kinds.map((failures) => failures.map(kindOf))).toEqual([
		['planted: TypeError: y at N in Object.check'],
		['planted: TypeError: y at N in Object.check'],
		[],
	]);
});

test('a syntax tree that nobody frees is a failure', async () => {
	const open: OpenFile[] = [];
	const leaking: Property = {
		name: 'leaking',
		target: 'code',
		share: 1,
		check({ text }) {
			const file = engine.open();
			file.analyse(text, optionsOf(BASE));
			open.push(file);
		},
	};
	const text = 'int f(void)\n{\n\treturn get_user_pages_fast(0, 1, 0, NULL);\n}\n';
	const failures = await failuresOf({ ...BASE, text }, ALL, [leaking]);
	for (const file of open) file.dispose();
	expect(failures.map(kindOf)).toEqual(['leaking: syntax trees are not freed']);
});
