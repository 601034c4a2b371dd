import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { render } from '../../server/src/cli/markdown.js';
import { similar } from '../../server/src/cli/suggest.js';
import { cli } from './run.js';

const cwd = import.meta.dirname;

describe('explain', () => {
	test('tells of a flag and of a function, for the kernel asked for', async () => {
		const flag = await cli(['explain', 'FOLL_LONGTERM', '--kernel', '6.12'], { cwd });
		expect(flag.code).toBe(0);
		expect(flag.stdout).toContain('FOLL_LONGTERM');
		expect(flag.stderr).toContain('kernel 6.12');
		const old = await cli(['explain', 'get_user_pages', '--kernel', '5.10'], { cwd });
		expect(old.stdout).toContain('vmas');
		expect((await cli(['explain', 'get_user_pages', '--kernel', '6.12'], { cwd })).stdout).not.toContain('vmas)');
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
			expect(stdout).not.toMatch(/^```|^#/m);
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
		].join('\n'),
	);
	expect(render('`a\u001b[31m`', true)).toBe('\u001b[36ma\ufffd[31m\u001b[39m\n');
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
