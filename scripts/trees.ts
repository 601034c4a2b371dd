/**
 * The Debian kernels the tests read: two long-term ones, installed as packages, and the newest that Debian has.
 * Run: `npm run trees`. Needs apt and xz, and root for packages that are not installed yet.
 */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fetchNewestSource, run } from './kernels/newest.js';

/** Git-ignored folder with a folder for each tree. */
const treesDir = join(import.meta.dirname, '..', '.cache', 'trees');

/** Those of a stable Debian: they change in their last number alone. */
const PACKAGES = { '6.12': 'linux-source-6.12', '6.1': 'linux-source-6.1' } as const;

export type LongTerm = keyof typeof PACKAGES;
export const LONG_TERM = Object.keys(PACKAGES) as LongTerm[];

/** "newest" moves on with Debian: its Makefile says which one is there. */
export type TreeName = LongTerm | 'newest';
export const TREE_NAMES: readonly TreeName[] = [...LONG_TERM, 'newest'];

/** What to tell when a tree is missing. */
export const TREES_HINT = 'kernel trees are missing: `npm run trees` as root on Debian gets them';

/** Absolute path of an unpacked tree, undefined when it is not there. */
export function kernelTree(name: TreeName): string | undefined {
	const folder = folderOf(name);
	return existsSync(join(folder, 'Makefile')) ? folder : undefined;
}

/** "6.12.117", as the Makefile of a tree has it. */
export function treeVersion(root: string): string {
	const makefile = readFileSync(join(root, 'Makefile'), 'utf8');
	const part = (name: string) => new RegExp(`^${name} = (\\d+)`, 'm').exec(makefile)?.[1];
	return `${part('VERSION')}.${part('PATCHLEVEL')}.${part('SUBLEVEL')}`;
}

/** Gets what is missing; throws with the reason when that fails. Takes a minute for each tree. */
function installTrees(): void {
	const missing = LONG_TERM.filter((name) => kernelTree(name) === undefined);
	const packages = missing.filter((name) => !existsSync(archiveOf(name))).map((name) => PACKAGES[name]);
	if (packages.length > 0) {
		run('apt-get', ['update', '-qq']);
		run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'xz-utils', ...packages]);
	}
	for (const name of missing) into(name, (part) => unpack(archiveOf(name), part));
	if (!kernelTree('newest')) into('newest', (part) => unpack(fetchNewestSource(part), part));
}

function folderOf(name: TreeName): string {
	return join(treesDir, `linux-source-${name}`);
}

function archiveOf(name: LongTerm): string {
	return `/usr/src/${PACKAGES[name]}.tar.xz`;
}

/** Into a folder of its own first, so that a broken run leaves no half tree behind. */
function into(name: TreeName, make: (part: string) => string): void {
	mkdirSync(treesDir, { recursive: true });
	const part = mkdtempSync(join(treesDir, 'part-'));
	try {
		const made = make(part);
		rmSync(folderOf(name), { recursive: true, force: true });
		renameSync(made, folderOf(name));
	} finally {
		rmSync(part, { recursive: true, force: true });
	}
}

/** Gives the folder of the tree: an archive has it in one of its own name. */
function unpack(archive: string, part: string): string {
	console.error(`unpacking ${archive}`);
	const to = join(part, 'unpacked');
	mkdirSync(to);
	run('tar', ['-xf', archive, '-C', to, '--no-same-owner']);
	return join(to, archive.replace(/^.*\/|\.tar\.xz$/g, ''));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
	try {
		installTrees();
	} catch (error) {
		console.error(`${error instanceof Error ? error.message : error}\n${TREES_HINT}`);
		process.exit(1);
	}
	for (const name of TREE_NAMES) console.log(kernelTree(name));
}
