/**
 * Faults put into functions of two kernels, one at a time, and how many of them are found.
 * Run: `npm run bench:mutants [-- --seed 1 --most 50 --missed --only NAME --write]`. `--missed` lists those that are not found
 * with the line as it is and as it became, `--write` keeps the figures for docs/coverage.md.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { corpus } from '../test/kernel/corpus.js';
import { originals } from '../test/mutants/corpus.js';
import { type Figures, totals } from '../test/mutants/figures.js';
import type { Mutant } from '../test/mutants/mutant.js';
import { figuresOf, run } from '../test/mutants/run.js';
import { sample } from '../test/mutants/sample.js';
import { table } from './table.js';
import { kernelTree, LONG_TERM, TREES_HINT } from './trees.js';

const { values } = parseArgs({
	options: {
		seed: { type: 'string', default: '1' },
		most: { type: 'string', default: '50' },
		only: { type: 'string' },
		missed: { type: 'boolean', default: false },
		write: { type: 'boolean', default: false },
	},
});

const started = performance.now();
const all = [];
const kernels: string[] = [];
for (const tree of LONG_TERM) {
	if (!kernelTree(tree)) throw new Error(TREES_HINT);
	const { files, kernel } = await corpus(tree);
	kernels.push(kernel.version);
	all.push(...originals(files, kernel));
}
const seed = Number(values.seed);
const mutants = sample(all, seed, Number(values.most)).filter(
	({ operator }) => values.only === undefined || operator.name.includes(values.only),
);
console.error(`${mutants.length} mutants, read after ${seconds()} s`);
const results = run(mutants, all, (done) => {
	if (done % 100 === 0) console.error(`${done} mutants, ${seconds()} s`);
});
if (values.missed)
	for (const { mutant, isFound } of results)
		if (!isFound)
			console.log(
				`${mutant.operator.name}: ${mutant.subject.kernel.release} ${mutant.subject.file.path}:${mutant.line} ${mutant.subject.name}\n\t${changed(mutant)}`,
			);
const figures: Figures = { seed, kernels: kernels.join(' and '), operators: figuresOf(results) };
const rows = [
	...figures.operators.map((row) => [row.name, row.family, row.mutants, row.found] as const),
	...totals(figures),
];
console.log(
	table(
		['operator', 'family', 'mutants', 'found', 'share'],
		rows.map(([name, family, count, found]) => [
			name,
			family,
			String(count),
			String(found),
			count === 0 ? '' : `${Math.round((100 * found) / count)} %`,
		]),
	),
);
console.log(`seed ${seed}, ${figures.kernels}, ${seconds()} s`);
if (values.write)
	writeFileSync(
		join(import.meta.dirname, '..', 'test', 'mutants', 'figures.json'),
		`${JSON.stringify(figures, null, '\t')}\n`,
	);

/** The first changed line, before and after. */
function changed({ subject, text, line }: Mutant): string {
	const at = (whole: string) => whole.split('\n')[line - 1]?.trim() ?? '';
	return `${at(subject.file.text)}  ->  ${at(text)}`;
}

function seconds(): string {
	return ((performance.now() - started) / 1000).toFixed(0);
}
