/**
 * `npm run equal [-- --kernel 6.12] [--only NAME] [--show N]`: every text written differently in every way, and what the engine
 * says differently of it. Without --kernel the rule pages, records and examples; with it the functions of that kernel that name
 * the family, each cut out with what is around it. Exit code 1 where something differs.
 */
import { parseArgs } from 'node:util';
import { rewritings } from '../test/equal/rewritings.js';
import { compare, type Disagreement } from '../test/equal/run.js';
import { kernelSpecimens, ownSpecimens } from '../test/equal/specimens.js';
import { engine } from '../test/kernel/corpus.js';
import { table } from './table.js';
import type { TreeName } from './trees.js';

const { values } = parseArgs({
	options: {
		kernel: { type: 'string' },
		only: { type: 'string' },
		show: { type: 'string', default: '3' },
		part: { type: 'string', default: '0/1' },
		file: { type: 'string' },
	},
});
const [index, of] = values.part.split('/').map(Number) as [number, number];
const all = values.kernel === undefined ? ownSpecimens() : await kernelSpecimens(values.kernel as TreeName);
const specimens = all.filter(
	({ name }, i) => i % of === index && (values.file === undefined || name.includes(values.file)),
);
const chosen = rewritings.filter(({ name }) => values.only === undefined || name.includes(values.only));
const rows: string[][] = [];
let texts = 0;
let total = 0;
const started = performance.now();
for (const rewriting of chosen) {
	const found: Disagreement[] = [];
	let count = 0;
	for (const specimen of specimens) {
		const result = compare(engine, specimen, rewriting);
		if (result === undefined) continue;
		count++;
		if (result !== 'equal') found.push(result);
	}
	texts += count;
	total += found.length;
	rows.push([rewriting.name, String(count), String(found.length)]);
	for (const one of found.slice(0, Number(values.show))) print(one);
	for (const one of found.slice(Number(values.show)))
		console.log(`=== ${rewriting.name}: ${one.specimen.name}\n${one.said.join('\n')}\n`);
}
console.log(table(['rewriting', 'texts', 'differ'], rows));
console.log(
	`${chosen.length} rewritings, ${specimens.length} texts, ${texts} rewritten, ${total} differ, ${((performance.now() - started) / 1000).toFixed(0)} s`,
);
process.exitCode = total === 0 ? 0 : 1;

function print({ specimen, rewriting, text, said }: Disagreement): void {
	const before = specimen.text.split('\n');
	const after = text.split('\n');
	let head = 0;
	while (head < before.length && before[head] === after[head]) head++;
	let tail = 0;
	while (tail < before.length - head && tail < after.length - head && before.at(-1 - tail) === after.at(-1 - tail))
		tail++;
	console.log(`=== ${rewriting.name}: ${specimen.name}\n${said.join('\n')}`);
	for (const line of before.slice(head, before.length - tail).slice(0, 12)) console.log(`  < ${line}`);
	for (const line of after.slice(head, after.length - tail).slice(0, 12)) console.log(`  > ${line}`);
	console.log();
}
