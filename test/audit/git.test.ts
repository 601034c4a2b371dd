/** Which revision an audit is of. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { revisionOf } from '../../server/src/audit/git.js';

let top: string;
const git = (...args: string[]): string =>
	execFileSync('git', ['-C', top, '-c', 'user.name=a', '-c', 'user.email=a@example.org', ...args], {
		encoding: 'utf8',
	});

beforeAll(() => {
	top = mkdtempSync(join(tmpdir(), 'gup-lens-revision-'));
	for (const folder of ['drivers', 'unpacked']) {
		mkdirSync(join(top, folder));
		writeFileSync(join(top, folder, 'a.c'), 'int a;\n');
	}
	git('init', '-q');
	git('add', 'drivers');
	git('commit', '-qm', 'a');
});
afterAll(() => rmSync(top, { recursive: true, force: true }));

test('is that of the work tree, also of a folder in it', async () => {
	const commit = git('rev-parse', 'HEAD').slice(0, 12);
	expect(await revisionOf(top)).toBe(commit);
	expect(await revisionOf(join(top, 'drivers'))).toBe(commit);
});

test('is not that of a repository around a tree that it does not track, and none without a repository', async () => {
	expect(await revisionOf(join(top, 'unpacked'))).toBeUndefined();
	expect(await revisionOf(tmpdir())).toBeUndefined();
});
