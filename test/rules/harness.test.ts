/** The judge is judged: pages that lie must be caught. */
import { describe, expect, it } from 'vitest';
import type { Finding } from '../../server/src/engine.js';
import { applyFix, fixAll, judge, placeOf } from './judge.js';
import { readMarkers } from './markers.js';
import { fires, isSilent, readPage } from './page.js';

const CODE = '\tret = f(a, B, c);\n\treturn ret;\n';
const MARKED = '\tret = f(a, B, c);\n\t//         ^ error[some-rule]: no B\n\treturn ret;\n';

function found(text: string, part: string, more: Partial<Finding> = {}): Finding {
	const start = text.indexOf(part);
	const none = { function: 'f', tags: [], fixes: [], related: [] };
	return {
		start,
		end: start + part.length,
		rule: 'some-rule',
		severity: 'error',
		message: 'no B here',
		...none,
		...more,
	};
}

describe('markers', () => {
	it('are taken out of the code and know their line and columns', () => {
		const marked = readMarkers(MARKED);
		expect(marked.code).toBe(CODE);
		expect(marked.origin).toEqual([0, 2, 3]);
		expect(marked.markers).toEqual([
			expect.objectContaining({ line: 0, columns: { start: 19, end: 20 }, rule: 'some-rule', message: 'no B' }),
		]);
	});
	it('read tags, todo and related', () => {
		const marked = readMarkers(
			'abcdef\n// ^^^ hint[r, unnecessary]: x\n// ^ todo warning[r]\n// ^ todo-silent error[r]: y\n// ^ related[r]: z\n',
		);
		expect(marked.markers.map((marker) => [marker.kind, marker.severity, marker.tags.join()])).toEqual([
			['expected', 'hint', 'unnecessary'],
			['todo', 'warning', ''],
			['todo-silent', 'error', ''],
			['related', undefined, ''],
		]);
	});
	it('cover the whole line with <--', () => {
		const [marker] = readMarkers('  /* x */ \n// <-- warning[r]\n').markers;
		expect(marker?.columns).toEqual({ start: 2, end: 9 });
	});
	it.each([
		['a severity nobody knows', 'x\n// ^ fatal[r]: y\n'],
		['a tag nobody knows', 'x\n// ^ hint[r, bold]: y\n'],
		['no rule', 'x\n// ^ error: y\n'],
		['no code above', '// ^ error[r]: y\n'],
		['a place without carets', 'x\n// todo error[r]: y\n'],
	])('refuse %s', (_, text) => {
		expect(() => readMarkers(text)).toThrow();
	});
	it('leave other comments in the code', () => {
		expect(readMarkers('// a comment\nx;\n/* ^ */\n').code).toBe('// a comment\nx;\n/* ^ */\n');
	});
});

describe('pages', () => {
	const markdown = [
		'# some-rule',
		'## Example',
		'```c kernel=6.1 path=net/a.c',
		MARKED.trimEnd(),
		'```',
		'```c fixed unsafe',
		'\tret = f(a, c);',
		'```',
		'## Not reported',
		'```text',
		'no code',
		'```',
		'```c fixed=none',
		'x;',
		'```',
	].join('\n');
	it('give examples with attributes, sections and fixed blocks', () => {
		const page = readPage(markdown);
		expect(page.title).toBe('some-rule');
		expect(page.sections).toEqual(['Example', 'Not reported']);
		const [first, second] = page.examples;
		expect(first).toMatchObject({ kernel: '6.1', path: 'net/a.c', line: 3, section: 'Example', noFix: false });
		expect(first?.fixed).toMatchObject({ code: '\tret = f(a, c);\n', safe: false, line: 8 });
		expect(second).toMatchObject({ kernel: '6.12', path: 'drivers/misc/example.c', noFix: true, fixed: undefined });
		expect(page.examples).toHaveLength(2);
		expect(page.examples.map((example) => fires(example, 'some-rule'))).toEqual([true, false]);
		expect(page.examples.map((example) => isSilent(example, 'some-rule'))).toEqual([false, true]);
	});
	it.each([
		['an unknown attribute', '```c kernal=6.1\nx;\n```'],
		['a block that is never closed', '```c\nx;'],
		['a fixed block that fixes nothing', '```c fixed\nx;\n```'],
		['a fixed attribute that is not none', '```c fixed=yes\nx;\n```'],
	])('refuse %s', (_, text) => {
		expect(() => readPage(text)).toThrow(/line 1/);
	});
});

describe('the judge', () => {
	const marked = readMarkers(MARKED);
	it('is content when the finding is where the carets are', () => {
		expect(judge(marked, [found(CODE, 'B')], 1)).toEqual([]);
	});
	it.each<[string, Finding[]]>([
		['nothing is found', []],
		['the place is another', [found(CODE, 'c')]],
		['the range is wider', [found(CODE, 'B,')]],
		['the severity is another', [found(CODE, 'B', { severity: 'warning' })]],
		['the message is another', [found(CODE, 'B', { message: 'no A' })]],
		['the rule is another', [found(CODE, 'B', { rule: 'other-rule' })]],
		['a tag is there', [found(CODE, 'B', { tags: ['deprecated'] })]],
		['it is found twice', [found(CODE, 'B'), found(CODE, 'B')]],
		['there is more', [found(CODE, 'B'), found(CODE, 'return')]],
	])('complains when %s', (_, findings) => {
		expect(judge(marked, findings, 1)).not.toEqual([]);
	});
	it('names the line of the page', () => {
		expect(judge(marked, [found(CODE, 'B'), found(CODE, 'return ret')], 41)[0]).toMatch(
			/^found, not expected: line 43 /,
		);
	});
	it('lets a known gap be, and complains when it is closed', () => {
		const gap = readMarkers(MARKED.replace('error', 'todo error'));
		expect(judge(gap, [], 1)).toEqual([]);
		expect(judge(gap, [found(CODE, 'B')], 1)).toHaveLength(1);
	});
	it('lets a known false finding be, and complains when it is gone', () => {
		const known = readMarkers(MARKED.replace('error', 'todo-silent error'));
		expect(judge(known, [found(CODE, 'B')], 1)).toEqual([]);
		expect(judge(known, [], 1)).toHaveLength(1);
	});
	it('looks for related places', () => {
		const also = readMarkers(`${MARKED.trimEnd()}\n\t//     ^^^ related[some-rule]: kept\n`);
		const here = { start: CODE.lastIndexOf('ret'), end: CODE.lastIndexOf('ret') + 3, message: 'kept here' };
		expect(judge(also, [found(CODE, 'B', { related: [here] })], 1)).toEqual([]);
		expect(judge(also, [found(CODE, 'B')], 1)).toHaveLength(1);
	});
	it('cuts a range of several lines at the end of its first', () => {
		expect(placeOf('ab\ncd\nef', { start: 3, end: 8 })).toEqual({ line: 1, start: 0, end: 2 });
	});
});

describe('fixes', () => {
	const drop = { title: 'Drop B', safe: true, edits: [{ start: 0, end: 1, text: '' }] };
	it('apply from the end to the start', () => {
		const edits = [
			{ start: 0, end: 1, text: 'xx' },
			{ start: 2, end: 3, text: '' },
		];
		expect(applyFix('abc', { title: 'both', safe: true, edits })).toBe('xxb');
	});
	it('refuse edits that overlap', () => {
		const edits = [
			{ start: 0, end: 2, text: '' },
			{ start: 1, end: 3, text: '' },
		];
		expect(() => applyFix('abc', { title: 'both', safe: true, edits })).toThrow(/overlap/);
	});
	it('are applied until none is left', () => {
		const analyse = (text: string) => (text.startsWith('B') ? [found(text, 'B', { fixes: [drop] })] : []);
		expect(fixAll('BBa', 'some-rule', analyse)).toEqual({ text: 'a', applied: [drop, drop] });
		expect(fixAll('BBa', 'other-rule', analyse).text).toBe('BBa');
	});
	it('that never end are an error', () => {
		const noop = { title: 'Again', safe: true, edits: [] };
		expect(() => fixAll('B', 'some-rule', (text) => [found(text, 'B', { fixes: [noop] })])).toThrow(/again and again/);
	});
});
