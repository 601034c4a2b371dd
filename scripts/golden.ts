/**
 * `npm run golden -- REV [--tree 6.12]... [--no-trees] [--no-flows] [--to REV]`: all that the engine says, in REV and here.
 *
 * Both revisions read the same texts: this checkout's rule pages, records and examples, and the files of the kernel trees that
 * name the family. Prints each difference with its value before and after; exit code 1 where there is one.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { bundleDump } from './golden/bundle.js';
import { commitOf, withCheckout } from './golden/checkout.js';
import { differences } from './golden/differ.js';
import { fromLine, type Item } from './golden/item.js';
import { counted, printed } from './golden/print.js';
import { kernelTree, TREE_NAMES, TREES_HINT, type TreeName } from './trees.js';

const USAGE = `usage: npm run golden -- REV [--tree NAME]... [--no-trees] [--no-flows] [--to REV]
  REV          the revision to compare with
  --tree NAME  only this kernel tree (${TREE_NAMES.join(', ')}); repeatable; default: all that are there
  --no-trees   only the texts of this project
  --no-flows   without the output of explain --flow, which takes a third of the time
  --to REV     compare with this revision instead of the work tree as it stands
`;

const root = join(import.meta.dirname, '..');
const { revision, trees, flows, to } = readArguments();
const cache = join(root, 'node_modules', '.cache');
mkdirSync(cache, { recursive: true });
const folder = mkdtempSync(join(cache, 'golden-'));
try {
	// One process each, at the same time: two is what there are processors for on the machines this runs on.
	const [before, after] = await Promise.all([
		withCheckout(revision, (checkout) => dump(checkout, 'before')),
		to === undefined ? dump(root, 'after') : withCheckout(to, (checkout) => dump(checkout, 'after')),
	]);
	const found = differences(before, after);
	for (const difference of found) console.log(printed(difference));
	const files = new Set(after.map(({ file }) => file)).size;
	console.log(`${after.length} items of ${files} files compared (${['this project', ...trees].join(', ')})`);
	if (found.length > 0) console.log(`\n${counted(found)}`);
	console.log(found.length === 0 ? 'no difference' : `\n${found.length} differences`);
	process.exitCode = found.length === 0 ? 0 : 1;
} catch (error) {
	console.error(error instanceof Error ? error.message : error);
	process.exitCode = 2;
} finally {
	rmSync(folder, { recursive: true, force: true });
}

/** The items of a checkout. */
async function dump(checkout: string, name: string): Promise<Item[]> {
	const program = join(folder, `${name}.mjs`);
	const output = join(folder, `${name}.jsonl`);
	try {
		await bundleDump(checkout, program);
	} catch (error) {
		throw otherFace(name, error instanceof Error ? error.message : String(error));
	}
	const { code, stderr } = await node([program, output, String(flows), ...trees]);
	if (code !== 0) throw otherFace(name, stderr);
	return readFileSync(output, 'utf8').split('\n').filter(Boolean).map(fromLine);
}

function otherFace(name: string, reason: string): Error {
	const which = name === 'before' ? revision : (to ?? 'the work tree');
	return new Error(
		`${which} cannot be dumped: where its public face differs from this checkout's, scripts/golden/items.ts, flows.ts and dump.ts are what to adapt.\n${reason}`,
	);
}

function node(args: readonly string[]): Promise<{ readonly code: number | null; readonly stderr: string }> {
	return new Promise((resolve, reject) => {
		const child = spawn(process.execPath, ['--max-old-space-size=4096', ...args], {
			stdio: ['ignore', 'inherit', 'pipe'],
		});
		let stderr = '';
		child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
			stderr += chunk;
		});
		child.on('error', reject);
		child.on('close', (code) => resolve({ code, stderr }));
	});
}

function readArguments() {
	try {
		const { values, positionals } = parseArgs({
			allowPositionals: true,
			options: {
				tree: { type: 'string', multiple: true },
				'no-trees': { type: 'boolean' },
				'no-flows': { type: 'boolean' },
				to: { type: 'string' },
			},
		});
		const [name, ...rest] = positionals;
		if (name === undefined || rest.length > 0) throw new Error('give one revision');
		const asked = values['no-trees'] ? [] : (values.tree ?? TREE_NAMES.filter(kernelTree));
		for (const tree of asked) {
			if (!TREE_NAMES.includes(tree as TreeName)) throw new Error(`no tree is called ${tree}`);
			if (!kernelTree(tree as TreeName)) throw new Error(TREES_HINT);
		}
		return {
			revision: commitOf(name),
			to: values.to === undefined ? undefined : commitOf(values.to),
			trees: asked as TreeName[],
			flows: !values['no-flows'],
		};
	} catch (error) {
		console.error(`${error instanceof Error ? error.message : error}\n\n${USAGE}`);
		process.exit(2);
	}
}
