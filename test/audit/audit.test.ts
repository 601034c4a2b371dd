import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { scratch } from '../support/scratch.js';
import { auditOf, briefly, CONVERT, KERNEL, OK, reportOf, TREE, withoutTime } from './fixtures.js';

describe('the report', () => {
	test('has every site of a kernel tree, and of nothing else', async () => {
		const tree = scratch(TREE);
		const report = await reportOf(tree);
		expect(briefly(report)).toEqual(['drivers/misc/grab.c:5 convert', 'fs/peek.c:6 ok']);
		expect(report).toMatchObject({ kernel: '6.12.3', files: 5, partial: false, skipped: [] });
		expect(report.tool.name).toBe('gup-lens');
	});

	test('has exactly the fields it promises, null where there is nothing', async () => {
		const report = await reportOf(scratch({ ...KERNEL, 'a.c': CONVERT }));
		expect(Object.keys(report)).toEqual(['tool', 'kernel', 'files', 'elapsedMs', 'partial', 'sites', 'skipped']);
		expect(report.sites).toHaveLength(1);
		const [site] = report.sites;
		expect(Object.keys(site ?? {})).toEqual(
			'path line function api flags release verdict target reason decidedBy source evidence findings'.split(' '),
		);
		expect(site).toMatchObject({
			path: 'a.c',
			line: 5,
			function: 'grab',
			api: 'get_user_pages_fast',
			flags: 'FOLL_WRITE',
			release: null,
			verdict: 'convert',
			target: 'pin_user_pages',
			reason: null,
			decidedBy: 'inference',
			source: null,
			findings: ['foll-get-for-dma'],
		});
		expect(site?.evidence.length).toBeGreaterThan(0);
		for (const evidence of site?.evidence ?? []) {
			expect(Object.keys(evidence)).toEqual(['path', 'line', 'text']);
			expect(evidence).toMatchObject({ path: 'a.c', line: expect.any(Number), text: expect.stringMatching(/./) });
		}
	});

	test('of a folder inside a tree has paths from there, and the kernel of the tree', async () => {
		const tree = scratch(TREE);
		const report = await reportOf(join(tree, 'drivers'));
		expect(briefly(report)).toEqual(['misc/grab.c:5 convert']);
		expect(report.sites[0]?.evidence[0]?.path).toBe('misc/grab.c');
		expect(report.kernel).toBe('6.12.3');
		expect(briefly(await reportOf(join(tree, 'mm')))).toEqual([]);
	});

	test('of a folder above two trees judges each by its own', async () => {
		const above = scratch({
			'new/Makefile': KERNEL.Makefile,
			'new/Kbuild': '',
			'new/fs/a.c': OK,
			'old/Makefile': KERNEL.Makefile.replace('12', '1'),
			'old/Kbuild': '',
			'old/mm/gup.c': OK,
			'old/fs/b.c': OK,
		});
		expect(briefly(await reportOf(above))).toEqual(['new/fs/a.c:6 ok', 'old/fs/b.c:6 ok']);
	});

	test('is the same a second time, from the cache, and when the cache is not asked', async () => {
		const tree = scratch(TREE);
		const cache = scratch();
		const first = withoutTime(await reportOf(tree, [], { cache }));
		expect(withoutTime(await reportOf(tree, [], { cache }))).toEqual(first);
		expect(withoutTime(await reportOf(tree, ['--no-cache'], { cache }))).toEqual(first);
		expect(withoutTime(await reportOf(tree, ['--no-prefilter'], { cache }))).toEqual(first);
	});

	test('follows what changed on disk since', async () => {
		const tree = scratch(TREE);
		const cache = scratch();
		await reportOf(tree, [], { cache });
		writeFileSync(join(tree, 'lib/three.c'), OK);
		rmSync(join(tree, 'fs/peek.c'));
		writeFileSync(join(tree, 'drivers/misc/grab.c'), `\n${CONVERT}`);
		mkdirSync(join(tree, 'net'));
		writeFileSync(join(tree, 'net/new.c'), OK);
		expect(briefly(await reportOf(tree, [], { cache }))).toEqual([
			'drivers/misc/grab.c:6 convert',
			'lib/three.c:6 ok',
			'net/new.c:6 ok',
		]);
	});

	test('without the known users says what evidence alone says', async () => {
		const file = `ssize_t __iter_get_bvecs(struct iov_iter *iter, struct page **pages)
{
	size_t start;

	return iov_iter_get_pages2(iter, pages, PAGE_SIZE, 1, &start);
}
`;
		const tree = scratch({ ...KERNEL, 'fs/ceph/file.c': file });
		const by = async (...argv: string[]) => (await reportOf(tree, argv)).sites.map(({ decidedBy }) => decidedBy);
		expect(await by()).toEqual(['known-user']);
		expect(await by('--no-known-users')).toEqual(['inference']);
	});
});

describe('the command', () => {
	test('says which kernel it is', async () => {
		const tree = scratch(TREE);
		expect((await auditOf([tree])).stderr).toContain(`kernel 6.12.3, from the headers of ${tree}`);
		const outside = scratch({ 'a.c': OK });
		expect((await auditOf([outside])).stderr).toContain('assumed (newest known): not a kernel tree');
		expect((await auditOf([outside, '--kernel', '6.1'])).stderr).toContain('kernel 6.1, as set by --kernel');
	});

	test.each([
		[['gone'], 'gone: no such file or folder'],
		[['a.c'], 'a.c: not a folder'],
		[['.', '--shard', '3/2'], 'Give a part and how many there are'],
		[['.', '--jobs', '0'], 'Give a number'],
		[['.', '--format', 'csv', '--compare', '.'], '--compare is for text, markdown, html, json'],
		[['.', '--compare', 'empty'], 'empty: no C files found, nothing to compare'],
		[['empty', '--compare', '.'], 'empty: no C files found, nothing to compare'],
		[['.', '--compare', 'gone'], 'gone: no such file or folder'],
		[['.', '--compare', 'a.c'], 'a.c: not a JSON report'],
		[['.', '-o', 'x.foo'], 'x.foo: no format has the ending .foo: name one with --format, or use .txt, .md'],
		[['.', '-o', 'empty'], 'empty: not written: is a folder'],
		[['.', '-o', 'no/such/folder/a.html', '--format', 'nonsense'], 'Allowed choices are text'],
	])('%j is refused in one line, with exit code 2', async (argv, message) => {
		const cwd = scratch({ 'a.c': OK, 'empty/a.txt': OK });
		const { code, stdout, stderr } = await auditOf(argv, { cwd });
		expect(stderr).toContain(message);
		expect(stderr).not.toContain('    at ');
		expect(code).toBe(2);
		expect(stdout).toBe('');
	});

	test('writes the format its file is named after', async () => {
		const cwd = scratch({ 'a.c': OK });
		for (const [name, begin] of [
			['a.html', '<!doctype html>'],
			['a.md', '# Users of'],
			['a.csv', 'path,line'],
			['a.json', '{'],
			['a.sarif', '{'],
			['a.txt', 'Users of'],
			['a.HTML', '<!doctype html>'],
			['a', 'Users of'],
		] as const) {
			const { code, stdout, stderr } = await auditOf(['.', '-o', name], { cwd });
			expect(stderr).toContain(`${join(cwd, name)} written`);
			expect(stderr).toContain('1 site; 0 left to do (assumed: no kernel tree)\n');
			expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
			expect(readFileSync(join(cwd, name), 'utf8').startsWith(begin), name).toBe(true);
		}
		expect((await auditOf(['.', '-o', 'x.foo', '--format', 'html'], { cwd })).code).toBe(0);
		expect(readFileSync(join(cwd, 'x.foo'), 'utf8')).toContain('<!doctype html>');
	});
});
