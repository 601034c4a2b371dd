/**
 * Writes all items of the chosen corpora, sorted, one a line. Bundled once for each revision, with the engine of that revision:
 * `dump.mjs OUTPUT FLOWS [TREE...]`.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { kernelFor, newestKernel } from '../../server/src/kernel/index.js';
import { corpus, engine } from '../../test/kernel/corpus.js';
import { examples, pages, records, type Specimen } from '../../test/support/specimens.js';
import type { TreeName } from '../trees.js';
import { flowsOf } from './flows.js';
import { type Item, toLine } from './item.js';
import { checkFace, itemsOf } from './items.js';

const [output, flows, ...trees] = process.argv.slice(2) as [string, string, ...TreeName[]];
const withFlows = flows === 'true';
const lines: string[] = [];

checkFace(engine);
await own('example', examples());
await own('page', pages());
await own('record', records());
for (const tree of trees) await ofTree(tree);
lines.sort();
writeFileSync(output, `${lines.join('\n')}\n`);

function write(items: readonly Item[]): void {
	for (const item of items) lines.push(toLine(item));
}

/** Texts of this project, each written to a folder of its own: the command line reads files. */
async function own(corpusName: string, specimens: readonly Specimen[]): Promise<void> {
	for (const { name, text, path, kernel } of specimens) {
		const known = kernel === 'assumed' ? newestKernel() : kernelFor(kernel);
		const items = itemsOf(engine, { file: `${corpusName}/${name}`, text, path, kernel: known, neighbours: [] });
		write(items);
		if (!withFlows) continue;
		const folder = mkdtempSync(join(tmpdir(), 'gup-lens-golden-'));
		try {
			mkdirSync(dirname(join(folder, path)), { recursive: true });
			writeFileSync(join(folder, path), text);
			write(await flowsOf(items, folder, path, known.version));
		} finally {
			rmSync(folder, { recursive: true, force: true });
		}
	}
}

async function ofTree(tree: TreeName): Promise<void> {
	const { root, kernel, files } = await corpus(tree);
	for (const { path, text, neighbours } of files) {
		const items = itemsOf(engine, { file: `${tree}/${path}`, text, path, kernel, neighbours });
		write(items);
		if (withFlows) write(await flowsOf(items, root, path));
	}
}
