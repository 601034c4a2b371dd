/** Names that hold anything a name can hold go through every command, and what is printed of them can be taken up again. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { auditOf, briefly, KERNEL, OK, reportOf } from '../audit/fixtures.js';
import { ATTACH, DETACH, PINNED, UNPINNED } from '../support/dunlin.js';
import { scratch } from '../support/scratch.js';
import { PIN_FLAG, PIN_FLAG_FIXED } from './fixtures.js';
import { cli } from './run.js';

const NAMES = [
	'two words.c',
	' blank.c',
	'-dash.c',
	'tab\tin.c',
	'new\nline.c',
	'qu"ote.c',
	"apo's.c",
	'back\\slash.c',
	'colon:12.c',
	'percent%41%00.c',
	'hash#L1.c',
	'question?.c',
	'$(id).c',
	'*.c',
	'größe漢字.c',
	'\ufffd.c',
	'\u001b[31m.c',
	'\u202eright.c',
	'a b/c d.c',
	'new\nfolder/x.c',
	'a ==> b.c',
	'x.c 2020-01-01 00:00:00.c',
] as const;

const on612 = ['--kernel', '6.12'];
const all = () => Object.fromEntries(NAMES.map((name) => [name, PIN_FLAG]));
const sorted = (names: readonly string[]) => names.toSorted((a, b) => (a < b ? -1 : 1));

function git(cwd: string, ...argv: string[]): Buffer {
	const env = { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null' };
	const who = ['-c', 'user.name=A', '-c', 'user.email=a@example.org'];
	return execFileSync('git', [...who, ...argv], { cwd, env });
}

function committed(files: Readonly<Record<string, string | Uint8Array>>): string {
	const cwd = scratch(files);
	git(cwd, 'init', '-q');
	git(cwd, 'add', '-A');
	git(cwd, 'commit', '-qm', 'first');
	return cwd;
}

/** Paths with findings, as JSON has them. */
async function found(cwd: string, ...argv: string[]): Promise<string[]> {
	const { stdout, stderr } = await cli(['check', '--format', 'json', ...on612, ...argv], { cwd });
	expect(stderr).not.toContain('internal error');
	return JSON.parse(stdout || stderr).findings.map(({ path }: { path: string }) => path);
}

test('check finds all of them', async () => {
	const cwd = scratch(all());
	expect(sorted(await found(cwd, '.'))).toEqual(sorted(NAMES));
	expect(await found(cwd, '--', '-dash.c')).toEqual(['-dash.c']);
});

test('check --diff finds all of them, tracked and not', async () => {
	const cwd = committed({ ...Object.fromEntries(NAMES.map((name) => [name, PIN_FLAG_FIXED])), 'first.c': '' });
	for (const name of NAMES) writeFileSync(join(cwd, name), PIN_FLAG);
	expect(sorted(await found(cwd, '--diff', 'HEAD'))).toEqual(sorted(NAMES));
	git(cwd, 'rm', '-rq', '--cached', '.');
	git(cwd, 'commit', '-qm', 'none');
	expect(sorted(await found(cwd, '--diff', 'HEAD'))).toEqual(sorted(NAMES));
});

test.each(['true', 'false'])('check --patch finds all of them, with core.quotePath=%s', async (quoted) => {
	const cwd = committed(Object.fromEntries(NAMES.map((name) => [name, PIN_FLAG_FIXED])));
	for (const name of NAMES) writeFileSync(join(cwd, name), PIN_FLAG);
	const diff = git(cwd, '-c', `core.quotePath=${quoted}`, 'diff');
	git(cwd, 'checkout', '-q', '.');
	writeFileSync(join(cwd, 'all.patch'), diff);
	expect(sorted(await found(cwd, '--patch', 'all.patch'))).toEqual(sorted(NAMES));
});

test('check --patch follows moves between them', async () => {
	const text = `${PIN_FLAG_FIXED}${'/* a long tail */\n'.repeat(20)}`;
	const cwd = committed({ 'plain.c': text });
	mkdirSync(join(cwd, 'new\nfolder'));
	git(cwd, 'mv', 'plain.c', 'new\nfolder/größe "x".c');
	const pure = git(cwd, 'diff', '--cached', '-M');
	writeFileSync(join(cwd, 'new\nfolder/größe "x".c'), text.replace(PIN_FLAG_FIXED, PIN_FLAG));
	git(cwd, 'add', '-A');
	const changed = git(cwd, 'diff', '--cached', '-M');
	git(cwd, 'reset', '-q', '--hard');
	expect(changed.toString()).toContain('rename from plain.c');
	writeFileSync(join(cwd, 'pure.patch'), pure);
	writeFileSync(join(cwd, 'changed.patch'), changed);
	expect(await found(cwd, '--patch', 'pure.patch')).toEqual([]);
	expect(await found(cwd, '--patch', 'changed.patch')).toEqual(['new\nfolder/größe "x".c']);
});

test.each(['--- "a/../../x.c"', '--- "a/\\056\\056/\\056\\056/x.c"', '--- "a//etc/x.c"'])(
	'check --patch refuses a name that leaves the tree: %s',
	async (head) => {
		const cwd = scratch({ 'x.c': PIN_FLAG });
		const patch = `${head}\n${head.replace('---', '+++')}\n@@ -1 +1 @@\n-a\n+b\n`;
		const { code, stderr } = await cli(['check', '--patch', '-'], { cwd, stdin: patch });
		expect(code).toBe(2);
		expect(stderr).toContain('leaves the tree');
	},
);

describe('fix', () => {
	test('changes all of them in place', async () => {
		const cwd = scratch(all());
		const { code, stderr } = await cli(['fix', '.', ...on612], { cwd });
		expect(code, stderr).toBe(0);
		for (const name of NAMES) expect(readFileSync(join(cwd, name), 'utf8'), name).toBe(PIN_FLAG_FIXED);
	});

	test.each([
		['git', 'apply', '-'],
		['patch', '-p1', '-s'],
	])('--dry-run prints what %s takes', async (...argv) => {
		const [program = '', ...rest] = argv;
		if (spawnSync(program, ['--version']).error) return;
		const cwd = scratch(all());
		const { bytes } = await cli(['fix', '--dry-run', '.', ...on612], { cwd });
		execFileSync(program, rest, { cwd, input: bytes });
		for (const name of NAMES) expect(readFileSync(join(cwd, name), 'utf8'), name).toBe(PIN_FLAG_FIXED);
	});

	test.each(NAMES)('converts in %j and beside it, as a diff and as a mail', async (name) => {
		const latin = Buffer.from('/* J\xf6rg */\n', 'latin1');
		const files = {
			[name]: Buffer.concat([latin, Buffer.from(ATTACH)]),
			[join(name, '..', 'detach.c')]: Buffer.from(`${DETACH}\n\n`),
		};
		const cwd = committed(files);
		const argv = ['fix', '.', '--rule', 'foll-get-for-dma', ...on612];
		const done = (what: string) => {
			expect(readFileSync(join(cwd, name)), what).toEqual(Buffer.concat([latin, Buffer.from(PINNED)]));
			expect(readFileSync(join(cwd, name, '..', 'detach.c'), 'utf8'), what).toBe(`${UNPINNED}\n\n`);
			git(cwd, 'reset', '-q', '--hard', 'HEAD@{0}');
		};
		const diff = await cli([...argv, '--dry-run'], { cwd });
		execFileSync('git', ['apply', '-'], { cwd, input: diff.bytes });
		done('diff');
		const mail = await cli([...argv, '--format', 'patch'], { cwd });
		writeFileSync(join(cwd, '..', `${cwd.split('/').pop()}.mbox`), mail.bytes);
		const mbox = join(cwd, '..', `${cwd.split('/').pop()}.mbox`);
		git(cwd, 'am', '-q', mbox);
		rmSync(mbox);
		done('mail');
		expect(git(cwd, 'log', '-1', '--format=%s').toString()).toMatch(
			/^[^\n]+: convert (?:get_user_pages_fast\(\) )?to pin_user_pages_fast\(\)\n$/,
		);
	});
});

describe('explain --flow', () => {
	test.each(NAMES)('reads %j', async (name) => {
		const cwd = scratch({ [name]: OK });
		const { code, stdout, stderr } = await cli(['explain', ...on612, '--flow', `${name}:6`], { cwd });
		expect(code, stderr).toBe(0);
		expect(stdout).toContain('pin_user_pages_fast');
		const column = await cli(['explain', ...on612, `--flow=${name}:6:12:`], { cwd });
		expect(column.stdout).toBe(stdout);
	});

	test('takes a name that ends like a line for one, where it is there', async () => {
		const cwd = scratch({ 'a.c:6': OK });
		const { code, stdout, stderr } = await cli(['explain', ...on612, '--flow', 'a.c:6:6'], { cwd });
		expect(code, stderr).toBe(0);
		expect(stdout).toContain('a.c:6:6: ');
	});
});

describe('audit', () => {
	const tree = { ...KERNEL, ...Object.fromEntries(NAMES.map((name) => [name, OK])) };
	const sites = (names: readonly string[]) => sorted(names.map((name) => `${name}:6 ok`));

	test.each([
		['a walk', () => scratch(tree)],
		['git', () => committed(tree)],
	])('finds all of them by %s, and merges shards of them', async (_, make) => {
		const cwd = make();
		const whole = await reportOf(cwd);
		expect(sorted(briefly(whole))).toEqual(sites(NAMES));
		const shards = scratch();
		for (const shard of ['1/3', '2/3', '3/3'])
			await auditOf([cwd, '--shard', shard, '-o', join(shards, `${shard[0]}.json`)]);
		const merged = await cli(['merge', '1.json', '2.json', '3.json', '--format', 'json'], { cwd: shards });
		expect(JSON.parse(merged.stdout).sites).toEqual(whole.sites);
	});
});

describe('a name that is no text', () => {
	/** A folder with `fine.c`, and one more that ends with a byte that is no UTF-8. */
	function garbled(made: (files: Record<string, string>) => string, folder = false): string {
		const cwd = made({ ...KERNEL, 'fine.c': OK });
		const odd = Buffer.concat([Buffer.from(`${cwd}/odd`), Buffer.from([0xff])]);
		if (folder) {
			mkdirSync(odd);
			writeFileSync(Buffer.concat([odd, Buffer.from('/x.c')]), OK);
		} else writeFileSync(Buffer.concat([odd, Buffer.from('.c')]), OK);
		return cwd;
	}
	const reason = 'the name is not UTF-8';

	test.each([false, true])('is told by check (folder: %s)', async (folder) => {
		const cwd = garbled(scratch, folder);
		// The very character that stands for such bytes may be a name.
		writeFileSync(join(cwd, 'odd\ufffd\ufffd.c'), PIN_FLAG);
		const { stdout, stderr } = await cli(['check', '.', '--format', 'json'], { cwd });
		const report = JSON.parse(stdout);
		expect(report.skipped).toEqual([{ path: folder ? 'odd\ufffd' : 'odd\ufffd.c', reason }]);
		expect(report.findings.map(({ path }: { path: string }) => path)).toEqual(['odd\ufffd\ufffd.c']);
		expect(stderr).toContain(`skipped: ${reason}`);
	});

	test.each([
		['a walk', scratch, false],
		['a walk, a folder', scratch, true],
		['git, untracked', committed, false],
		[
			'git, tracked',
			(files: Record<string, string>) => {
				const cwd = committed(files);
				return cwd;
			},
			false,
		],
	])('is told by the audit: %s', async (how, made, folder) => {
		const cwd = garbled(made, folder);
		if (how === 'git, tracked') git(cwd, 'add', '-A');
		const cache = scratch();
		for (let time = 0; time < 2; time++) {
			const report = await reportOf(cwd, [], { cache });
			expect(briefly(report)).toEqual(['fine.c:6 ok']);
			expect(report.skipped).toEqual([{ path: folder ? 'odd\ufffd' : 'odd\ufffd.c', reason }]);
		}
	});

	test('is told by check --diff', async () => {
		const cwd = garbled(committed);
		const { stdout } = await cli(['check', '--diff', 'HEAD', '--format', 'json'], { cwd });
		expect(JSON.parse(stdout).skipped).toEqual([{ path: 'odd\ufffd.c', reason }]);
	});
});

test('a tracked file that is a pipe or a link by now is told, and nobody waits for it', async () => {
	const cwd = committed({ ...KERNEL, 'fine.c': OK, 'pipe.c': OK, 'link.c': OK });
	rmSync(join(cwd, 'pipe.c'));
	expect(spawnSync('mkfifo', [join(cwd, 'pipe.c')]).status).toBe(0);
	rmSync(join(cwd, 'link.c'));
	symlinkSync('/dev/zero', join(cwd, 'link.c'));
	const report = await reportOf(cwd);
	expect(briefly(report)).toEqual(['fine.c:6 ok']);
	expect(report.skipped).toEqual(['link.c', 'pipe.c'].map((path) => ({ path, reason: 'not a regular file' })));
	const every = await reportOf(cwd, ['--no-prefilter']);
	expect(briefly(every)).toEqual(['fine.c:6 ok']);
	expect(every.skipped).toEqual(report.skipped);
});
