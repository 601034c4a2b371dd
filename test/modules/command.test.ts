/** A module on disk, as the command line sees it. */
import { describe, expect, test } from 'vitest';
import { cli } from '../cli/run.js';
import { scratch } from '../support/scratch.js';

const HEADER = '#define D_PIN(a, p) pin_user_pages_fast(a, 1, FOLL_WRITE, p)\n#define D_PIN_ONE D_PIN\n';
/** Names nothing of the family. */
const USER = `#include "pins.h"

int demo_peek(unsigned long addr)
{
	struct page *page;

	if (D_PIN_ONE(addr, &page) != 1)
		return -EFAULT;
	put_page(page);
	return 0;
}
`;

describe('a file that names the family by macros of a header alone', () => {
	test('is checked', async () => {
		const cwd = scratch({ 'pins.h': HEADER, 'a.c': USER, 'b.c': 'int b(void)\n{\n\treturn 0;\n}\n' });
		const { stdout, code } = await cli(['check', '.', '--kernel', '6.12'], { cwd });
		expect(stdout).toMatch(/a\.c:9:\d+:? error.*pin-put-page/s);
		expect(code).toBe(1);
	});

	test('is audited', async () => {
		const cwd = scratch({
			'include/pins.h': HEADER,
			'src/a.c': USER,
			Makefile: 'ccflags-y += -I$(src)/include\nobj-m := a.o\n',
		});
		const { stdout } = await cli(['audit', '.', '--kernel', '6.12', '--format', 'json', '--no-cache'], { cwd });
		const { sites } = JSON.parse(stdout) as { sites: { path: string; api: string; line: number }[] };
		expect(sites.filter(({ path }) => path === 'src/a.c')).toMatchObject([{ api: 'pin_user_pages_fast', line: 7 }]);
	});
});

describe('a module is driver code', () => {
	const FORCED = `int demo_peek(unsigned long addr, struct page **pages)
{
	return pin_user_pages_fast(addr, 1, FOLL_WRITE | FOLL_FORCE, pages);
}
`;

	test.each(['mm', 'security', 'kernel/sched', 'src'])('in a folder called %s', async (folder) => {
		const told = async (files: Readonly<Record<string, string>>) =>
			(
				await cli(['check', `${folder}/a.c`, '--kernel', '6.12'], {
					cwd: scratch({ ...files, [`${folder}/a.c`]: FORCED }),
				})
			).stdout;
		expect(await told({ [`${folder}/Kbuild`]: 'obj-m := a.o\n' })).toContain('foll-force-in-driver');
		if (folder !== 'src') expect(await told({})).not.toContain('foll-force-in-driver');
	});
});

describe('a header of the module', () => {
	const INLINE = `static inline long pin_user_pages(unsigned long start, unsigned long nr, unsigned int flags, struct page **pages)
{
	return get_user_pages(start, nr, flags, pages, NULL);
}
`;
	const user = (include: string): string =>
		`#include ${include}\nint demo_take(unsigned long addr, struct page **pages)\n{\n\treturn pin_user_pages(addr, 1, FOLL_WRITE, pages);\n}\n`;
	const check = async (files: Readonly<Record<string, string>>, path: string): Promise<string> =>
		(await cli(['check', path, '--kernel', '5.15'], { cwd: scratch(files) })).stdout;

	test.each([
		['in angle brackets, by the include path', '<demo/compat.h>', 'src/a.c', 'src/Makefile'],
		['of a folder that another folder builds', '"demo/compat.h"', 'parts/a.c', 'module/Makefile'],
	])('%s', async (_, include, path, makefile) => {
		const files = {
			README: 'demo\n',
			'include/demo/compat.h': INLINE,
			[makefile]: 'ccflags-y += -I$(src)/../include\nobj-m := a.o\n',
			[path]: user(include),
		};
		expect(await check(files, path)).not.toContain('gup-api-changed');
		expect(await check({ ...files, 'include/demo/compat.h': '' }, path)).toContain('gup-api-changed');
	});

	test('is none of the kernel', async () => {
		const files = {
			README: 'demo\n',
			'include/linux/mm.h': INLINE,
			'src/a.c': user('<linux/mm.h>'),
		};
		expect(await check(files, 'src/a.c')).toContain('gup-api-changed');
	});
});
