import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { hasNothing } from '../../server/src/cli/kbuild/quick.js';
import { cli } from '../cli/run.js';
import { scratch } from '../support/scratch.js';

/** Leaks pins on one path, which only who knows the wrappers sees. */
const WRAPPED = `#include "x.h"

static int tern_map(struct tern *t, unsigned long addr, int n, struct page **pages)
{
	int got = tern_pin(t, addr, n, pages);

	if (got < 0)
		return got;
	if (t->bad)
		return -EIO;
	tern_unpin(pages, got);
	return 0;
}
`;
/** An error with a safe fix. */
const FLAG = `#include <linux/mm.h>

long swift_pin(unsigned long addr, struct page **pages)
{
	return pin_user_pages(addr, 1, FOLL_WRITE | FOLL_PIN, pages);
}
`;
const FUNCTIONS = {
	'tern_pin(t, addr, n, pages)': 'pin_user_pages_fast(addr, n, FOLL_WRITE, pages)',
	tern_unpin: 'unpin_user_pages',
};
const said = (content: unknown): string => JSON.stringify(content, null, '\t');

/** Rules that a command finds, by file. */
async function found(cwd: string, ...args: string[]): Promise<string[]> {
	const { stdout } = await cli(['check', '--format', 'json', ...args], { cwd });
	return JSON.parse(stdout).findings.map(
		(one: { path: string; rule: string; severity: string }) => `${one.path} ${one.rule} ${one.severity}`,
	);
}

describe('the functions of a module', () => {
	const files = { 'a/tern.c': WRAPPED, '.gup-lens.json': said({ functions: FUNCTIONS }) };

	it('are those they stand for, in every command', async () => {
		const cwd = scratch(files);
		expect(await found(cwd)).toEqual(['a/tern.c gup-leak warning']);
		const { stdout } = await cli(['check', '--format', 'terse'], { cwd });
		expect(stdout).toContain('(tern_pin is pin_user_pages_fast())');
		const audited = JSON.parse(
			(await cli(['audit', '.', '--format', 'json', '--no-cache', '--jobs', '1'], { cwd })).stdout,
		);
		expect(audited.sites).toMatchObject([{ path: 'a/tern.c', api: 'pin_user_pages_fast', verdict: 'bug' }]);
		const built = await cli(['kbuild', '-D__linux__', 'a/tern.c'], { cwd });
		expect(built.stderr).toContain('[gup-leak]');
		const flow = await cli(['explain', '--flow', 'a/tern.c:5'], { cwd });
		expect(flow.stdout).toContain('pin_user_pages_fast()');
		expect((await cli(['fix', '--dry-run', '.'], { cwd })).stderr).toContain('[gup-leak]');
		const piped = await cli(['check', '-', '--stdin-path', 'a/tern.c', '--format', 'terse'], { cwd, stdin: WRAPPED });
		expect(piped.stdout).toContain('[gup-leak]');
	});

	it('mean nothing without the file, nor where the text has them itself', async () => {
		expect(await found(scratch({ 'a/tern.c': WRAPPED }))).toEqual([]);
		const own = `${WRAPPED}static int tern_pin(struct tern *t, unsigned long addr, int n, struct page **pages)\n{\n\treturn 0;\n}\n`;
		expect(await found(scratch({ ...files, 'a/tern.c': own }))).toEqual([]);
		const declared = `int tern_pin(struct tern *t, unsigned long addr, int n, struct page **pages);\n${WRAPPED}`;
		expect(await found(scratch({ ...files, 'a/tern.c': declared }))).toEqual(['a/tern.c gup-leak warning']);
	});

	it('keep the kernel build from taking their files for idle ones', () => {
		const cwd = scratch({ ...files, 'a/idle.c': 'int x;\n' });
		expect(hasNothing([join(cwd, 'a/tern.c')])).toBe(false);
		expect(hasNothing([join(cwd, 'a/idle.c')])).toBe(true);
		expect(hasNothing([join(scratch({ 'tern.c': WRAPPED }), 'tern.c')])).toBe(true);
	});

	it('may stand for allocators', async () => {
		const text = WRAPPED.replace('int got', 'void **list = tern_alloc(n, 8);\n\tint got').replace(
			'return 0;\n',
			'put_page(list);\n\treturn 0;\n',
		);
		const functions = { ...FUNCTIONS, 'tern_alloc(n, s)': 'kcalloc(n, s, GFP_KERNEL)' };
		const cwd = scratch({ 'tern.c': text, '.gup-lens.json': said({ functions }) });
		const { stderr, stdout } = await cli(['check', '--format', 'terse'], { cwd });
		expect(stderr).not.toContain('error');
		expect(stdout).toContain('[gup-leak]');
	});
});

describe('severities and globs', () => {
	it('silence in every command, and what is asked for on the command line counts more', async () => {
		const cwd = scratch({ 'a.c': FLAG, '.gup-lens.json': said({ severity: { 'foll-pin-from-caller': 'off' } }) });
		expect(await found(cwd)).toEqual([]);
		expect((await cli(['check'], { cwd })).code).toBe(0);
		expect((await cli(['fix', '--dry-run', 'a.c'], { cwd })).stdout).toBe('');
		expect((await cli(['kbuild', 'a.c'], { cwd })).stderr).toBe('');
		expect(await found(cwd, '--severity', 'foll-pin-from-caller=warning')).toEqual([
			'a.c foll-pin-from-caller warning',
		]);
		expect(await found(cwd, '--rule', 'foll-pin-from-caller')).toEqual(['a.c foll-pin-from-caller error']);
		expect((await cli(['fix', '--dry-run', '--rule', 'foll-pin-from-caller', 'a.c'], { cwd })).stdout).toContain('-');
	});

	it('leave files out, also where they are named, and say so', async () => {
		const cwd = scratch({ 'gen/a.c': FLAG, 'b.c': FLAG, '.gup-lens.json': said({ exclude: ['gen/'] }) });
		expect(await found(cwd)).toEqual(['b.c foll-pin-from-caller error']);
		const named = await cli(['check', 'gen/a.c'], { cwd });
		expect(named.code).toBe(0);
		expect(named.stderr).toContain('gen/a.c: skipped: excluded by .gup-lens.json');
		expect((await cli(['kbuild', 'gen/a.c'], { cwd })).stderr).toBe('');
		expect((await cli(['fix', '--dry-run', 'gen'], { cwd })).stdout).toBe('');
		const audited = JSON.parse(
			(await cli(['audit', '.', '--format', 'json', '--no-cache', '--jobs', '1'], { cwd })).stdout,
		);
		expect(audited.sites.map(({ path }: { path: string }) => path)).toEqual(['b.c']);
		expect(audited.skipped).toEqual([{ path: 'gen/a.c', reason: 'excluded by .gup-lens.json' }]);
	});

	it('holds for a change as well', async () => {
		const cwd = scratch({ 'a.c': 'int x;\n', 'gen.c': 'int x;\n', '.gup-lens.json': said({ exclude: ['gen.c'] }) });
		const git = (...args: string[]) =>
			execFileSync('git', ['-c', 'user.name=x', '-c', 'user.email=x@y', ...args], { cwd, stdio: 'ignore' });
		git('init', '-q');
		git('add', '.');
		git('commit', '-qm', 'x');
		for (const name of ['a.c', 'gen.c']) writeFileSync(join(cwd, name), FLAG);
		expect(await found(cwd, '--diff', 'HEAD')).toEqual(['a.c foll-pin-from-caller error']);
	});
});

describe('the kernel', () => {
	it('is that of the file outside a tree, and --kernel counts more', async () => {
		const cwd = scratch({ 'a/a.c': FLAG, 'a/.gup-lens.json': said({ kernel: '6.1' }) });
		expect((await cli(['check'], { cwd })).stderr).toContain('kernel 6.1, as set by a/.gup-lens.json');
		expect(JSON.parse((await cli(['check', '--format', 'json'], { cwd })).stdout).kernel).toBe('6.1');
		expect((await cli(['check', '--kernel', '6.12'], { cwd })).stderr).toContain('kernel 6.12, as set by --kernel');
		const audit = ['audit', 'a', '--no-cache', '--jobs', '1'];
		expect((await cli(audit, { cwd })).stderr).toContain('kernel 6.1, as set by .gup-lens.json');
		expect((await cli([...audit, '--kernel', '6.12'], { cwd })).stderr).toContain('kernel 6.12, as set by --kernel');
	});
});

describe('the file', () => {
	const OFF = said({ severity: { 'foll-pin-from-caller': 'off' } });

	it('that is nearest upwards holds alone', async () => {
		const cwd = scratch({
			'.gup-lens.json': OFF,
			'a/.gup-lens.json': said({ severity: { 'foll-pin-from-caller': 'hint' } }),
			'a/b/x.c': FLAG,
			'x.c': FLAG,
		});
		expect(await found(cwd)).toEqual(['a/b/x.c foll-pin-from-caller hint']);
	});

	it('never counts above the top of the work tree, a kernel tree, or the working directory', async () => {
		const top = scratch({ '.gup-lens.json': OFF, 'repo/a/x.c': FLAG, 'plain/x.c': FLAG });
		mkdirSync(join(top, 'repo', '.git'));
		const here = ['x.c foll-pin-from-caller error'];
		expect(await found(join(top, 'repo', 'a'))).toEqual(here);
		expect(await found(join(top, 'plain'))).toEqual(here);
		writeFileSync(join(top, 'repo', '.gup-lens.json'), OFF);
		expect(await found(join(top, 'repo', 'a'))).toEqual([]);
		const tree = {
			Makefile: 'VERSION = 6\nPATCHLEVEL = 12\nSUBLEVEL = 1\nEXTRAVERSION =\nKERNELVERSION = x\n',
			Kbuild: '',
			'drivers/x.c': FLAG,
		};
		const inTree = scratch({
			'.gup-lens.json': OFF,
			...Object.fromEntries(Object.entries(tree).map(([name, text]) => [`linux/${name}`, text])),
		});
		expect(await found(inTree)).toEqual(['linux/drivers/x.c foll-pin-from-caller error']);
	});

	it('is named with the place of what is wrong, and the run fails where something is not used', async () => {
		const cwd = scratch({ 'x.c': 'int x;\n', '.gup-lens.json': '{\n\t"kernel": "six"\n}\n' });
		const wrong = await cli(['check'], { cwd });
		expect(wrong.stderr).toContain('gup-lens: .gup-lens.json:2:12: error: "kernel" is a version such as "6.12"\n');
		expect(wrong.code).toBe(2);
		expect((await cli(['fix', 'x.c'], { cwd })).code).toBe(2);
		const audit = await cli(['audit', '.', '--no-cache', '--jobs', '1'], { cwd });
		expect(audit.code).toBe(2);
		expect(audit.stderr).toContain('.gup-lens.json:2:12: error: "kernel" is a version');
		writeFileSync(join(cwd, '.gup-lens.json'), '{ "kernal": "6.12" }');
		const doubtful = await cli(['check'], { cwd });
		expect(doubtful.stderr).toContain('.gup-lens.json:1:3: warning: no key "kernal"; did you mean "kernel"?');
		expect(doubtful.code).toBe(0);
	});

	it('is not read through a link out of the tree, nor where it is none', async () => {
		const outside = scratch({ 'secret.json': OFF });
		const cases: [string, (path: string) => void][] = [
			['a symbolic link leads out of', (path) => symlinkSync(join(outside, 'secret.json'), path)],
			['a broken symbolic link', (path) => symlinkSync('nowhere', path)],
			['not a regular file', (path) => mkdirSync(path)],
			['larger than 1 MB', (path) => writeFileSync(path, Buffer.alloc(10_000_000, 32))],
		];
		if (existsSync('/usr/bin/mkfifo')) cases.push(['not a regular file', (path) => execFileSync('mkfifo', [path])]);
		for (const [reason, make] of cases) {
			const cwd = scratch({ 'x.c': FLAG });
			make(join(cwd, '.gup-lens.json'));
			const { stderr, stdout, code } = await cli(['check', '--format', 'terse'], { cwd });
			expect(stderr).toContain(`.gup-lens.json:1:1: error: not read: ${reason}`);
			expect(stdout).toContain('[foll-pin-from-caller]');
			expect(code).toBe(2);
		}
		const linked = scratch({ 'x.c': FLAG, 'real.json': OFF });
		symlinkSync('real.json', join(linked, '.gup-lens.json'));
		expect(await found(linked)).toEqual([]);
		const folder = scratch({ 'x.c': FLAG });
		symlinkSync(outside, join(folder, 'link'));
		writeFileSync(join(outside, '.gup-lens.json'), OFF);
		writeFileSync(join(outside, 'y.c'), FLAG);
		expect(await found(folder, 'link/y.c')).toEqual(['link/y.c foll-pin-from-caller error']);
	});
});
