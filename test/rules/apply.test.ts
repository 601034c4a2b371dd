import fc from 'fast-check';
import { expect, test } from 'vitest';
import { applyEdits } from '../../server/src/rules/apply.js';
import type { Edit } from '../../server/src/rules/rule.js';

/** One edit after the other, from the end of the text on. */
function oneByOne(text: string, edits: readonly Edit[]): string {
	let result = text;
	for (const edit of [...edits].sort((a, b) => b.start - a.start || b.end - a.end))
		result = result.slice(0, edit.start) + edit.text + result.slice(edit.end);
	return result;
}

/** Lengths of what is left and of what is replaced in turn, and what comes there: edits that never overlap. */
const pieces = fc.array(fc.record({ left: fc.nat(3), replaced: fc.nat(3), text: fc.string({ maxLength: 3 }) }));

test('edits in any order give what they give one by one', () => {
	fc.assert(
		fc.property(pieces, fc.infiniteStream(fc.nat()), (all, order) => {
			let at = 0;
			const edits = all.map(({ left, replaced, text }): Edit => {
				const start = at + left;
				at = start + replaced;
				return { start, end: at, text };
			});
			const text = Array.from({ length: at + 2 }, (_, i) => String.fromCharCode(97 + (i % 26))).join('');
			const mixed = edits.map((edit) => ({ edit, key: order.next().value as number })).sort((a, b) => a.key - b.key);
			const shuffled = mixed.map(({ edit }) => edit);
			expect(applyEdits(text, shuffled)).toBe(oneByOne(text, shuffled));
		}),
	);
});
