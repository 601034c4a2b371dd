import { resolve } from 'node:path';
import { kernelTree, TREES_HINT } from './trees.js';

/** Root of the kernel tree a script works on: the one named, else the 6.12 that the tests read. */
export function chosenTree(named: string | undefined): string {
	const root = named === undefined ? kernelTree('6.12') : resolve(named);
	if (root !== undefined) return root;
	console.error(TREES_HINT);
	process.exit(2);
}
