import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { formerLine, readBlame } from '../../../server/src/cli/mail/blame.js';
import { scratch } from '../../support/scratch.js';
import { cli } from '../run.js';

const BEFORE = '#include <linux/mm.h>\n#include <linux/dma-mapping.h>\n';
const DRIVER = `${BEFORE}
int plover_send(struct device *dev, unsigned long addr)
{
	struct page *page;
	dma_addr_t dma;

	if (get_user_pages_fast(addr, 1, FOLL_WRITE, &page) != 1)
		return -EFAULT;
	dma = dma_map_page(dev, page, 0, PAGE_SIZE, DMA_FROM_DEVICE);
	start(dma);
	set_page_dirty_lock(page);
	__free_page(page);
	return 0;
}
`;
const FIX = ['fix', '--rule', 'foll-get-for-dma', '--format', 'patch', '--kernel', '6.12', 'plover.c'];

function git(cwd: string, ...args: string[]): string {
	return execFileSync('git', ['-c', 'user.name=A Dunlin', '-c', 'user.email=dunlin@example.org', ...args], {
		cwd,
		encoding: 'utf8',
	});
}

/** A repository in which the driver came with the second commit. */
function history(): string {
	const cwd = scratch({ 'plover.c': BEFORE });
	git(cwd, 'init', '-q');
	git(cwd, 'add', '.');
	git(cwd, 'commit', '-q', '-m', 'waders: plover: add it');
	writeFileSync(join(cwd, 'plover.c'), DRIVER);
	git(cwd, 'commit', '-q', '-a', '-m', 'waders: plover: send');
	return cwd;
}

describe('what is wrong with the pages already', () => {
	test('is a patch of its own before the conversion, with the commit that brought it', async () => {
		const cwd = history();
		const brought = git(cwd, 'rev-parse', '--short=12', 'HEAD').trim();
		const { stdout } = await cli(FIX, { cwd });
		expect(stdout).toContain(
			`\n\nFixes: ${brought} ("waders: plover: send")\n---\nNote: the Fixes: tag is what git blame`,
		);
		writeFileSync(join(cwd, 'series.mbox'), stdout);
		git(cwd, 'am', '-q', 'series.mbox');
		const log = git(cwd, 'log', '-2', '--format=%s').trim().split('\n');
		expect(log).toEqual([
			'waders: plover: convert get_user_pages_fast() to pin_user_pages_fast()',
			'waders: plover: use put_page() instead of __free_page() for user pages',
		]);
		expect(git(cwd, 'show', 'HEAD^:plover.c')).toBe(DRIVER.replace('__free_page', 'put_page'));
		expect(readFileSync(join(cwd, 'plover.c'), 'utf8')).toContain('unpin_user_pages_dirty_lock(&page, 1, true);');
	});

	test('leaves the tag to the sender where no history tells', async () => {
		const { stdout } = await cli(FIX, { cwd: scratch({ 'plover.c': DRIVER }) });
		expect(stdout).not.toMatch(/^Fixes:/m);
		expect(stdout).toContain('\n---\nNote: the Fixes: tag has to be filled in;');
	});

	test('has no tag where the line came with the first commit, or with none', async () => {
		const cwd = history();
		writeFileSync(join(cwd, 'plover.c'), DRIVER.replace('start(dma);', 'start(dma);\n\tif (!dma)\n\t\treturn 0;'));
		writeFileSync(join(cwd, 'plover.c'), DRIVER.replace('__free_page(page)', '__free_page( page )'));
		git(cwd, 'commit', '-q', '--amend', '-a', '-m', 'x');
		writeFileSync(join(cwd, 'plover.c'), DRIVER.replace('__free_page(page)', '__free_page(page /* it */)'));
		const { stdout } = await cli(FIX, { cwd });
		expect(stdout).not.toMatch(/^Fixes:/m);
	});

	test('is left where only conversions are asked for', async () => {
		const cwd = scratch({ 'plover.c': DRIVER });
		const options = FIX.map((word) => (word === '--format' ? '--kernel' : word === 'patch' ? '6.12' : word));
		await cli(options, { cwd });
		expect(readFileSync(join(cwd, 'plover.c'), 'utf8')).toBe(DRIVER);
	});
});

describe('blame', () => {
	test('finds the former line of a present one', () => {
		const former = 'a\nb\nc\nd\n';
		expect(formerLine(former, former, 3)).toBe(3);
		expect(formerLine(former, 'a\nnew\nb\nc\nd\n', 2)).toBeUndefined();
		expect(formerLine(former, 'a\nnew\nb\nc\nd\n', 3)).toBe(2);
		expect(formerLine(former, 'a\nd\n', 2)).toBe(4);
		expect(formerLine(former, 'b\nc\nd\n', 1)).toBe(2);
	});

	test.each([
		[`${'0'.repeat(40)} 1 1 1\ncommitter-time 1\n\tcode\n`, undefined],
		[`${'a'.repeat(40)} 1 1 1\ncommitter-time 1\nboundary\n\tcode\n`, undefined],
		[`${'a'.repeat(40)} 1 1 1\ncommitter-time 7\nsummary boundary\n\tcode\n`, { hash: 'a'.repeat(40), time: 7 }],
		['', undefined],
		['fatal: no such path', undefined],
	])('reads %j', (said, expected) => {
		expect(readBlame(said)).toEqual(expected);
	});
});

describe('a page that is leaked on error', () => {
	const LEAKS = `${BEFORE}
static int plover_file(struct plover *pl, struct device *dev, unsigned long addr)
{
	struct page *page;
	dma_addr_t dma;
	int rc;

	rc = get_user_pages_fast(addr, 1, FOLL_WRITE, &page);
	if (rc != 1)
		return -EFAULT;
	rc = plover_check(pl);
	if (rc < 0)
		return rc;
	rc = plover_wait(pl);
	if (rc < 0) {
		pr_debug("wait\\n");
		goto out;
	}
	dma = dma_map_page(dev, page, 0, PAGE_SIZE, DMA_FROM_DEVICE);
	start(dma);
	set_page_dirty_lock(page);
	put_page(page);
	rc = 0;
out:
	return rc;
}
`;

	test('is released on each path, before the conversion', async () => {
		const cwd = scratch({ 'plover.c': LEAKS });
		const { stdout, stderr } = await cli(FIX, { cwd });
		expect(stdout, stderr).toContain('Subject: [PATCH 1/2] plover: fix leak of user pages on error\n');
		git(cwd, 'init', '-q');
		git(cwd, 'add', '.');
		git(cwd, 'commit', '-q', '-m', 'start');
		writeFileSync(join(cwd, 'series.mbox'), stdout);
		git(cwd, 'am', '-q', 'series.mbox');
		expect(git(cwd, 'show', 'HEAD^:plover.c')).toBe(
			LEAKS.replace(
				'\tif (rc < 0)\n\t\treturn rc;\n',
				'\tif (rc < 0) {\n\t\tput_page(page);\n\t\treturn rc;\n\t}\n',
			).replace('\t\tgoto out;', '\t\tput_page(page);\n\t\tgoto out;'),
		);
		expect(readFileSync(join(cwd, 'plover.c'), 'utf8').match(/unpin_user_page\(page\)/g)).toHaveLength(2);
	});

	test.each([
		// the variable is another one by then
		['\trc = plover_check(pl);', '\trc = plover_check(pl);\n\tpage = pl->other;'],
		// there may be more than one
		['addr, 1, FOLL', 'addr, pl->nr, FOLL'],
	])('is left where the release cannot be written: %s', async (from, to) => {
		const { stdout } = await cli(FIX, { cwd: scratch({ 'plover.c': LEAKS.replace(from, to) }) });
		expect(stdout).not.toContain('fix leak');
	});
});
