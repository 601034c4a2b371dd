import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import PostalMime from 'postal-mime';
import { describe, expect, test } from 'vitest';
import { ATTACH, DETACH, PINNED } from '../../support/dunlin.js';
import { scratch } from '../../support/scratch.js';
import { cli } from '../run.js';

const MAINTAINERS = `DUNLIN
M:	"Dunlin, A." <dunlin@example.org>
M:	Ågot Sandpiper <agot@example.org>
R:	R Knot <knot@example.org>
L:	waders@example.org
F:	dunlin/

PLOVER
M:	P Plover <plover@example.org>
M:	Evil\u0007\u202e <evil@example.org>
K:	plover_send
`;

const PLOVER = `#include <linux/mm.h>

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

/** Enough of a tree to be one. */
const TREE = {
	Makefile: 'VERSION = 6\nPATCHLEVEL = 12\nSUBLEVEL = 1\nEXTRAVERSION =\nNAME = x\n',
	Kbuild: '',
	MAINTAINERS,
	'dunlin/attach.c': ATTACH,
	'dunlin/detach.c': DETACH,
	'plover/plover.c': PLOVER,
};

const fix = (cwd: string, ...more: string[]) =>
	cli(['fix', '--rule', 'foll-get-for-dma', '--series', 'out', 'dunlin', 'plover', ...more], { cwd });

function git(cwd: string, ...args: string[]) {
	return spawnSync('git', ['-c', 'user.name=A Dunlin', '-c', 'user.email=dunlin@example.org', ...args], {
		cwd,
		encoding: 'utf8',
	});
}

function repository(): string {
	const cwd = scratch(TREE);
	for (const args of [
		['init', '-q'],
		['add', '.'],
		['commit', '-q', '-m', 'start'],
	])
		expect(git(cwd, ...args).status).toBe(0);
	return cwd;
}

const filesOf = (cwd: string) => readdirSync(join(cwd, 'out')).sort();
const mailsOf = (cwd: string) =>
	Promise.all(filesOf(cwd).map(async (name) => PostalMime.parse(readFileSync(join(cwd, 'out', name)).subarray(67))));

describe('fix --series', () => {
	test('writes a cover letter and numbered mails in its thread, each to whom MAINTAINERS names', async () => {
		const cwd = repository();
		const { code, stdout, stderr } = await fix(cwd);
		expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
		expect(stderr).toContain('gup-lens: out/0000-cover-letter.patch: 6 recipients\n');
		expect(filesOf(cwd)).toEqual([
			'0000-cover-letter.patch',
			'0001-dunlin-convert-get_user_pages_fast-to-pin_user_pages.patch',
			'0002-plover-use-put_page-instead-of-__free_page-for-user.patch',
			'0003-plover-convert-get_user_pages_fast-to-pin_user_pages.patch',
		]);
		const [cover, dunlin, repair, plover] = await mailsOf(cwd);
		expect(cover?.subject).toBe('[PATCH 0/3] Convert get_user_pages*() users to pin_user_pages*()');
		expect(dunlin?.to).toEqual([
			{ name: 'Dunlin, A.', address: 'dunlin@example.org' },
			{ name: 'Ågot Sandpiper', address: 'agot@example.org' },
		]);
		expect(dunlin?.cc?.map(({ address }) => address)).toEqual(['knot@example.org', 'waders@example.org']);
		expect(plover?.to?.map(({ address }) => address)).toEqual(['plover@example.org', 'evil@example.org']);
		const ids = [cover, dunlin, repair, plover].map((mail) => mail?.messageId);
		expect(new Set(ids).size).toBe(4);
		for (const mail of [dunlin, repair, plover]) {
			expect(mail?.inReplyTo).toBe(cover?.messageId);
			expect(mail?.references).toBe(cover?.messageId);
		}
		expect(cover?.text).toMatch(/Patch 2 is a fix or cleanup of the existing code, .* 3 files changed, /s);
		expect(cover?.text).toContain('  plover: use put_page() instead of __free_page() for user pages\n');
		// nothing of the tree has changed
		expect(readFileSync(join(cwd, 'dunlin/attach.c'), 'utf8')).toBe(ATTACH);
		for (const name of filesOf(cwd)) {
			const seen = readFileSync(join(cwd, 'out', name), 'utf8').replaceAll(/[\n\t]/g, '');
			expect(seen).not.toMatch(/[\p{Cc}\p{Cf}]/u);
		}
	});

	test('goes to the lists for GUP as well where it introduces pins', async () => {
		const cwd = repository();
		const gup = '\nGUP\nM:\tG Godwit <godwit@example.org>\nL:\tmm@example.org\nF:\tmm/\n';
		writeFileSync(join(cwd, 'MAINTAINERS'), MAINTAINERS + gup);
		await fix(cwd);
		const copies = (await mailsOf(cwd)).map(({ cc = [] }) => cc.map(({ address }) => address));
		expect(copies.map((all) => all.includes('mm@example.org'))).toEqual([true, true, false, true]);
		expect(copies.flat()).not.toContain('godwit@example.org');
	});

	test('is taken by git am', async () => {
		const cwd = repository();
		await fix(cwd);
		const mails = filesOf(cwd)
			.slice(1)
			.map((name) => join('out', name));
		const { status, stderr } = git(cwd, 'am', '-q', ...mails);
		expect(status, stderr).toBe(0);
		expect(readFileSync(join(cwd, 'dunlin/attach.c'), 'utf8')).toBe(PINNED);
		expect(git(cwd, 'log', '--format=%an').stdout).toContain('\n');
	});

	test('is taken by git send-email', async (context) => {
		const cwd = repository();
		if (git(cwd, 'send-email', '--dump-aliases').status !== 0)
			context.skip('git-email is missing: apt-get install git-email');
		await fix(cwd);
		const how = ['--dry-run', '--no-thread', '--confirm=never', '--smtp-server=/bin/false', '--suppress-cc=author'];
		const { status, stdout, stderr } = git(cwd, 'send-email', ...how, ...filesOf(cwd).map((name) => join('out', name)));
		expect(status, stderr).toBe(0);
		expect(stdout.match(/^Subject: \[PATCH \d\/3\]/gm)).toHaveLength(4);
		expect(stdout).toContain('To: "Dunlin, A." <dunlin@example.org>');
	});

	test('is taken by b4', async (context) => {
		if (spawnSync('b4', ['--version']).error) context.skip('b4 is missing: apt-get install b4');
		const cwd = repository();
		await fix(cwd);
		writeFileSync(
			join(cwd, 'all.mbox'),
			Buffer.concat(filesOf(cwd).map((name) => readFileSync(join(cwd, 'out', name)))),
		);
		mkdirSync(join(cwd, 'b4'));
		writeFileSync(join(cwd, '.gitconfig'), '[user]\n\tname = A Dunlin\n\temail = dunlin@example.org\n');
		const env = { ...process.env, HOME: cwd, XDG_DATA_HOME: cwd, XDG_CACHE_HOME: cwd };
		const { status, stderr } = spawnSync('b4', ['-n', 'am', '-m', 'all.mbox', '-o', 'b4'], {
			cwd,
			env,
			encoding: 'utf8',
		});
		expect(status, stderr).toBe(0);
		expect(stderr).toContain('Total patches: 3');
	});

	test('without a cover letter is one patch', async () => {
		const cwd = scratch(TREE);
		const { code } = await cli(['fix', '--rule', 'foll-get-for-dma', '--series', 'new/out', 'dunlin'], { cwd });
		expect(code).toBe(0);
		const [name = '', ...others] = readdirSync(join(cwd, 'new/out'));
		expect(others).toEqual([]);
		const text = readFileSync(join(cwd, 'new/out', name), 'utf8');
		expect(text).toContain('\nSubject: [PATCH] dunlin: convert get_user_pages_fast()');
		expect(text).not.toContain('In-Reply-To');
	});

	test('overwrites nothing', async () => {
		const cwd = scratch({ ...TREE, 'out/mine.txt': 'mine' });
		const { code, stderr } = await fix(cwd);
		expect(code).toBe(2);
		expect(stderr).toContain(
			'--series out: the folder is not empty (mine.txt): name a new one, nothing is overwritten',
		);
		expect(filesOf(cwd)).toEqual(['mine.txt']);
		const file = scratch({ ...TREE, out: 'a file' });
		expect(await fix(file)).toMatchObject({ code: 2, stderr: expect.stringContaining('--series out: ') });
		expect(readFileSync(join(file, 'out'), 'utf8')).toBe('a file');
		const link = scratch(TREE);
		symlinkSync(join(link, 'gone', 'far'), join(link, 'out'));
		expect(await fix(link)).toMatchObject({ code: expect.any(Number) });
	});

	test('writes no folder where nothing is converted', async () => {
		const cwd = scratch({ ...TREE, 'other/a.c': 'int a;\n' });
		const { code } = await cli(['fix', '--rule', 'foll-get-for-dma', '--series', 'out', 'other'], { cwd });
		expect(code).toBe(0);
		expect(existsSync(join(cwd, 'out'))).toBe(false);
	});

	test.each([
		[['--dry-run'], '--series and --dry-run: choose one'],
		[['--format', 'patch'], '--format and --series: choose one'],
		[['--emit-cocci'], '--emit-cocci and --series: choose one'],
	])('goes with no other way to give them: %j', async (more, reason) => {
		const { code, stderr } = await fix(scratch(TREE), ...more);
		expect(code).toBe(2);
		expect(stderr).toContain(reason);
	});

	test('needs a rule that converts', async () => {
		const { code, stderr } = await cli(['fix', '--series', 'out', '.'], { cwd: scratch(TREE) });
		expect(code).toBe(2);
		expect(stderr).toContain('conversions need a rule');
	});

	test('runs nothing of the tree', async () => {
		const cwd = repository();
		mkdirSync(join(cwd, 'scripts'));
		writeFileSync(join(cwd, 'scripts/get_maintainer.pl'), '#!/bin/sh\ntouch ran\n', { mode: 0o755 });
		execFileSync('git', ['config', 'core.fsmonitor', './scripts/get_maintainer.pl'], { cwd });
		execFileSync('git', ['config', 'diff.external', './scripts/get_maintainer.pl'], { cwd });
		writeFileSync(join(cwd, '.gitattributes'), '*.c diff=x\n');
		execFileSync('git', ['config', 'diff.x.textconv', './scripts/get_maintainer.pl'], { cwd });
		expect((await fix(cwd)).code).toBe(0);
		expect(existsSync(join(cwd, 'ran'))).toBe(false);
	});
});
