/** A revision is audited as the tree that it is, without a checkout. */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { AuditReport } from '../../server/src/audit/report.js';
import { treeHeaders } from '../../server/src/syntax/prototypes.js';
import { allTrees, needTree } from '../kernel/trees.js';
import { Repository } from '../programs/repository.js';
import { scratch } from '../support/scratch.js';
import { auditOf, briefly, CONVERT, KERNEL, OK, OTHER, reportOf, TREE } from './fixtures.js';

/** What is the same however the files are read. */
function content({ sites, skipped, files, kernel, partial }: AuditReport) {
	return { sites, skipped, files, kernel, partial };
}

/** Results that a cache holds. */
function kept(cache: string): string[] {
	const [version = ''] = readdirSync(join(cache, 'gup-lens'));
	return readdirSync(join(cache, 'gup-lens', version, 'results')).sort();
}

describe('a revision', () => {
	test('is read as it was committed, whatever lies in the work tree', async () => {
		const repository = new Repository(TREE);
		writeFileSync(join(repository.root, 'fs/peek.c'), OTHER);
		rmSync(join(repository.root, 'drivers/misc/grab.c'));
		repository.commit();
		writeFileSync(join(repository.root, 'lib/three.c'), OK);
		const report = await reportOf(repository.root, ['--rev', 'HEAD~1']);
		expect(briefly(report)).toEqual(['drivers/misc/grab.c:5 convert', 'fs/peek.c:6 ok']);
		expect(content(report)).toEqual(content(await reportOf(scratch(TREE))));
		expect(report).toMatchObject({
			named: 'HEAD~1',
			revision: repository.git('rev-parse', 'HEAD~1').slice(0, 12),
			committed: expect.stringMatching(/^20\d\d-.*Z$/),
		});
		expect(briefly(await reportOf(repository.root, ['--rev', 'HEAD']))).toEqual([]);
		expect(briefly(await reportOf(join(repository.root, 'fs'), ['--rev', 'HEAD~1']))).toEqual(['peek.c:6 ok']);
	});

	test('says the same without a prefilter, without a cache, in shards', async () => {
		const repository = new Repository(TREE);
		repository.git('rm', '-rq', 'fs', 'drivers');
		repository.commit();
		const whole = content(await reportOf(repository.root, ['--rev', 'HEAD~1']));
		expect(content(await reportOf(repository.root, ['--rev', 'HEAD~1', '--no-cache']))).toEqual(whole);
		expect((await reportOf(repository.root, ['--rev', 'HEAD~1', '--no-prefilter'])).sites).toEqual(
			(await reportOf(scratch(TREE), ['--no-prefilter'])).sites,
		);
		const shards = ['1/2', '2/2'].map((shard) => reportOf(repository.root, ['--rev', 'HEAD~1', '--shard', shard]));
		expect((await Promise.all(shards)).flatMap(briefly).sort()).toEqual([
			'drivers/misc/grab.c:5 convert',
			'fs/peek.c:6 ok',
		]);
	});

	test('finds what an audit of the disk has kept, and what one of another revision has', async () => {
		const repository = new Repository(TREE);
		const cache = scratch();
		await reportOf(repository.root, [], { cache });
		const before = kept(cache);
		expect(before).toHaveLength(2);
		repository.git('mv', 'lib/three.c', 'lib/four.c');
		repository.commit();
		expect(briefly(await reportOf(repository.root, ['--rev', 'HEAD~1'], { cache }))).toHaveLength(2);
		expect(briefly(await reportOf(repository.root, ['--rev', 'HEAD'], { cache }))).toHaveLength(2);
		expect(kept(cache)).toEqual(before);
		// what is kept of one content never answers for another
		writeFileSync(join(repository.root, 'fs/peek.c'), CONVERT);
		repository.commit();
		expect(briefly(await reportOf(repository.root, ['--rev', 'HEAD'], { cache }))).toEqual([
			'drivers/misc/grab.c:5 convert',
			'fs/peek.c:5 convert',
		]);
	});

	test('of a stable release finds what one of another has kept, but for files that ask for the version', async () => {
		const asks = `#include <linux/version.h>\n#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 12, 4)\n${OK}\n#endif\n`;
		const repository = new Repository({ ...TREE, 'sound/asks.c': asks });
		const cache = scratch();
		expect(briefly(await reportOf(repository.root, ['--rev', 'HEAD'], { cache }))).toHaveLength(2);
		const before = kept(cache);
		expect(before).toHaveLength(3);
		writeFileSync(join(repository.root, 'Makefile'), KERNEL.Makefile.replace('SUBLEVEL = 3', 'SUBLEVEL = 4'));
		repository.commit();
		expect(briefly(await reportOf(repository.root, ['--rev', 'HEAD'], { cache }))).toHaveLength(3);
		expect(kept(cache)).toHaveLength(4);
		writeFileSync(join(repository.root, 'Makefile'), KERNEL.Makefile.replace('LEVEL = 12', 'LEVEL = 13'));
		repository.commit();
		expect(briefly(await reportOf(repository.root, ['--rev', 'HEAD'], { cache }))).toHaveLength(3);
		expect(kept(cache)).toHaveLength(7);
	});

	test('shows its own code in a page', async () => {
		const repository = new Repository(TREE);
		writeFileSync(join(repository.root, 'fs/peek.c'), OTHER);
		repository.commit();
		const page = join(scratch(), 'audit.html');
		const { code, stderr } = await auditOf([repository.root, '--rev', 'HEAD~1', '-o', page]);
		expect(code, stderr).toBe(0);
		const text = spawnSync('cat', [page], { encoding: 'utf8' }).stdout;
		expect(text).toContain('pin_user_pages_fast(addr, 1, 0, &amp;page)');
		expect(text).toContain(repository.git('rev-parse', 'HEAD~1').slice(0, 12));
	});

	const { skip, title } = needTree('of parts of kernels is what these parts are on the disk', '6.12');
	test.skipIf(skip)(title, async () => {
		const repository = new Repository({ README: 'kernels\n' });
		const cache = scratch();
		for (const [i, tree] of allTrees().slice(0, 3).entries()) {
			const part = partOf(tree);
			repository.git('--work-tree', part, 'add', '-A', '-f', '.');
			repository.git('commit', '-q', '-m', `mm: kernel ${i}`);
			repository.git('tag', `kernel-${i}`);
			const [onDisk, again] = await Promise.all([
				reportOf(part),
				reportOf(repository.root, ['--rev', `kernel-${i}`], { cache }),
			]);
			expect(onDisk.sites.length).toBeGreaterThan(5);
			expect(content(again)).toEqual(content(onDisk));
		}
	});
});

/** Folders of a kernel that have sites, with what tells its version. */
function partOf(tree: string): string {
	const part = scratch();
	for (const path of [
		'Makefile',
		'Kbuild',
		...treeHeaders,
		'fs/ceph',
		'fs/nfs',
		'drivers/vhost',
		'io_uring',
		'net/rds',
	]) {
		const from = join(tree, path);
		if (!existsSync(from)) continue;
		mkdirSync(dirname(join(part, path)), { recursive: true });
		cpSync(from, join(part, path), { recursive: true });
	}
	return part;
}

describe('bad input', () => {
	const complaint = async (argv: readonly string[]): Promise<string> => {
		const { code, stdout, stderr } = await auditOf(argv);
		expect([code, stdout]).toEqual([2, '']);
		return stderr;
	};

	test('a name that is none is told', async () => {
		const { root } = new Repository(TREE);
		expect(await complaint([root, '--rev', 'v9.9'])).toContain('v9.9: no revision "v9.9"');
		expect(await complaint([root, '--rev', 'HEAD:fs'])).toContain('no revision');
		expect(await complaint([root, '--rev=--upload-pack=touch'])).toContain('Give a revision of git, like v6.12');
		expect(await complaint([root, '--rev', 'a\nb'])).toContain('Give a revision of git');
		expect(await complaint([root, '--rev', ''])).toContain('Give a revision of git');
		expect(await complaint([scratch(TREE), '--rev', 'HEAD'])).toContain('not a git repository');
	});

	test('a shallow, a partial and a bare repository are told, and nothing is fetched', async () => {
		const origin = new Repository(TREE);
		origin.git('config', 'uploadpack.allowFilter', 'true');
		origin.git('rm', '-q', 'fs/peek.c');
		origin.commit();
		const clone = (...argv: string[]): string => {
			const to = join(scratch(), 'clone');
			origin.git('clone', '-q', ...argv, `file://${origin.root}`, to);
			return to;
		};
		const shallow = clone('--depth', '1');
		expect(await complaint([shallow, '--rev', 'HEAD~1'])).toContain('the repository is shallow');
		const partial = clone('--filter=blob:none', '--no-checkout');
		expect(await complaint([partial, '--rev', 'HEAD~1'])).toMatch(
			/lacks the content of \d C files, such as .*: a partial clone, and nothing is fetched/,
		);
		const treeless = clone('--filter=tree:0', '--no-checkout');
		expect(await complaint([treeless, '--rev', 'HEAD~1'])).toContain('nothing is fetched');
		expect(await complaint([clone('--bare'), '--rev', 'HEAD'])).toContain('a bare repository: make a work tree of it');
	});

	test('links, submodules and names that are no text are skipped as on the disk', async () => {
		const repository = new Repository({ ...TREE, 'fs/two\nlines.c': OK });
		symlinkSync('peek.c', join(repository.root, 'fs/inside.c'));
		symlinkSync(join(scratch({ 'outside.c': OK }), 'outside.c'), join(repository.root, 'fs/leaves.c'));
		symlinkSync('gone.c', join(repository.root, 'fs/broken.c'));
		symlinkSync('..', join(repository.root, 'fs/circle'));
		symlinkSync('../lib', join(repository.root, 'fs/folder'));
		writeFileSync(Buffer.concat([Buffer.from(`${repository.root}/fs/`), Buffer.from([0xe9]), Buffer.from('.c')]), OK);
		repository.git('add', '-A');
		repository.commit();
		const onDisk = content(await reportOf(repository.root));
		expect(onDisk.skipped).toHaveLength(4);
		expect(content(await reportOf(repository.root, ['--rev', 'HEAD']))).toEqual(onDisk);
		const { root } = new Repository(TREE);
		repository.git('-c', 'advice.addEmbeddedRepo=false', 'submodule', 'add', '-q', root, 'lib/sub');
		repository.commit();
		expect((await reportOf(repository.root, ['--rev', 'HEAD'])).skipped).toContainEqual({
			path: 'lib/sub',
			reason: 'a submodule: its files are in another repository',
		});
	});

	test('a tree without a Makefile is no kernel tree, one of another hash is read', async () => {
		const { Makefile: _, Kbuild: __, ...bare } = TREE;
		expect(await reportOf(new Repository(bare).root, ['--rev', 'HEAD'])).toMatchObject({ kernelAssumed: true });
		const root = scratch({ ...KERNEL, 'fs/peek.c': OK });
		const git = (...argv: string[]) =>
			spawnSync('git', ['-C', root, '-c', 'user.name=Zoe', '-c', 'user.email=zoe@example.org', ...argv]);
		git('init', '-q', '--object-format=sha256');
		git('add', '-A');
		git('commit', '-qm', 'fs: peek');
		const cache = scratch();
		for (let round = 0; round < 2; round++)
			expect(briefly(await reportOf(root, ['--rev', 'HEAD'], { cache }))).toEqual(['fs/peek.c:6 ok']);
	});

	test('a folder that the revision has not is told', async () => {
		const repository = new Repository(TREE);
		mkdirSync(join(repository.root, 'sound'));
		expect(await complaint([join(repository.root, 'sound'), '--rev', 'HEAD'])).toContain(
			'the revision has no such folder',
		);
	});

	test('a repository that would run something runs nothing', async () => {
		const repository = new Repository({ ...TREE, '.gitattributes': '*.c filter=evil diff=evil\n' });
		for (const key of [
			'filter.evil.smudge',
			'filter.evil.process',
			'diff.evil.textconv',
			'core.fsmonitor',
			'core.sshCommand',
		])
			repository.git('config', key, repository.trap);
		expect(briefly(await reportOf(repository.root, ['--rev', 'HEAD']))).toHaveLength(2);
		expect(repository.sprung).toBe(false);
	});
});
