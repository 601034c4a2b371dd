import { describe, expect, it } from 'vitest';
import { differences } from '../../scripts/golden/differ.js';
import { fromLine, type Item, type Json, toLine } from '../../scripts/golden/item.js';
import { counted, printed } from '../../scripts/golden/print.js';

function finding(key: string, value: Json, file = '6.12/a.c'): Item {
	return { file, kind: 'finding', key, value };
}

const LEAK = finding('gup-leak in f', { at: '3:1-3:5', severity: 'warning', related: ['taken here', 'leaves here'] });

describe('the differences of two dumps', () => {
	it('are none between equal ones, in whatever order', () => {
		const other = finding('gup-leak in g', { at: '9:1-9:5' });
		expect(differences([LEAK, other], [other, LEAK])).toEqual([]);
	});

	it('are what only one of them has', () => {
		expect(differences([LEAK], [])).toMatchObject([{ key: 'gup-leak in f', after: undefined }]);
		expect(differences([], [LEAK])).toMatchObject([{ key: 'gup-leak in f', before: undefined }]);
	});

	it('are a value that changed', () => {
		const changed = { ...LEAK, value: { at: '3:1-3:5', severity: 'error', related: ['taken here'] } };
		const found = differences([LEAK], [changed]);
		expect(found.map(printed)).toEqual([
			`6.12/a.c: finding gup-leak in f: changed
    severity:
      - warning
      + error
    related:
      - leaves here
`,
		]);
	});

	it('are one where one of several with the same key is new', () => {
		const at = (line: number) => finding('dirty-missing in f', { at: `${line}:1-${line}:5` });
		expect(differences([at(5), at(9)], [at(2), at(5), at(9)])).toMatchObject([
			{ before: undefined, after: { at: '2:1-2:5' } },
		]);
		expect(differences([at(5), at(5)], [at(5)])).toMatchObject([{ before: { at: '5:1-5:5' }, after: undefined }]);
	});

	it('are told by file, and counted by kind', () => {
		const found = differences([LEAK], [finding('gup-leak in f', 1, '6.12/b.c'), { ...LEAK, kind: 'site' }]);
		expect(found.map(({ file, kind }) => `${file} ${kind}`)).toEqual([
			'6.12/a.c finding',
			'6.12/a.c site',
			'6.12/b.c finding',
		]);
		expect(counted(found)).toBe(`| kind    | gone | new | changed |
|---------|-----:|----:|--------:|
| finding |    1 |   1 |       0 |
| site    |    0 |   1 |       0 |`);
	});

	it('see an order that changed', () => {
		const turned = { ...LEAK, value: { at: '3:1-3:5', severity: 'warning', related: ['leaves here', 'taken here'] } };
		expect(differences([LEAK], [turned]).map(printed).join('')).toContain('- taken here\n      - leaves here\n');
	});

	it('outlive being written and read', () => {
		expect(fromLine(toLine(LEAK))).toEqual(LEAK);
	});
});
