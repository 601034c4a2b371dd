import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { root } from '../../scripts/editors/install.js';
import { findProgram } from '../../scripts/editors/programs.js';
import { requiring } from './missing.js';

const start = join(root, 'scripts', 'start.mjs');
const codeServer = requiring('npm start without VS Code', 'code-server');

describe('npm start', () => {
	const folder = mkdtempSync(join(tmpdir(), 'start-'));
	afterAll(() => rmSync(folder, { recursive: true, force: true }));

	it('prints the findings of the examples', () => {
		const { status, stdout } = spawnSync(process.execPath, [start, '--no-editor'], { encoding: 'utf8' });
		expect(status).toBe(0);
		expect(stdout).toContain('check examples --kernel 6.12');
		for (const rule of ['pin-put-page', 'foll-longterm-without-pin', 'iov-iter-get-pages', 'gup-api-changed']) {
			expect(stdout).toContain(`[${rule}]`);
		}
		expect(stdout).not.toContain('lattice_mem.c');
	});

	it('checks the file it is given, and says so when there is none', () => {
		const run = (path: string) => spawnSync(process.execPath, [start, '--no-editor', path], { encoding: 'utf8' });
		expect(run(join(root, 'examples', 'drivers', 'virt', 'hatch.c')).stdout).toContain('[foll-get-with-pin]');
		const missing = run('no/such/file.c');
		expect(missing.status).toBe(2);
		expect(missing.stderr).toContain('no/such/file.c');
	});

	it.skipIf(process.platform === 'win32')('opens the examples in VS Code where `code` is on PATH', () => {
		const told = join(folder, 'told');
		writeFileSync(join(folder, 'code'), `#!/bin/sh\nprintf '%s\\n' "$@" > '${told}'\n`);
		chmodSync(join(folder, 'code'), 0o755);
		const env = { ...process.env, PATH: `${folder}${delimiter}${process.env.PATH}` };
		expect(spawnSync(process.execPath, [start], { env, encoding: 'utf8' }).status).toBe(0);
		const args = readFileSync(told, 'utf8').split('\n');
		expect(args).toContain(`--extensionDevelopmentPath=${root}`);
		expect(args).toContain(join(root, 'examples'));
	});
});

// Where there is a VS Code this would open its window.
describe.skipIf(codeServer.skip || findProgram('code', 'code-insiders', 'codium'))(codeServer.title, () => {
	it('serves the editor, prints where, and ends when it is told to', async () => {
		const child = spawn(process.execPath, [start], { stdio: ['ignore', 'ignore', 'pipe'] });
		const ended = new Promise((resolve) => child.once('exit', resolve));
		try {
			const url = await printedUrl(child);
			expect((await fetch(url, { signal: AbortSignal.timeout(30_000) })).status).toBe(200);
			child.kill('SIGTERM');
			await ended;
			await expect(fetch(url, { signal: AbortSignal.timeout(30_000) })).rejects.toThrow();
		} finally {
			child.kill('SIGTERM');
		}
	});
});

function printedUrl(child: ChildProcess): Promise<string> {
	return new Promise((resolve, reject) => {
		let text = '';
		child.stderr?.on('data', (data) => {
			text += data;
			const url = /http:\/\/127\.0\.0\.1\S+/.exec(text)?.[0];
			if (url !== undefined) resolve(url);
		});
		child.once('exit', (code) => reject(new Error(`ended with ${code}:\n${text}`)));
	});
}
