/** `gup-lens kbuild` as make calls it; in real builds it is tested by test/conversions/kbuild.conversion.ts. */
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readArguments } from '../../server/src/cli/kbuild/arguments.js';
import { hasNothing } from '../../server/src/cli/kbuild/quick.js';
import { KERNEL } from '../audit/fixtures.js';
import { scratch } from '../support/scratch.js';
import { NULL_PAGES, PIN_FLAG } from './fixtures.js';
import { cli } from './run.js';

/** What make gives to sparse for a module, in short. */
const FLAGS = [
	...['-D__linux__', '-Dlinux', '-D__STDC__', '-Dunix', '-Wbitwise', '-Wno-return-void', '-Wno-unknown-attribute'],
	...['--arch=x86_64', '-mlittle-endian', '-m64', '-Wp,-MMD,drivers/misc/.swift.o.d', '-nostdinc'],
	...['-I../arch/x86/include', '-I./include', '-include', '../include/linux/kconfig.h', '-D__KERNEL__', '-std=gnu11'],
	...['--param=allow-store-data-races=0', '-Werror', '-fmacro-prefix-map=../=', '-isystem', '/usr/lib/gcc/include'],
	...[
		'-DMODULE',
		'-DKBUILD_BASENAME="swift"',
		'-D',
		'X_MODE=2',
		'--param',
		'asan-stack=1',
		'-mfunction-return=thunk-extern',
	],
];

describe('the command line', () => {
	test('gives the file, what is defined, and where headers lie', () => {
		const given = readArguments([...FLAGS, '-U', 'OLD', '-Iown', '--fail-on', 'error', '../drivers/misc/swift.c']);
		expect(given?.files).toEqual(['../drivers/misc/swift.c']);
		expect(given?.includes).toEqual(['../arch/x86/include', './include', '/usr/lib/gcc/include', 'own']);
		expect(given?.headers).toEqual(['../include/linux/kconfig.h']);
		expect(given?.own).toEqual([['fail-on', 'error']]);
		expect(Object.fromEntries(given?.macros ?? [])).toMatchObject({
			__linux__: '1',
			X_MODE: '2',
			KBUILD_BASENAME: '"swift"',
			OLD: undefined,
		});
	});

	test.each([
		[['-new-flag', 'value', 'a.c'], ['a.c']],
		[
			['a.c', 'b.c'],
			['a.c', 'b.c'],
		],
		[['-o', 'x.c', 'a.c'], ['a.c']],
		[['-x', 'c', '/tmp/tmp.b0Xe'], ['/tmp/tmp.b0Xe']],
		[['--constructor', '--toString=1', 'a.c'], ['a.c']],
		[['-D'], []],
		[['@rsp', '-'], ['-']],
	])('of %j the files are %j', (argv, files) => {
		expect(readArguments(argv)?.files).toEqual(files);
	});
});

describe('a file', () => {
	test('is printed as compilers do, on the standard error, and the build goes on', async () => {
		const cwd = scratch({ 'drivers/swift.c': PIN_FLAG });
		const { code, stdout, stderr } = await cli(['kbuild', ...FLAGS, 'drivers/swift.c'], { cwd });
		expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
		expect(stderr).toMatch(
			/^drivers\/swift\.c:5:46: error: [^\n]* \[foll-pin-from-caller\]\n {4}5 \| .*\n {6}\| *\^~+\n$/,
		);
	});

	test('has information and hints as notes', async () => {
		const cwd = scratch({ 'a.c': PIN_FLAG });
		for (const severity of ['information', 'hint'])
			expect(
				(await cli(['kbuild', `--severity=foll-pin-from-caller=${severity}`, ...FLAGS, 'a.c'], { cwd })).stderr,
			).toMatch(/^a\.c:5:46: note: /);
	});

	test('without the family says nothing, whatever its name', async () => {
		const cwd = scratch({ 'a.c': 'int a;\n', 'tmp.x': 'int u;\n' });
		for (const name of ['a.c', 'tmp.x'])
			expect(await cli(['kbuild', ...FLAGS, name], { cwd })).toMatchObject({ code: 0, stdout: '', stderr: '' });
	});

	test('keeps the name that make gave it', async () => {
		const cwd = scratch({ 'drivers/a.c': PIN_FLAG, 'out/x': '' });
		const { stderr } = await cli(['kbuild', '../drivers/a.c'], { cwd: join(cwd, 'out') });
		expect(stderr).toContain('../drivers/a.c:5:46: error:');
		expect((await cli(['kbuild', join(cwd, 'drivers/a.c')], { cwd })).stderr).toContain(`${cwd}/drivers/a.c:5:46:`);
	});
});

describe('exit codes', () => {
	test.each([
		[['--fail-on', 'error'], 1],
		[['--fail-on=warning'], 1],
		[['--fail-on', 'error', '--severity', 'foll-pin-from-caller=warning'], 0],
		[['--fail-on', 'never'], 0],
		[['--severity', 'foll-pin-from-caller=off'], 0],
	])('with %j: %d', async (own, expected) => {
		const cwd = scratch({ 'a.c': PIN_FLAG });
		expect((await cli(['kbuild', ...FLAGS, ...own, 'a.c'], { cwd })).code).toBe(expected);
	});

	test.each([
		[['--fail-on', 'bogus', 'a.c'], '--fail-on bogus: give never, hint'],
		[['a.c', '--fail-on'], '--fail-on: give a value'],
		[['--severity', 'no-rule=off', 'a.c'], 'no rule "no-rule"'],
		[['--kernel', 'six', 'a.c'], '--kernel six: Give a kernel version'],
		[['-D__linux__'], 'no file among the arguments'],
		[['gone.c'], 'gone.c: no such file'],
	])('%j is refused in one line', async (argv, message) => {
		const cwd = scratch({ 'a.c': PIN_FLAG });
		const { code, stderr } = await cli(['kbuild', ...argv], { cwd });
		expect(code).toBe(2);
		expect(stderr.split('\n')[0]).toContain(message);
	});

	test('help tells our options', async () => {
		const { code, stdout } = await cli(['kbuild', '--help'], { cwd: scratch() });
		expect(code).toBe(0);
		expect(stdout).toMatch(/--fail-on <severity>[\s\S]*--severity <id=severity>/);
	});
});

describe('flags that help', () => {
	const ARMS = `#ifdef OSPREY_PIN
${PIN_FLAG}#endif
#if OSPREY_MODE > 2
${NULL_PAGES}#endif
#if IS_ENABLED(CONFIG_OSPREY)
#else
${PIN_FLAG.replace('swift', 'osprey')}#endif
`;
	const findings = async (...flags: string[]) => {
		const { stderr } = await cli(['kbuild', ...flags, 'a.c'], { cwd: scratch({ 'a.c': ARMS }) });
		return [...stderr.matchAll(/^a\.c:(\d+):.*\[([\w-]+)\]$/gm)].map(([, line, rule]) => `${line} ${rule}`);
	};

	test('without them every arm is read', async () => {
		expect(await findings()).toEqual(['6 foll-pin-from-caller', '12 gup-null-pages', '21 foll-pin-from-caller']);
	});

	test('-D and -U decide which arms are compiled', async () => {
		expect(await findings('-UOSPREY_PIN')).toEqual(['12 gup-null-pages', '21 foll-pin-from-caller']);
		expect(await findings('-DOSPREY_PIN', '-DOSPREY_MODE=2', '-DCONFIG_OSPREY=1')).toEqual(['6 foll-pin-from-caller']);
		expect(await findings('-UOSPREY_PIN', '-UOSPREY_MODE', '-DCONFIG_OSPREY')).toEqual([]);
		expect(await findings('-UOSPREY_PIN', '-DOSPREY_MODE=0x10', '-DCONFIG_OSPREY')).toEqual(['12 gup-null-pages']);
	});

	const MODULE = {
		'osprey/src/take.c': `#include "osprey.h"

int osprey_take(unsigned long addr)
{
	struct page *pages[4];
	int nr = pin_user_pages_fast(addr, 4, FOLL_WRITE, pages);

	if (nr < 0)
		return nr;
	osprey_release(pages, nr);
	return 0;
}
`,
		'osprey/include/osprey.h': '#include "parts/release.h"\n',
		'osprey/include/parts/release.h': `static inline void osprey_release(struct page **pages, int nr)
{
	release_pages(pages, nr);
}
`,
	};

	test.each([
		['-I include', ['-I', 'include']],
		['-Iinclude', ['-I./include']],
		['-iquote include', ['-iquote', 'include']],
	])('%s: what headers there do with pages is known', async (_, flags) => {
		const cwd = join(scratch(MODULE), 'osprey');
		const { stderr } = await cli(['kbuild', ...flags, 'src/take.c'], { cwd });
		expect(stderr).toContain('src/take.c:10:2: error:');
		expect(stderr).toContain('include/parts/release.h:3:2: note: release_pages() is called here');
		expect((await cli(['kbuild', 'src/take.c'], { cwd })).stderr).toBe('');
	});

	test('-I into a kernel tree: that kernel it is compiled for, not the one around', async () => {
		const old = { ...KERNEL, Makefile: KERNEL.Makefile.replace('VERSION = 6', 'VERSION = 5') };
		const tree = (files: Record<string, string>, folder: string) =>
			Object.fromEntries(Object.entries(files).map(([name, text]) => [`${folder}/${name}`, text]));
		const cwd = scratch({
			...tree(KERNEL, 'new'),
			...tree(old, 'old'),
			'new/include/linux/x.h': '',
			'old/include/linux/x.h': '',
			'old/mod/a.c': '#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 0, 0)\n#else\n#endif\n'.replace(
				'#else\n',
				`#else\n${PIN_FLAG}`,
			),
		});
		const found = async (include: string) =>
			(await cli(['kbuild', '-I', include, 'old/mod/a.c'], { cwd })).stderr.includes('[foll-pin-from-caller]');
		expect(await found('new/include')).toBe(true);
		expect(await found('old/include')).toBe(false);
		expect(await found('nowhere')).toBe(false);
	});
});

describe('a file that has nothing is told before the engine is loaded', () => {
	test.each([
		[['a.c'], true],
		[[...FLAGS, '--fail-on', 'error', 'a.c'], true],
		[['--fail-on', 'bogus', 'a.c'], false],
		[['--severity', 'x=off', 'a.c'], false],
		[['--help', 'a.c'], false],
		[['b.c'], false],
		[['gone.c'], false],
		[[], false],
	])('%j: %s', (argv, expected) => {
		const cwd = scratch({ 'a.c': 'int a;\n', 'b.c': PIN_FLAG });
		expect(hasNothing(argv.map((one) => (/^\w+\.c$/.test(one) ? join(cwd, one) : one)))).toBe(expected);
	});
});
