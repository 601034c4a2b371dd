/** Where the kernel trees of the tests are. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { kernelTree, type LongTerm, TREE_NAMES, type TreeName, treeVersion } from '../../scripts/trees.js';
import { kernelForTree } from '../../server/src/kernel/index.js';
import type { Kernel } from '../../server/src/kernel/types.js';
import { readDeclarations, treeHeaders } from '../../server/src/syntax/prototypes.js';

/** A folder with trees or only their headers; also those of versions that no package brings. */
const folder = process.env.GUP_LENS_TREES;

/** Absolute path of an unpacked tree; undefined when it is not there. */
export function tree(name: TreeName): string | undefined {
	const named = folder && join(folder, `linux-source-${name}`);
	return named && existsSync(join(named, 'Makefile')) ? named : kernelTree(name);
}

/** Title and condition for `skipIf`: a skipped test says by its name how to get the tree. */
export function needTree(title: string, name: LongTerm): { skip: boolean; title: string } {
	if (tree(name)) return { skip: false, title };
	return { skip: true, title: `${title} (no tree: apt-get install linux-source-${name}, or npm run trees)` };
}

/** All trees at hand, by path: those of the packages, and whatever else GUP_LENS_TREES holds. */
export function allTrees(): string[] {
	const others = folder ? readdirSync(folder).map((name) => join(folder, name)) : [];
	const known = TREE_NAMES.map(tree).filter((path) => path !== undefined);
	return [...new Set([...known, ...others])].filter((path) => existsSync(join(path, 'include/linux/mm.h')));
}

export function read(root: string, path: string): string {
	return readFileSync(join(root, path), 'utf8');
}

export const versionOf = treeVersion;

/** Facts of a tree from its headers. */
export function kernelOf(root: string): Kernel {
	const headers = new Map(
		treeHeaders.filter((path) => existsSync(join(root, path))).map((path) => [path, read(root, path)]),
	);
	return kernelForTree(readDeclarations({ version: versionOf(root) }, headers));
}
