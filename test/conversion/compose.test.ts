import { expect, test } from 'vitest';
import { randomly } from '../../scripts/random.js';
import { compose } from '../../server/src/conversion/compose.js';
import type { FileEdit, Label } from '../../server/src/conversion/plan.js';
import { applyEdits } from '../../server/src/rules/apply.js';

const edit = (start: number, end: number, text: string, label: Label = 'take'): FileEdit => ({
	path: undefined,
	start,
	end,
	text,
	label,
});

test('edits that lie apart stay as they are', () => {
	const first = [edit(0, 3, 'pin'), edit(10, 10, '!')];
	const second = [edit(6, 7, '', 'release')];
	expect(compose('get_user_pages(x);', first, second)).toEqual([first[0], second[0], first[1]]);
});

test('edits that meet become one, with the label of the later', () => {
	expect(compose('int i, j;', [edit(4, 7, '')], [edit(0, 6, '', 'declaration')])).toEqual([
		edit(0, 9, '', 'declaration'),
	]);
});

test('one after the other or both at once is the same, and none overlaps another', () => {
	const next = randomly(20261128);
	const below = (limit: number): number => Math.floor(next() * limit);
	const edits = (length: number): FileEdit[] => {
		const bounds = Array.from({ length: 2 * below(5) }, () => below(length + 1)).sort((a, b) => a - b);
		const found: FileEdit[] = [];
		for (let i = 0; i < bounds.length; i += 2) {
			const [start, end] = [bounds[i] as number, bounds[i + 1] as number];
			// two insertions at one place have no order
			if (found.some((one) => one.start === start || one.end === start)) continue;
			found.push(edit(start, end, 'ABCDEFG'.slice(0, below(7))));
		}
		return found;
	};
	for (let round = 0; round < 3000; round++) {
		const text = '0123456789abcdefghij'.slice(0, 1 + below(20));
		const first = edits(text.length);
		const between = applyEdits(text, first);
		const second = edits(between.length);
		const both = compose(text, first, second);
		expect(applyEdits(text, both)).toBe(applyEdits(between, second));
		for (const [i, one] of both.entries()) expect(one.start).toBeGreaterThanOrEqual(both[i - 1]?.end ?? 0);
	}
});
