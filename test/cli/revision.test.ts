/** `check` of revisions: what lies in the work tree has no say. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Repository } from '../programs/repository.js';
import { cli } from './run.js';

const WELL = `#include <linux/mm.h>

void drop(struct page **pages, unsigned long addr)
{
	if (pin_user_pages_fast(addr, 1, 0, pages) == 1)
		unpin_user_page(pages[0]);
}
`;
const WRONG = WELL.replace('unpin_user_page', 'put_page');

/** Right, then wrong, then right in the work tree, whose kernel says another version. */
function history(): Repository {
	const makefile = (minor: number) =>
		`VERSION = 6\nPATCHLEVEL = ${minor}\nSUBLEVEL = 0\nEXTRAVERSION =\nKERNELVERSION = $(VERSION)\n`;
	const repository = new Repository({
		Makefile: makefile(11),
		Kbuild: '\n',
		'drivers/drop.c': WELL,
		'drivers/old.c': WRONG,
	});
	writeFileSync(join(repository.root, 'drivers/drop.c'), WRONG);
	repository.commit();
	writeFileSync(join(repository.root, 'drivers/drop.c'), WELL);
	writeFileSync(join(repository.root, 'Makefile'), makefile(12));
	return repository;
}

test('--diff A..B tells what lies between two revisions', async () => {
	const { root } = history();
	const there = await cli(['check', '--diff', 'HEAD~1..HEAD', '--format', 'terse'], { cwd: root });
	expect([there.code, there.stdout.match(/\S+\.c:\d+/g)]).toEqual([1, ['drivers/drop.c:6']]);
	expect(there.stderr).toContain('kernel 6.11');
	const back = await cli(['check', '--diff', 'HEAD..HEAD~1', '--format', 'terse'], { cwd: root });
	expect([back.code, back.stdout]).toEqual([0, '']);
	const elsewhere = await cli(['check', '--diff', 'HEAD~1..HEAD', 'fs', '--format', 'terse'], { cwd: root });
	expect([elsewhere.code, elsewhere.stdout]).toEqual([0, '']);
});

test('--rev REV checks files as they were', async () => {
	const { root } = history();
	const places = async (...argv: string[]) =>
		(await cli(['check', '--format', 'terse', ...argv], { cwd: root })).stdout.match(/\S+\.c:\d+/g);
	expect(await places('--rev', 'HEAD')).toEqual(['drivers/drop.c:6', 'drivers/old.c:6']);
	expect(await places('--rev', 'HEAD~1', 'drivers')).toEqual(['drivers/old.c:6']);
	expect(await places('--rev', 'HEAD', 'drivers/drop.c')).toEqual(['drivers/drop.c:6']);
});

test('what is not there is told', async () => {
	const { root } = history();
	for (const [argv, message] of [
		[['--rev', 'v9'], '--rev v9: no revision "v9"'],
		[['--diff', 'v9..HEAD'], '--diff v9..HEAD: no revision "v9"'],
		[['--rev', 'HEAD', 'fs/gone.c'], 'no such file or folder in the revision'],
		[['--rev', 'HEAD', '--staged'], '--rev is for files and folders'],
	] as const) {
		const { code, stderr } = await cli(['check', ...argv], { cwd: root });
		expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
	}
});
