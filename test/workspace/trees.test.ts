import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { kernelTree, TREES_HINT, treeVersion } from '../../scripts/trees.js';
import type { Files } from '../../server/src/workspace/files.js';
import { nodeFiles } from '../../server/src/workspace/nodeFiles.js';
import { TreeLocator } from '../../server/src/workspace/trees.js';
import { scratch } from '../support/scratch.js';

const MAKEFILE = (version: number, patchlevel: number, sublevel = 0, extra = '') =>
	`VERSION = ${version}\nPATCHLEVEL = ${patchlevel}\nSUBLEVEL = ${sublevel}\nEXTRAVERSION = ${extra}\n` +
	'KERNELVERSION = $(VERSION)$(if $(PATCHLEVEL),.$(PATCHLEVEL)$(if $(SUBLEVEL),.$(SUBLEVEL)))$(EXTRAVERSION)\n';

const MM = `long get_user_pages(unsigned long start, unsigned long nr_pages,
		unsigned int gup_flags, struct page **pages);
`;

describe('a small tree', () => {
	test('is found from a file deep inside, with its version and its own prototypes', async () => {
		const root = scratch({
			Makefile: MAKEFILE(5, 10, 7, '-rc2'),
			Kbuild: '',
			'include/linux/mm.h': MM,
			'drivers/misc/Makefile': 'obj-y += a.o\n',
		});
		const tree = await new TreeLocator(nodeFiles).find(`${root}/drivers/misc/a.c`);
		expect(tree?.root).toBe(root);
		expect(tree?.kernel.version).toBe('5.10.7-rc2');
		expect(tree?.kernel.release).toBe('5.10');
		expect(tree?.kernel.origin).toBe('tree');
		expect(tree?.kernel.assumed).toBe(false);
		expect(tree?.headers).toEqual(['include/linux/mm.h']);
		// 5.10 upstream has a vmas argument: the tree's own header decides.
		expect(tree?.kernel.api('get_user_pages')?.signature?.params).toHaveLength(4);
		expect(tree?.relative(`${root}/drivers/misc/a.c`)).toBe('drivers/misc/a.c');
		expect(tree?.relative('/elsewhere/b.c')).toBe('/elsewhere/b.c');
	});

	test('is the innermost one', async () => {
		const root = scratch({
			Makefile: MAKEFILE(6, 1),
			Kbuild: '',
			'vendor/linux/Makefile': MAKEFILE(6, 12),
			'vendor/linux/Kbuild': '',
		});
		const trees = new TreeLocator(nodeFiles);
		expect((await trees.find(`${root}/vendor/linux/mm/gup.c`))?.kernel.release).toBe('6.12');
		expect((await trees.find(`${root}/vendor/x.c`))?.kernel.release).toBe('6.1');
		expect((await trees.find(`${root}/vendor/linux`, true))?.kernel.release).toBe('6.12');
	});

	test.each([
		['a Makefile of something else', { Makefile: 'VERSION = 3\nall:\n\tcc x.c\n' }],
		['a boot loader', { Makefile: MAKEFILE(2024, 10), Kbuild: '', 'include/linux/mm.h': '' }],
		['a Makefile without Kbuild and headers', { Makefile: MAKEFILE(6, 1) }],
		['nothing', {}],
	])('is not %s', async (_, files) => {
		const root = scratch(files);
		expect(await new TreeLocator(nodeFiles).find(`${root}/a/b.c`)).toBeUndefined();
	});

	test('survives broken headers', async () => {
		const root = scratch({
			Makefile: MAKEFILE(6, 12),
			'include/linux/mm.h': `long get_user_pages(${'('.repeat(10_000)}`,
			'include/linux/uio.h': '\u0000\uFFFD/*',
		});
		const tree = await new TreeLocator(nodeFiles).find(`${root}/a.c`);
		expect(tree?.kernel.release).toBe('6.12');
	});

	test('is read once for many questions, and again after a change', async () => {
		const root = scratch({ Makefile: MAKEFILE(6, 1), Kbuild: '', 'include/linux/mm.h': '' });
		const reads: string[] = [];
		const files: Pick<Files, 'read'> = {
			read(path) {
				reads.push(path);
				return nodeFiles.read(path);
			},
		};
		const trees = new TreeLocator(files);
		const [a, b] = await Promise.all([trees.find(`${root}/mm/a.c`), trees.find(`${root}/mm/b.c`)]);
		expect(a).toBe(b);
		expect(await trees.find(`${root}/fs/c.c`)).toBe(a);
		expect(reads.filter((path) => path === `${root}/Makefile`)).toHaveLength(1);
		expect(new Set(reads).size).toBe(reads.length);

		writeFileSync(join(root, 'Makefile'), MAKEFILE(6, 13));
		expect(trees.invalidate(`${root}/mm/a.c`)).toBe(false);
		expect((await trees.find(`${root}/mm/a.c`))?.kernel.release).toBe('6.1');
		expect(trees.invalidate(`${root}/Makefile`)).toBe(true);
		expect((await trees.find(`${root}/mm/a.c`))?.kernel.release).toBe('6.13');

		writeFileSync(join(root, 'include/linux/mm.h'), MM);
		expect(trees.invalidate(`${root}/include/linux/mm.h`)).toBe(true);
		const tree = await trees.find(`${root}/mm/a.c`);
		expect(tree?.kernel.api('get_user_pages')?.signature?.params).toHaveLength(4);

		rmSync(join(root, 'Makefile'));
		trees.invalidate(`${root}/Makefile`);
		expect(await trees.find(`${root}/mm/a.c`)).toBeUndefined();
	});

	test('is found behind URIs that only others can read', async () => {
		const texts = new Map([
			['vscode-vfs://github/torvalds/linux/Makefile', MAKEFILE(6, 12)],
			['vscode-vfs://github/torvalds/linux/Kbuild', ''],
		]);
		const asked: string[] = [];
		const files: Pick<Files, 'read'> = {
			async read(uri) {
				asked.push(uri);
				if (uri.endsWith('uio.h')) throw new Error('the provider went away');
				return texts.get(uri);
			},
		};
		const tree = await new TreeLocator(files).find('vscode-vfs://github/torvalds/linux/drivers/a%2Bb/c.c');
		expect(tree?.root).toBe('vscode-vfs://github/torvalds/linux');
		expect(tree?.relative('vscode-vfs://github/torvalds/linux/drivers/a%2Bb/c.c')).toBe('drivers/a+b/c.c');
		expect(asked.every((uri) => uri.startsWith('vscode-vfs://github/'))).toBe(true);
		expect(await new TreeLocator(files).find('untitled:Untitled-1')).toBeUndefined();
	});
});

describe('the newest real tree', () => {
	const root = kernelTree('newest');
	test.skipIf(root === undefined)(`is found, with its headers (${TREES_HINT})`, async () => {
		const tree = await new TreeLocator(nodeFiles).find(`${root}/mm/gup.c`);
		expect(tree?.root).toBe(root);
		expect(tree?.kernel.version).toBe(treeVersion(root as string));
		expect(tree?.kernel.atLeast('7.2')).toBe(true);
		expect(tree?.kernel.api('folio_add_pins')?.signature).toBeDefined();
		expect(tree?.kernel.api('iov_iter_extract_bvecs')?.index('extraction')).toBe(6);
	});
});

describe.each(['6.12', '6.1'] as const)('the real %s', (name) => {
	const root = kernelTree(name);
	test.skipIf(root === undefined)(`is found, with its headers (${TREES_HINT})`, async () => {
		const tree = await new TreeLocator(nodeFiles).find(`${root}/drivers/gpu/drm/i915/gem/i915_gem_userptr.c`);
		expect(tree?.root).toBe(root);
		expect(tree?.kernel.release).toBe(name);
		expect(tree?.headers).toContain('mm/internal.h');
		expect(tree?.kernel.api('iov_iter_extract_pages')?.signature !== undefined).toBe(name === '6.12');
		expect(tree?.kernel.api('get_user_pages')?.signature?.params).toHaveLength(name === '6.12' ? 4 : 5);
	});
});
