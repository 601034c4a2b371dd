/** What a change brings, and nothing else: of a work tree, a patch, a mailed series, against an earlier report. */
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { scratch } from '../support/scratch.js';
import { cli } from './run.js';

const OLD_SIN = `#include <linux/mm.h>

int dipper_peek(unsigned long addr, struct page **pages)
{
	return get_user_pages_fast(addr, 1, addr == 4, pages);
}
`;

const OPEN = `#include "dipper.h"

int dipper_open(struct dipper *dipper, unsigned long addr, int nr)
{
	dipper->nr = pin_user_pages_fast(addr, nr, FOLL_LONGTERM, dipper->pages);
	return dipper->nr < 0 ? dipper->nr : 0;
}
`;

const CLOSE = `#include "dipper.h"

void dipper_close(struct dipper *dipper)
{
	unpin_user_pages(dipper->pages, dipper->nr);
}
`;

const SPAWN = CLOSE.replace('unpin_user_pages', 'release_pages');

/** A repository with a sin of old, and a driver that is right. */
function repository(): string {
	const cwd = scratch({
		'drivers/dipper/peek.c': OLD_SIN,
		'drivers/dipper/open.c': OPEN,
		'drivers/dipper/close.c': CLOSE,
		'drivers/other/wren.c': 'int wren;\n',
	});
	git(cwd, 'init', '-q');
	git(cwd, 'add', '-A');
	commit(cwd, 'first');
	return cwd;
}

function git(cwd: string, ...argv: string[]): string {
	const env = { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null' };
	return execFileSync('git', argv, { cwd, env, encoding: 'utf8' });
}

function commit(cwd: string, subject: string): void {
	git(cwd, '-c', 'user.name=Zoë Ärmel', '-c', 'user.email=zoe@example.org', 'commit', '-qam', subject);
}

const check = (cwd: string, ...argv: string[]) => cli(['check', '--kernel', '6.12', ...argv], { cwd });

/** "path rule" of every finding. */
async function brought(cwd: string, ...argv: string[]): Promise<string[]> {
	const { stdout } = await check(cwd, '--format', 'json', ...argv);
	return JSON.parse(stdout).findings.map((f: { path: string; rule: string }) => `${f.path} ${f.rule}`);
}

describe('--diff', () => {
	test('reports what was added since, not what was there', async () => {
		const cwd = repository();
		expect(await brought(cwd, '.')).toEqual(['drivers/dipper/peek.c foll-flags-not-flags']);
		expect(await brought(cwd, '--diff', 'HEAD')).toEqual([]);
		writeFileSync(join(cwd, 'drivers/dipper/peek.c'), `/* a line more */\n\n${OLD_SIN}`);
		expect(await brought(cwd, '--diff', 'HEAD')).toEqual([]);
		writeFileSync(join(cwd, 'drivers/dipper/peek.c'), OLD_SIN + OLD_SIN.replace('dipper_peek', 'dipper_peep'));
		expect(await brought(cwd, '--diff', 'HEAD')).toEqual(['drivers/dipper/peek.c foll-flags-not-flags']);
	});

	test('finds what a change in one file breaks in another that did not change', async () => {
		const cwd = repository();
		writeFileSync(join(cwd, 'drivers/dipper/close.c'), SPAWN);
		expect(await brought(cwd, '--diff', 'HEAD')).toEqual(['drivers/dipper/open.c pin-put-page']);
	});

	test('sees new files, also untracked ones, and follows a file that moved', async () => {
		const cwd = repository();
		writeFileSync(join(cwd, 'drivers/other/new.c'), OLD_SIN);
		expect(await brought(cwd, '--diff', 'HEAD')).toEqual(['drivers/other/new.c foll-flags-not-flags']);
		rmSync(join(cwd, 'drivers/other/new.c'));
		renameSync(join(cwd, 'drivers/dipper/peek.c'), join(cwd, 'drivers/other/peek.c'));
		git(cwd, 'add', '-A');
		expect(await brought(cwd, '--diff', 'HEAD')).toEqual([]);
	});

	test('keeps to the paths that are given', async () => {
		const cwd = repository();
		writeFileSync(join(cwd, 'drivers/other/new.c'), OLD_SIN);
		expect(await brought(cwd, '--diff', 'HEAD', 'drivers/dipper')).toEqual([]);
		expect(await brought(join(cwd, 'drivers/other'), '--diff', 'HEAD')).toEqual(['new.c foll-flags-not-flags']);
	});

	test('exits by what it found', async () => {
		const cwd = repository();
		expect((await check(cwd, '--diff', 'HEAD')).code).toBe(0);
		writeFileSync(join(cwd, 'drivers/dipper/close.c'), SPAWN);
		expect((await check(cwd, '--diff', 'HEAD')).code).toBe(1);
		expect((await check(cwd, '--diff', 'HEAD', '--fail-on', 'never')).code).toBe(0);
	});

	test('says what is wrong with the revision, and that there is no repository', async () => {
		const cwd = repository();
		expect(await check(cwd, '--diff', 'nowhere')).toMatchObject({ code: 2 });
		expect((await check(cwd, '--diff', 'nowhere')).stderr).toContain('--diff nowhere: no revision "nowhere"');
		expect((await check(cwd, '--diff', '--output=x')).stderr).toContain('no revision');
		expect(existsSync(join(cwd, 'x'))).toBe(false);
		const bare = await check(scratch({ 'a.c': '' }), '--diff', 'HEAD');
		expect(bare).toMatchObject({ code: 2 });
		expect(bare.stderr).toContain('not a git repository');
	});

	test('runs no program that the repository configures', async () => {
		const cwd = repository();
		const trap = join(cwd, 'trap.sh');
		writeFileSync(trap, `#!/bin/sh\ntouch ${join(cwd, 'sprung')}\ncat\n`);
		chmodSync(trap, 0o755);
		for (const name of [
			'core.fsmonitor',
			'diff.external',
			'filter.evil.clean',
			'filter.evil.process',
			'diff.evil.textconv',
		])
			git(cwd, 'config', name, trap);
		writeFileSync(join(cwd, '.gitattributes'), '*.c filter=evil diff=evil\n');
		writeFileSync(join(cwd, 'drivers/dipper/close.c'), SPAWN);
		expect(await brought(cwd, '--diff', 'HEAD')).toEqual(['drivers/dipper/open.c pin-put-page']);
		expect(existsSync(join(cwd, 'sprung'))).toBe(false);
	});
});

/** A mailed series of one commit for each step, with the tree back where it was. */
function series(cwd: string, steps: readonly (() => void)[], ...format: string[]): string {
	for (const [i, step] of steps.entries()) {
		step();
		git(cwd, 'add', '-A');
		commit(cwd, `dipper: step ${i + 1}`);
	}
	const text = git(cwd, 'format-patch', '--stdout', ...format, `HEAD~${steps.length}`);
	git(cwd, 'reset', '-q', '--hard', `HEAD~${steps.length}`);
	return text;
}

describe('--patch', () => {
	test('applies a series in memory, and leaves the tree alone', async () => {
		const cwd = repository();
		const mbox = series(cwd, [
			() =>
				writeFileSync(join(cwd, 'drivers/dipper/close.c'), CLOSE.replace('\tunpin', '\t/* all of them */\n\tunpin')),
			() => writeFileSync(join(cwd, 'drivers/dipper/close.c'), SPAWN),
		]);
		const name = join(scratch({ 'series.mbox': mbox }), 'series.mbox');
		expect(await brought(cwd, '--patch', name)).toEqual(['drivers/dipper/open.c pin-put-page']);
		expect(git(cwd, 'status', '--porcelain')).toBe('');
		const piped = await cli(['check', '--kernel', '6.12', '--patch', '-', '--format', 'github'], { cwd, stdin: mbox });
		expect(piped.code).toBe(1);
		expect(piped.stdout).toMatch(/^::error file=drivers\/dipper\/open\.c,line=5,/);
	});

	test('a series that ends right brings nothing', async () => {
		const cwd = repository();
		const mbox = series(cwd, [
			() => writeFileSync(join(cwd, 'drivers/dipper/close.c'), SPAWN),
			() => writeFileSync(join(cwd, 'drivers/dipper/close.c'), CLOSE),
		]);
		expect((await cli(['check', '--patch', '-'], { cwd, stdin: mbox })).code).toBe(0);
	});

	test('reads mails that are encoded for transport, new files, moves and deletions', async () => {
		const cwd = repository();
		const mbox = series(cwd, [
			() => writeFileSync(join(cwd, 'drivers/other/new.c'), `/* Größe */\n${OLD_SIN}`),
			() => renameSync(join(cwd, 'drivers/dipper/peek.c'), join(cwd, 'drivers/dipper/peer.c')),
			() => rmSync(join(cwd, 'drivers/other/wren.c')),
		]);
		const transport =
			'MIME-Version: 1.0\nContent-Type: text/plain; charset=UTF-8\nContent-Transfer-Encoding: quoted-printable\n';
		const encoded = mbox
			.replaceAll('=', '=3D')
			.replaceAll('ö', '=C3=B6')
			.replaceAll('ß', '=C3=9F')
			.replaceAll(/^From: .*$/gm, 'From: zoe@example.org')
			.replaceAll(/^(?=Subject: )/gm, transport);
		expect(encoded).toContain('Gr=C3=B6=C3=9Fe');
		for (const text of [mbox, encoded]) {
			const { stdout, stderr } = await cli(['check', '--kernel', '6.12', '--patch', '-', '--format', 'json'], {
				cwd,
				stdin: text,
			});
			expect(stderr).not.toContain('does not apply');
			expect(JSON.parse(stdout).findings.map((f: { path: string }) => f.path)).toEqual(['drivers/other/new.c']);
		}
	});

	test('a removed item of a list is no signature', async () => {
		const cwd = repository();
		writeFileSync(join(cwd, 'NOTES'), '- one\n- \n- two\n');
		git(cwd, 'add', '-A');
		commit(cwd, 'notes');
		const mbox = series(cwd, [
			() => {
				writeFileSync(join(cwd, 'NOTES'), '- one\n- two\n');
				writeFileSync(join(cwd, 'drivers/dipper/close.c'), SPAWN);
			},
		]);
		const { code, stderr } = await cli(['check', '--kernel', '6.12', '--patch', '-'], { cwd, stdin: mbox });
		expect(stderr).not.toContain('invalid');
		expect(code).toBe(1);
	});

	test('takes a bare diff, also one of plain diff -u', async () => {
		const cwd = repository();
		writeFileSync(join(cwd, 'drivers/dipper/close.c'), SPAWN);
		const diff = git(cwd, 'diff');
		git(cwd, 'checkout', '-q', '.');
		const plain = diff
			.split('\n')
			.filter((line) => !/^(?:diff --git|index) /.test(line))
			.join('\n');
		for (const text of [diff, plain]) expect((await cli(['check', '--patch', '-'], { cwd, stdin: text })).code).toBe(1);
	});

	test.each([
		[
			'one that does not apply',
			(diff: string) => diff.replace('-\tunpin_user_pages(', '-\tunpin_user_page('),
			'does not apply to drivers/dipper/close.c',
		],
		[
			'one for a file that is not there',
			(diff: string) => diff.replaceAll('dipper/close.c', 'dipper/gone.c'),
			'drivers/dipper/gone.c is not in the tree',
		],
		[
			'one that leaves the tree',
			(diff: string) => diff.replaceAll('drivers/dipper/close.c', '../../etc/passwd.c'),
			'leaves the tree',
		],
		['a text without a diff', () => 'Subject: hello\n\nnothing here\n', 'no diff in it'],
		['nothing', () => '', 'no diff in it'],
	])('refuses %s in one line', async (_, change, message) => {
		const cwd = repository();
		writeFileSync(join(cwd, 'drivers/dipper/close.c'), SPAWN);
		const diff = git(cwd, 'diff');
		git(cwd, 'checkout', '-q', '.');
		const { code, stderr, stdout } = await cli(['check', '--patch', '-'], { cwd, stdin: change(diff) });
		expect(code).toBe(2);
		expect(stderr.split('\n')[0]).toContain(message);
		expect(stdout).toBe('');
	});

	test('names the mail of a series that does not apply', async () => {
		const cwd = repository();
		const mbox = series(cwd, [
			() => writeFileSync(join(cwd, 'drivers/dipper/close.c'), CLOSE.replace('\tunpin', '\t/* all */\n\tunpin')),
			() => writeFileSync(join(cwd, 'drivers/dipper/close.c'), SPAWN.replace('\trelease', '\t/* all */\n\trelease')),
		]).replaceAll(/^ \t\/\* all \*\/$/gm, ' \t/* none */');
		const { code, stderr } = await cli(['check', '--patch', '-'], { cwd, stdin: mbox });
		expect(code).toBe(2);
		expect(stderr).toMatch(/patch 2 of 2 \(\[PATCH 2\/2\] dipper: step 2\): does not apply/);
	});

	test('does not go with --diff or --stdin-path, and needs a file', async () => {
		const cwd = repository();
		expect((await check(cwd, '--diff', 'HEAD', '--patch', 'x')).stderr).toContain('give --diff or --patch, not both');
		expect((await check(cwd, '--diff', 'HEAD', '--stdin-path', 'x.c')).code).toBe(2);
		expect((await check(cwd, '--patch', 'nowhere.patch')).stderr).toContain('no such file');
		expect((await check(cwd)).stdout).toContain('drivers/dipper/peek.c:5:');
	});
});

describe('--patch of what the tree has already', () => {
	const LINE = '\t/* all of them */\n\tunpin';

	/** The same as `series`, with the commits left in the tree; each mail by itself. */
	function applied(cwd: string, steps: readonly (() => void)[]): string[] {
		for (const [i, step] of steps.entries()) {
			step();
			git(cwd, 'add', '-A');
			commit(cwd, `dipper: step ${i + 1}`);
		}
		return steps.map((_, i) => git(cwd, 'format-patch', '--stdout', '-1', `HEAD~${steps.length - 1 - i}`));
	}

	const put = (cwd: string, name: string, text: string) => () => writeFileSync(join(cwd, 'drivers/dipper', name), text);
	const found = async (cwd: string, patch: string, ...argv: string[]) => {
		const { stdout, stderr } = await cli(['check', '--kernel', '6.12', '--patch', '-', '--format', 'json', ...argv], {
			cwd,
			stdin: patch,
		});
		expect(stderr).not.toMatch(/--patch/);
		return JSON.parse(stdout).findings.map((f: { path: string; rule: string }) => `${f.path} ${f.rule}`);
	};

	test('compares the tree with what it was before', async () => {
		const cwd = repository();
		const [comment = '', spawn = ''] = applied(cwd, [
			put(cwd, 'close.c', CLOSE.replace('\tunpin', LINE)),
			put(cwd, 'close.c', SPAWN.replace('\trelease', LINE.replace('unpin', 'release'))),
		]);
		expect(await found(cwd, comment)).toEqual([]);
		expect(await found(cwd, spawn)).toEqual(['drivers/dipper/open.c pin-put-page']);
		expect(await found(cwd, comment + spawn)).toEqual(['drivers/dipper/open.c pin-put-page']);
		expect(git(cwd, 'status', '--porcelain')).toBe('');
	});

	test('finds a patch with others on top by the contents that its mail names', async () => {
		const cwd = repository();
		const [first = '', second = '', third = ''] = applied(cwd, [
			put(cwd, 'peek.c', OLD_SIN.replace('addr == 4', 'addr == 5')),
			put(cwd, 'peek.c', OLD_SIN.replace('addr == 4', 'FOLL_PIN')),
			put(cwd, 'peek.c', OLD_SIN.replace('addr == 4', 'FOLL_WRITE')),
		]);
		expect(await found(cwd, second)).toEqual(['drivers/dipper/peek.c foll-pin-from-caller']);
		expect(await found(cwd, third)).toEqual([]);
		expect(await found(cwd, first)).toEqual(['drivers/dipper/peek.c foll-flags-not-flags']);
		const nameless = second.replace(/^index .*\n/m, '');
		expect((await cli(['check', '--patch', '-'], { cwd, stdin: nameless })).stderr).toContain('does not apply');
	});

	test('takes what is added at the end of a file for what is there, new files and moves as well', async () => {
		const cwd = repository();
		const more = OLD_SIN.replace('dipper_peek', 'dipper_peep').replace('#include <linux/mm.h>\n', '');
		const [end = '', created = '', moved = '', gone = ''] = applied(cwd, [
			put(cwd, 'peek.c', OLD_SIN + more),
			put(cwd, 'new.c', OLD_SIN),
			() => renameSync(join(cwd, 'drivers/dipper/new.c'), join(cwd, 'drivers/dipper/newer.c')),
			() => rmSync(join(cwd, 'drivers/other/wren.c')),
		]);
		expect(await found(cwd, end)).toEqual(['drivers/dipper/peek.c foll-flags-not-flags']);
		expect(await found(cwd, moved)).toEqual([]);
		expect(await found(cwd, gone)).toEqual([]);
		expect(await found(cwd, created + moved)).toEqual(['drivers/dipper/newer.c foll-flags-not-flags']);
	});

	test('says which files have half of it', async () => {
		const cwd = repository();
		const [patch = ''] = applied(cwd, [
			() => {
				put(cwd, 'close.c', SPAWN)();
				put(cwd, 'peek.c', OLD_SIN.replace('== 4', '== 5'))();
			},
		]);
		put(cwd, 'peek.c', OLD_SIN)();
		const { code, stderr } = await cli(['check', '--patch', '-'], {
			cwd,
			stdin: patch.replaceAll(/^index .*\n/gm, ''),
		});
		expect(code).toBe(2);
		expect(stderr).toContain(
			'does not apply to drivers/dipper/close.c; the tree has some of it already, in drivers/dipper/close.c',
		);
	});

	test('says when the mails of a series are out of order', async () => {
		const cwd = repository();
		const mbox = series(cwd, [
			put(cwd, 'close.c', CLOSE.replace('\tunpin', '\t/* one */\n\tunpin')),
			put(cwd, 'close.c', CLOSE.replace('\tunpin', '\t/* one */\n\t/* two */\n\tunpin')),
		]);
		const [first = '', second = ''] = mbox.split(/^(?=From )/m);
		const { code, stderr } = await cli(['check', '--patch', '-'], { cwd, stdin: second + first });
		expect(code).toBe(2);
		expect(stderr).toContain('the mails are not in the order of their numbers');
	});
});

describe('--baseline', () => {
	test.each(['json', 'sarif'])('leaves out what a report in %s has, however its lines moved', async (format) => {
		const cwd = repository();
		const known = join(scratch(), 'known');
		writeFileSync(known, (await check(cwd, '--format', format, '.')).stdout);
		expect(await brought(cwd, '--baseline', known, '.')).toEqual([]);
		writeFileSync(join(cwd, 'drivers/dipper/peek.c'), `\n\n${OLD_SIN}`);
		writeFileSync(join(cwd, 'drivers/dipper/close.c'), SPAWN);
		expect(await brought(cwd, '--baseline', known, '.')).toEqual(['drivers/dipper/open.c pin-put-page']);
	});

	test('says what is wrong with a file that is no report', async () => {
		const cwd = repository();
		const folder = scratch({ 'a.json': '{"a":1}', 'b.json': '{', 'c.json': 'null' });
		expect((await check(cwd, '--baseline', join(folder, 'a.json'), '.')).stderr).toContain('not a report of');
		expect((await check(cwd, '--baseline', join(folder, 'b.json'), '.')).stderr).toContain('not a JSON report');
		expect((await check(cwd, '--baseline', join(folder, 'c.json'), '.')).stderr).toContain('not a report of');
		expect((await check(cwd, '--baseline', join(folder, 'd.json'), '.')).stderr).toContain('no such file');
	});

	test.each(['{"findings":5}', '{"findings":{"map":1}}', '{"runs":{}}', '[]', '"runs"'])('refuses %s', async (text) => {
		const cwd = repository();
		const known = join(scratch({ known: text }), 'known');
		const { code, stderr } = await check(cwd, '--baseline', known, '.');
		expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringContaining('not a report of') });
	});

	test.each(['{"findings":[null, 5, {"fingerprint":{}}]}', '{"runs":[null, {"results":3}, {"results":[null, {}]}]}'])(
		'finds nothing known in %s',
		async (text) => {
			const cwd = repository();
			const known = join(scratch({ known: text }), 'known');
			expect(await brought(cwd, '--baseline', known, '.')).toEqual(['drivers/dipper/peek.c foll-flags-not-flags']);
		},
	);
});
