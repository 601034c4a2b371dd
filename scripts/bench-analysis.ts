/**
 * What a full analysis without fixes costs, file by file with its neighbours, on both kernels. Run: `npm run bench:analysis`.
 * Each file is analysed twice and the second time counts: it is the one of a session that is already warm.
 */
import { performance } from 'node:perf_hooks';
import { type Analysis, needles } from '../server/src/engine.js';
import type { Kernel } from '../server/src/kernel/types.js';
import { analyse, corpus, engine, type KernelFile } from '../test/kernel/corpus.js';
import { residentMemory } from './process-memory.js';
import { table } from './table.js';
import { kernelTree, TREE_NAMES, TREES_HINT } from './trees.js';

const SLOWEST = 10;

interface Timed extends KernelFile {
	readonly milliseconds: number;
}

/** Functions that name the family, by what became of them. */
interface Functions {
	readonly all: number;
	readonly bounded: number;
	readonly unread: number;
}

const totals: string[][] = [];
const slow: string[][] = [];
for (const name of TREE_NAMES) {
	if (!kernelTree(name)) {
		console.error(TREES_HINT);
		continue;
	}
	const { files, kernel } = await corpus(name);
	let all = 0;
	let bounded = 0;
	let unread = 0;
	for (const file of files) {
		const functions = functionsOf(file, kernel, analyse(file, kernel));
		all += functions.all;
		bounded += functions.bounded;
		unread += functions.unread;
	}
	const timed = files.map((file): Timed => {
		const start = performance.now();
		analyse(file, kernel);
		return { ...file, milliseconds: performance.now() - start };
	});
	timed.sort((a, b) => a.milliseconds - b.milliseconds);
	const [resident, peak] = residentMemory(process.pid);
	totals.push([
		kernel.version,
		String(files.length),
		...[0.5, 0.95, 1].map((part) => at(timed, part).milliseconds.toFixed(1)),
		(timed.reduce((sum, { milliseconds }) => sum + milliseconds, 0) / 1000).toFixed(2),
		...[all, all - bounded - unread, bounded, unread].map(String),
		...[resident, peak].map((bytes) => (bytes / 1_000_000).toFixed(0)),
	]);
	for (const { path, text, milliseconds } of timed.slice(-SLOWEST).reverse()) {
		slow.push([
			path,
			kernel.version,
			String(text.length),
			milliseconds.toFixed(1),
			((1000 * milliseconds) / text.length).toFixed(2),
		]);
	}
}
console.log(
	table(
		[
			'kernel',
			'files',
			'median ms',
			'p95 ms',
			'max ms',
			'all s',
			'functions',
			'fully analysed',
			'bounded out',
			'not lowered',
			'resident MB',
			'peak MB',
		],
		totals,
	),
);
console.log();
console.log(table(['slowest', 'kernel', 'characters', 'ms', 'µs per character'], slow));

function functionsOf({ text }: KernelFile, kernel: Kernel, analysis: Analysis): Functions {
	const { functions, unread } = engine.read(text, kernel);
	const naming = new Set(
		functions
			.filter(({ start, end }) => needles.some((needle) => text.slice(start, end).includes(needle)))
			.map(({ name }) => name),
	);
	// A function that could not be lowered at all is in no list but this one.
	const missing = new Set(unread);
	for (const name of missing) naming.add(name);
	const bounded = new Set(boundedOf(analysis).filter((name) => naming.has(name) && !missing.has(name)));
	return { all: naming.size, bounded: bounded.size, unread: missing.size };
}

/** Functions whose analysis stopped at a bound. */
function boundedOf(analysis: Analysis & { readonly bounded?: readonly string[] }): readonly string[] {
	return analysis.bounded ?? [];
}

/** The value below which this part of an ascending list lies. */
function at<T>(ascending: readonly T[], part: number): T {
	return ascending[Math.max(0, Math.ceil(part * ascending.length) - 1)] as T;
}
