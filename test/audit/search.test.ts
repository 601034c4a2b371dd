import { spawnSync } from 'node:child_process';
import { appendFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { list } from '../../server/src/audit/listing.js';
import { findRipgrep, searchWithRipgrep } from '../../server/src/audit/ripgrep.js';
import { scan } from '../../server/src/audit/scan.js';
import { auditWords } from '../../server/src/engine.js';
import { diskSources } from '../../server/src/workspace/sources.js';
import { tree as kernel, needTree } from '../kernel/trees.js';
import { scratch } from '../support/scratch.js';
import { briefly, OK, OTHER, reportOf, TREE } from './fixtures.js';

const ripgrep = findRipgrep(import.meta.dirname);

afterEach(() => vi.unstubAllEnvs());

/** A tree where a search may go wrong. */
function tricky(): string {
	const latin = Buffer.from(`/* Andr\xe9 */\n${OK}`, 'latin1');
	return scratch({
		...TREE,
		'ignored.c': OK,
		'.gitignore': 'ignored.c\n',
		'.rgignore': '*.c\n',
		'latin.c': latin,
		'bom.c': `\uFEFF${OK}`,
		'utf16.c': Buffer.from(`\uFEFF${OK}`, 'utf16le'),
		'binary.c': Buffer.concat([Buffer.from([0, 1, 2]), Buffer.from(OK)]),
		'late.c': `${'/* nothing */\n'.repeat(200_000)}${OK}`,
		'across.c': `${' '.repeat((1 << 20) - 6)}${OK}`,
		'empty.c': '',
		'a b\'"é.c': OK,
		'UPPER.C': OK,
	});
}

async function found(root: string): Promise<{ inNode: string[]; byRipgrep: string[] }> {
	const { files } = await list(root, true);
	const matches = await searchWithRipgrep(ripgrep as string, root, auditWords, 2);
	return {
		inNode: (await scan(diskSources, root, files, auditWords)).found.toSorted(),
		byRipgrep: files.filter((path) => matches?.paths.has(path)).toSorted(),
	};
}

describe.skipIf(ripgrep === undefined)('ripgrep and Node find the same files', () => {
	test('in a tree made to tell them apart', async () => {
		const { inNode, byRipgrep } = await found(tricky());
		expect(byRipgrep).toEqual(inNode);
		expect(inNode).toEqual(
			expect.arrayContaining(['a b\'"é.c', 'across.c', 'binary.c', 'bom.c', 'ignored.c', 'late.c', 'latin.c']),
		);
		expect(inNode).not.toEqual(expect.arrayContaining(['utf16.c']));
	});

	const { skip, title } = needTree('in the whole of 6.12', '6.12');
	test.skipIf(skip)(title, async () => {
		const { inNode, byRipgrep } = await found(kernel('6.12') as string);
		expect(byRipgrep).toEqual(inNode);
		expect(inNode.length).toBeGreaterThan(150);
	});

	test('and the report is the same where there is no ripgrep', async () => {
		const tree = tricky();
		const { elapsedMs: _, ...withIt } = await reportOf(tree);
		vi.stubEnv('GUP_LENS_RIPGREP', 'off');
		const { elapsedMs: __, ...without } = await reportOf(tree);
		expect(without).toEqual(withIt);
		expect(withIt.skipped).toEqual([{ path: 'binary.c', reason: 'binary' }]);
	});
});

test('a ripgrep that fails or talks nonsense is not believed', async () => {
	const root = scratch({ 'a.c': OK });
	for (const script of ['exit 2', 'echo "what?" >&2; exit 1', 'kill -9 $$']) {
		const bin = scratch({ rg: `#!/bin/sh\n${script}\n` });
		spawnSync('chmod', ['+x', join(bin, 'rg')]);
		expect(await searchWithRipgrep(join(bin, 'rg'), root, auditWords, 1)).toBeUndefined();
	}
	expect(await searchWithRipgrep('/no/such/rg', root, auditWords, 1)).toBeUndefined();
});

describe('in a git work tree', () => {
	const git = (cwd: string, ...argv: string[]) => {
		const quiet = ['-c', 'user.name=a', '-c', 'user.email=a@b', '-c', 'init.defaultBranch=main'];
		const { status, stderr } = spawnSync('git', [...quiet, ...argv], { cwd, encoding: 'utf8' });
		expect(status, stderr).toBe(0);
	};
	const repository = (files: Record<string, string>) => {
		const root = scratch(files);
		git(root, 'init', '-q');
		git(root, 'add', '-A');
		git(root, 'commit', '-qm', 'x');
		return root;
	};

	test('what git knows or would add is looked at; what it ignores is not', async () => {
		const root = repository({ ...TREE, '.gitignore': '*.mod.c\ntracked.c\n' });
		writeFileSync(join(root, 'new.c'), OK);
		writeFileSync(join(root, 'built.mod.c'), OK);
		writeFileSync(join(root, 'tracked.c'), OK);
		git(root, 'add', '-f', 'tracked.c');
		rmSync(join(root, 'fs/peek.c'));
		const report = await reportOf(root);
		expect(briefly(report)).toEqual(['drivers/misc/grab.c:5 convert', 'new.c:6 ok', 'tracked.c:6 ok']);
		expect(report.skipped).toEqual([]);
	});

	test('a folder that git ignores is walked', async () => {
		const root = repository({ 'a.txt': '', '.gitignore': 'trees\n' });
		const inside = scratch(TREE);
		spawnSync('cp', ['-r', inside, join(root, 'trees')]);
		expect(briefly(await reportOf(join(root, 'trees')))).toEqual(['drivers/misc/grab.c:5 convert', 'fs/peek.c:6 ok']);
	});

	test('other repositories inside are looked into', async () => {
		const root = repository({ 'a.c': OTHER });
		const inner = repository({ 'peek.c': OK });
		spawnSync('cp', ['-r', inner, join(root, 'inner')]);
		git(root, '-c', 'advice.addEmbeddedRepo=false', 'add', 'inner');
		spawnSync('cp', ['-r', inner, join(root, 'untracked')]);
		expect(briefly(await reportOf(root))).toEqual(['inner/peek.c:6 ok', 'untracked/peek.c:6 ok']);
	});

	test('nothing of the repository is run, and another one in the environment is not asked', async () => {
		const root = repository(TREE);
		const mark = join(root, 'ran');
		const hook = scratch({ hook: `#!/bin/sh\ntouch ${mark}\n` });
		spawnSync('chmod', ['+x', join(hook, 'hook')]);
		appendFileSync(join(root, '.git/config'), `[core]\n\tfsmonitor = ${join(hook, 'hook')}\n`);
		vi.stubEnv('GIT_DIR', join(scratch(), 'elsewhere'));
		expect(briefly(await reportOf(root))).toHaveLength(2);
		expect(spawnSync('ls', [mark]).status).not.toBe(0);
	});
});
