/** Another revision of this project in a work tree of its own. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..', '..');

/** Runs `use` on the revision's files, which are removed afterwards; node_modules are those of this checkout. */
export async function withCheckout<T>(revision: string, use: (folder: string) => Promise<T>): Promise<T> {
	const folder = join(realpathSync(mkdtempSync(join(tmpdir(), 'gup-lens-revision-'))), 'tree');
	git('worktree', 'add', '--quiet', '--detach', folder, revision);
	try {
		symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
		return await use(folder);
	} finally {
		git('worktree', 'remove', '--force', folder);
		rmSync(join(folder, '..'), { recursive: true, force: true });
	}
}

/** The commit a name stands for. @throws where git knows no such commit */
export function commitOf(revision: string): string {
	return git('rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{commit}`);
}

function git(...args: readonly string[]): string {
	return execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trim();
}
