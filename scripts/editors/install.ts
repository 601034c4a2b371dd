/** Shared by the editor installers: where editors live, how npm is run, and when an install counts as done. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Top of the checkout, an absolute path. */
export const root = join(import.meta.dirname, '..', '..');

/** Git-ignored folder that holds every editor this project installs. */
export const editorsDir = join(root, '.cache', 'editors');

/** Runs npm to its end and throws with the tail of its output when it fails; `env` is added to the process' own. */
export function npm(args: readonly string[], cwd: string, env: Readonly<Record<string, string>> = {}): void {
	const result = spawnSync('npm', [...args, '--no-audit', '--no-fund', '--loglevel=error'], {
		cwd,
		env: { ...process.env, ...env },
		encoding: 'utf8',
		maxBuffer: 64 * 1024 * 1024,
		shell: process.platform === 'win32',
	});
	if (result.error) throw result.error;
	if (result.status !== 0) {
		const tail = `${result.stdout}\n${result.stderr}`.trim().split('\n').slice(-15).join('\n');
		throw new Error(`\`npm ${args.join(' ')}\` failed with ${result.status}:\n${tail}`);
	}
}

/**
 * Runs `install` once for `stamp`: a call after a finished one returns at once.
 * A half-finished folder (absolute path) is removed first, because npm cannot tell it from a whole one.
 */
export function once(folder: string, stamp: string, install: () => void): void {
	const marker = join(folder, '.installed');
	if (existsSync(marker) && readFileSync(marker, 'utf8') === stamp) return;
	rmSync(folder, { recursive: true, force: true });
	mkdirSync(folder, { recursive: true });
	install();
	writeFileSync(marker, stamp);
}

/** Tells one step of an install on the terminal. */
export function say(text: string): void {
	console.error(`[${new Date().toTimeString().slice(0, 8)}] ${text}`);
}

/** True when the module with this `import.meta.url` is the program that was started. */
export function isMain(url: string): boolean {
	return process.argv[1] !== undefined && fileURLToPath(url) === process.argv[1];
}
