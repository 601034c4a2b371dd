/** Repositories made to have something run, or to have files outside of them read: a mark that appears is a failure. */
import { spawnSync } from 'node:child_process';
import {
	chmodSync,
	cpSync,
	mkdirSync,
	readFileSync,
	renameSync,
	rmSync,
	symlinkSync,
	unlinkSync,
	utimesSync,
	writeFileSync,
} from 'node:fs';
import { delimiter, join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { fixesTag } from '../../server/src/cli/mail/blame.js';
import { auditOf, briefly, CONVERT, OK, reportOf, TREE } from '../audit/fixtures.js';
import { cli } from '../cli/run.js';
import { scratch } from '../support/scratch.js';
import { Repository } from './repository.js';

afterEach(() => vi.unstubAllEnvs());

const FILE = 'drivers/misc/grab.c';
const SITES = ['drivers/misc/grab.c:5 convert', 'fs/peek.c:6 ok'];
/** A change that brings a finding. */
const CHANGED = CONVERT.replace('FOLL_WRITE', 'addr == 4');

/** All that starts git: the audit, a check of what changed, the mail of a conversion, which commit brought a line. */
async function everything(cwd: string) {
	return {
		sites: briefly(await reportOf(cwd)),
		diff: await cli(['check', '--diff', 'HEAD', '--format', 'json', '.'], { cwd }),
		mail: await cli(['fix', '--rule', 'foll-get-for-dma', '--format', 'patch', '.'], { cwd }),
		blamed: await fixesTag(cwd, FILE, [5]),
	};
}

interface Route {
	/** Sets the trap. */
	set(repository: Repository): void;
	/** Git commands as anybody else runs them, of which one springs it: the trap is real. */
	readonly armed: readonly (readonly string[])[];
	/** What of this git cannot answer without running the trap. */
	readonly unanswered?: 'diff';
}

/** Takes the content of a file out of the repository, which claims that a remote has it. */
function loseBlob(repository: Repository, path: string, ...remote: readonly (readonly [string, string])[]): void {
	const object = repository.git('rev-parse', `HEAD:${path}`).trim();
	rmSync(join(repository.root, '.git/objects', object.slice(0, 2), object.slice(2)));
	for (const [name, value] of [
		['core.repositoryFormatVersion', '1'],
		['extensions.partialClone', 'far'],
		['remote.far.promisor', 'true'],
		...remote,
	] as const)
		repository.git('config', name, value);
}

/** Each makes git start the trap when it fetches. */
const REMOTES: Readonly<Record<string, (trap: string) => readonly (readonly [string, string])[]>> = {
	'core.sshCommand': (trap) => [
		['remote.far.url', 'ssh://nowhere/x'],
		['core.sshCommand', trap],
	],
	'remote.uploadpack': (trap) => [
		['remote.far.url', '/'],
		['remote.far.uploadpack', trap],
	],
	'an ext:: URL': (trap) => [
		['remote.far.url', `ext::${trap} x`],
		['protocol.ext.allow', 'always'],
	],
	'a proxy of git://': (trap) => [
		['remote.far.url', 'git://nowhere/x'],
		['core.gitProxy', trap],
	],
};

const LAZY = Object.entries(REMOTES).flatMap(([name, remote]): [string, Route][] => [
	[
		`a lazy fetch of a changed file, by ${name}`,
		{
			set(repository) {
				loseBlob(repository, FILE, ...remote(repository.trap));
				writeFileSync(join(repository.root, FILE), CHANGED);
			},
			armed: [['cat-file', 'blob', `HEAD:${FILE}`]],
			unanswered: 'diff',
		},
	],
	[
		`a lazy fetch of an ignore file, by ${name}`,
		{
			set(repository) {
				writeFileSync(join(repository.root, 'drivers/.gitignore'), 'x\n');
				repository.git('add', 'drivers/.gitignore');
				repository.commit();
				repository.git('update-index', '--skip-worktree', 'drivers/.gitignore');
				rmSync(join(repository.root, 'drivers/.gitignore'));
				loseBlob(repository, 'drivers/.gitignore', ...remote(repository.trap));
				writeFileSync(join(repository.root, FILE), CHANGED);
			},
			armed: [['ls-files', '--others', '--exclude-standard']],
		},
	],
]);

/** A filter over all files, and one of them changed. */
function filtered(repository: Repository, config: string, name: string, where = '.git/config'): void {
	writeFileSync(join(repository.root, '.git/info/attributes'), `*.c filter=${name}\n`);
	const file = join(repository.root, where);
	const before = spawnSync('cat', [file], { encoding: 'utf8' }).stdout;
	writeFileSync(file, `${before}\n${config}\n`);
	writeFileSync(join(repository.root, FILE), CHANGED);
}

const FILTERS: readonly [string, Route][] = [
	...['clean', 'process'].flatMap((key): [string, Route][] =>
		['evil', 'a=b', 'a.b', '=', 'a"b', 'Clean', 'ä'].map((name) => [
			`filter.${name}.${key}`,
			{
				set: (repository) =>
					filtered(
						repository,
						`[filter "${name.replace('"', '\\"')}"]\n\t${key} = ${repository.trap}\n\trequired = true`,
						name,
					),
				armed: [['diff', 'HEAD']],
			},
		]),
	),
	[
		'a filter in an included file',
		{
			set(repository) {
				writeFileSync(join(repository.root, 'more'), `[filter "a=b"]\n\tclean = ${repository.trap}\n`);
				filtered(repository, '[include]\n\tpath = ../more', 'a=b');
			},
			armed: [['diff', 'HEAD']],
		},
	],
	[
		'a filter in the configuration of one work tree',
		{
			set(repository) {
				repository.git('config', 'extensions.worktreeConfig', 'true');
				filtered(repository, `[filter "far"]\n\tclean = ${repository.trap}`, 'far', '.git/config.worktree');
			},
			armed: [['diff', 'HEAD']],
		},
	],
	[
		'a filter whose name is not UTF-8',
		{
			set(repository) {
				const bytes = (text: string) => Buffer.from(text, 'latin1');
				writeFileSync(join(repository.root, '.git/info/attributes'), bytes('*.c filter=\xe9\n'));
				const file = join(repository.root, '.git/config');
				const filter = bytes(`[filter "\xe9"]\n\tclean = ${repository.trap}\n`);
				writeFileSync(file, Buffer.concat([readFileSync(file), filter]));
				writeFileSync(join(repository.root, FILE), CHANGED);
			},
			armed: [['diff', 'HEAD']],
			unanswered: 'diff',
		},
	],
	[
		'a filter of a submodule',
		{
			set(repository) {
				const inner = new Repository({ 'far.c': 'int far;\n' });
				repository.git('submodule', '--quiet', 'add', inner.root, 'sub');
				repository.commit();
				const { stdout } = spawnSync('git', ['rev-parse', '--absolute-git-dir'], {
					cwd: join(repository.root, 'sub'),
					encoding: 'utf8',
				});
				writeFileSync(join(stdout.trim(), 'info/attributes'), '*.c filter=evil\n');
				repository.git('-C', 'sub', 'config', 'filter.evil.clean', repository.trap);
				repository.git('config', 'submodule.sub.ignore', 'none');
				writeFileSync(join(repository.root, 'sub/far.c'), 'int fab;\n');
				writeFileSync(join(repository.root, FILE), CHANGED);
			},
			armed: [['diff', 'HEAD']],
		},
	],
];

const CONFIGURED: readonly [string, Route][] = [
	[
		'core.fsmonitor',
		{
			set(repository) {
				repository.git('config', 'core.fsmonitor', repository.trap);
				writeFileSync(join(repository.root, FILE), CHANGED);
			},
			armed: [['status']],
		},
	],
	[
		'a hook that follows a change of the index',
		{
			set(repository) {
				mkdirSync(join(repository.root, 'hooks'));
				cpSync(repository.trap, join(repository.root, 'hooks/post-index-change'));
				repository.git('config', 'core.hooksPath', join(repository.root, 'hooks'));
				// The same text at another time: git notes that it looked.
				writeFileSync(join(repository.root, FILE), CONVERT);
				writeFileSync(join(repository.root, 'lib/three.c'), CHANGED);
			},
			armed: [['status']],
		},
	],
	[
		'diff.external and textconv',
		{
			set(repository) {
				repository.git('config', 'diff.external', repository.trap);
				repository.git('config', 'diff.evil.textconv', repository.trap);
				repository.git('config', 'diff.evil.command', repository.trap);
				writeFileSync(join(repository.root, '.git/info/attributes'), '*.c diff=evil\n');
				writeFileSync(join(repository.root, FILE), CHANGED);
			},
			armed: [['diff', 'HEAD']],
		},
	],
	[
		'a check of signatures',
		{
			set(repository) {
				const signer = join(scratch(), 'sign');
				writeFileSync(
					signer,
					'#!/bin/sh\ncat >/dev/null\necho "[GNUPG:] SIG_CREATED " >&2\necho "-----BEGIN PGP SIGNATURE-----"\n',
				);
				chmodSync(signer, 0o755);
				writeFileSync(join(repository.root, FILE), `${CONVERT}\n`);
				repository.git('-c', `gpg.program=${signer}`, 'commit', '-q', '-a', '-S', '-m', 'misc: sign');
				repository.git('config', 'log.showSignature', 'true');
				repository.git('config', 'gpg.program', repository.trap);
				writeFileSync(join(repository.root, FILE), CHANGED);
			},
			armed: [['log']],
		},
	],
	[
		'a repository without a work tree inside',
		{
			set(repository) {
				const bare = join(repository.root, 'drivers/misc');
				for (const folder of ['objects', 'refs']) mkdirSync(join(bare, folder));
				writeFileSync(join(bare, 'HEAD'), 'ref: refs/heads/main\n');
				writeFileSync(join(bare, 'config'), `[core]\n\tworktree = ${bare}\n\tfsmonitor = ${repository.trap}\n`);
				writeFileSync(join(repository.root, FILE), CHANGED);
			},
			armed: [['-C', 'drivers/misc', '--work-tree=.', 'status']],
		},
	],
];

describe.each([...LAZY, ...FILTERS, ...CONFIGURED])('%s', (_, { set, armed, unanswered }) => {
	const repository = () => {
		const made = new Repository(TREE);
		set(made);
		return made;
	};

	test('is run by a git that trusts the repository', () => {
		const trusting = repository();
		for (const argv of armed) trusting.try(...argv);
		expect(trusting.sprung).toBe(true);
	});

	test('is not run here, and what can be answered is', async () => {
		const hostile = repository();
		const inside = join(hostile.root, 'drivers/misc');
		const before = hostile.sprung;
		const { sites, diff } = await everything(hostile.root);
		await everything(inside);
		expect({ before, after: hostile.sprung }).toEqual({ before: false, after: false });
		expect(sites.map((site) => site.replace('sub/', ''))).toEqual(expect.arrayContaining([SITES[1]]));
		if (unanswered === 'diff')
			expect(diff).toMatchObject({ code: 2, stderr: expect.stringMatching(/^gup-lens: --diff HEAD: /) });
		else expect(diff.code, diff.stderr).toBe(1);
	});
});

describe('programs of the tree', () => {
	/** A tree with programs of its own in a folder. */
	const tree = (folder: string) => {
		const repository = new Repository(TREE);
		mkdirSync(join(repository.root, folder), { recursive: true });
		for (const name of ['git', 'rg', 'code']) cpSync(repository.trap, join(repository.root, folder, name));
		writeFileSync(join(repository.root, FILE), CHANGED);
		return repository;
	};

	test.each([
		['here', '.', () => '.'],
		['here, by an empty entry', '.', () => ''],
		['by a relative entry', 'bin', () => 'bin'],
		['by an entry of npm', 'node_modules/.bin', (root: string) => join(root, 'node_modules/.bin')],
		['by an absolute entry', 'scripts', (root: string) => join(root, 'scripts')],
	])('are not run: %s', async (_, folder, entry) => {
		const hostile = tree(folder);
		vi.spyOn(process, 'cwd').mockReturnValue(hostile.root);
		vi.stubEnv('PATH', [entry(hostile.root), process.env.PATH].join(delimiter));
		const { sites, diff } = await everything(hostile.root);
		expect(hostile.sprung).toBe(false);
		expect(sites).toHaveLength(2);
		expect(diff.code, diff.stderr).toBe(1);
	});

	test('are not run where a link outside leads to them', async () => {
		const hostile = tree('bin');
		const outside = scratch();
		for (const name of ['git', 'rg']) symlinkSync(join(hostile.root, 'bin', name), join(outside, name));
		symlinkSync(join(hostile.root, 'bin'), join(outside, 'all'));
		vi.stubEnv('PATH', [outside, join(outside, 'all'), process.env.PATH].join(delimiter));
		expect((await everything(hostile.root)).diff.code).toBe(1);
		expect(hostile.sprung).toBe(false);
	});

	test('are not run for a repository further in, which makes the tree look smaller', async () => {
		const hostile = tree('bin');
		cpSync(new Repository({ 'peek.c': OK }).root, join(hostile.root, 'sub'), { recursive: true });
		vi.stubEnv('PATH', [join(hostile.root, 'bin'), process.env.PATH].join(delimiter));
		expect((await everything(hostile.root)).sites).toHaveLength(3);
		expect((await everything(join(hostile.root, 'sub'))).sites).toHaveLength(1);
		expect(hostile.sprung).toBe(false);
	});

	test('are not run by a node_modules above a folder that is no repository', async () => {
		const hostile = tree('node_modules/.bin');
		rmSync(join(hostile.root, '.git'), { recursive: true });
		vi.stubEnv('PATH', [join(hostile.root, 'node_modules/.bin'), process.env.PATH].join(delimiter));
		expect(briefly(await reportOf(join(hostile.root, 'drivers')))).toHaveLength(1);
		expect(hostile.sprung).toBe(false);
	});
});

describe('a pipe that nobody writes into', () => {
	const fifo = (path: string) => expect(spawnSync('mkfifo', [path]).status).toBe(0);

	test.each([
		['.gitignore', '.gitignore'],
		['.gitattributes', '.gitattributes'],
		['drivers/.gitignore', 'drivers/.gitignore'],
	])(
		'as %s ends git, not the audit',
		async (_, path) => {
			const hostile = new Repository(TREE);
			fifo(join(hostile.root, path));
			writeFileSync(join(hostile.root, FILE), CHANGED);
			const { code, stdout, stderr } = await auditOf([hostile.root, '--format', 'json']);
			expect(code).toBe(0);
			expect(briefly(JSON.parse(stdout))).toHaveLength(2);
			if (path.endsWith('ignore')) expect(stderr).toContain('files ignored by git are audited too: git gave no answer');
			const checked = await cli(['check', '--diff', 'HEAD'], { cwd: hostile.root });
			// attributes are read only where a file has the time of the index: else there is an answer
			if (path === '.gitattributes' && checked.code === 1) return;
			expect(checked).toMatchObject({
				code: 2,
				stderr: expect.stringContaining('git gave no answer within'),
			});
		},
		120_000,
	);

	test('as configuration', async () => {
		const hostile = new Repository(TREE);
		fifo(join(hostile.root, 'more'));
		hostile.git('config', 'include.path', '../more');
		expect(briefly(await reportOf(hostile.root))).toEqual(SITES);
	}, 60_000);

	test.each(['with', 'without'])('in place of a tracked file, %s ripgrep', async (how) => {
		if (how === 'without') vi.stubEnv('GUP_LENS_RIPGREP', 'off');
		const hostile = new Repository({ ...TREE, 'drivers/misc/beside.c': OK });
		for (const path of ['fs/peek.c', 'drivers/misc/beside.c']) {
			unlinkSync(join(hostile.root, path));
			fifo(join(hostile.root, path));
		}
		const report = await reportOf(hostile.root);
		expect(briefly(report)).toEqual([SITES[0]]);
		expect((await cli(['check', '--diff', 'HEAD'], { cwd: hostile.root })).code).toBe(0);
	});

	test('in place of a header of the kernel', async () => {
		const tree = scratch(TREE);
		mkdirSync(join(tree, 'include/linux'), { recursive: true });
		fifo(join(tree, 'include/linux/mm.h'));
		expect(briefly(await reportOf(tree))).toEqual(SITES);
		expect((await cli(['check', '.'], { cwd: tree })).code).toBe(1);
	});
});

describe('what git stumbles over is told in one line', () => {
	const diff = async (hostile: Repository) => {
		const { sites, diff } = await everything(hostile.root);
		expect(sites).toEqual(SITES);
		expect(diff.stderr).not.toMatch(/^\s+at /m);
		return diff;
	};
	const changed = () => {
		const hostile = new Repository(TREE);
		writeFileSync(join(hostile.root, FILE), CHANGED);
		return hostile;
	};

	test('a filter with a name that no program can be given', async () => {
		const hostile = changed();
		const config = join(hostile.root, '.git/config');
		writeFileSync(config, `${readFileSync(config)}[filter "${'A'.repeat(140_000)}"]\n\tclean = x\n`);
		expect((await diff(hostile)).code).toBe(2);
	});

	test('a work tree that is not there', async () => {
		const hostile = changed();
		hostile.git('config', 'core.worktree', join(hostile.root, '../gone'));
		expect((await diff(hostile)).code).toBe(2);
	});

	test('names in the index that lead in circles, or are too long', async () => {
		const hostile = changed();
		const object = hostile.git('rev-parse', `HEAD:${FILE}`).trim();
		symlinkSync('loop', join(hostile.root, 'loop'));
		for (const path of ['loop/x.c', `${'x'.repeat(300)}.c`]) {
			hostile.git('update-index', '--add', '--cacheinfo', `100644,${object},${path}`);
			hostile.git('update-index', '--skip-worktree', path);
		}
		expect((await diff(hostile)).code).toBe(1);
	});
});

test('the index is not written, also not through a link', async () => {
	const hostile = new Repository(TREE);
	const index = join(hostile.root, '.git/index');
	const outside = join(scratch(), 'index');
	renameSync(index, outside);
	symlinkSync(outside, index);
	const later = Date.now() / 1000 + 2;
	utimesSync(join(hostile.root, 'fs/peek.c'), later, later);
	const before = readFileSync(outside);
	await everything(hostile.root);
	expect(readFileSync(outside).equals(before)).toBe(true);
	hostile.try('diff', 'HEAD');
	expect(readFileSync(outside).equals(before)).toBe(false);
});

describe('nothing outside of the tree is read', () => {
	test('where a link of the repository makes git quote it', async () => {
		const outside = scratch({ secret: 'SECRETLINE\n' });
		const hostile = new Repository(TREE);
		const object = hostile.git('rev-parse', `HEAD:${FILE}`).trim();
		symlinkSync(join(outside, 'secret'), join(hostile.root, '.git/objects/info/alternates'));
		rmSync(join(hostile.root, '.git/objects', object.slice(0, 2), object.slice(2)));
		writeFileSync(join(hostile.root, FILE), CHANGED);
		expect(hostile.try('cat-file', 'blob', object).stderr).toContain('SECRETLINE');
		const { diff, mail } = await everything(hostile.root);
		for (const { stdout, stderr } of [diff, mail]) expect(stdout + stderr).not.toContain('SECRETLINE');
	});

	const SECRET = { 'secret.c': CONVERT.replace('grab', 'secret') };

	test('where the index names what lies above', async () => {
		const above = scratch(SECRET);
		const root = join(above, 'tree');
		renameSync(new Repository({ ...TREE, 'aa/secret.c': OK }).root, root);
		const index = join(root, '.git/index');
		const bytes = readFileSync(index);
		const at = bytes.indexOf('aa/secret.c');
		expect(at).toBeGreaterThan(0);
		bytes.write('../', at);
		writeFileSync(index, bytes);
		rmSync(join(root, 'aa'), { recursive: true });
		const report = await reportOf(root);
		expect(briefly(report)).toEqual(SITES);
		expect((await cli(['check', '--diff', 'HEAD'], { cwd: root })).stdout).not.toContain('secret');
	});

	test('where tracked files and folders became links', async () => {
		const outside = scratch({ ...SECRET, 'folder/secret.c': SECRET['secret.c'] });
		for (const ripgrep of ['', 'off']) {
			vi.stubEnv('GUP_LENS_RIPGREP', ripgrep);
			const hostile = new Repository({ ...TREE, 'near/secret.c': OK, 'alone.c': OK, 'sub/a.c': OK });
			rmSync(join(hostile.root, 'near'), { recursive: true });
			rmSync(join(hostile.root, 'alone.c'));
			symlinkSync(join(outside, 'folder'), join(hostile.root, 'near'));
			symlinkSync(join(outside, 'secret.c'), join(hostile.root, 'alone.c'));
			const report = await reportOf(hostile.root);
			expect(briefly(report).filter((site) => !site.startsWith('sub/'))).toEqual(SITES);
			const { stdout } = await cli(['check', '--diff', 'HEAD'], { cwd: hostile.root });
			expect(stdout).not.toContain('secret');
		}
	});

	test('where a repository inside is a link to another', async () => {
		const outside = new Repository({ 'secret.c': SECRET['secret.c'] });
		const hostile = new Repository({ ...TREE });
		hostile.git('-c', 'advice.addEmbeddedRepo=false', 'clone', '-q', outside.root, 'sub');
		hostile.git('-c', 'advice.addEmbeddedRepo=false', 'add', 'sub');
		hostile.commit();
		rmSync(join(hostile.root, 'sub'), { recursive: true });
		symlinkSync(outside.root, join(hostile.root, 'sub'));
		expect(briefly(await reportOf(hostile.root))).toEqual(SITES);
	});

	test('where a patch, or a report, leads through a link', async () => {
		const outside = scratch({ ...SECRET, 'folder/secret.c': SECRET['secret.c'] });
		const tree = scratch(TREE);
		symlinkSync(join(outside, 'folder'), join(tree, 'near'));
		symlinkSync(join(outside, 'secret.c'), join(tree, 'alone.c'));
		for (const path of ['near/secret.c', 'alone.c']) {
			const patch = `--- a/${path}\n+++ b/${path}\n@@ -1,2 +1,3 @@\n #include <linux/mm.h>\n+\n \n`;
			expect(await cli(['check', '--patch', '-'], { cwd: tree, stdin: patch })).toMatchObject({
				code: 2,
				stdout: '',
				stderr: expect.stringContaining(`${path} is not in the tree`),
			});
			const report = await reportOf(tree);
			const page = async (path: string) => {
				const sites = report.sites.map((site) => ({ ...site, path, line: 3, evidence: [] }));
				const folder = scratch({ 'audit.json': JSON.stringify({ ...report, sites }) });
				return (await cli(['merge', 'audit.json', '--tree', tree, '--format', 'html'], { cwd: folder })).stdout;
			};
			expect(await page('fs/peek.c')).toContain('peek(');
			expect(await page(path)).not.toContain('secret(');
		}
	});

	test('where core.worktree is elsewhere', async () => {
		const outside = scratch(SECRET);
		const hostile = new Repository(TREE);
		hostile.git('config', 'core.worktree', outside);
		expect(briefly(await reportOf(hostile.root))).toEqual(SITES);
		const { code, stdout, stderr } = await cli(['check', '--diff', 'HEAD'], { cwd: hostile.root });
		expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
		expect(stderr).toContain('work tree');
	});
});

test('thousands of repositories in one folder cost no more than some', async () => {
	const hostile = new Repository(TREE);
	const inner = new Repository({ 'peek.c': OK });
	for (let i = 0; i < 200; i++) cpSync(inner.root, join(hostile.root, `many/${i}`), { recursive: true });
	const { stdout, stderr } = await auditOf([hostile.root, '--format', 'json']);
	expect(briefly(JSON.parse(stdout))).toHaveLength(202);
	expect(stderr).toContain('more than 64 repositories in one folder');
}, 120_000);
