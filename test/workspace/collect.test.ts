import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { collect } from '../../server/src/workspace/collect.js';
import { MAX_BYTES } from '../../server/src/workspace/limits.js';
import { readSource } from '../../server/src/workspace/read.js';
import { scratch } from '../support/scratch.js';

test('C files of folders, once each, sorted, without hidden folders', async () => {
	const cwd = scratch({
		'a/b.c': '',
		'a/b.h': '',
		'a/b.cc': '',
		'a/Makefile': '',
		'a/.git/x.c': '',
		'a/deep/er/c.c': '',
		'z.c': '',
		'notes.txt': '',
	});
	const { files, skipped } = await collect(['a', 'a/b.c', './a/../z.c', 'notes.txt', 'a/b.cc'], cwd);
	expect(files.map(({ path }) => path.slice(cwd.length + 1))).toEqual(['a/b.c', 'a/b.h', 'a/deep/er/c.c', 'z.c']);
	// What is no C is passed over even by name: hooks name whatever was changed.
	expect(skipped).toEqual(
		['a/b.cc', 'notes.txt'].map((name) => ({
			path: join(cwd, name),
			shown: name,
			reason: 'no .c or .h file',
			failed: false,
		})),
	);
	expect(await collect(['.'], cwd)).toMatchObject({ files: { length: 4 } });
});

test('paths are shown as they were given: absolute below absolute ones', async () => {
	const cwd = scratch({ 'x/a.c': '', 'y/b.c': '', 'here/c.c': '' });
	const { files, skipped } = await collect([join(cwd, 'x'), '../y/./b.c', '.', join(cwd, 'gone')], join(cwd, 'here'));
	expect(files.map(({ shown }) => shown)).toEqual(['c.c', join(cwd, 'x/a.c'), '../y/b.c']);
	expect(skipped).toMatchObject([{ shown: join(cwd, 'gone'), failed: true }]);
});

test('symbolic links are skipped with their reason, and never followed round', async () => {
	const cwd = scratch({ 'tree/a.c': '', 'tree/sub/b.c': '', 'outside/o.c': '' });
	const link = (target: string, path: string) => symlinkSync(target, join(cwd, path));
	link('../outside', 'tree/leaves');
	link('../outside/o.c', 'tree/leaves.c');
	link('..', 'tree/sub/round');
	link('sub', 'tree/again');
	link('a.c', 'tree/again.c');
	link('gone.c', 'tree/broken.c');
	link('self.c', 'tree/self.c');
	link('gone', 'tree/not-c');
	const { files, skipped } = await collect(['tree'], cwd);
	expect(files.map(({ path }) => path.slice(cwd.length + 1))).toEqual(['tree/a.c', 'tree/sub/b.c']);
	expect(Object.fromEntries(skipped.map(({ path, reason }) => [path.slice(cwd.length + 1), reason]))).toEqual({
		'tree/broken.c': 'broken symbolic link',
		'tree/leaves': 'symbolic link that leaves the folder',
		'tree/leaves.c': 'symbolic link that leaves the folder',
		'tree/self.c': 'circular symbolic link',
		'tree/sub/round': 'circular symbolic link',
	});
	// Named by the user, a link is as good as its target.
	expect((await collect(['tree/leaves', 'tree/again.c'], cwd)).files).toHaveLength(2);
});

test('what cannot be read is told with the reason', async () => {
	const cwd = scratch({ 'binary.c': Buffer.from([0x69, 0, 0x6e]), 'large.c': Buffer.alloc(MAX_BYTES + 1, 'a') });
	mkdirSync(join(cwd, 'folder.c'));
	writeFileSync(join(cwd, 'fits.c'), Buffer.alloc(MAX_BYTES, 'a'));
	const { files, skipped } = await collect(['missing.c', 'binary.c/x.c', '/dev/null', 'folder.c'], cwd);
	expect(files).toEqual([]);
	expect(skipped.map(({ reason }) => reason).sort()).toEqual([
		'no such file or folder',
		'no such file or folder',
		'not a regular file',
	]);
	expect(readSource(join(cwd, 'binary.c'), undefined)).toEqual({ kind: 'skipped', reason: 'binary' });
	expect(readSource(join(cwd, 'large.c'), undefined)).toEqual({ kind: 'skipped', reason: 'larger than 10 MB' });
	expect(readSource(join(cwd, 'fits.c'), undefined).kind).toBe('text');
	expect(readSource(join(cwd, 'gone.c'), undefined)).toEqual({ kind: 'skipped', reason: 'no such file or folder' });
	expect(readSource(join(cwd, 'folder.c'), undefined)).toMatchObject({ kind: 'skipped' });
});
