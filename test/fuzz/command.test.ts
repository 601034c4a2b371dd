/** `npm run fuzz` as one types it. */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { scratch } from '../support/scratch.js';
import { type Input, toFile } from './input.js';

const root = join(import.meta.dirname, '..', '..');

function fuzz(...argv: string[]): { status: number | null; stdout: string; stderr: string } {
	return spawnSync(process.execPath, ['scripts/run.mjs', 'scripts/fuzz.ts', ...argv], { cwd: root, encoding: 'utf8' });
}

test('runs a file again, and says that it holds', () => {
	const { status, stdout } = fuzz('--replay', 'test/fuzz/found/empty-name.c');
	expect({ status, stdout }).toEqual({ status: 0, stdout: 'was kept for: sound: never ends\nholds\n' });
});

test('runs a file again, and exits with 1 where it fails', () => {
	const input = { seed: 1, target: 'code', text: 'FOLL_', path: 'a.c', neighbours: [], edits: [] };
	// no such kernel: every question about it throws
	const file = join(scratch(), 'FAIL.c');
	writeFileSync(file, toFile({ ...input, kernel: 'none' } as Input, 'sound: x', 'FAIL.c'));
	const { status, stdout } = fuzz('--replay', file);
	expect(status).toBe(1);
	expect(stdout).toContain('\nsound: RangeError: not a kernel version: ');
});

test.each(['--seed=x', '--minutes=-1'])('refuses %s', (option) => {
	expect(fuzz(option)).toMatchObject({ status: 2, stderr: `${option.replace('=', ' ')}: give a number\n` });
});
