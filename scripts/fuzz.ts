/**
 * Mutants of the examples, the rule pages and real kernel files against what must hold of every input.
 * Run: `npm run fuzz -- --minutes 10`, `--count 5000 --seed 7 --jobs 2`, `--replay .cache/fuzz/FAIL-7-sound.c`.
 */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { ALL, failuresOf, kindOf } from '../test/fuzz/check.js';
import { fullCorpus } from '../test/fuzz/corpus.js';
import { inputOf } from '../test/fuzz/generate.js';
import { fromFile } from '../test/fuzz/input.js';
import { write } from '../test/fuzz/tally.js';
import { smallestDeath } from './fuzzing/deaths.js';
import { FuzzProcess } from './fuzzing/process.js';
import { table } from './table.js';
import { kernelTree, LONG_TERM, TREES_HINT } from './trees.js';

const { values } = parseArgs({
	options: {
		minutes: { type: 'string' },
		count: { type: 'string' },
		seed: { type: 'string' },
		jobs: { type: 'string' },
		replay: { type: 'string' },
	},
});

/** How often it is told how far it is, in ms. */
const TELLS = 10_000;

process.exitCode = values.replay === undefined ? await run() : await replay(values.replay);

/** A number from the command line, not negative. */
function numberOf(name: 'minutes' | 'count' | 'seed' | 'jobs', otherwise: number): number {
	const value = values[name] === undefined ? otherwise : Number(values[name]);
	if (value >= 0) return value;
	console.error(`--${name} ${values[name]}: give a number`);
	process.exit(2);
}

/** @returns 0: the file fails no more, 1: it does */
async function replay(path: string): Promise<number> {
	const input = fromFile(readFileSync(path, 'utf8'));
	console.log(`was kept for: ${input.failure}`);
	const failures = await failuresOf(input, ALL);
	for (const failure of failures) console.log(`\n${kindOf(failure)}\n${failure.message}`);
	if (failures.length === 0) console.log('holds');
	return failures.length === 0 ? 0 : 1;
}

/** @returns 0: nothing failed, 1: something did */
async function run(): Promise<number> {
	const seed = numberOf('seed', randomBytes(4).readUInt32LE());
	const step = Math.max(1, numberOf('jobs', 1));
	const until = Date.now() + 60_000 * numberOf('minutes', values.count === undefined ? 1 : 10_000);
	const end = seed + numberOf('count', Number.MAX_SAFE_INTEGER / 2);
	if (!LONG_TERM.every(kernelTree)) console.log(`without real files: ${TREES_HINT}`);
	console.log(`seed ${seed}`);
	const started = performance.now();
	const processes = Array.from({ length: step }, (_, i) => new FuzzProcess({ first: seed + i, step, end, until }));
	const ticking = setInterval(() => {
		for (const one of processes) one.look();
		console.log(progress(processes, performance.now() - started));
	}, TELLS);
	await Promise.all(processes.map(({ done }) => done));
	clearInterval(ticking);
	return told(processes, performance.now() - started);
}

/** @param took ms since the start */
function progress(processes: readonly FuzzProcess[], took: number): string {
	const said = processes.flatMap((one) => one.said);
	const sum = (of: (one: (typeof said)[number]) => number) => said.reduce((all, one) => all + of(one), 0);
	const [ran, busy] = [sum((one) => one.ran), sum((one) => one.busy)];
	const failed = [...failuresByKind(processes).values()].reduce((all, count) => all + count, 0);
	const rate = (time: number) => Math.round((60_000 * ran) / Math.max(1, time));
	const memory = processes.map((one) => `${Math.round((one.said.at(-1)?.resident ?? 0) / 1e6)} MB`).join(', ');
	return `${Math.round(took / 1000)} s: ${ran} mutants, ${rate(took)} a minute, ${rate(busy)} a minute of one processor; ${failed} failures; ${memory}`;
}

function failuresByKind(processes: readonly FuzzProcess[]): Map<string, number> {
	const all = new Map<string, number>();
	for (const [kind, count] of processes.flatMap(({ said }) => said.flatMap(({ failures }) => failures)))
		all.set(kind, (all.get(kind) ?? 0) + count);
	return all;
}

async function told(processes: readonly FuzzProcess[], took: number): Promise<number> {
	const kinds = failuresByKind(processes);
	const deaths = processes.flatMap((one) => one.deaths);
	const corpus = deaths.length > 0 ? await fullCorpus() : undefined;
	for (const { at, why } of deaths) {
		const failure = { property: 'process', what: why, message: why };
		const file = corpus && write(await smallestDeath(inputOf(at >>> 0, corpus)), failure);
		console.log(`\nseed ${at >>> 0}: ${kindOf(failure)}\n  ${file}`);
		kinds.set(kindOf(failure), (kinds.get(kindOf(failure)) ?? 0) + 1);
	}
	console.log(`\n${progress(processes, took)}`);
	if (kinds.size === 0) return 0;
	const rows = [...kinds].sort(([, a], [, b]) => b - a).map(([kind, count]) => [kind, String(count)]);
	console.log(`\n${table(['failure', 'mutants'], rows)}`);
	return 1;
}
