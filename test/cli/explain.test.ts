import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { render } from '../../server/src/cli/markdown.js';
import { similar } from '../../server/src/workspace/suggest.js';
import { scratch } from '../support/scratch.js';
import { cli } from './run.js';

const cwd = import.meta.dirname;

describe('explain', () => {
	test('tells of a flag and of a function, for the kernel asked for', async () => {
		const flag = await cli(['explain', 'FOLL_LONGTERM', '--kernel', '6.12'], { cwd });
		expect(flag.code).toBe(0);
		expect(flag.stdout).toContain('FOLL_LONGTERM');
		expect(`${flag.stdout}${flag.stderr}`.match(/kernel 6\.12/gi)).toHaveLength(1);
		expect(flag.stdout).toMatch(/\nKernel 6\.12, as set\n$/);
		const old = await cli(['explain', 'get_user_pages', '--kernel', '5.10'], { cwd });
		expect(old.stdout).toContain('vmas');
		expect((await cli(['explain', 'get_user_pages', '--kernel', '6.12'], { cwd })).stdout).not.toContain('vmas)');
	});

	test('tells of the kernel of the tree it stands in, unless another is asked for', async () => {
		const tree = scratch({
			Makefile: 'VERSION = 5\nPATCHLEVEL = 10\nSUBLEVEL = 7\nKERNELVERSION = x\n',
			'include/linux/mm.h':
				'long get_user_pages(unsigned long start, unsigned long nr_pages,\n\t\tunsigned int gup_flags, struct page **pages, struct vm_area_struct **vmas);\n',
			'drivers/misc/a.c': '',
		});
		const inside = await cli(['explain', 'get_user_pages'], { cwd: join(tree, 'drivers/misc') });
		expect(inside.stdout).toMatch(
			/struct vm_area_struct \*\*vmas[\s\S]*\nKernel 5\.10\.7, from the headers of this tree\n$/,
		);
		expect(inside.stderr).toBe('');
		const asked = await cli(['explain', 'get_user_pages', '--kernel', '6.12'], { cwd: tree });
		expect(asked.stdout).toMatch(/\nKernel 6\.12, as set\n$/);
		const nowhere = await cli(['explain', 'get_user_pages'], { cwd: scratch() });
		expect(nowhere.stdout).toMatch(/\nKernel \d+\.\d+, assumed, the newest known\n$/);
		expect(nowhere.stderr).toContain('--kernel');
	});

	test('prints a function without marks of Markdown', async () => {
		const { stdout } = await cli(['explain', 'pin_user_pages', '--kernel', '6.12'], { cwd });
		expect(stdout).toMatch(/^ {4}long pin_user_pages\(/);
		expect(stdout).not.toMatch(/[ \t]$/m);
		expect(stdout).toMatch(/^Released by: unpin_user_pages/m);
		expect(stdout).toMatch(/^Locking: call with mmap_lock/m);
	});

	test('prints of a rule a wrong and a right example, and the others with --full', async () => {
		const short = (await cli(['explain', 'foll-get-with-pin'], { cwd })).stdout;
		expect(short.match(/^Wrong:$/gm)).toHaveLength(1);
		expect(short.match(/^Right:$/gm)).toHaveLength(1);
		expect(short.split('\n').length).toBeLessThan(100);
		expect(short).not.toContain('More:');
		const full = (await cli(['explain', 'foll-get-with-pin', '--full'], { cwd })).stdout;
		expect(full.split('\n').length).toBeGreaterThan(2 * short.split('\n').length);
		expect(full.startsWith(short.trimEnd())).toBe(true);
		expect(full).toContain('foll-get-with-pin: examples');
	});

	test('prints the page of every rule', async () => {
		const ids = (await cli(['rules'], { cwd })).stdout
			.split('\n')
			.slice(1)
			.flatMap((line) => line.split(' ')[0] || []);
		expect(ids).toContain('pin-put-page');
		for (const id of ids) {
			const { code, stdout } = await cli(['explain', id], { cwd });
			expect(code).toBe(0);
			expect(stdout.startsWith(`${id}\n`)).toBe(true);
			const full = (await cli(['explain', id, '--full'], { cwd })).stdout;
			for (const shown of [stdout, full]) {
				expect(shown).not.toMatch(/^```|^#/m);
				expect(shown).not.toMatch(/\^\^|\/\/ <--|\btodo\b|related\[/);
			}
			for (const title of ['What it catches', 'Why it matters', 'Example', 'Fix', 'Not reported', 'When to suppress']) {
				expect(stdout.split('\n')).toContain(title);
			}
		}
		const pages = readdirSync(join(cwd, '..', '..', 'docs', 'rules')).map((name) => name.replace('.md', ''));
		expect(ids.filter((id) => !pages.includes(id))).toEqual([]);
	});
});

test('Markdown for a terminal', () => {
	const page = [
		'# Title `x`',
		'',
		'See [the page](https://example.org/a) and [another](other.md), **not** `this`.',
		'',
		'<!-- hidden -->',
		`- ${'word '.repeat(30)}end`,
		'',
		'```c fixed=none',
		'int x; // [a](b) **c**',
		'```',
		'',
		'**Locking** call `f(*a)` with *b* and c*d*e.  ',
		'**Done.** More.',
	].join('\n');
	expect(render(page, false)).toBe(
		[
			'Title x',
			'',
			'See the page (https://example.org/a) and another, not this.',
			'',
			`- ${'word '.repeat(19).trimEnd()}`,
			`  ${'word '.repeat(11)}end`,
			'',
			'    int x; // [a](b) **c**',
			'',
			'Locking: call f(*a) with b and c*d*e.',
			'Done. More.',
			'',
		].join('\n'),
	);
	expect(render('`a\u001b[31m`', true)).toBe('\u001b[36ma\\u001b[31m\u001b[39m\n');
});

test.each([
	['FOLL_LONGTREM', 'FOLL_LONGTERM'],
	['get_user_page_fast', 'get_user_pages_fast'],
	['longterm', 'FOLL_LONGTERM'],
])('%s is meant to be %s', (name, meant) => {
	const names = ['FOLL_LONGTERM', 'FOLL_WRITE', 'get_user_pages_fast', 'pin_user_pages', 'pin-put-page'];
	expect(similar(name, names)[0]).toBe(meant);
	expect(similar('completely_else', names)).toEqual([]);
});
