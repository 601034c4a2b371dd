import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '..', '..');

/** What `npm start` does once everything is built. */
function start(...argv: string[]) {
	const script = [join('scripts', 'run.mjs'), join('scripts', 'start.ts')];
	return spawnSync(process.execPath, [...script, ...argv], { cwd: root, encoding: 'utf8' });
}

test('help is asked for', () => {
	expect(start('--help')).toMatchObject({ status: 0, stderr: '', stdout: expect.stringMatching(/^usage: npm start/) });
});

test.each([
	[['--bogus'], /--bogus/],
	[['examples', 'docs'], /one path at a time, not examples docs/],
	[['--port', 'ssh'], /no port: ssh/],
])('%j is told with the usage, and nothing is opened', (argv, message) => {
	const { status, stdout, stderr } = start('--no-editor', ...argv);
	expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
	expect(stderr).toMatch(message);
	expect(stderr).toMatch(/^usage: npm start/m);
	expect(stderr).not.toMatch(/^ +at /m);
});
