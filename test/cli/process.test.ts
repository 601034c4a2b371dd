import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { packaged } from '../support/packaged.js';
import { scratch } from '../support/scratch.js';
import { fixtures, NULL_PAGES, PIN_FLAG } from './fixtures.js';

let home = '';
let cli = '';

beforeAll(() => {
	home = packaged('cli', 'commands', 'server');
	cli = join(home, 'dist', 'cli.js');
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

function gupLens(
	argv: readonly string[],
	options: { cwd?: string; env?: Record<string, string>; input?: string } = {},
) {
	const { NO_COLOR, FORCE_COLOR, ...env } = process.env;
	return spawnSync(cli, argv, {
		cwd: options.cwd ?? fixtures,
		env: { ...env, ...options.env },
		input: options.input ?? '',
		encoding: 'utf8',
	});
}

const check = ['check', 'drivers', '--kernel', '6.12'];

test('it runs as a program, with its exit codes', () => {
	expect(gupLens(check)).toMatchObject({ status: 1 });
	expect(gupLens(['check', 'drivers/wren.c', '--kernel', '6.12'])).toMatchObject({ status: 0 });
	expect(gupLens(['check', 'gone.c'])).toMatchObject({ status: 2 });
	expect(gupLens(['explain', 'pin-put-page']).stdout).toContain('pin-put-page');
	expect(gupLens(['check', '-', '--kernel', '6.12'], { input: PIN_FLAG }).stdout).toContain('<stdin>:5:46: error:');
});

test('a standard input that never ends is refused', () => {
	const shell = spawnSync('sh', ['-c', `yes FOLL_PIN | "${cli}" check -`], { cwd: fixtures, encoding: 'utf8' });
	expect(shell.status).toBe(2);
	expect(shell.stderr).toContain('<stdin>: larger than 10 MB');
});

test('colour is for terminals, FORCE_COLOR and never with NO_COLOR', () => {
	const coloured = (env: Record<string, string>) => gupLens(check, { env }).stdout.includes('\u001b[');
	expect(coloured({})).toBe(false);
	expect(coloured({ FORCE_COLOR: '1' })).toBe(true);
	expect(coloured({ FORCE_COLOR: '0' })).toBe(false);
	expect(coloured({ FORCE_COLOR: '1', NO_COLOR: '1' })).toBe(false);
});

test('a reader that goes away is no error', async () => {
	const cwd = scratch({ 'a.c': NULL_PAGES.repeat(3000) });
	const child = spawn(cli, ['check', 'a.c', '--kernel', '6.12'], { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
	let stderr = '';
	child.stderr.on('data', (chunk) => {
		stderr += chunk;
	});
	child.stdout.once('data', () => child.stdout.destroy());
	const code = await new Promise((done) => child.once('close', done));
	expect(stderr).not.toMatch(/EPIPE|Error/);
	expect(code).toBe(1);
});

test('a file without permission is told, not a crash', () => {
	// Root may read everything: the program then runs as nobody.
	const nobody = 65534;
	const asOther = process.getuid?.() === 0 ? { uid: nobody, gid: nobody } : {};
	const cwd = scratch({ 'd/a.c': PIN_FLAG, 'd/b.c': PIN_FLAG });
	for (const folder of [cwd, join(cwd, 'd')]) chmodSync(folder, 0o755);
	chmodSync(join(cwd, 'd/a.c'), 0o000);
	const run = (...argv: string[]) => spawnSync(process.execPath, [cli, ...argv], { cwd, ...asOther, encoding: 'utf8' });
	const folder = run('check', 'd', '--kernel', '6.12');
	expect(folder.stderr).toContain('d/a.c: skipped: permission denied');
	expect(folder.stdout).toContain('d/b.c:5:46: error:');
	expect(folder.status).toBe(1);
	expect(run('check', 'd/a.c')).toMatchObject({ status: 2 });
	expect(run('fix', 'd/b.c', '--kernel', '6.12')).toMatchObject({
		status: 2,
		stderr: expect.stringContaining('d/b.c: not written: permission denied'),
	});
});

test('lsp --stdio is a language server', async () => {
	const child = spawn(cli, ['lsp', '--stdio'], { cwd: fixtures, stdio: ['pipe', 'pipe', 'inherit'] });
	const send = (message: object) => {
		const body = JSON.stringify({ jsonrpc: '2.0', ...message });
		child.stdin.write(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
	};
	let answers = '';
	const answered = (id: number) =>
		new Promise<void>((done) => {
			child.stdout.on('data', (chunk) => {
				answers += chunk;
				if (answers.includes(`"id":${id}`)) done();
			});
		});
	const ended = new Promise((done) => child.once('close', done));
	send({ id: 1, method: 'initialize', params: { processId: null, rootUri: null, capabilities: {} } });
	await answered(1);
	expect(answers).toContain('textDocumentSync');
	send({ id: 2, method: 'shutdown' });
	await answered(2);
	send({ method: 'exit' });
	expect(await ended).toBe(0);
});
