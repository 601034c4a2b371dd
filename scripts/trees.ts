/**
 * The two Debian kernels the tests read: installs their source packages and unpacks them. Run: `npm run trees`.
 * Needs root, apt and xz where they are not there yet.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Git-ignored folder with a folder for each tree. */
const treesDir = join(import.meta.dirname, '..', '.cache', 'trees');

const PACKAGES = { '6.12': 'linux-source-6.12', '6.1': 'linux-source-6.1' } as const;

export type TreeName = keyof typeof PACKAGES;
export const TREE_NAMES = Object.keys(PACKAGES) as TreeName[];

/** What to tell when a tree is missing. */
export const TREES_HINT = 'kernel trees are missing: `npm run trees` as root on Debian gets them';

/** Absolute path of an unpacked tree, undefined when it is not there. */
export function kernelTree(name: TreeName): string | undefined {
	const folder = folderOf(name);
	return existsSync(join(folder, 'Makefile')) ? folder : undefined;
}

/** Gets what is missing; throws with the reason when that fails. Takes a minute for each tree. */
function installTrees(): void {
	const missing = TREE_NAMES.filter((name) => kernelTree(name) === undefined);
	const packages = missing.filter((name) => !existsSync(archiveOf(name))).map((name) => PACKAGES[name]);
	if (packages.length > 0) {
		run('apt-get', ['update', '-qq']);
		run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'xz-utils', ...packages]);
	}
	for (const name of missing) unpack(name);
}

function folderOf(name: TreeName): string {
	return join(treesDir, PACKAGES[name]);
}

function archiveOf(name: TreeName): string {
	return `/usr/src/${PACKAGES[name]}.tar.xz`;
}

/** Into a folder of its own first, so that a broken run leaves no half tree behind. */
function unpack(name: TreeName): void {
	console.error(`unpacking ${archiveOf(name)}`);
	mkdirSync(treesDir, { recursive: true });
	const part = mkdtempSync(join(treesDir, 'part-'));
	try {
		run('tar', ['-xf', archiveOf(name), '-C', part, '--no-same-owner']);
		rmSync(folderOf(name), { recursive: true, force: true });
		renameSync(join(part, PACKAGES[name]), folderOf(name));
	} finally {
		rmSync(part, { recursive: true, force: true });
	}
}

function run(command: string, args: readonly string[]): void {
	const { error, status } = spawnSync(command, args, {
		stdio: ['ignore', 'ignore', 'inherit'],
		env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
	});
	if (error) throw error;
	if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed with ${status}`);
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
