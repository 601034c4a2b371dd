/** Real kernels are built with `gup-lens kbuild` in the place of sparse. */
import { chmodSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { KernelBuild, missingPrograms } from '../../scripts/kernels/build.js';
import { kernelTree, TREE_NAMES } from '../../scripts/trees.js';
import { packaged } from '../support/packaged.js';
import { scratch } from '../support/scratch.js';

const TREES = TREE_NAMES.filter((tree) => tree !== '6.1' && kernelTree(tree));
const FOLDER = 'drivers/misc/genwqe';
const FILE = `${FOLDER}/card_utils.c`;
const missing = missingPrograms([FILE]);

let home = '';
let checker = '';
beforeAll(() => {
	home = packaged('cli', 'commands');
	const program = join(home, 'gup-lens');
	writeFileSync(program, `#!/bin/sh\nexec '${process.execPath}' '${join(home, 'dist', 'cli.js')}' "$@"\n`);
	chmodSync(program, 0o755);
	checker = `${program} kbuild`;
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

/** A module whose helper stands in a header of a folder of its own. */
const MODULE = {
	Makefile: 'obj-m += osprey.o\nosprey-y := src/take.o\nccflags-y += -I$(src)/include -DOSPREY_PIN\n',
	'include/osprey.h': `#include <linux/mm.h>

static inline void osprey_release(struct page **pages, int nr)
{
	release_pages(pages, nr);
}
`,
	'src/take.c': `#include <linux/module.h>
#include "osprey.h"

int osprey_take(unsigned long addr);
int osprey_take(unsigned long addr)
{
	struct page *pages[4];
#ifdef OSPREY_PIN
	int nr = pin_user_pages_fast(addr, 4, FOLL_WRITE, pages);
#else
	int nr = get_user_pages_fast(addr, 4, FOLL_PIN, pages);
#endif
	if (nr < 0)
		return nr;
	osprey_release(pages, nr);
	return 0;
}
MODULE_DESCRIPTION("osprey");
MODULE_LICENSE("GPL");
`,
};

describe.each(TREES)('the kernel %s', (tree) => {
	const build = missing.length === 0 ? new KernelBuild(tree) : undefined;

	/** The file with pages that are taken and forgotten. */
	const faulty = (): ReadonlyMap<string, string> => {
		const text = readFileSync(join(kernelTree(tree) ?? '', FILE), 'utf8');
		const leak = `
int genwqe_forget(unsigned long addr);
int genwqe_forget(unsigned long addr)
{
	struct page *page;

	return pin_user_pages_fast(addr, 1, FOLL_WRITE, &page) == 1 ? 0 : -EFAULT;
}
`;
		return new Map([[FILE, text + leak]]);
	};

	it(`can be built${missing.length > 0 ? ` (with: ${missing.join(', ')})` : ''}`, () => {
		if (process.env.CI) expect(missing).toEqual([]);
	});

	it.skipIf(!build)('is checked file by file, in a folder of objects, and goes on being built', () => {
		const { ok, output } = build?.check(checker, `${FOLDER}/`, [], faulty()) ?? {};
		expect(ok, output).toBe(true);
		expect(output?.match(/^ {2}CHECK {3}/gm)?.length).toBeGreaterThan(4);
		expect(output).toMatch(/\/card_utils\.c:\d+:\d+: warning: .*\[gup-leak\]$/m);
		expect(output).not.toMatch(/unknown option|gup-lens:/);
	});

	it.skipIf(!build)('is not built with what --fail-on names', () => {
		const object = FILE.replace(/\.c$/, '.o');
		const { ok, output } = build?.check(`${checker} --fail-on warning`, object, [], faulty()) ?? {};
		expect(output).toMatch(/\[gup-leak\]$/m);
		expect(ok).toBe(false);
	});

	it.skipIf(!build)('has modules of other folders checked, with what their Makefile defines and includes', () => {
		const folder = scratch(MODULE);
		const { ok, output } = build?.checkModule(checker, folder) ?? {};
		expect(ok, output).toBe(true);
		expect(existsSync(join(folder, 'src/take.o'))).toBe(true);
		expect(output).toMatch(/src\/take\.c:15:2: error: .*\[pin-put-page\]$/m);
		expect(output).toMatch(/include\/osprey\.h:5:2: note: /);
		expect(output).not.toContain('[foll-pin-from-caller]');
	});
});
