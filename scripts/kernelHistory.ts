/** A repository with kernels as its commits, made of the trees that `npm run trees` unpacks. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..');
const CACHE = join(ROOT, '.cache');
const TREES = join(CACHE, 'trees');

/** Kernels, oldest first, with the tag of each. */
export const KERNELS = [
	['linux-source-6.1', 'v6.1'],
	['linux-source-6.12', 'v6.12'],
	['linux-source-newest', 'newest'],
] as const;

/** Revisions after 6.12 that change little, as the stable releases of a kernel do. */
export const POINTS = 9;
/** C files that each of them changes; of 6.12.10 to 6.12.19 the median is about 200. */
const CHANGED = 300;

/** @returns the repository, made where it is not there: some minutes, 1.5 GB */
export function kernelHistory(): string {
	const made = join(CACHE, 'history');
	if (existsSync(join(made, '.git', 'complete'))) return made;
	const folder = `${made}-${process.pid}`;
	rmSync(folder, { recursive: true, force: true });
	mkdirSync(folder, { recursive: true });
	git(folder, ['init', '-q', '-b', 'main']);
	git(folder, ['config', 'core.compression', '1']);
	git(folder, ['config', 'core.fsync', 'none']);
	let date = 1_700_000_000;
	const commit = (tag: string): void => {
		date += 86_400;
		git(folder, ['commit', '-q', '--allow-empty', '-m', tag], { GIT_COMMITTER_DATE: `${date} +0000` });
		git(folder, ['tag', tag]);
	};
	for (const [name, tag] of KERNELS) {
		git(folder, ['--work-tree', join(TREES, name), 'add', '-A', '-f', '.']);
		commit(tag);
	}
	git(folder, ['read-tree', 'v6.12']);
	const files = git(folder, ['ls-files', '-z', '--', '*.c', '*.h']).split('\0').filter(Boolean);
	const source = join(TREES, 'linux-source-6.12');
	const makefile = readFileSync(join(source, 'Makefile'), 'utf8');
	const changes = new Map<string, string>();
	git(folder, ['update-ref', '--no-deref', 'HEAD', 'v6.12']);
	for (let point = 1; point <= POINTS; point++) {
		const now = new Map([['Makefile', makefile.replace(/^(SUBLEVEL = )\d+/m, `$1${200 + point}`)]]);
		for (const path of chosen(files, point))
			now.set(path, `${changes.get(path) ?? readFileSync(join(source, path), 'latin1')}/* ${point} */\n`);
		const paths = [...now].map(([path, text], i) => {
			changes.set(path, text);
			writeFileSync(join(folder, String(i)), text, 'latin1');
			return path;
		});
		const list = paths.map((_, i) => `${i}\n`).join('');
		const ids = git(folder, ['hash-object', '-w', '--no-filters', '--stdin-paths'], {}, list).split('\n');
		const entries = paths.map((path, i) => `100644 ${ids[i]}\t${path}\n`).join('');
		git(folder, ['update-index', '--index-info'], {}, entries);
		commit(`v6.12.${200 + point}`);
	}
	git(folder, ['repack', '-q', '-a', '-d', '--window=5', '--depth=20']);
	git(folder, ['read-tree', '--empty']);
	mkdirSync(join(folder, '.git', 'complete'));
	renameSync(folder, made);
	return made;
}

/** The same ones each time, all over the tree. */
function chosen(files: readonly string[], point: number): readonly string[] {
	const order = (path: string) => createHash('sha1').update(`${point} ${path}`).digest('hex');
	return files
		.map((path) => [order(path), path] as const)
		.sort(([a], [b]) => (a < b ? -1 : 1))
		.slice(0, CHANGED)
		.map(([, path]) => path);
}

function git(folder: string, argv: readonly string[], env: Record<string, string> = {}, input = ''): string {
	const who = [
		'-c',
		'user.name=Zoe',
		'-c',
		'user.email=zoe@example.org',
		'-c',
		'gc.auto=0',
		'-c',
		'core.autocrlf=false',
	];
	const { status, stdout, stderr } = spawnSync('git', [...who, '--git-dir', join(folder, '.git'), ...argv], {
		cwd: folder,
		env: { ...process.env, GIT_AUTHOR_DATE: '1700000000 +0000', ...env },
		encoding: 'utf8',
		maxBuffer: 1 << 28,
		input,
	});
	if (status !== 0) throw new Error(`git ${argv.join(' ')}: ${stderr}`);
	return stdout;
}
