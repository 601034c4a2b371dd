import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ATTACH, DETACH, PINNED, UNPINNED } from '../support/dunlin.js';
import { scratch } from '../support/scratch.js';
import { cli } from './run.js';

const RULE = ['--rule', 'foll-get-for-dma'];
const on612 = ['--kernel', '6.12'];
const read = (cwd: string, path: string) => readFileSync(join(cwd, path), 'utf8');
const driver = (): string => scratch({ 'dunlin/attach.c': ATTACH, 'dunlin/detach.c': DETACH });

describe('fix --rule foll-get-for-dma', () => {
	test('converts every side, also in the file beside', async () => {
		const cwd = driver();
		const { code, stderr } = await cli(['fix', 'dunlin/attach.c', ...RULE, ...on612], { cwd });
		expect(read(cwd, 'dunlin/attach.c')).toBe(PINNED);
		expect(read(cwd, 'dunlin/detach.c')).toBe(UNPINNED);
		expect(code).toBe(0);
		expect(stderr).toContain(
			'gup-lens: dunlin/attach.c:5: get_user_pages_fast() in dunlin_attach() -> pin_user_pages_fast() with FOLL_LONGTERM\n',
		);
		const again = await cli(['fix', 'dunlin', ...RULE, ...on612], { cwd });
		expect({ code: again.code, stdout: again.stdout }).toEqual({ code: 0, stdout: '' });
		expect(read(cwd, 'dunlin/attach.c')).toBe(PINNED);
	});

	test('leaves FOLL_LONGTERM out where it is asked to', async () => {
		const cwd = driver();
		await cli(['fix', 'dunlin', '--short-term', ...RULE, ...on612], { cwd });
		expect(read(cwd, 'dunlin/attach.c')).toContain('pin_user_pages_fast(addr, 16, FOLL_WRITE, dun->pages)');
	});

	test('prints what it would change: patch applies it', async () => {
		const cwd = driver();
		const { stdout } = await cli(['fix', 'dunlin', '--dry-run', ...RULE, ...on612], { cwd });
		expect(read(cwd, 'dunlin/attach.c')).toBe(ATTACH);
		execFileSync('git', ['apply', '-'], { cwd, input: stdout });
		expect(read(cwd, 'dunlin/attach.c')).toBe(PINNED);
		expect(read(cwd, 'dunlin/detach.c')).toBe(UNPINNED);
	});

	test('prints a mail that git am takes, in the style of the last commits', async () => {
		const cwd = driver();
		const git = (...args: string[]): string =>
			execFileSync('git', ['-c', 'user.name=A Dunlin', '-c', 'user.email=dunlin@example.org', ...args], {
				cwd,
				encoding: 'utf8',
			});
		git('init', '-q');
		git('add', '.');
		git('commit', '-q', '-m', 'waders: dunlin: add it');
		const { stdout } = await cli(['fix', 'dunlin', '--format', 'patch', ...RULE, ...on612], { cwd });
		expect(stdout.slice(stdout.indexOf('\n---\n'))).toContain('/proc/vmstat');
		writeFileSync(join(cwd, 'series.mbox'), stdout);
		git('am', '-q', 'series.mbox');
		expect(read(cwd, 'dunlin/attach.c')).toBe(PINNED);
		expect(read(cwd, 'dunlin/detach.c')).toBe(UNPINNED);
		const [subject, , ...body] = git('log', '-1', '--format=%B').trimEnd().split('\n');
		expect(subject).toBe('waders: dunlin: convert get_user_pages_fast() to pin_user_pages_fast()');
		expect(body.join('\n')).toMatch(/^dunlin_attach\(\) takes plain references to user pages/);
		expect(body.join('\n')).toContain('CASE 5');
		expect(body.join(' ')).toContain('now fails with -EFAULT for writable shared mappings of files');
		expect(body.join('\n')).not.toContain('To test:');
		for (const line of body) expect(line.length).toBeLessThanOrEqual(75);
	});

	test('says in the mail that a conversion is tidy and mends nothing', async () => {
		const cwd = scratch();
		writeFileSync(
			join(cwd, 'peek.c'),
			'#include <linux/uio.h>\n\nint peek(struct iov_iter *iter)\n{\n\tstruct page *page;\n\tsize_t off;\n\tssize_t got;\n\n\tgot = iov_iter_get_pages2(iter, &page, PAGE_SIZE, 1, &off);\n\tif (got <= 0)\n\t\treturn got;\n\tput_page(page);\n\treturn 0;\n}\n',
		);
		const { stdout } = await cli(['fix', '--rule', 'iov-iter-get-pages', '--format', 'patch', ...on612, 'peek.c'], {
			cwd,
		});
		const text = stdout.replaceAll('\n', ' ');
		expect(text).toContain(
			'peek() takes plain references to user pages with iov_iter_get_pages2(), which is deprecated.',
		);
		expect(text).toContain('this is cleanup, not a bug fix.');
		expect(text).not.toContain('may be lost');
	});

	test('does not speak of lost data where a device only reads', async () => {
		const told = async (direction: string) => {
			const cwd = scratch();
			writeFileSync(
				join(cwd, 'send.c'),
				`#include <linux/mm.h>\n\nint send(struct device *dev, unsigned long addr)\n{\n\tstruct page *page;\n\tdma_addr_t dma;\n\n\tif (get_user_pages_fast(addr, 1, 0, &page) != 1)\n\t\treturn -EFAULT;\n\tdma = dma_map_page(dev, page, 0, PAGE_SIZE, ${direction});\n\tstart(dma);\n\tput_page(page);\n\treturn 0;\n}\n`,
			);
			const { stdout } = await cli(['fix', ...RULE, '--format', 'patch', ...on612, 'send.c'], { cwd });
			return stdout.replaceAll('\n', ' ');
		};
		expect(await told('DMA_TO_DEVICE')).toContain('and the old data is used here. This is CASE 1');
		expect(await told('DMA_FROM_DEVICE')).toContain('behind writeback. This is CASE 1');
	});

	test('prints a semantic patch with which Coccinelle makes the same of the code', async (context) => {
		if (spawnSync('spatch', ['--version']).error) context.skip('spatch is missing: apt-get install coccinelle');
		const cwd = driver();
		const { stdout } = await cli(['fix', 'dunlin', '--emit-cocci', ...RULE, ...on612], { cwd });
		writeFileSync(join(cwd, 'pin.cocci'), stdout);
		for (const [path, wanted] of [
			['dunlin/attach.c', PINNED],
			['dunlin/detach.c', UNPINNED],
		] as const) {
			execFileSync('spatch', ['--very-quiet', '--sp-file', 'pin.cocci', '--in-place', path], { cwd, stdio: 'pipe' });
			expect(read(cwd, path).replace(/\s+/g, '')).toBe(wanted.replace(/\s+/g, ''));
		}
	});

	test('refuses, and says why, where another file of the tree gives the pages back', async () => {
		const cwd = scratch({
			'dunlin/attach.c': ATTACH,
			'dunlin/detach.c': DETACH,
			'debug/reset.c': `void dunlin_reset(struct dunlin *dun)
{
	release_pages(dun->pages, 16);
}
`,
		});
		const { code, stderr } = await cli(['fix', 'dunlin', ...RULE, ...on612], { cwd });
		expect(read(cwd, 'dunlin/attach.c')).toBe(ATTACH);
		expect(code).toBe(1);
		expect(stderr).toContain(
			'dunlin/attach.c:5:12: not converted: dunlin_reset() (debug/reset.c:1) acquires or releases pages and uses pages of struct dunlin',
		);
	});

	test.each([
		[['--emit-cocci'], 'conversions need a rule'],
		[[...RULE, '--rule', 'gup-leak'], 'fixes and conversions cannot be combined'],
	])('knows what cannot be asked for: %j', async (options, reason) => {
		const { code, stderr } = await cli(['fix', '.', ...options], { cwd: driver() });
		expect(code).toBe(2);
		expect(stderr).toContain(reason);
	});
});
