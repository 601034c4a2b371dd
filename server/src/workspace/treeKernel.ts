import { kernelForTree } from '../kernel/index.js';
import type { Kernel } from '../kernel/types.js';
import { readDeclarations, treeHeaders } from '../syntax/prototypes.js';
import type { TreeVersion } from './makefile.js';

/** Headers that decide which APIs and flags a tree has, relative to its root. */
export { treeHeaders };

/**
 * The facts of a tree from its own headers.
 * @param headers text by path relative to the root; those a tree does not have are left out
 */
export function treeKernel(
	version: TreeVersion,
	headers: ReadonlyMap<string, string>,
	origin: 'tree' | 'headers' = 'tree',
): Kernel {
	return kernelForTree(readDeclarations(version, headers), origin);
}
