/** The hook of the documentation, run by git as a user would have it. */
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { scratch } from '../support/scratch.js';

const root = join(import.meta.dirname, '..', '..');
const [, hook = ''] =
	/^```sh hook\n([\s\S]*?)^```/m.exec(readFileSync(join(root, 'docs/checking-changes.md'), 'utf8')) ?? [];

const RIGHT = `int teal(unsigned long addr)
{
	struct page *page;

	if (pin_user_pages_fast(addr, 1, 0, &page) != 1)
		return -EFAULT;
	unpin_user_page(page);
	return 0;
}
`;

test('the pre-commit hook lets a clean commit through and keeps one with a new finding back', () => {
	const cwd = scratch({ 'teal.c': RIGHT });
	const bin = scratch({
		'gup-lens': `#!/bin/sh\nexec "${process.execPath}" "${join(root, 'scripts/run.mjs')}" "${join(root, 'server/src/cli.ts')}" "$@"\n`,
	});
	chmodSync(join(bin, 'gup-lens'), 0o755);
	const env = { ...process.env, PATH: `${bin}:${process.env.PATH}`, GIT_CONFIG_GLOBAL: '/dev/null' };
	const git = (...argv: string[]) => execFileSync('git', argv, { cwd, env, stdio: 'pipe' });
	const commit = () =>
		spawnSync('git', ['-c', 'user.name=T', '-c', 'user.email=t@example.org', 'commit', '-qam', 'teal: a step'], {
			cwd,
			env,
			encoding: 'utf8',
		});
	git('init', '-q');
	git('add', '-A');
	expect(commit().status).toBe(0);
	const hooks = join(cwd, '.git/hooks');
	if (!existsSync(hooks)) mkdirSync(hooks);
	writeFileSync(join(hooks, 'pre-commit'), hook, { mode: 0o755 });

	writeFileSync(join(cwd, 'teal.c'), `${RIGHT}\nint more;\n`);
	expect(commit()).toMatchObject({ status: 0 });
	writeFileSync(join(cwd, 'teal.c'), RIGHT.replace('unpin_user_page(', 'put_page('));
	const refused = commit();
	expect(refused.status).toBe(1);
	expect(refused.stdout + refused.stderr).toContain('[pin-put-page]');
}, 60_000);
