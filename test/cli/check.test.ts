import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { version } from '../../package.json';
import { kernelTree, TREES_HINT } from '../../scripts/trees.js';
import { scratch } from '../support/scratch.js';
import { fixtures, HERON, LOCKED, PIN_FLAG, WREN } from './fixtures.js';
import { cli } from './run.js';

const inFixtures = { cwd: fixtures };
const on612 = ['--kernel', '6.12'];

describe('what is printed', () => {
	test.each([
		['text', 'report.txt'],
		['github', 'report.github.txt'],
	])('as %s', async (format, file) => {
		const { code, stdout } = await cli(['check', 'drivers', ...on612, '--format', format], inFixtures);
		expect(code).toBe(1);
		await expect(stdout).toMatchFileSnapshot(join(fixtures, file));
	});

	test('in colour', async () => {
		const { stdout } = await cli(['check', 'drivers', ...on612], { ...inFixtures, colour: true });
		await expect(stdout).toMatchFileSnapshot(join(fixtures, 'report.colour.txt'));
	});

	test('the mark stands under the text it is about, whatever is left of it', async () => {
		const { stdout } = await cli(['check', 'drivers', ...on612], inFixtures);
		const lines = stdout.split('\n');
		const marked = lines.flatMap((line, i) =>
			/^ +\| +\^~*$/.test(line) ? [[lines[i - 1] as string, line] as const] : [],
		);
		expect(marked.length).toBeGreaterThan(5);
		const texts = marked.map(([source, mark]) => {
			// Wide characters take two columns on a terminal and one place in a string.
			const shift = [...source].filter((character) => /\p{Script=Han}/u.test(character)).length;
			return source.slice(mark.indexOf('^') - shift, mark.length - shift);
		});
		expect(texts).toContain('write');
		expect(texts).toContain('put_page');
		expect(texts).toContain('FOLL_GET');
		expect(texts).toContain('FOLL_PIN');
		expect(texts).toContain('&locked');
	});

	test('paths are as they were typed, and relative for tools', async () => {
		const cwd = scratch({ 'd/a.c': PIN_FLAG });
		const argv = ['check', join(cwd, 'd'), ...on612];
		expect((await cli(argv, { cwd })).stdout).toContain(`${join(cwd, 'd/a.c')}:5:46: error:`);
		expect((await cli(['check', './d', ...on612], { cwd })).stdout).toMatch(/^d\/a\.c:5:46: error:/);
		const report = JSON.parse((await cli([...argv, '--format', 'json'], { cwd })).stdout);
		expect(report.findings[0].path).toBe('d/a.c');
		expect((await cli([...argv, '--format', 'github'], { cwd })).stdout).toContain('file=d/a.c,');
	});

	test('control characters of a file do not reach the terminal', async () => {
		const cwd = scratch({ 'a.c': PIN_FLAG.replace('FOLL_PIN', '/* \u001b[2J\u0007\u202e */ FOLL_PIN') });
		const { stdout } = await cli(['check', 'a.c', ...on612], { cwd });
		expect(stdout).toContain('FOLL_PIN');
		expect(stdout).not.toMatch(/(?!\n)\p{Cc}|\u202e/u);
	});
});

describe('JSON', () => {
	test('has exactly the fields tools rely on', async () => {
		const { stdout, code } = await cli(['check', 'drivers/heron.c', ...on612, '--format', 'json'], inFixtures);
		expect(code).toBe(1);
		const report = JSON.parse(stdout);
		expect(Object.keys(report)).toEqual(['tool', 'kernel', 'files', 'elapsedMs', 'findings', 'skipped']);
		expect(report.tool).toEqual({ name: 'gup-lens', version });
		expect(report.kernel).toBe('6.12');
		expect(report.files).toBe(1);
		expect(report.elapsedMs).toBeTypeOf('number');
		expect(report.skipped).toEqual([]);
		const finding = report.findings.find((finding: { rule: string }) => finding.rule === 'pin-put-page');
		const line = HERON.split('\n').findIndex((line) => line.includes('put_page')) + 1;
		expect(finding).toEqual({
			path: 'drivers/heron.c',
			rule: 'pin-put-page',
			fingerprint: expect.stringMatching(/^[0-9a-f]{32}$/),
			severity: 'error',
			message: expect.stringContaining('unpin_user_page'),
			function: 'heron_map',
			range: { start: { line, column: 4 }, end: { line, column: 12 } },
			fixes: [{ title: expect.stringContaining('unpin_user_page'), safe: expect.any(Boolean) }],
			related: [{ path: 'drivers/heron.c', line: 14, message: expect.stringContaining('pinned') }],
		});
	});

	test('counts columns in UTF-16 units and ends behind the last one', async () => {
		const prefix = '/* 😀é */ ';
		const cwd = scratch({
			'a.c': PIN_FLAG.replace('long swift_pin', 'long swift_pin').replace('\treturn', `${prefix}return`),
		});
		const { stdout } = await cli(['check', 'a.c', ...on612, '--format', 'json'], { cwd });
		const [finding] = JSON.parse(stdout).findings;
		const column = `${prefix}return pin_user_pages(addr, 1, FOLL_WRITE | `.length + 1;
		expect(finding.range).toEqual({ start: { line: 5, column }, end: { line: 5, column: column + 'FOLL_PIN'.length } });
	});

	test.each([
		['CRLF', (text: string) => Buffer.from(text.replaceAll('\n', '\r\n'))],
		['a byte order mark', (text: string) => Buffer.from(`\uFEFF${text}`)],
		['latin-1', (text: string) => Buffer.from(`/* Gr\u00f6\u00dfe */${text}`, 'latin1')],
	])('gives the same places with %s', async (_, bytes) => {
		const cwd = scratch({ 'a.c': bytes(PIN_FLAG), 'plain.c': PIN_FLAG });
		const { stdout } = await cli(['check', 'a.c', 'plain.c', ...on612, '--format', 'json'], { cwd });
		const [a, plain] = JSON.parse(stdout).findings;
		expect(a).toEqual({ ...plain, path: 'a.c', fingerprint: a.fingerprint });
	});

	test('gives paths from the working directory with "/", each file once', async () => {
		const cwd = scratch({ 'x/drivers/a.c': PIN_FLAG, 'x/y/here': '' });
		const { stdout } = await cli(['check', '../drivers/a.c', '../drivers', ...on612, '--format', 'json'], {
			cwd: join(cwd, 'x/y'),
		});
		expect(JSON.parse(stdout).findings.map((finding: { path: string }) => finding.path)).toEqual(['../drivers/a.c']);
	});

	test('names what was skipped', async () => {
		const cwd = scratch({ 'd/a.c': 'FOLL_\0', 'd/b.c': Buffer.alloc(10_000_001, 'a'), 'd/c.c': WREN });
		const { stdout, code } = await cli(['check', 'd', ...on612, '--format', 'json'], { cwd });
		expect(code).toBe(0);
		expect(JSON.parse(stdout)).toMatchObject({
			files: 1,
			findings: [],
			skipped: [
				{ path: 'd/a.c', reason: 'binary' },
				{ path: 'd/b.c', reason: 'larger than 10 MB' },
			],
		});
	});
});

describe('exit code', () => {
	const cases: readonly (readonly [string, string, readonly string[], number])[] = [
		['no finding', WREN, [], 0],
		['an error', PIN_FLAG, [], 1],
		['an error, never', PIN_FLAG, ['--fail-on', 'never'], 0],
		['an error, error', PIN_FLAG, ['--fail-on', 'error'], 1],
		['a warning', PIN_FLAG, ['--severity', 'foll-pin-from-caller=warning'], 1],
		['a warning, error', PIN_FLAG, ['--severity', 'foll-pin-from-caller=warning', '--fail-on', 'error'], 0],
		['an information', PIN_FLAG, ['--severity', 'foll-pin-from-caller=information'], 0],
		[
			'an information, information',
			PIN_FLAG,
			['--severity', 'foll-pin-from-caller=information', '--fail-on', 'information'],
			1,
		],
		['a hint, information', PIN_FLAG, ['--severity', 'foll-pin-from-caller=hint', '--fail-on', 'information'], 0],
		['a hint, hint', PIN_FLAG, ['--severity', 'foll-pin-from-caller=hint', '--fail-on', 'hint'], 1],
		['a rule that is off', PIN_FLAG, ['--severity', 'foll-pin-from-caller=off', '--fail-on', 'hint'], 0],
		[
			'two rules, repeated',
			PIN_FLAG + LOCKED,
			['--severity', 'foll-pin-from-caller=off', '--severity', 'gup-locked-not-one=hint'],
			0,
		],
	];
	test.each(cases)('%s', async (_, text, options, code) => {
		const cwd = scratch({ 'a.c': text });
		expect((await cli(['check', 'a.c', ...on612, ...options], { cwd })).code).toBe(code);
	});
});

describe('a mistake', () => {
	const mistakes: readonly (readonly [string, readonly string[], RegExp])[] = [
		['no command', [], /Usage/],
		['an unknown command', ['chekc'], /unknown command 'chekc'[\s\S]*check/],
		['an unknown option', ['check', 'a.c', '--formt', 'json'], /unknown option '--formt'[\s\S]*--format/],
		[
			'an unknown format',
			['check', 'a.c', '--format', 'xml'],
			/'xml' is invalid[\s\S]*text, terse, json, sarif, github, gitlab, b4, agent/,
		],
		['an unknown severity', ['check', 'a.c', '--fail-on', 'worst'], /'worst' is invalid/],
		[
			'an unknown rule',
			['check', 'a.c', '--severity', 'pin-putpage=off'],
			/no rule "pin-putpage"; did you mean "pin-put-page"/,
		],
		['a rule without severity', ['check', 'a.c', '--severity', 'pin-put-page'], /pin-put-page=SEVERITY/],
		[
			'a severity for --rule',
			['check', 'a.c', '--rule', 'pin-put-page=off'],
			/severities are given with --severity pin-put-page=off/,
		],
		['an unknown rule to check', ['check', 'a.c', '--rule', 'pin-putpage'], /did you mean "pin-put-page"/],
		['--fix of a pipe', ['check', '-', '--fix'], /--fix is for files/],
		['--fix of a change', ['check', '--diff', 'HEAD', '--fix'], /--fix is for files/],
		['--statistics as data', ['check', '--statistics', '--format', 'json'], /--statistics is for --format text/],
		['--staged without a repository', ['check', '--staged'], /--staged: not a git repository/],
		['two changes', ['check', '--staged', '--diff', 'HEAD'], /give --diff or --staged/],
		['a rule with more', ['check', 'a.c', '--severity', 'pin-put-page=off=3'], /pin-put-page=SEVERITY/],
		['a kernel older than the table', ['check', 'a.c', '--kernel', '4.9'], /oldest kernel of the table is 4\.19/],
		['no kernel version', ['check', 'a.c', '--kernel', 'latest'], /Give a kernel version/],
		['a path that is not there', ['check', 'gone.c'], /gone\.c: no such file or folder/],
		['a device', ['check', '/dev/zero'], /not a regular file/],
		['a file that cannot be read', ['check', 'mem.c'], /mem\.c: cannot be read \(EIO\)/],
		['a binary file', ['check', 'binary.c'], /binary\.c: binary/],
		['--stdin-path without "-"', ['check', 'a.c', '--stdin-path', 'b.c'], /--stdin-path/],
		['nothing to explain', ['explain', 'FOLL_LONGTREM'], /"FOLL_LONGTREM"; did you mean "FOLL_LONGTERM"/],
		['an unknown rule to fix', ['fix', 'a.c', '--rule', 'nothing-like-it'], /no rule "nothing-like-it"/],
	];
	test.each(mistakes)('%s is told, with exit code 2', async (_, argv, message) => {
		const cwd = scratch({ 'a.c': WREN, 'binary.c': 'FOLL_\0' });
		symlinkSync('/proc/self/mem', join(cwd, 'mem.c'));
		const { code, stderr } = await cli(argv, { cwd });
		expect(stderr).toMatch(message);
		expect(code).toBe(2);
	});

	test.each([
		[['chekc'], 'gup-lens'],
		[['check', '--staged'], 'gup-lens check'],
		[['check', 'a.c', '--kernel', 'latest'], 'gup-lens check'],
		[['check', 'a.c', '--severity', 'nothing=off'], 'gup-lens check'],
		[['explain', 'nothing'], 'gup-lens explain'],
	])('%j begins with the name of the tool and ends with the help for it', async (argv, command) => {
		const { stderr } = await cli(argv, { cwd: scratch({ 'a.c': WREN }) });
		expect(stderr).toMatch(/^gup-lens: [^\n]*\n/);
		expect(stderr.trimEnd().split('\n').at(-1)).toBe(`See "${command} --help".`);
	});

	test('in all paths leaves no more to tell', async () => {
		for (const command of ['check', 'fix']) {
			const { code, stdout, stderr } = await cli([command, '/gone.c'], { cwd: scratch() });
			expect({ code, stdout, stderr }).toEqual({
				code: 2,
				stdout: '',
				stderr: 'gup-lens: /gone.c: no such file or folder\n',
			});
		}
	});

	test('it is none to name a file that is no C', async () => {
		const cwd = scratch({ 'a.c': WREN, 'README.md': '/* gup-lens: keep foll-force-in-driver */ FOLL_FORCE' });
		const { code, stdout, stderr } = await cli(['check', 'a.c', 'README.md'], { cwd });
		expect({ code, stdout }).toEqual({ code: 0, stdout: 'no findings; 1 file checked, 1 skipped\n' });
		expect(stderr).toContain('README.md: skipped: no .c or .h file');
	});

	test('in one path does not hide the findings in the others', async () => {
		const cwd = scratch({ 'a.c': PIN_FLAG });
		const { code, stdout } = await cli(['check', 'gone.c', 'a.c', ...on612, '--format', 'json'], { cwd });
		expect(code).toBe(2);
		const report = JSON.parse(stdout);
		expect(report.findings).toHaveLength(1);
		expect(report.skipped).toEqual([{ path: 'gone.c', reason: 'no such file or folder' }]);
	});
});

describe('help', () => {
	test('is asked for, with examples', async () => {
		const { code, stdout } = await cli(['--help'], { cwd: fixtures });
		expect(code).toBe(0);
		expect(stdout).toMatch(/check[\s\S]*fix[\s\S]*explain[\s\S]*Examples:[\s\S]*Exit codes:/);
		expect((await cli(['check', '--help'], { cwd: fixtures })).stdout).toContain('--fail-on');
	});

	test('and the version is that of the package', async () => {
		const { code, stdout } = await cli(['--version'], { cwd: fixtures });
		expect(code).toBe(0);
		expect(stdout).toMatch(/^[\d.]+\nkernels known: 4\.\d+ to \d+\.\d+\n$/);
		expect(stdout.split('\n')[0]).toBe(version);
	});
});

describe('the standard input', () => {
	test('is checked under its name', async () => {
		const cwd = scratch({ 'tree/Makefile': '' });
		const argv = ['check', '-', '--stdin-path', 'tree/drivers/a.c', ...on612, '--format', 'json'];
		const { code, stdout } = await cli(argv, { cwd, stdin: PIN_FLAG });
		expect(code).toBe(1);
		expect(JSON.parse(stdout)).toMatchObject({ files: 1, findings: [{ path: 'tree/drivers/a.c' }] });
	});

	test('has a name of its own without one', async () => {
		const { stdout } = await cli(['check', '-', ...on612], { cwd: fixtures, stdin: PIN_FLAG });
		expect(stdout).toMatch(/^<stdin>:5:46: error: /);
	});

	test('may be empty or binary', async () => {
		expect((await cli(['check', '-'], { cwd: fixtures, stdin: '' })).code).toBe(0);
		expect((await cli(['check', '-'], { cwd: fixtures, stdin: 'FOLL_\0' })).code).toBe(2);
	});
});

describe('the kernel', () => {
	test('of a file outside any tree is the one asked for, else the newest, and that is told', async () => {
		const cwd = scratch({ 'a.c': WREN });
		expect((await cli(['check', 'a.c'], { cwd })).stderr).toMatch(/kernel \d+\.\d+ assumed \(newest known\)/);
		const { stdout, stderr } = await cli(['check', 'a.c', '--kernel', 'v5.10.7', '--format', 'json'], { cwd });
		expect(stderr).toContain('kernel 5.10.7, as set by --kernel');
		expect(JSON.parse(stdout).kernel).toBe('5.10.7');
	});

	test('beyond the table is told, and what depends on it reported as informations', async () => {
		const cwd = scratch({
			'a.c': 'long f(unsigned long a, struct page **p)\n{\n\treturn get_user_pages(a, 1, 0, p, NULL);\n}\n',
		});
		const { stderr, stdout, code } = await cli(['check', 'a.c', '--kernel', '9.9', '--format', 'json'], { cwd });
		expect(stderr).toMatch(
			/kernel 9\.9, as set by --kernel; newer than the table knows: treated as \d+\.\d+, .*reported as information/,
		);
		expect(JSON.parse(stdout).findings).toMatchObject([{ rule: 'gup-api-changed', severity: 'information' }]);
		expect(code).toBe(0);
	});

	test('of each file is that of its own tree', async () => {
		const makefile = (minor: number) => `VERSION = 6\nPATCHLEVEL = ${minor}\nSUBLEVEL = 3\nKERNELVERSION = x\n`;
		const call =
			'long f(unsigned long a, struct page **p)\n{\n\treturn get_user_pages(a, 1, FOLL_WRITE, p, NULL);\n}\n';
		const header = (vmas: string) =>
			`long get_user_pages(unsigned long start, unsigned long nr_pages,\n\t\tunsigned int gup_flags, struct page **pages${vmas});\n`;
		const cwd = scratch({
			'new/Makefile': makefile(12),
			'new/include/linux/mm.h': header(''),
			'new/drivers/a.c': call,
			'old/Makefile': makefile(1),
			'old/include/linux/mm.h': header(', struct vm_area_struct **vmas'),
			'old/drivers/a.c': call,
		});
		const { stdout, stderr } = await cli(['check', 'old', 'new', '--format', 'json'], { cwd });
		const report = JSON.parse(stdout);
		expect(report.findings.map(({ path, rule }: { path: string; rule: string }) => [path, rule])).toEqual([
			['new/drivers/a.c', 'gup-api-changed'],
		]);
		expect(report.kernel).toBe('6.1.3');
		expect(stderr).toContain('kernel 6.1.3, from the headers of old');
		expect(stderr).toContain('kernel 6.12.3, from the headers of new');
		const inside = await cli(['check', 'drivers', '--kernel', '5.4', '--format', 'json'], { cwd: join(cwd, 'new') });
		expect(JSON.parse(inside.stdout).kernel).toBe('6.12.3');
		expect(inside.stderr).toContain('--kernel is for files outside a tree');
		const argv = ['check', '-', '--stdin-path', 'new/drivers/unsaved.c', '--format', 'json'];
		const typed = JSON.parse((await cli(argv, { cwd, stdin: call })).stdout);
		expect(typed).toMatchObject({ kernel: '6.12.3', findings: [{ path: 'new/drivers/unsaved.c' }] });
	});

	const tree = kernelTree('6.1');
	test.skipIf(tree === undefined)(`of a real tree decides what a finding says (${TREES_HINT})`, async () => {
		const { stdout, code } = await cli(['check', 'fs/nfs/direct.c', '--format', 'json'], { cwd: tree as string });
		const report = JSON.parse(stdout);
		expect(report.kernel).toMatch(/^6\.1\.\d+$/);
		expect(report.findings.map(({ path, rule, severity }: Record<string, string>) => [path, rule, severity])).toEqual([
			['fs/nfs/direct.c', 'dirty-unlocked', 'warning'],
			['fs/nfs/direct.c', 'iov-iter-get-pages', 'information'],
			['fs/nfs/direct.c', 'iov-iter-get-pages', 'information'],
		]);
		expect(code).toBe(1);
	});
});

describe('strange input is never a crash', () => {
	const call = 'int f(void)\n{\n\tpin_user_pages_fast(0, 1, FOLL_PIN, NULL);\n}\n';
	const inputs: readonly (readonly [string, string | Uint8Array])[] = [
		['half-typed call', 'int f(void)\n{\n\tpin_user_pages_fast(addr, FOLL_'],
		['half-typed function', 'static int pin_user_pages_fast('],
		['an open string', `const char *s = "pin_user_pages_fast(\n${call}`],
		['an open comment', `${call}/* pin_user_pages`],
		['100,000 (', `int f(void)\n{\n\treturn pin_user_pages_fast${'('.repeat(100_000)};\n}\n`],
		['100,000 {', `int f(void)\n{\n\tpin_user_pages_fast(0, 1, FOLL_PIN, p);${'{'.repeat(100_000)}\n}\n`],
		[
			'100,000 nested calls',
			`int f(void)\n{\n\treturn ${'pin_user_pages_fast('.repeat(100_000)}0${')'.repeat(100_000)};\n}\n`,
		],
		['100,000 + ', `int f(void)\n{\n\treturn pin_user_pages_fast(0, 1, ${'FOLL_WRITE | '.repeat(100_000)}0, p);\n}\n`],
		['100,000 ifs', `int f(void)\n{\n\tpin_user_pages_fast(0, 1, 0, p);\n${'if (x) '.repeat(100_000)};\n}\n`],
		['100,000 #if', `${'#if X\n'.repeat(100_000)}${call}`],
		['100,000 #endif', `${'#endif\n'.repeat(100_000)}${call}`],
		['one line of 9 MB', `/* ${'x'.repeat(9_000_000)} */ ${call.replaceAll('\n', ' ')}`],
		[
			'100,000 small functions',
			Array.from({ length: 100_000 }, (_, i) => `int g${i}(void)\n{\n\treturn g(0);\n}\n`).join('') + call,
		],
		['lone surrogates and controls', Buffer.from([0xed, 0xa0, 0x80, 0x01, 0x0c, 0x7f, ...Buffer.from(call)])],
		['only line ends', '\r\n\r\r\n\n'.repeat(1000) + call],
		['a macro without an end', `#define pin_user_pages(x) \\\n${'\\\n'.repeat(1000)}`],
	];
	test.each(inputs)('%s', { timeout: 120_000 }, async (_, text) => {
		const cwd = scratch({ 'a.c': text });
		const { code, stdout, stderr } = await cli(['check', 'a.c', ...on612, '--format', 'json'], { cwd });
		expect(stderr).not.toContain('internal error');
		expect(code).toBeLessThan(2);
		expect(JSON.parse(stdout).files).toBe(1);
		expect((await cli(['check', 'a.c', ...on612], { cwd })).code).toBe(code);
	});

	test('a folder without C files', async () => {
		const cwd = scratch({ 'd/readme.txt': 'FOLL_PIN' });
		const { code, stderr, stdout } = await cli(['check', 'd'], { cwd });
		expect(code).toBe(0);
		expect(stderr).toContain('no C files found');
		expect(stdout).toBe('no findings; 0 files checked\n');
	});

	test('names with blanks, controls and other letters', async () => {
		const name = 'größe 漢字 %41 a\u001b[31m.c';
		const cwd = scratch({});
		mkdirSync(join(cwd, 'd'));
		writeFileSync(join(cwd, 'd', name), PIN_FLAG);
		const { stdout } = await cli(['check', 'd', ...on612, '--format', 'json'], { cwd });
		expect(JSON.parse(stdout).findings[0].path).toBe(`d/${name}`);
		expect((await cli(['check', 'd', ...on612], { cwd })).stdout).not.toContain('\u001b');
	});
});
