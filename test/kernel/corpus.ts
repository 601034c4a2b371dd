/** The files of a real kernel tree that name the family, read once for a test file. */
import { readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { kernelTree, TREES_HINT, type TreeName } from '../../scripts/trees.js';
import { type Analysis, loadEngine, type Neighbour, needles } from '../../server/src/engine.js';
import type { Kernel } from '../../server/src/kernel/types.js';
import { collect } from '../../server/src/workspace/collect.js';
import { TreeDefinitions } from '../../server/src/workspace/definitions.js';
import { Neighbourhood } from '../../server/src/workspace/neighbours.js';
import { nodeFiles } from '../../server/src/workspace/nodeFiles.js';
import { Prefilter } from '../../server/src/workspace/prefilter.js';
import { readSource } from '../../server/src/workspace/read.js';
import { TreeLocator } from '../../server/src/workspace/trees.js';

export interface KernelFile {
	/** Relative to the tree. */
	readonly path: string;
	readonly text: string;
	/** The other files that it is analysed with. */
	readonly neighbours: readonly Neighbour[];
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
	const definitions = new TreeDefinitions();
	const relevant = files.flatMap(({ path }) => {
		const read = readSource(path, words);
		if (read.kind !== 'text') return [];
		definitions.add(path, read.source.text);
		return { path, text: read.source.text };
	});
	const neighbourhood = new Neighbourhood(nodeFiles);
	const { kernel } = tree;
	const inTree = (path: string): string => relative(root, path);
	const found: KernelFile[] = [];
	for (const { path, text } of relevant) {
		const file = engine.open();
		const neighbours = await neighbourhood.of(
			path,
			inTree,
			(known) => file.needs(text, { path: inTree(path), kernel, neighbours: known }),
			(name) => definitions.of(name),
		);
		file.dispose();
		found.push({ path: inTree(path), text, neighbours });
	}
	return { root, kernel, files: found };
}

/** Findings of a file as a check of its whole tree gives them, without fixes. */
export function analyse({ path, text, neighbours }: KernelFile, kernel: Kernel): Analysis {
	return engine.analyse(text, { path, kernel, neighbours, fixes: false });
}
