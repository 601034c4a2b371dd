/** What `check`, `fix`, `rules` and `explain` print, and of what, beside the findings of named files. */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { CONVERT, KERNEL } from '../audit/fixtures.js';
import { scratch } from '../support/scratch.js';
import { LOCKED, NULL_PAGES, PIN_FLAG, PIN_FLAG_FIXED, WREN } from './fixtures.js';
import { cli } from './run.js';

const check = (cwd: string, ...argv: string[]) => cli(['check', '--kernel', '6.12', ...argv], { cwd });

describe('check', () => {
	test('without a path takes the folder it runs in', async () => {
		const cwd = scratch({ 'drivers/a.c': PIN_FLAG });
		expect((await check(cwd)).stdout).toContain('drivers/a.c:5:46: error:');
	});

	test('--rule selects, as in fix; --severity changes', async () => {
		const cwd = scratch({ 'a.c': PIN_FLAG, 'b.c': NULL_PAGES });
		const { stdout } = await check(cwd, '--rule', 'gup-null-pages', '--severity', 'gup-null-pages=hint');
		expect(stdout).toMatch(/^b\.c:3:41: hint: /);
		expect(stdout).not.toContain('foll-pin-from-caller');
		const both = await check(cwd, '--rule', 'gup-null-pages', '--rule', 'foll-pin-from-caller');
		expect(both.stdout).toContain('2 findings');
	});

	test('--quiet prints nothing where there is nothing, and only findings otherwise', async () => {
		const cwd = scratch({ 'wren.c': WREN });
		expect(await check(cwd, '--quiet')).toMatchObject({ code: 0, stdout: '', stderr: '' });
		writeFileSync(join(cwd, 'a.c'), PIN_FLAG);
		const { stdout, stderr } = await check(cwd, '--quiet');
		expect(stdout).not.toContain('1 finding');
		expect({ lines: stdout.split('\n').length, stderr }).toEqual({ lines: 5, stderr: '' });
		expect((await check(cwd, '--quiet', 'gone.c')).stderr).toContain('gone.c: no such file');
	});

	test('--statistics counts by rule', async () => {
		const cwd = scratch({ 'a.c': PIN_FLAG, 'b.c': NULL_PAGES + NULL_PAGES.replace('stork', 'crane') });
		expect((await check(cwd, '--statistics')).stdout).toMatch(
			/\n {5}2 {2}gup-null-pages\n {5}1 {2}foll-pin-from-caller\n/,
		);
	});

	test('--fix applies the safe fixes and tells what is left', async () => {
		const cwd = scratch({ 'a.c': PIN_FLAG, 'b.c': LOCKED });
		const { code, stdout } = await check(cwd, '--fix');
		expect(readFileSync(join(cwd, 'a.c'), 'utf8')).toBe(PIN_FLAG_FIXED);
		expect(readFileSync(join(cwd, 'b.c'), 'utf8')).toBe(LOCKED);
		expect(stdout).not.toContain('a.c:');
		expect(stdout).toContain('[gup-locked-not-one]');
		expect(code).toBe(1);
	});

	test('--color decides, whatever the stream is', async () => {
		const cwd = scratch({ 'a.c': PIN_FLAG });
		for (const [when, colour, expected] of [
			['always', false, true],
			['never', true, false],
			['auto', true, true],
			['auto', false, false],
		] as const) {
			const { stdout } = await cli(['check', 'a.c', '--color', when], { cwd, colour });
			expect(stdout.includes('\u001b[')).toBe(expected);
		}
	});

	test('says how a site is converted, and where it cannot be says nothing', async () => {
		const convert = /\n {6}= convert: gup-lens fix --rule foll-get-for-dma 'drivers\/my misc\/udma\.c'\n/;
		const cwd = scratch({ ...KERNEL, 'drivers/my misc/udma.c': CONVERTIBLE, 'drivers/grab.c': CONVERT });
		const { stdout } = await check(cwd);
		expect(stdout).toMatch(convert);
		expect(stdout.match(/= convert/g)).toHaveLength(1);
		const fixed = await cli(['fix', 'drivers'], { cwd });
		expect(fixed.stderr).toContain('not fixed, to be converted (--rule foll-get-for-dma)');
		expect(fixed.stderr).toMatch(
			/convertible to pins:\n {2}gup-lens fix --rule foll-get-for-dma 'drivers\/my misc\/udma\.c'\n$/,
		);
		// the command does what is said
		expect((await cli(['fix', '--rule', 'foll-get-for-dma', 'drivers/my misc/udma.c'], { cwd })).code).toBe(0);
		expect(readFileSync(join(cwd, 'drivers/my misc/udma.c'), 'utf8')).toContain('unpin_user_pages');
	});
});

/** Pages that a device reaches and that are released here. */
const CONVERTIBLE = `#include <linux/mm.h>

struct udma {
	struct device *dev;
	struct page **pages;
	int nr;
	dma_addr_t addr;
};

int udma_map(struct udma *u, unsigned long start, int nr)
{
	int got = get_user_pages_fast(start, nr, FOLL_WRITE, u->pages);

	if (got < 0)
		return got;
	u->nr = got;
	u->addr = dma_map_page(u->dev, u->pages[0], 0, PAGE_SIZE, DMA_FROM_DEVICE);
	return 0;
}

void udma_unmap(struct udma *u)
{
	int i;

	dma_unmap_page(u->dev, u->addr, PAGE_SIZE, DMA_FROM_DEVICE);
	for (i = 0; i < u->nr; i++) {
		set_page_dirty_lock(u->pages[i]);
		put_page(u->pages[i]);
	}
}
`;

describe('formats', () => {
	test('terse: one line a finding in the words of checkpatch.pl, and no other', async () => {
		const cwd = scratch({ 'a.c': PIN_FLAG, 'b.c': NULL_PAGES });
		const { stdout } = await check(cwd, '--format', 'terse', '--severity', 'gup-null-pages=warning');
		expect(stdout).toMatch(/^a\.c:5: ERROR: .* \[foll-pin-from-caller\]\nb\.c:3: WARNING: .* \[gup-null-pages\]\n$/);
	});

	test.each([
		['pass', WREN, []],
		['warn', PIN_FLAG, ['--severity', 'foll-pin-from-caller=warning']],
		['fail', PIN_FLAG, []],
		['pass', PIN_FLAG, ['--severity', 'foll-pin-from-caller=information']],
	])('b4: one result with the status %s', async (status, text, argv) => {
		const { stdout } = await check(scratch({ 'a.c': text }), '--format', 'b4', ...argv);
		const [result, ...more] = JSON.parse(stdout);
		expect(more).toEqual([]);
		expect(Object.keys(result)).toEqual(['tool', 'status', 'summary', 'url', 'details']);
		expect(result).toMatchObject({ tool: 'gup-lens', status });
		for (const value of Object.values(result)) expect(value).toBeTypeOf('string');
		if (text === PIN_FLAG) expect(JSON.parse(result.details)[0].description).toContain('a.c:5: ');
	});

	test('agent: a block a finding with its path, and a summary always', async () => {
		const cwd = scratch({ 'wren.c': WREN });
		expect((await check(cwd, '--format', 'agent')).stdout).toBe('summary: no findings; 1 file checked\n');
		writeFileSync(join(cwd, 'a.c'), LEAK);
		const { stdout } = await check(cwd, '--format', 'agent');
		expect(stdout).toMatch(/^warning gup-leak in teal_take\(\)\na\.c:7: /);
		expect(stdout).toMatch(/\npath:\n {2}a\.c:\d+: .* {2}<- .*\n/);
		expect(stdout).toMatch(/\n\nsummary: 1 finding \(1 warning\) in 1 file; 2 files checked\n$/);
	});
});

const LEAK = `#include <linux/mm.h>

int teal_take(unsigned long addr)
{
	struct page *page;

	if (pin_user_pages_fast(addr, 1, 0, &page) != 1)
		return -EFAULT;
	if (!teal_ready())
		return -EBUSY;
	unpin_user_page(page);
	return 0;
}
`;

describe('rules and explain', () => {
	const json = async (...argv: string[]) => JSON.parse((await cli(argv, { cwd: scratch() })).stdout);

	test('rules --format json has what the table has', async () => {
		const { rules } = await json('rules', '--format', 'json');
		const table = (await cli(['rules'], { cwd: scratch() })).stdout.trimEnd().split('\n').slice(1);
		expect(rules.map((rule: { id: string }) => rule.id)).toEqual(table.map((line) => line.split(' ')[0]));
		expect(rules.filter((rule: { converts: boolean }) => rule.converts)).toHaveLength(3);
	});

	test('explain alone lists what it knows, and knows it all', async () => {
		const { stdout, code } = await cli(['explain'], { cwd: scratch() });
		expect(code).toBe(0);
		for (const name of ['pin-put-page', 'FOLL_LONGTERM', 'pin_user_pages', 'convert'])
			expect(stdout).toMatch(new RegExp(`^ {2}${name}$`, 'm'));
		const { names } = await json('explain', '--format', 'json');
		expect(Object.keys(names)).toEqual(['rules', 'flags', 'functions', 'verdicts']);
		for (const [kind, [name]] of Object.entries(names as Record<string, string[]>))
			expect(await json('explain', name ?? '', '--format', 'json')).toMatchObject({ name, kind: kind.slice(0, -1) });
	});

	test.each(['bug', 'convert', 'benefit', 'keep', 'ok'])('explain %s tells the verdict', async (verdict) => {
		const { stdout } = await cli(['explain', verdict], { cwd: scratch() });
		expect(stdout).toContain('A verdict of gup-lens audit');
	});
});

describe('--staged', () => {
	const git = (cwd: string, ...argv: string[]) =>
		execFileSync('git', ['-c', 'user.name=T', '-c', 'user.email=t@example.org', ...argv], {
			cwd,
			env: { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null' },
			encoding: 'utf8',
		});
	const found = async (cwd: string) => {
		const { stdout } = await check(cwd, '--staged', '--format', 'json');
		return JSON.parse(stdout).findings.map((f: { path: string; rule: string }) => `${f.path} ${f.rule}`);
	};
	const repository = (files: Record<string, string>) => {
		const cwd = scratch(files);
		git(cwd, 'init', '-q');
		return cwd;
	};

	test('is the index, not the work tree', async () => {
		const cwd = repository({ 'a.c': PIN_FLAG_FIXED, 'old.c': NULL_PAGES });
		git(cwd, 'add', '.');
		// before the first commit all of it is new
		expect(await found(cwd)).toEqual(['old.c gup-null-pages']);
		git(cwd, 'commit', '-qm', 'one');
		expect(await found(cwd)).toEqual([]);
		writeFileSync(join(cwd, 'a.c'), PIN_FLAG);
		expect(await found(cwd)).toEqual([]);
		git(cwd, 'add', 'a.c');
		writeFileSync(join(cwd, 'a.c'), PIN_FLAG_FIXED);
		expect(await found(cwd)).toEqual(['a.c foll-pin-from-caller']);
		git(cwd, 'rm', '-qf', '--cached', 'a.c');
		expect(await found(cwd)).toEqual([]);
	});

	test('does not see what is not added, and follows what is moved', async () => {
		const cwd = repository({ 'old.c': NULL_PAGES });
		git(cwd, 'add', '.');
		git(cwd, 'commit', '-qm', 'one');
		writeFileSync(join(cwd, 'new.c'), PIN_FLAG);
		expect(await found(cwd)).toEqual([]);
		git(cwd, 'mv', 'old.c', 'older.c');
		expect(await found(cwd)).toEqual([]);
		git(cwd, 'add', 'new.c');
		expect(await found(cwd)).toEqual(['new.c foll-pin-from-caller']);
	});

	test('helpers beside are those of the index as well', async () => {
		const cwd = repository({
			'take.c': LEAK.replace('unpin_user_page(page);', 'teal_drop(page);').replace(/\tif \(!teal_ready[^;]*;\n/, ''),
			'drop.c': 'void teal_drop(struct page *page)\n{\n\tunpin_user_page(page);\n}\n',
		});
		git(cwd, 'add', '.');
		git(cwd, 'commit', '-qm', 'one');
		writeFileSync(join(cwd, 'drop.c'), 'void teal_drop(struct page *page)\n{\n\tput_page(page);\n}\n');
		expect(await found(cwd)).toEqual([]);
		git(cwd, 'add', 'drop.c');
		writeFileSync(join(cwd, 'drop.c'), 'void teal_drop(struct page *page)\n{\n}\n');
		expect(await found(cwd)).toEqual(['take.c pin-put-page']);
	});
});
