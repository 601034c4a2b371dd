import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { type AuditOptions, audit } from '../../server/src/audit/audit.js';
import { findRipgrep } from '../../server/src/audit/ripgrep.js';
import { wasmFiles } from '../../server/src/cli/engine.js';
import { tree as kernel, needTree } from '../kernel/trees.js';
import { scratch } from '../support/scratch.js';
import { auditOf, briefly, CONVERT, KERNEL, OK, reportOf, TREE, withoutTime } from './fixtures.js';

const options = (tree: string): AuditOptions => ({
	tree,
	tool: { name: 'gup-lens', version: '0' },
	setting: { wasm: wasmFiles(), kernel: '6.12', knownUsers: true, prefilter: true },
	cache: undefined,
	trusted: true,
	ripgrep: findRipgrep(import.meta.dirname),
	worker: undefined,
	jobs: 1,
});

describe('a folder that is no kernel', () => {
	test('is audited as what the user says, and that is told', async () => {
		const tree = scratch({ 'src/grab.c': CONVERT, 'README.md': 'get_user_pages(' });
		const { code, stdout, stderr } = await auditOf([tree, '--format', 'json', '--kernel', '6.12']);
		expect(code).toBe(0);
		expect(stderr).toContain('not a kernel tree');
		expect(briefly(JSON.parse(stdout))).toEqual(['src/grab.c:5 convert']);
	});

	test.each(['text', 'markdown', 'html'])(
		'is told as such in %s, where nobody says which kernel it is',
		async (format) => {
			const outside = scratch({ 'src/grab.c': CONVERT });
			const tree = scratch({ ...KERNEL, 'src/grab.c': CONVERT });
			const shown = async (...argv: string[]) => (await auditOf([...argv, '--format', format])).stdout;
			expect(await shown(outside)).toMatch(/in Linux [\d.]+ \(assumed: no kernel tree/);
			expect(await shown(outside, '--kernel', '6.12')).not.toContain('assumed');
			expect(await shown(tree)).not.toContain('assumed');
			expect(await shown(outside, '--compare', tree)).toMatch(/[\d.]+ assumed\b/);
		},
	);

	test('without C has no site, and that is told', async () => {
		for (const tree of [scratch(), scratch({ 'a.txt': OK })]) {
			const { code, stdout, stderr } = await auditOf([tree]);
			expect(code).toBe(0);
			expect(stderr).toContain('no C files found');
			expect(stdout).toContain('No sites.\n');
			expect(await reportOf(tree)).toMatchObject({ files: 0, sites: [], skipped: [], partial: false });
		}
	});
});

test('links that lead nowhere, in circles or outside are named; those inside are looked at once', async () => {
	const outside = scratch({ 'far.c': OK, 'folder/a.c': OK });
	const tree = scratch(TREE);
	symlinkSync('nowhere.c', join(tree, 'dangling.c'));
	symlinkSync('circle.c', join(tree, 'circle.c'));
	symlinkSync('..', join(tree, 'fs/up'));
	symlinkSync(join(outside, 'far.c'), join(tree, 'far.c'));
	symlinkSync(join(outside, 'folder'), join(tree, 'folder'));
	symlinkSync('peek.c', join(tree, 'fs/again.c'));
	symlinkSync('nowhere.txt', join(tree, 'dangling.txt'));
	const report = await reportOf(tree);
	expect(briefly(report)).toEqual(['drivers/misc/grab.c:5 convert', 'fs/peek.c:6 ok']);
	expect(report.skipped).toEqual([
		{ path: 'circle.c', reason: 'circular symbolic link' },
		{ path: 'dangling.c', reason: 'broken symbolic link' },
		{ path: 'far.c', reason: 'symbolic link that leaves the folder' },
		{ path: 'folder', reason: 'symbolic link that leaves the folder' },
		{ path: 'fs/up', reason: 'circular symbolic link' },
	]);
});

test('a tree named by a link is the tree', async () => {
	const tree = scratch(TREE);
	const link = join(scratch(), 'linux');
	symlinkSync(tree, link);
	expect(briefly(await reportOf(link))).toHaveLength(2);
});

test('pipes and folders with the name of a file are no files', async () => {
	const tree = scratch(TREE);
	expect(spawnSync('mkfifo', [join(tree, 'pipe.c')]).status).toBe(0);
	mkdirSync(join(tree, 'folder.c'));
	writeFileSync(join(tree, 'folder.c/inner.h'), OK);
	const report = await reportOf(tree);
	expect(briefly(report)).toContain('folder.c/inner.h:6 ok');
	expect(report.skipped).toEqual([{ path: 'pipe.c', reason: 'not a regular file' }]);
});

test('a file that vanishes after it was found is named', async () => {
	const tree = scratch(TREE);
	const { report, failed } = await audit({
		...options(tree),
		progress: (stage) => {
			if (stage === 'search') rmSync(join(tree, 'fs/peek.c'), { force: true });
		},
	});
	expect(briefly(report)).toEqual(['drivers/misc/grab.c:5 convert']);
	expect(report.skipped).toEqual([{ path: 'fs/peek.c', reason: 'vanished while the audit ran' }]);
	expect({ partial: report.partial, failed }).toEqual({ partial: false, failed: [] });
});

test('generated headers of 20 MB cost no more than a look, and are named where they would matter', async () => {
	const table = '#define REGISTER_WITH_A_LONG_NAME__SHIFT 0x0000000000000010\n'.repeat(340_000);
	const tree = scratch({ ...TREE, 'include/registers.h': table, 'include/users.h': table + OK });
	expect(table.length).toBeGreaterThan(20_000_000);
	const report = await reportOf(tree);
	expect(briefly(report)).toHaveLength(2);
	expect(report.files).toBe(7);
	expect(report.skipped).toEqual([{ path: 'include/users.h', reason: 'larger than 10 MB' }]);
});

test.each(['with', 'without'])('a file that claims terabytes is named, and not searched, %s ripgrep', async (how) => {
	if (how === 'without') vi.stubEnv('GUP_LENS_RIPGREP', 'off');
	const tree = scratch({ ...TREE, 'sparse.c': '' });
	truncateSync(join(tree, 'sparse.c'), 2 ** 42);
	const report = await reportOf(tree);
	vi.unstubAllEnvs();
	expect(briefly(report)).toHaveLength(2);
	expect(report.skipped).toEqual([{ path: 'sparse.c', reason: 'larger than 1 GB' }]);
});

test('latin-1 is read, binary is named', async () => {
	const latin = Buffer.concat([Buffer.from('/* J\xf6rg, M\xfcller */\n', 'latin1'), Buffer.from(OK)]);
	const tree = scratch({ ...KERNEL, 'a.c': latin, 'b.c': Buffer.from(`${OK}\0`), 'c.c': Buffer.from([0, 1, 255]) });
	const report = await reportOf(tree);
	expect(briefly(report)).toEqual(['a.c:7 ok']);
	expect(report.skipped).toEqual([{ path: 'b.c', reason: 'binary' }]);
});

test('half-typed code is named, and hides nothing else', async () => {
	const deep = `int deep(void)\n{\n\treturn get_user_pages_fast(${'('.repeat(20_000)};\n}\n`;
	const tree = scratch({ ...KERNEL, 'a.c': OK, 'deep.c': deep });
	const report = await reportOf(tree);
	expect(briefly(report)).toEqual(['a.c:6 ok']);
	expect(report.skipped).toEqual([{ path: 'deep.c', reason: 'function deep could not be parsed' }]);
});

test('a stop before anything was read gives an empty report, marked as partial', async () => {
	const { report } = await audit({ ...options(scratch(TREE)), signal: AbortSignal.abort() });
	expect(report).toMatchObject({ partial: true, sites: [] });
});

describe('with and without the prefilter', () => {
	const { skip, title } = needTree('the same sites and findings in a part of 6.12', '6.12');
	test.skipIf(skip)(
		title,
		async () => {
			for (const part of ['drivers/misc', 'fs/fuse', 'lib', 'net/core']) {
				const tree = join(kernel('6.12') as string, part);
				const [one, other] = [await reportOf(tree), await reportOf(tree, ['--no-prefilter'])].map(withoutTime);
				const { skipped: _, ...sites } = one as NonNullable<typeof one>;
				expect(other).toMatchObject(sites);
			}
		},
		240_000,
	);
});
