import { chmodSync, existsSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { type Run, RunError, run } from '../../server/src/programs/run.js';
import { briefly, reportOf, TREE } from '../audit/fixtures.js';
import { cli } from '../cli/run.js';
import { scratch } from '../support/scratch.js';
import { Repository } from './repository.js';

afterEach(() => vi.unstubAllEnvs());

const SHELL = '/bin/sh';
const sh = (script: string, options: Partial<Run> = {}) =>
	run(SHELL, ['-c', script], { cwd: '/', env: {}, timeout: 30_000, maxOutput: 1_000_000, ...options });

test('gives what a program printed, and how it ended', async () => {
	const { status, stdout, stderr } = await sh('echo out; echo err >&2; exit 3');
	expect([status, stdout.toString(), stderr.toString()]).toEqual([3, 'out\n', 'err\n']);
});

test('passes on no variable but those it is given, and no input', async () => {
	vi.stubEnv('SECRET', 'x');
	expect((await sh('echo "$SECRET$GIVEN"; cat', { env: { GIVEN: 'y' } })).stdout.toString()).toBe('y\n');
});

test.each([
	['takes too long', () => sh('sleep 60', { timeout: 100 }), 'gave no answer within 0.1 s'],
	['leaves a program behind that holds its output', () => sh('sleep 60 & exit', { timeout: 100 }), 'gave no answer'],
	['prints too much', () => sh('while :; do echo x; done'), 'printed more than 1 MB'],
	['is killed', () => sh('kill -9 $$'), 'was ended by SIGKILL'],
	['is stopped', () => sh('sleep 60', { signal: AbortSignal.timeout(50) }), 'was stopped'],
	['is stopped before it starts', () => sh('sleep 60', { signal: AbortSignal.abort() }), 'was stopped'],
	[
		'is not there',
		() => run('/no/such/program', [], { cwd: '/', env: {}, timeout: 1, maxOutput: 1 }),
		'cannot be started',
	],
	['has no folder', () => sh('echo', { cwd: '/no/such/folder' }), 'cannot be started'],
])('one that %s is an error in words', async (_, start, words) => {
	const error = await start().catch((reason) => reason);
	expect(error).toBeInstanceOf(RunError);
	expect(error.message).toContain(words);
});

test('a git that cannot be told to run nothing is not asked', async () => {
	const repository = new Repository(TREE);
	const bin = scratch();
	writeFileSync(
		join(bin, 'git'),
		'#!/bin/sh\ncase $1 in --version) echo git version 2.30.2;; *) touch $0.asked;; esac\n',
	);
	chmodSync(join(bin, 'git'), 0o755);
	vi.stubEnv('PATH', [bin, process.env.PATH].join(delimiter));
	expect(briefly(await reportOf(repository.root))).toHaveLength(2);
	expect(await cli(['check', '--diff', 'HEAD'], { cwd: repository.root })).toMatchObject({
		code: 2,
		stderr: expect.stringContaining('git 2.30 is too old: 2.31 or newer is needed'),
	});
	expect(existsSync(join(bin, 'git.asked'))).toBe(false);
});
