import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { scratch } from '../support/scratch.js';
import { fixtures } from './fixtures.js';
import { cli } from './run.js';

const PLOVER = readFileSync(join(fixtures, 'flow', 'plover.c'), 'utf8');
const inFixtures = { cwd: fixtures };

/** Line (from 1) of the first place where `text` stands in the driver. */
function lineOf(text: string): number {
	const at = PLOVER.indexOf(text);
	expect(at, text).toBeGreaterThan(0);
	return PLOVER.slice(0, at).split('\n').length;
}

function flow(place: string, setting: { cwd: string; colour?: boolean } = inFixtures, ...more: string[]) {
	return cli(['explain', '--flow', place, '--kernel', '6.12', ...more], setting);
}

/** What is printed for the line where `text` stands. */
async function at(text: string): Promise<string> {
	const { code, stdout, stderr } = await flow(`flow/plover.c:${lineOf(text)}`);
	expect(code).toBe(0);
	expect(stderr).toBe('gup-lens: kernel 6.12, as set by --kernel\n');
	return stdout;
}

describe('explain --flow', () => {
	test.each([
		['a page that is left behind on one way', 'get_user_pages_fast(addr, 1, 0', 'once.txt'],
		['pages that are kept in a field, and released by a helper and in another function', 'FOLL_LONGTERM', 'open.txt'],
		['a page that is released twice', 'FOLL_WRITE, &page', 'twice.txt'],
		['pages that a helper takes and leaves to its caller', '4, FOLL_WRITE', 'grab.txt'],
		['a release in a loop, behind a switch', 'nr, FOLL_WRITE, pages', 'all.txt'],
	])('prints %s', async (_, text, file) => {
		await expect(await at(text)).toMatchFileSnapshot(join(fixtures, 'flow', file));
	});

	test('prints it in colour', async () => {
		const { stdout } = await flow(`flow/plover.c:${lineOf('get_user_pages_fast(addr, 1, 0')}`, {
			...inFixtures,
			colour: true,
		});
		await expect(stdout).toMatchFileSnapshot(join(fixtures, 'flow', 'once.colour.txt'));
	});

	test('takes the function around a line that takes nothing, and the takers of what it releases', async () => {
		expect(await at('if (size > PAGE_SIZE)')).toMatch(
			/^no GUP call on line \d+; showing pages acquired in plover_once\(\)\n\nflow\/plover\.c:\d+: page referenced by/,
		);
		const released = await at('unpin_user_pages_dirty_lock');
		expect(released).toMatch(/^no GUP call on line \d+; showing pages released in plover_close\(\)\n/);
		expect(released).toContain('pinned by pin_user_pages_fast() in plover_open()');
	});

	test('takes a place as a report has it', async () => {
		const line = lineOf('FOLL_LONGTERM');
		const plain = await flow(`flow/plover.c:${line}`);
		expect((await flow(`flow/plover.c:${line}:12:`)).stdout).toBe(plain.stdout);
		const absolute = join(fixtures, 'flow', 'plover.c');
		expect((await flow(`${absolute}:${line}`)).stdout).toContain(`${absolute}:${line}: pages pinned by`);
	});

	test('says so when there is nothing to tell', async () => {
		expect(await at('return a + 1')).toMatch(
			/^flow\/plover\.c:\d+: neither this line nor plover_nothing\(\) acquires or releases user pages that are tracked\n$/,
		);
		expect(await at('struct plover {')).toContain('no function and no GUP call on this line');
		expect(await at('#define PLOVER_ONE')).toContain('the call is in a macro');
		const cwd = scratch({ 'a.c': 'int a;\n' });
		expect((await flow('a.c:1', { cwd })).stdout).toBe('a.c:1: nothing in this file acquires or releases user pages\n');
	});

	test('says why paths are not followed', async () => {
		const many = Array.from({ length: 9 }, (_, i) => `\tif (c[${i}])\n\t\tget_user_pages_fast(a, 1, 0, p${i});\n`);
		const parameters = Array.from({ length: 9 }, (_, i) => `struct page **p${i}`).join(', ');
		const cwd = scratch({
			'many.c': `int many(unsigned long a, int *c, ${parameters})\n{\n${many.join('')}\treturn 0;\n}\n`,
			'broken.c':
				'int broken(unsigned long a, struct page **p)\n{\n\tget_user_pages_fast(a, 1, 0, p);\n\tif (a {{ \n}\n',
			'none.c': 'int none(unsigned long a)\n{\n\treturn get_user_pages(a, 1, 0, NULL);\n}\n',
		});
		expect((await flow('many.c:4', { cwd })).stdout).toContain('many() has too many paths to analyse');
		expect((await flow('broken.c:3', { cwd })).stdout).toContain('could not parse all of broken()');
		expect((await flow('none.c:3', { cwd })).stdout).toContain('they are stored where they cannot be tracked');
	});

	test('refuses what is no place', async () => {
		const missing = await flow('no/such.c:3');
		expect(missing).toMatchObject({ code: 2, stdout: '' });
		expect(missing.stderr).toBe('gup-lens: no/such.c: no such file or folder\n');
		const beyond = await flow('flow/plover.c:4000');
		expect(beyond.code).toBe(2);
		expect(beyond.stderr).toMatch(/no line 4000, the file has \d+\n$/);
		expect((await flow('flow/plover.c')).stderr).toContain('give FILE:LINE, such as drivers/foo.c:120');
		expect((await flow('flow/plover.c:3', inFixtures, 'pin-put-page')).stderr).toContain('not both');
	});

	test('knows the kernel of the tree, as check does', async () => {
		const cwd = scratch({
			Makefile: 'VERSION = 5\nPATCHLEVEL = 10\nSUBLEVEL = 7\nKERNELVERSION = x\n',
			'include/linux/mm.h': '',
			'drivers/a.c': PLOVER,
		});
		const { stderr } = await cli(['explain', '--flow', 'drivers/a.c:20'], { cwd });
		expect(stderr).toBe('gup-lens: kernel 5.10.7, from the headers of .\n');
	});
});
