import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { cli } from '../cli/run.js';
import { tree as kernel, needTree } from '../kernel/trees.js';
import { scratch } from '../support/scratch.js';
import { auditOf, CONVERT, KERNEL, OK, reportOf, withoutTime } from './fixtures.js';

/** A tree with many folders, and one that cannot be looked at entirely. */
function wide(): string {
	const files: Record<string, string | Uint8Array> = { ...KERNEL, 'top.c': OK, 'fs/bin.c': Buffer.from(`\0${OK}`) };
	for (let i = 0; i < 12; i++) files[`drivers/d${i}/a.c`] = i % 2 ? OK : CONVERT;
	return scratch(files);
}

async function sharded(tree: string, of: number): Promise<string[]> {
	const folder = scratch();
	const files: string[] = [];
	for (let i = 1; i <= of; i++) {
		const file = join(folder, `${i}.json`);
		writeFileSync(file, JSON.stringify(await reportOf(tree, ['--shard', `${i}/${of}`])));
		files.push(file);
	}
	return files;
}

describe('merge', () => {
	test.each([1, 2, 3, 7])('%i shards join to what one machine gives', async (of) => {
		const tree = wide();
		const whole = withoutTime(await reportOf(tree));
		expect(whole.skipped).toHaveLength(1);
		const files = await sharded(tree, of);
		const { code, stdout, stderr } = await cli(['merge', ...files, '--format', 'json'], { cwd: '/' });
		expect(code, stderr).toBe(0);
		expect(withoutTime(JSON.parse(stdout))).toEqual(whole);
	});

	const { skip, title } = needTree('so they do on the drivers of 6.12', '6.12');
	test.skipIf(skip)(title, async () => {
		const tree = join(kernel('6.12') as string, 'drivers/misc');
		const files = await sharded(tree, 3);
		const { stdout } = await cli(['merge', ...files, '--format', 'json'], { cwd: '/' });
		expect(withoutTime(JSON.parse(stdout))).toEqual(withoutTime(await reportOf(tree)));
	});

	test('a page has the code where the tree is named, and is readable where it is not', async () => {
		const tree = wide();
		const files = await sharded(tree, 2);
		const page = async (...argv: string[]) =>
			(await cli(['merge', ...files, '--format', 'html', ...argv], { cwd: '/' })).stdout;
		expect(await page('--tree', tree)).toContain('get_user_pages_fast(addr, 1, FOLL_WRITE, pages);');
		const without = await page();
		expect(without).not.toContain('FOLL_WRITE, pages);');
		expect(without.replaceAll('<wbr/>', '')).toContain('drivers/d0/a.c:5');
	});

	const merged = (...files: string[]) => cli(['merge', ...files], { cwd: '/' });

	test('one missing, there twice, or of another audit is refused', async () => {
		const tree = wide();
		const [first = '', second = '', third = ''] = await sharded(tree, 3);
		const [foreign = ''] = await sharded(tree, 2);
		const whole = join(scratch({ 'whole.json': JSON.stringify(await reportOf(tree)) }), 'whole.json');
		const refused = async (files: readonly string[], reason: string) => {
			const { code, stdout, stderr } = await merged(...files);
			expect({ code, stdout, stderr }).toEqual({
				code: 2,
				stdout: '',
				stderr: expect.stringContaining(`gup-lens: ${reason}`),
			});
		};
		await refused([second], 'missing: shards 1/3, 3/3');
		await refused([third, first], 'missing: shard 2/3');
		await refused([first, second, third, first], 'shard 1/3 is there twice');
		await refused([first, second, foreign], 'shards of different audits: 1/3 and 1/2');
		await refused([first, whole], 'a report of a whole audit among shards');
		const odd = join(
			scratch({ 'odd.json': JSON.stringify({ ...(await reportOf(tree)), shard: { index: 4, of: 3 } }) }),
			'odd.json',
		);
		await refused([odd], `${odd}: not a report of`);
		await refused([whole, whole], 'reports of whole audits: only the shards of one are merged');
	});

	test('shards without a site are told apart', async () => {
		const [first = '', second = ''] = await sharded(scratch(KERNEL), 2);
		expect(await merged(first, first)).toMatchObject({ code: 2, stdout: '' });
		expect(await merged(first, second)).toMatchObject({ code: 0, stdout: expect.stringContaining('No sites.') });
	});

	test('a shard says in every format that it is one, and the whole does not', async () => {
		const tree = wide();
		expect((await reportOf(tree, ['--shard', '2/3'])).shard).toEqual({ index: 2, of: 3 });
		expect(await reportOf(tree)).not.toHaveProperty('shard');
		for (const format of ['text', 'markdown', 'html']) {
			expect((await auditOf([tree, '--format', format, '--shard', '2/3'])).stdout).toMatch(
				/shard 2\/3, part of a full audit/,
			);
			expect((await auditOf([tree, '--format', format])).stdout).not.toContain('shard');
		}
		const { stdout } = await auditOf([tree, '--format', 'sarif', '--shard', '2/3']);
		expect(JSON.parse(stdout).runs[0].properties.shard).toEqual({ index: 2, of: 3 });
	});

	test('a shard is compared with the same shard alone', async () => {
		const tree = wide();
		const [first = ''] = await sharded(tree, 2);
		expect(await auditOf([tree, '--compare', first])).toMatchObject({
			code: 2,
			stderr: expect.stringContaining('shard 1/2 of an audit: cannot be compared with a whole one'),
		});
		expect(await auditOf([tree, '--shard', '1/2', '--compare', first])).toMatchObject({ code: 0 });
	});

	test('what does not belong together is refused', async () => {
		const tree = wide();
		const [first = '', second = ''] = await sharded(tree, 2);
		const old = join(scratch(), 'old.json');
		writeFileSync(old, JSON.stringify({ ...(await reportOf(tree)), kernel: '6.1.192' }));
		expect((await merged(first, second, old)).stderr).toContain('reports of different kernels: 6.12.3 and 6.1.192');
		const other = join(scratch({ 'a.json': '{"sites":[{}]}' }), 'a.json');
		expect((await merged(first, other)).stderr).toContain('not a report of "gup-lens audit --format json"');
	});

	test('one that was stopped makes the whole partial', async () => {
		const report = await reportOf(wide());
		const folder = scratch({ 'a.json': JSON.stringify({ ...report, partial: true }) });
		const { code, stdout } = await cli(['merge', 'a.json', '--format', 'json'], { cwd: folder });
		expect(code).toBe(1);
		expect(JSON.parse(stdout).partial).toBe(true);
	});
});
