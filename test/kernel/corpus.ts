/** The files of a real kernel tree that name the family, read once for a test file. */
import { readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { kernelTree, TREES_HINT, type TreeName } from '../../scripts/trees.js';
import { loadEngine, needles } from '../../server/src/engine.js';
import type { Kernel } from '../../server/src/kernel/types.js';
import { collect } from '../../server/src/workspace/collect.js';
import { nodeFiles } from '../../server/src/workspace/nodeFiles.js';
import { Prefilter } from '../../server/src/workspace/prefilter.js';
import { readSource } from '../../server/src/workspace/read.js';
import { TreeLocator } from '../../server/src/workspace/trees.js';

export interface KernelFile {
	/** Relative to the tree. */
	readonly path: string;
	readonly text: string;
}

export interface Corpus {
	readonly root: string;
	readonly kernel: Kernel;
	readonly files: readonly KernelFile[];
}

const modules = join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'node_modules');

/** The engine on the parser's wasm files as installed. */
export const engine = await loadEngine({
	core: readFileSync(join(modules, 'web-tree-sitter', 'web-tree-sitter.wasm')),
	grammar: readFileSync(join(modules, 'tree-sitter-c', 'tree-sitter-c.wasm')),
});

/** Name for a test that needs a tree: says how to get it when it is skipped. */
export function named(title: string, tree: TreeName): string {
	return kernelTree(tree) ? title : `${title} (${TREES_HINT})`;
}

const corpora = new Map<TreeName, Promise<Corpus>>();

/** Every `.c` and `.h` file of the tree that contains one of the words. */
export function corpus(name: TreeName): Promise<Corpus> {
	const known = corpora.get(name) ?? load(name);
	corpora.set(name, known);
	return known;
}

async function load(name: TreeName): Promise<Corpus> {
	const root = kernelTree(name);
	if (!root) throw new Error(TREES_HINT);
	const tree = await new TreeLocator(nodeFiles).find(root, true);
	if (!tree) throw new Error(`${root} is no kernel tree`);
	const words = new Prefilter(needles);
	const { files } = await collect([root], root);
	const found: KernelFile[] = [];
	for (const { path } of files) {
		const read = readSource(path, words);
		if (read.kind === 'text') found.push({ path: relative(root, path), text: read.source.text });
	}
	return { root, kernel: tree.kernel, files: found };
}
