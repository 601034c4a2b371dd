import { spawnSync } from 'node:child_process';
import { root } from '../../scripts/editors/install.js';

/** Builds and packs what the editors are given: the tests must see the sources as they are now. */
export function setup(): void {
	const run = spawnSync('npm', ['run', '--silent', 'package'], { cwd: root, encoding: 'utf8' });
	if (run.status !== 0) throw new Error(`npm run package failed:\n${run.stdout}${run.stderr}`);
}
