/**
 * What becomes of each site that should convert, in all kernels, as test/kernel/conversions.md has it.
 * Run: `npm run conversions`; `-- 6.12 fs/ceph` prints the conversions of that tree below a folder as diffs.
 */
import { createTwoFilesPatch, FILE_HEADERS_ONLY } from 'diff';
import { conversionsOf, row, sectionOf } from '../test/kernel/conversions.js';
import { kernelTree, TREE_NAMES, TREES_HINT, type TreeName } from './trees.js';

const [chosen, below] = process.argv.slice(2);

for (const tree of TREE_NAMES) {
	if (chosen !== undefined && chosen !== tree) continue;
	if (!kernelTree(tree)) {
		console.error(TREES_HINT);
		continue;
	}
	if (below === undefined) await table(tree);
	else await diffs(tree, below);
}

async function table(tree: TreeName): Promise<void> {
	const all = await conversionsOf(tree);
	const time = all.reduce((sum, one) => sum + one.time, 0) / all.length;
	console.log(`\n## ${sectionOf(tree)}\n\n| file | sites | outcome |\n|---|---|---|\n${all.map(row).join('\n')}`);
	console.error(`${tree}: ${all.length} offers, ${time.toFixed(0)} ms each on average`);
}

async function diffs(tree: TreeName, folder: string): Promise<void> {
	for (const { path, texts, reason } of await conversionsOf(tree)) {
		if (!path.startsWith(folder)) continue;
		if (reason !== undefined) console.log(`${path}: refused: ${reason}`);
		for (const [name, { before, after }] of texts)
			console.log(
				createTwoFilesPatch(`a/${name}`, `b/${name}`, before, after, undefined, undefined, {
					headerOptions: FILE_HEADERS_ONLY,
				}),
			);
	}
}
