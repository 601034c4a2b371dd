/** Answers about single files, kept for audits of the same folder after something else in it has changed. */
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { audit } from '../../server/src/audit/audit.js';
import { Cache } from '../../server/src/audit/cache.js';
import { packJson, unpackJson } from '../../server/src/audit/sections.js';
import { wasmFiles } from '../../server/src/cli/engine.js';
import { scratch } from '../support/scratch.js';
import { KERNEL } from './fixtures.js';

const VERSION = '0.0.0-source';
const TAKES = `#include <linux/mm.h>
void give(struct page **pages, int n);
int take(unsigned long addr, struct page **pages)
{
	int n = pin_user_pages_fast(addr, 4, FOLL_WRITE, pages);
	if (n < 4) {
		if (n > 0)
			give(pages, n);
		return -EFAULT;
	}
	return 0;
}
`;
const GIVES = 'void give(struct page **pages, int n)\n{\n\tunpin_user_pages(pages, n);\n}\n';
const PUTS = 'void give(struct page **pages, int n)\n{\n\trelease_pages(pages, n);\n}\n';

async function audited(tree: string, above: string): Promise<unknown> {
	const { report, failed } = await audit({
		tree,
		tool: { name: 'gup-lens', version: '0' },
		setting: { wasm: wasmFiles(), kernel: undefined, knownUsers: true, prefilter: true },
		cache: { above, version: VERSION },
		trusted: true,
		ripgrep: undefined,
		worker: undefined,
		jobs: 1,
	});
	expect(failed).toEqual([]);
	return { sites: report.sites, skipped: report.skipped };
}

function write(tree: string, files: Readonly<Record<string, string>>): void {
	for (const [path, text] of Object.entries(files)) {
		mkdirSync(dirname(join(tree, path)), { recursive: true });
		writeFileSync(join(tree, path), text);
	}
}

/** What an audit with nothing kept says. */
const fresh = (tree: string): Promise<unknown> => audited(tree, join(scratch(), 'cache'));

test('a change of a file that has nothing to say costs no analysis', async () => {
	const tree = scratch({ ...KERNEL, 'drivers/misc/take.c': TAKES, 'drivers/misc/other.c': 'int other;\n' });
	const above = join(scratch(), 'cache');
	await audited(tree, above);
	const cache = new Cache(above, VERSION);
	const [name = '', ...more] = readdirSync(join(above, VERSION, 'files'));
	expect(more).toEqual([]);
	// what is kept is told apart from what an analysis would say
	const kept = JSON.stringify(unpackJson(cache.get('files', name) as Buffer));
	cache.put('files', name, packJson(JSON.parse(kept.replaceAll('"function":"take"', '"function":"kept"'))));
	write(tree, { 'drivers/misc/other.c': 'long other;\n' });
	expect(JSON.stringify(await audited(tree, above))).toContain('"function":"kept"');
	write(tree, { 'drivers/misc/other.c': GIVES });
	expect(await audited(tree, above)).toEqual(await fresh(tree));
});

test('a change of a file that has is seen: a function that comes, changes what it releases by, and goes', async () => {
	const tree = scratch({ ...KERNEL, 'drivers/misc/take.c': TAKES, 'drivers/misc/other.c': 'int other;\n' });
	const above = join(scratch(), 'cache');
	const seen: unknown[] = [];
	for (const other of ['int other;\n', GIVES, PUTS, 'int other;\n', PUTS]) {
		write(tree, { 'drivers/misc/other.c': other });
		const answer = await audited(tree, above);
		expect(answer).toEqual(await fresh(tree));
		seen.push(answer);
	}
	expect(seen[1]).not.toEqual(seen[2]);
	expect(seen[3]).toEqual(seen[0]);
	expect(seen[4]).toEqual(seen[2]);
});
