import { spawnSync } from 'node:child_process';
import { chmodSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { scratch } from '../support/scratch.js';
import { HERON, LOCKED, NULL_PAGES, PIN_FLAG, PIN_FLAG_FIXED, WREN } from './fixtures.js';
import { cli } from './run.js';

const on612 = ['--kernel', '6.12'];
const read = (cwd: string, path = 'a.c') => readFileSync(join(cwd, path), 'utf8');

describe('fix', () => {
	test('applies the safe fixes and keeps the mode', async () => {
		const cwd = scratch({ 'a.c': PIN_FLAG });
		chmodSync(join(cwd, 'a.c'), 0o755);
		const { code, stdout } = await cli(['fix', 'a.c', ...on612], { cwd });
		expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
		expect(read(cwd)).toBe(PIN_FLAG_FIXED);
		expect(statSync(join(cwd, 'a.c')).mode & 0o7777).toBe(0o755);
	});

	test('has nothing to do a second time', async () => {
		const cwd = scratch({ 'a.c': HERON, 'b.c': PIN_FLAG, 'c.c': LOCKED });
		await cli(['fix', '.', '--unsafe', ...on612], { cwd });
		const once = ['a.c', 'b.c', 'c.c'].map((path) => [path, read(cwd, path), statSync(join(cwd, path)).mtimeMs]);
		expect(once[0]?.[1]).not.toBe(HERON);
		await cli(['fix', '.', '--unsafe', ...on612], { cwd });
		expect(['a.c', 'b.c', 'c.c'].map((path) => [path, read(cwd, path), statSync(join(cwd, path)).mtimeMs])).toEqual(
			once,
		);
	});

	test('fixes several findings of one argument, one after the other where they overlap', async () => {
		// pin_user_pages_unlocked() sets FOLL_TOUCH itself, pin_user_pages() does not
		const call = (flags: string) =>
			PIN_FLAG.replace(/pin_user_pages\(.*\)/, `pin_user_pages_unlocked(addr, 1, pages, ${flags})`);
		const many = call('FOLL_WRITE | FOLL_PIN | FOLL_GET | FOLL_TOUCH');
		const cwd = scratch({ 'a.c': many });
		expect((await cli(['fix', 'a.c', ...on612], { cwd })).code).toBe(0);
		expect(read(cwd)).toBe(call('FOLL_WRITE'));
		const report = JSON.parse((await cli(['check', 'a.c', ...on612, '--format', 'json'], { cwd })).stdout);
		expect(report.findings).toEqual([]);
	});

	test.each([
		['nothing to do', WREN, [], 0],
		['done', PIN_FLAG, [], 0],
		['a fix that is not safe', LOCKED, [], 1],
		['a fix that is not safe, --unsafe', LOCKED, ['--unsafe'], 0],
		['another rule', PIN_FLAG, ['--rule', 'gup-locked-not-one'], 0],
		['two rules', PIN_FLAG + LOCKED, ['--rule', 'gup-locked-not-one', '--rule', 'foll-pin-from-caller'], 1],
		['no fix', NULL_PAGES, ['--unsafe'], 1],
	])('exit code: %s', async (_, text, options, code) => {
		const cwd = scratch({ 'a.c': text });
		expect((await cli(['fix', 'a.c', ...on612, ...options], { cwd })).code).toBe(code);
	});

	test('touches nothing but the rule that was asked for', async () => {
		const cwd = scratch({ 'a.c': HERON });
		const { code } = await cli(['fix', 'a.c', '--rule', 'foll-get-redundant', ...on612], { cwd });
		expect(code).toBe(0);
		expect(read(cwd)).toBe(HERON.replace('addr, 1, FOLL_GET', 'addr, 1, 0'));
	});

	test('takes --rule for what check takes it for', async () => {
		const { code, stderr } = await cli(['fix', '--rule', 'pin-put-page=off', 'x.c'], { cwd: scratch() });
		expect(code).toBe(2);
		expect(stderr).toContain('--rule selects rules; severities are given with --severity pin-put-page=off');
	});

	test('names what it leaves', async () => {
		const cwd = scratch({ 'a.c': LOCKED });
		const { stderr } = await cli(['fix', 'a.c', ...on612], { cwd });
		expect(stderr).toMatch(/a\.c:7:63: not fixed, fix is unsafe \(--unsafe\): .*\[gup-locked-not-one\]/);
		expect(read(cwd)).toBe(LOCKED);
	});

	test.each([
		['CRLF', Buffer.from(PIN_FLAG.replaceAll('\n', '\r\n')), Buffer.from(PIN_FLAG_FIXED.replaceAll('\n', '\r\n'))],
		['a byte order mark', Buffer.from(`\uFEFF${PIN_FLAG}`), Buffer.from(`\uFEFF${PIN_FLAG_FIXED}`)],
		[
			'latin-1',
			Buffer.from(`/* \u00fc */${PIN_FLAG}`, 'latin1'),
			Buffer.from(`/* \u00fc */${PIN_FLAG_FIXED}`, 'latin1'),
		],
		['no line end at the end', Buffer.from(PIN_FLAG.trimEnd()), Buffer.from(PIN_FLAG_FIXED.trimEnd())],
		['mixed line ends', Buffer.from(PIN_FLAG.replace('\n', '\r\n')), Buffer.from(PIN_FLAG_FIXED.replace('\n', '\r\n'))],
	])('writes the same bytes elsewhere: %s', async (_, before, after) => {
		const cwd = scratch({ 'a.c': before });
		expect((await cli(['fix', 'a.c', ...on612], { cwd })).code).toBe(0);
		expect(readFileSync(join(cwd, 'a.c')).equals(after)).toBe(true);
	});

	test('goes through a symbolic link and leaves it one', async () => {
		const cwd = scratch({ 'real.c': PIN_FLAG });
		symlinkSync('real.c', join(cwd, 'a.c'));
		expect((await cli(['fix', 'a.c', ...on612], { cwd })).code).toBe(0);
		expect(read(cwd, 'real.c')).toBe(PIN_FLAG_FIXED);
	});

	test('as a filter writes the fixed text, or what it got', async () => {
		const cwd = scratch();
		const argv = ['fix', '-', '--stdin-path', 'a.c', ...on612];
		expect(await cli(argv, { cwd, stdin: PIN_FLAG })).toMatchObject({ code: 0, stdout: PIN_FLAG_FIXED });
		expect(await cli(argv, { cwd, stdin: WREN })).toMatchObject({ code: 0, stdout: WREN });
		expect(await cli(argv, { cwd, stdin: 'int x;' })).toMatchObject({ code: 0, stdout: 'int x;' });
	});
});

describe('fix --dry-run', () => {
	const cases: readonly (readonly [string, Buffer])[] = [
		['plain', Buffer.from(HERON)],
		['latin-1', Buffer.from(`/* \u00fc */\n${PIN_FLAG}/* \u00e4 */\n`, 'latin1')],
		['CRLF', Buffer.from(PIN_FLAG.replaceAll('\n', '\r\n'))],
		['a byte order mark', Buffer.from(`\uFEFF${PIN_FLAG.replace('#include <linux/mm.h>\n\n', '')}`)],
		['no line end at the end', Buffer.from(PIN_FLAG.replace(/\}\n$/, '}'))],
	];
	test.each(cases)('prints a diff that git applies to the same result: %s', async (_, before) => {
		const cwd = scratch({ 'd/a.c': before });
		const dry = await cli(['fix', 'd', '--dry-run', ...on612], { cwd });
		expect(readFileSync(join(cwd, 'd/a.c')).equals(before)).toBe(true);
		expect(dry.stdout).toMatch(/^--- a\/d\/a\.c/);
		writeFileSync(join(cwd, 'fix.patch'), dry.bytes);
		const applied = spawnSync('git', ['apply', '--whitespace=nowarn', 'fix.patch'], { cwd, encoding: 'utf8' });
		expect(applied.stderr).toBe('');
		const patched = readFileSync(join(cwd, 'd/a.c'));
		writeFileSync(join(cwd, 'd/a.c'), before);
		const real = await cli(['fix', 'd', ...on612], { cwd });
		expect(real.code).toBe(dry.code);
		expect(readFileSync(join(cwd, 'd/a.c')).equals(patched)).toBe(true);
		expect(patched.equals(before)).toBe(false);
	});

	/** A fix whose result has fewer lines, above a finding that stays. */
	const SHORTER = `${PIN_FLAG.replace('FOLL_WRITE | FOLL_PIN', 'FOLL_WRITE |\n\t\t\t      FOLL_PIN')}${LOCKED}`;

	test('names what is left at its place in the file, which is unchanged', async () => {
		const cwd = scratch({ 'a.c': SHORTER });
		const found = JSON.parse((await cli(['check', 'a.c', ...on612, '--format', 'json'], { cwd })).stdout).findings;
		const stays = found.find(({ rule }: { rule: string }) => rule === 'gup-locked-not-one');
		const { line, column } = stays.range.start;
		const dry = await cli(['fix', 'a.c', '--dry-run', ...on612], { cwd });
		expect(dry.stderr).toContain(`a.c:${line}:${column}: not fixed,`);
		const real = await cli(['fix', 'a.c', ...on612], { cwd });
		expect(real.stderr).toContain(`a.c:${line - 1}:${column}: not fixed,`);
	});

	test.each([
		['the top of the kernel tree', 'tree/drivers/a.c', 'tree', 'drivers/a.c'],
		['the folder that holds both', 'out/a.c', '', 'out/a.c'],
	])('names a file elsewhere from %s', async (_, path, top, name) => {
		const makefile = 'VERSION = 6\nPATCHLEVEL = 12\nSUBLEVEL = 3\nKERNELVERSION = x\n';
		const folder = scratch({ [path]: PIN_FLAG, 'tree/Makefile': makefile, 'tree/Kbuild': '', 'here/x.c': '' });
		const dry = await cli(['fix', `../${path}`, '--dry-run', ...on612], { cwd: join(folder, 'here') });
		expect(dry.stdout).toMatch(new RegExp(`^--- a/${name}\n`));
		expect(dry.stderr).toContain(`apply the diff in ${join(folder, top)}\n`);
		writeFileSync(join(folder, 'fix.patch'), dry.bytes);
		const cwd = join(folder, top);
		const applied = spawnSync('git', ['apply', join(folder, 'fix.patch')], { cwd, encoding: 'utf8' });
		expect(applied.stderr).toBe('');
		expect(read(folder, path)).toBe(PIN_FLAG_FIXED);
	});

	test('prints nothing where there is nothing to do', async () => {
		const cwd = scratch({ 'a.c': WREN });
		expect(await cli(['fix', 'a.c', '--dry-run', ...on612], { cwd })).toMatchObject({ code: 0, stdout: '' });
	});
});
