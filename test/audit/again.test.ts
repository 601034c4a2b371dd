import { mkdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { audit } from '../../server/src/audit/audit.js';
import { findRipgrep } from '../../server/src/audit/ripgrep.js';
import { wasmFiles } from '../../server/src/cli/engine.js';
import { scratch } from '../support/scratch.js';
import { briefly, CONVERT, OK, OTHER, TREE } from './fixtures.js';

/** Files that changed within the last two seconds are never taken as known. */
const SETTLED = 2200;

/** Audits with one cache; tells how many files were searched, and how many read. */
function auditor(tree: string) {
	const above = scratch();
	return async () => {
		const stages = { search: 0, read: 0 };
		const { report } = await audit({
			tree,
			tool: { name: 'gup-lens', version: '0' },
			setting: { wasm: wasmFiles(), kernel: '6.12', knownUsers: true, prefilter: true },
			cache: { above, version: 'test' },
			trusted: true,
			ripgrep: findRipgrep(import.meta.dirname),
			worker: undefined,
			jobs: 1,
			progress: (stage, done) => {
				stages[stage] = done;
			},
		});
		return {
			sites: briefly(report),
			releases: report.sites.map(({ release }) => release),
			searched: stages.search,
			files: report.files,
		};
	};
}

const wait = () => new Promise((done) => setTimeout(done, SETTLED));

test('an audit again searches nothing that did not change, and misses nothing that did', async () => {
	const tree = scratch({ ...TREE, 'net/quiet.c': OTHER, 'net/loud.c': OK });
	const again = auditor(tree);
	await wait();
	const first = await again();
	expect(first.sites).toEqual(['drivers/misc/grab.c:5 convert', 'fs/peek.c:6 ok', 'net/loud.c:6 ok']);
	expect(first.searched).toBeGreaterThan(0);
	expect(await again()).toEqual({ ...first, searched: 0 });

	// In place, with the same size and the old time.
	const quiet = join(tree, 'net/quiet.c');
	const { atime, mtime } = statSync(quiet);
	writeFileSync(quiet, `pin_user_pages_fast${OTHER}`.slice(0, OTHER.length));
	utimesSync(quiet, atime, mtime);
	expect(await again()).toEqual({ ...first, searched: 1 });

	// A file that names nothing becomes a site.
	writeFileSync(join(tree, 'lib/three.c'), OK);
	expect((await again()).sites).toEqual([...first.sites.slice(0, 2), 'lib/three.c:6 ok', 'net/loud.c:6 ok']);

	// Replaced by another file of the same size.
	writeFileSync(join(tree, 'fs/new.c'), OK.replace('unpin_user_page(page)', '    put_page(page)   '.slice(0, 21)));
	renameSync(join(tree, 'fs/new.c'), join(tree, 'fs/peek.c'));
	expect(readFileSync(join(tree, 'fs/peek.c')).length).toBe(OK.length);
	expect((await again()).sites).toContain('fs/peek.c:6 bug');

	// Gone, and come in a new folder.
	rmSync(join(tree, 'drivers/misc/grab.c'));
	mkdirSync(join(tree, 'sound'));
	writeFileSync(join(tree, 'sound/grab.c'), CONVERT);
	const last = await again();
	expect(last.sites).not.toContain('drivers/misc/grab.c:5 convert');
	expect(last.sites).toContain('sound/grab.c:5 convert');
	expect(last.files).toBe(first.files);
});

test('a file beside one is part of what its result is kept under', async () => {
	const helper = (release: string) => `void give(struct page **pages)\n{\n\t${release}(pages[0]);\n}\n`;
	const user = `#include <linux/mm.h>

int take(unsigned long addr, char *to)
{
	struct page *pages[1];
	int got = pin_user_pages_fast(addr, 1, 0, pages);

	if (got != 1)
		return -EFAULT;
	memcpy_from_page(to, pages[0], 0, 16);
	give(pages);
	return 0;
}
`;
	const tree = scratch({ ...TREE, 'net/user.c': user, 'net/helper.c': helper('unpin_user_page') });
	const again = auditor(tree);
	await wait();
	const expected = (release: string) => [null, 'unpin_user_page', release];
	expect((await again()).releases).toEqual(expected('unpin_user_page'));
	expect(await again()).toMatchObject({ releases: expected('unpin_user_page'), searched: 0 });
	writeFileSync(join(tree, 'net/helper.c'), helper('put_page'));
	expect((await again()).releases).toEqual(expected('put_page'));
});
