import { symlinkSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { headersFolder, headersFolderNow } from '../../server/src/workspace/headersFolder.js';
import { includePath } from '../../server/src/workspace/includes.js';
import { nodeFiles } from '../../server/src/workspace/nodeFiles.js';
import { outsideKernel } from '../../server/src/workspace/outsideKernel.js';
import { cli } from '../cli/run.js';
import { scratch } from '../support/scratch.js';

const MAKEFILE =
	'VERSION = 6\nPATCHLEVEL = 10\nSUBLEVEL = 3\nEXTRAVERSION =\nKERNELVERSION = $(VERSION).$(PATCHLEVEL)\n';
/** Nothing like any kernel: what is read here comes from here. */
const MM = 'long get_user_pages(unsigned long start, struct page **pages);\n';
const MODULE = 'long f(unsigned long a, struct page **p)\n{\n\treturn get_user_pages(a, 1, 0, p);\n}\n';

describe('the kernel of a folder', () => {
	test.each([
		['a source tree', { Makefile: MAKEFILE, 'include/linux/mm.h': MM }, ''],
		[
			'a package of a distribution',
			{
				'common/Makefile': MAKEFILE,
				'common/include/linux/mm.h': MM,
				'arch/Makefile': 'include ../common/Makefile\n',
				'arch/include/generated/uapi/linux/version.h': '#define LINUX_VERSION_CODE 395779\n',
			},
			'/arch',
		],
		[
			'a build folder',
			{
				'src/Makefile': MAKEFILE,
				'src/include/linux/mm.h': MM,
				'out/Makefile': '# Automatically generated\ninclude ../src/Makefile\n',
			},
			'/out',
		],
		[
			'headers with nothing but the release',
			{
				'include/linux/mm.h': MM,
				'include/config/kernel.release': '6.10.3-31-generic\n',
			},
			'',
		],
		[
			'headers with nothing but the version code',
			{
				'include/linux/mm.h': MM,
				'include/generated/uapi/linux/version.h': '#define LINUX_VERSION_CODE 395779\n',
			},
			'',
		],
	])('is read from %s', async (_, files, at) => {
		const { kernel } = await headersFolder(`${scratch(files)}${at}/`, nodeFiles);
		expect(kernel?.release).toBe('6.10');
		expect(kernel?.version).toMatch(/^6\.10\.3/);
		expect(kernel?.origin).toBe('headers');
		expect(kernel?.assumed).toBe(false);
		expect(kernel?.api('get_user_pages')?.signature?.params).toHaveLength(2);
	});

	test('is found by a link to the source of a build', async () => {
		const root = scratch({
			'src/Makefile': MAKEFILE,
			'src/include/linux/mm.h': MM,
			'out/include/config/kernel.release': '6.10.3\n',
		});
		symlinkSync('../src', `${root}/out/source`);
		expect((await headersFolder(`${root}/out`, nodeFiles)).kernel?.release).toBe('6.10');
	});

	test.each([
		['an empty folder', {}, /no kernel headers/],
		['a folder of user headers', { 'include/linux/types.h': '' }, /no kernel headers/],
		['headers of no version', { 'include/linux/mm.h': MM }, /nothing in it says of which version/],
		[
			'Makefiles that include each other',
			{ Makefile: 'include ../b/Makefile\n', '../b/Makefile': 'include ../a/Makefile\n' },
			/no kernel headers/,
		],
	])('is none of %s', async (_, files, problem) => {
		const told = headersFolderNow('/a', (path) =>
			new Map(Object.entries(files)).get(path.replace(/^\/a\//, '').replace(/^\/b\//, '../b/')),
		);
		expect(told.kernel).toBeUndefined();
		expect(told.problem).toMatch(problem);
	});

	test('says so where it is asked for', () => {
		expect(() => outsideKernel(scratch({}))).toThrow(/no kernel headers/);
	});
});

describe('--kernel', () => {
	test('takes a folder, whose headers decide', async () => {
		const headers = scratch({ Makefile: MAKEFILE, 'include/linux/mm.h': MM });
		const cwd = scratch({ 'a.c': MODULE });
		const { stdout, stderr, code } = await cli(['check', 'a.c', '--kernel', headers], { cwd });
		expect(stderr).toContain(`kernel 6.10.3, from the headers of`);
		expect(stdout).toContain('get_user_pages() takes 2 arguments in 6.10.3');
		expect(code).toBe(1);
		expect((await cli(['check', 'a.c', '--kernel', '6.10'], { cwd })).stdout).not.toContain('gup-api-changed');
	});

	test('is the kernel of an audit as well', async () => {
		const headers = scratch({ Makefile: MAKEFILE, 'include/linux/mm.h': MM });
		const cwd = scratch({ 'a.c': MODULE });
		const { stdout } = await cli(['audit', '.', '--kernel', headers, '--format', 'json', '--no-cache'], { cwd });
		expect(JSON.parse(stdout)).toMatchObject({ kernel: '6.10.3' });
	});

	test.each([
		['that is not there', '/nowhere/at/all', /Give a kernel version like 6\.12 or 6\.1\.192, or a folder/],
		['that is none', '.', /That folder has no kernel headers/],
	])('refuses a folder %s', async (_, folder, message) => {
		const asked = folder === '.' ? scratch({ 'a.c': '' }) : folder;
		const { code, stderr } = await cli(['check', 'a.c', '--kernel', asked], { cwd: scratch({ 'a.c': MODULE }) });
		expect(stderr).toMatch(message);
		expect(code).toBe(2);
	});
});

describe('the headers of a module', () => {
	test('lie where its Makefiles say, and nowhere else', async () => {
		const root = scratch({
			Makefile: 'obj-m += src/\nsubdir-ccflags-y += -I$(M)/include -I/usr/include -I../../..\n',
			'src/Kbuild': 'ccflags-y := -I$(src)/../compat -include $(src)/config.h -I$(UNKNOWN)/x\n',
		});
		const { root: top, folders, forced } = await includePath(`${root}/src`, nodeFiles);
		expect(top).toBe(root);
		expect(folders).toEqual([`${root}/compat`, `${root}/include`]);
		expect(forced).toEqual([`${root}/src/config.h`]);
	});

	test('are read from there, and generated ones decide', async () => {
		const cwd = scratch({
			Makefile: 'obj-m += demo.o\nccflags-y += -I$(src)/compat -include $(src)/config.h\n',
			'compat/pins.h':
				'#ifdef HAVE_PIN_USER_PAGES\n#define D_PUT unpin_user_page\n#else\n#define D_PUT put_page\n#endif\n',
			'config.h': '/* #undef HAVE_PIN_USER_PAGES */\n',
			'a.c': `#include "pins.h"
int f(unsigned long a)
{
	struct page *page;

	if (pin_user_pages_fast(a, 1, 0, &page) != 1)
		return -EFAULT;
	D_PUT(page);
	return 0;
}
`,
		});
		const { stdout } = await cli(['check', 'a.c', '--kernel', '6.12'], { cwd });
		expect(stdout).toContain('D_PUT is put_page()');
	});
});
