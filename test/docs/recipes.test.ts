/** The recipes of the documentation, run by git, pre-commit and b4 as a user would have them. */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { programs, RIGHT, recipesOf, repository, WRONG } from '../support/recipes.js';
import { scratch } from '../support/scratch.js';

const root = join(import.meta.dirname, '..', '..');
const recipe = recipesOf('docs/checking-changes.md');

test('the pre-commit hook lets a clean commit through and keeps one with a new finding back', () => {
	const cwd = scratch({ 'teal.c': RIGHT });
	const bin = programs();
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
	writeFileSync(join(hooks, 'pre-commit'), recipe('sh hook'), { mode: 0o755 });

	writeFileSync(join(cwd, 'teal.c'), `${RIGHT}\nint more;\n`);
	expect(commit()).toMatchObject({ status: 0 });
	writeFileSync(join(cwd, 'teal.c'), RIGHT.replace('unpin_user_page(', 'put_page('));
	const refused = commit();
	expect(refused.status).toBe(1);
	expect(refused.stdout + refused.stderr).toContain('[pin-put-page]');
}, 60_000);

test('pre-commit runs the hook of the page on what is staged, and knows the one this repository offers', (context) => {
	if (spawnSync('pre-commit', ['--version']).error) context.skip('pre-commit is missing: apt-get install pre-commit');
	const { cwd, env, git } = repository(programs(), RIGHT);
	writeFileSync(join(cwd, '.pre-commit-config.yaml'), recipe('yaml pre-commit'));
	git('add', '.pre-commit-config.yaml');
	const run = () => spawnSync('pre-commit', ['run'], { cwd, env, encoding: 'utf8' });
	writeFileSync(join(cwd, 'teal.c'), `${RIGHT}\nint more;\n`);
	git('add', 'teal.c');
	expect(run()).toMatchObject({ status: 0 });
	writeFileSync(join(cwd, 'teal.c'), WRONG);
	git('add', 'teal.c');
	const refused = run();
	expect(refused.status).toBe(1);
	expect(refused.stdout).toContain('[pin-put-page]');
	const manifest = spawnSync('pre-commit', ['validate-manifest', join(root, '.pre-commit-hooks.yaml')], {
		encoding: 'utf8',
	});
	expect(manifest.status, manifest.stdout).toBe(0);
}, 120_000);

test('what b4 am gives is checked in the tree it is for', (context) => {
	if (spawnSync('b4', ['--version']).error) context.skip('b4 is missing: apt-get install b4');
	const { cwd, env, git } = repository(programs(), RIGHT, WRONG);
	const mail = git('format-patch', '--stdout', '-1').replace(
		/^Subject:/m,
		'Message-Id: <teal-1@example.org>\nSubject:',
	);
	git('reset', '-q', '--hard', 'HEAD~1');
	git('config', 'user.name', 'A Teal');
	git('config', 'user.email', 'teal@example.org');
	writeFileSync(join(cwd, 'series.mbox'), mail);
	const command = recipe('sh b4 am').replace('b4 am', 'b4 -n am');
	const { status, stdout, stderr } = spawnSync('sh', ['-c', command], { cwd, env, encoding: 'utf8' });
	expect(stdout, stderr).toMatch(/^teal\.c:7: ERROR: .* \[pin-put-page\]$/m);
	expect(status).toBe(1);
}, 120_000);

test('the commands of b4 get each patch of a series that is in the tree', () => {
	const { cwd, env, git } = repository(programs(), RIGHT, `${RIGHT}\nint more;\n`, WRONG, `${WRONG}\nint more;\n`);
	const commands = new Map([...recipe('ini b4').matchAll(/^\t(\S+) = (.*)$/gm)].map(([, name, text]) => [name, text]));
	const given = (name: string, commit: string) =>
		spawnSync('sh', ['-c', commands.get(name) ?? ''], {
			cwd,
			env,
			input: git('format-patch', '--stdout', '-1', commit),
			encoding: 'utf8',
		});
	expect(given('prep-perpatch-check-cmd', 'HEAD~2')).toMatchObject({ status: 0, stdout: '', stderr: '' });
	const wrong = given('prep-perpatch-check-cmd', 'HEAD~1');
	expect(wrong.stdout).toMatch(/^teal\.c:7: ERROR: .*\n$/);
	expect(wrong.stderr).toBe('');
	const [pass, fail] = ['HEAD', 'HEAD~1'].map(
		(commit) => JSON.parse(given('review-perpatch-check-cmd', commit).stdout)[0],
	);
	expect([pass.status, fail.status]).toEqual(['pass', 'fail']);
}, 120_000);
