import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';

const root = join(import.meta.dirname, '..', '..');

/**
 * Builds the package as it ships, away from the checkout: nothing it needs may be missing.
 * @param targets of esbuild.mjs
 * @returns its folder, which the caller removes
 */
export function packaged(...targets: readonly string[]): string {
	const home = mkdtempSync(join(tmpdir(), 'gup-lens-package-'));
	chmodSync(home, 0o755);
	for (const name of ['package.json', 'docs/rules']) cpSync(join(root, name), join(home, name), { recursive: true });
	const options = ['--production', `--only=${targets.join(',')}`, `--outdir=${join(home, 'dist')}`];
	const build = spawnSync(process.execPath, ['esbuild.mjs', ...options], { cwd: root, encoding: 'utf8' });
	expect(build.status, build.stderr).toBe(0);
	return home;
}
