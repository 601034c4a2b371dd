/** `fix --draft`: what a person has to decide, as RFC patches; nothing is written. */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ATTACH, DETACH } from '../support/dunlin.js';
import { scratch } from '../support/scratch.js';
import { HANDED, MIXED, OWNED } from '../support/tern.js';
import { cli } from './run.js';

const on612 = ['--kernel', '6.12'];
const DMA = ['--rule', 'foll-get-for-dma', ...on612];

test('prints a mail with what is to be decided below the line, and changes no file', async () => {
	const cwd = scratch({ 'tern/handed.c': HANDED });
	const { code, stdout, stderr } = await cli(['fix', 'tern', '--draft', ...DMA], { cwd });
	expect(code).toBe(0);
	expect(readFileSync(join(cwd, 'tern/handed.c'), 'utf8')).toBe(HANDED);
	expect(stdout).toMatch(/^Subject: \[RFC PATCH\] /m);
	const [above = '', below = ''] = stdout.split('\n---\n');
	expect(above).not.toContain('decide');
	expect(below.replace(/\s+/g, ' ')).toMatch(
		/^This is a draft: .* 1\. tern\/handed\.c:12: tern_engine_write\(\) gets the pages, .* decide whether .*\. /,
	);
	expect(stderr).toMatch(/^gup-lens: tern\/handed\.c:9: draft: get_user_pages_fast\(\) in tern_send\(\) -> /m);
	expect(stderr).toMatch(/^gup-lens: tern\/handed\.c:12: tern_engine_write\(\) gets the pages/m);
	expect(stderr).toContain('gup-lens: 1 draft, 0 refused\n');
	execFileSync('git', ['init', '-q'], { cwd });
	writeFileSync(join(cwd, 'draft.mbox'), stdout);
	execFileSync('git', ['apply', 'draft.mbox'], { cwd });
	expect(readFileSync(join(cwd, 'tern/handed.c'), 'utf8')).toContain('unpin_user_page');
});

test('several drafts are numbered, each of the files as they are', async () => {
	const cwd = scratch({ 'tern/handed.c': HANDED, 'tern/mixed.c': MIXED });
	const { stdout } = await cli(['fix', 'tern', '--draft', ...DMA], { cwd });
	expect(stdout.match(/^Subject: \[RFC PATCH [12]\/2\] /gm)).toHaveLength(2);
});

test('what converts has no draft, and what is left is told with its blocker', async () => {
	const cwd = scratch({
		'dunlin/attach.c': ATTACH,
		'dunlin/detach.c': DETACH,
		'tern/list.c': HANDED.replace('\tret =', '\tlist_add(&pages[0]->lru, &tern_done);\n\tret ='),
	});
	const { code, stdout, stderr } = await cli(['fix', 'dunlin', 'tern', '--draft', ...DMA], { cwd });
	expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
	expect(stderr).toContain('gup-lens: dunlin/attach.c:5: converts without a draft: leave out --draft\n');
	expect(stderr).toMatch(/tern\/list\.c:9:\d+: not converted: list_add\(\) in tern_send\(\) puts the pages in a list/);
	expect(stderr).toContain('gup-lens: 0 drafts, 1 refused\n');
});

test('no draft is made unasked', async () => {
	const cwd = scratch({ 'tern/owned.c': OWNED });
	for (const way of [['--dry-run'], ['--format', 'patch'], ['--series', 'out'], []]) {
		const { stdout } = await cli(['fix', 'tern', ...way, '--rule', 'iov-iter-get-pages', ...on612], { cwd });
		expect(stdout).toBe('');
	}
	expect(readFileSync(join(cwd, 'tern/owned.c'), 'utf8')).toBe(OWNED);
});

test.each([['--dry-run'], ['--format', 'patch'], ['--emit-cocci'], ['--series', 'out']])(
	'is one way of giving conversions: not with %s',
	async (...other) => {
		const { code, stderr } = await cli(['fix', 'x.c', '--draft', ...other, ...DMA], { cwd: scratch() });
		expect(code).toBe(2);
		expect(stderr).toContain('choose one');
	},
);
