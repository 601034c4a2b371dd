/** Findings that point into another file, as each format prints them. */
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { scratch } from '../support/scratch.js';
import { cli } from './run.js';

const OPEN = `#include "teal.h"

int teal_open(struct teal *teal, unsigned long addr, int nr)
{
	teal->nr = pin_user_pages_fast(addr, nr, FOLL_LONGTERM, teal->pages);
	return teal->nr < 0 ? teal->nr : 0;
}
`;

const CLOSE = `#include "teal.h"

void teal_close(struct teal *teal)
{
	release_pages(teal->pages, teal->nr);
}
`;

function driver(): string {
	return scratch({ 'drivers/teal/open.c': OPEN, 'drivers/teal/close.c': CLOSE });
}

const args = (...more: string[]) => ['check', 'drivers/teal/open.c', '--kernel', '6.12', ...more];

describe('a finding whose other half is in another file', () => {
	test('is printed with the line there', async () => {
		const { code, stdout } = await cli(args(), { cwd: driver() });
		expect(code).toBe(1);
		expect(stdout).toContain(
			'drivers/teal/open.c:5:13: error: teal->pages: pinned by pin_user_pages_fast(), but release_pages() leaks the pin',
		);
		expect(stdout).toMatch(
			/drivers\/teal\/close\.c:5:2: note: [^\n]*\n +5 \|\s+release_pages\(teal->pages, teal->nr\);\n +\|\s+\^~+\n/,
		);
	});

	test('has its path in JSON and SARIF', async () => {
		const cwd = driver();
		const json = JSON.parse((await cli(args('--format', 'json'), { cwd })).stdout);
		expect(json.findings).toMatchObject([{ path: 'drivers/teal/open.c', rule: 'pin-put-page' }]);
		expect(json.findings[0].related).toContainEqual(expect.objectContaining({ path: 'drivers/teal/close.c', line: 5 }));
		const sarif = JSON.parse((await cli(args('--format', 'sarif'), { cwd })).stdout);
		expect(sarif.runs[0].results[0].relatedLocations[0].physicalLocation).toMatchObject({
			artifactLocation: { uri: 'drivers/teal/close.c' },
			region: { startLine: 5, startColumn: 2, endColumn: 15 },
		});
	});

	test('is not there when the other file is right', async () => {
		const cwd = scratch({
			'drivers/teal/open.c': OPEN,
			'drivers/teal/close.c': CLOSE.replace('release_pages', 'unpin_user_pages'),
		});
		expect((await cli(args(), { cwd })).code).toBe(0);
	});

	test('is followed from the line that takes', async () => {
		const cwd = driver();
		const { stdout } = await cli(['explain', '--flow', 'drivers/teal/open.c:5', '--kernel', '6.12'], { cwd });
		expect(stdout).toContain('released by release_pages() in teal_close(), drivers/teal/close.c:5');
	});

	test('comes from another folder when the whole tree is looked at', async () => {
		const caller = `int teal_read(unsigned long addr, int nr)
{
	struct page *pages[8];
	int got = pin_user_pages_fast(addr, nr, 0, pages);

	if (got > 0)
		teal_drop(pages, got);
	return got < 0 ? got : 0;
}
`;
		const helper = `void teal_drop(struct page **pages, int nr)
{
	/* not unpin_user_pages() */
	release_pages(pages, nr);
}
`;
		const cwd = scratch({ 'drivers/teal/read.c': caller, 'drivers/base/teal.c': helper });
		const { stdout } = await cli(['check', '.', '--kernel', '6.12'], { cwd });
		expect(stdout).toContain('drivers/teal/read.c:7:3: error: pages: pinned by pin_user_pages_fast()');
		expect(stdout).toContain(`${join('drivers', 'base', 'teal.c')}:4:2: note:`);
	});
});
