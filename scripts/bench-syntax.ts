/** Parse errors of real kernel files before and after softening. Run: `npm run bench:syntax`. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CParser } from '../server/src/syntax/parser.js';
import { corpus } from '../test/kernel/corpus.js';
import { softenedFunctions } from '../test/kernel/softened.js';
import { table } from './table.js';
import { kernelTree, TREE_NAMES, TREES_HINT } from './trees.js';

const modules = join(import.meta.dirname, '..', 'node_modules');
const parser = await CParser.load(
	readFileSync(join(modules, 'web-tree-sitter', 'web-tree-sitter.wasm')),
	readFileSync(join(modules, 'tree-sitter-c', 'tree-sitter-c.wasm')),
);

/** ERROR and MISSING nodes of a text. */
function errors(text: string): number {
	const parsed = parser.parse(text);
	parsed.dispose();
	return parsed.errors;
}

const rows: string[][] = [];
for (const tree of TREE_NAMES) {
	if (!kernelTree(tree)) {
		console.error(TREES_HINT);
		continue;
	}
	const { files, kernel } = await corpus(tree);
	const sum = {
		functions: 0,
		fileErrors: 0,
		before: 0,
		beforeBad: 0,
		after: 0,
		afterBad: 0,
		blanked: 0,
		body: 0,
		all: 0,
		allBad: 0,
	};
	for (const { text } of files) {
		sum.fileErrors += errors(text);
		for (const { raw, soft, named, blanked, body } of softenedFunctions(text, kernel.version)) {
			const after = errors(soft);
			sum.all++;
			if (after > 0) sum.allBad++;
			if (!named) continue;
			const before = errors(raw);
			sum.functions++;
			sum.before += before;
			if (before > 0) sum.beforeBad++;
			sum.after += after;
			if (after > 0) sum.afterBad++;
			sum.blanked += blanked;
			sum.body += body;
		}
	}
	rows.push(
		[`files that name the family`, kernel.version, String(files.length), ''],
		[`ERROR and MISSING nodes in those files`, kernel.version, String(sum.fileErrors), ''],
		[`functions that name the family`, kernel.version, String(sum.functions), String(sum.functions)],
		[`... with an ERROR or MISSING node`, kernel.version, String(sum.beforeBad), String(sum.afterBad)],
		[`ERROR and MISSING nodes in them`, kernel.version, String(sum.before), String(sum.after)],
		[`all functions of those files with a node`, kernel.version, '', `${sum.allBad} of ${sum.all}`],
		[`characters of their bodies blanked`, kernel.version, '', `${((100 * sum.blanked) / sum.body).toFixed(2)} %`],
	);
}
console.log(table(['', 'kernel', 'as written', 'softened'], rows));
