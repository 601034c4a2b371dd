import fc from 'fast-check';
import { expect, test } from 'vitest';
import { origin } from '../../server/src/cli/origin.js';
import { applyEdits } from '../../server/src/rules/apply.js';
import type { Edit } from '../../server/src/rules/rule.js';

/** A text of letters that are all different, so that each says where it comes from. */
const LETTERS = Array.from({ length: 60 }, (_, i) => String.fromCharCode(0x4e00 + i)).join('');

const rounds = fc.array(
	fc.array(
		fc.record({ skip: fc.nat({ max: 9 }), remove: fc.nat({ max: 5 }), text: fc.constantFrom('', 'x', 'yyyy') }),
		{
			maxLength: 4,
		},
	),
	{ maxLength: 4 },
);

test('every letter that stays is found where it was', () => {
	fc.assert(
		fc.property(rounds, (shapes) => {
			let text = LETTERS;
			const done: Edit[][] = [];
			for (const shape of shapes) {
				let at = 0;
				const edits = shape.map(({ skip, remove, text }) => {
					const start = at + skip + 1;
					at = start + remove;
					return { start, end: at, text };
				});
				const fitting = edits.filter(({ end }) => end <= text.length);
				text = applyEdits(text, fitting);
				done.push(fitting);
			}
			for (const [i, letter] of [...text].entries()) {
				if (LETTERS.includes(letter)) expect(LETTERS[origin(i, done)]).toBe(letter);
			}
		}),
	);
});

test('what was inserted comes from the place of the edit', () => {
	expect(origin(4, [[{ start: 2, end: 3, text: 'long' }]])).toBe(2);
});
