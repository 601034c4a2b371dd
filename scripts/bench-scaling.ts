/**
 * Processor time of the engine over texts of one shape that double twice: `npm run bench:scaling [-- WORD...]`.
 * Shapes of test/support/shapes.ts whose name has one of the words; all without. Each text is audited as `audit` and
 * the editor do, in a file of its own; a function that takes more than its share is given up by name, which the last column counts.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Engine, loadEngine } from '../server/src/engine.js';
import { kernelFor } from '../server/src/kernel/index.js';
import { SHAPES, sizedTo } from '../test/support/shapes.js';

/** UTF-16 units. */
const SIZES = [50_000, 100_000, 200_000] as const;
/** What the largest may take, in seconds, and a doubling at most. */
const MOST_SECONDS = 2;
const MOST_GROWTH = 2.5;
/** Below this many seconds a ratio tells of the machine. */
const COUNTS_FROM = 0.2;

const modules = join(import.meta.dirname, '..', 'node_modules');
const engine = await loadEngine({
	core: readFileSync(join(modules, 'web-tree-sitter', 'web-tree-sitter.wasm')),
	grammar: readFileSync(join(modules, 'tree-sitter-c', 'tree-sitter-c.wasm')),
});

interface Measured {
	readonly seconds: number;
	readonly characters: number;
	/** Functions that could not be read or followed. */
	readonly givenUp: number;
}

function measured({ open }: Engine, text: string): Measured {
	const file = open.call(engine);
	const before = process.cpuUsage();
	const { unread, bounded } = file.audit(text, {
		path: 'drivers/misc/shape.c',
		kernel: kernelFor('6.12'),
		fixes: false,
	});
	const { user, system } = process.cpuUsage(before);
	file.dispose();
	return { seconds: (user + system) / 1e6, characters: text.length, givenUp: new Set([...unread, ...bounded]).size };
}

const words = process.argv.slice(2);
const wanted = Object.entries(SHAPES).filter(
	([name]) => words.length === 0 || words.some((word) => name.includes(word)),
);
// What is not compiled yet is no matter of the first shape.
for (const [, shape] of wanted.slice(0, 20)) measured(engine, shape(50));

/** Columns of numbers behind the names, each as wide as what may stand there. */
const widest = Math.max(...wanted.map(([name]) => name.length));
const line = (name: string, cells: readonly string[]): string =>
	`${name.padEnd(widest)}  ${cells.map((cell) => cell.padStart(8)).join('  ')}`;

let slow = 0;
let grown = 0;
let worst = 0;
console.log(line('shape', ['size', 'quarter', 'half', 'whole', 'growth', 'given up']));
for (const [name, shape] of wanted) {
	const all = SIZES.map((size) => measured(engine, shape(sizedTo(shape, size))));
	const [, half, last] = all as [Measured, Measured, Measured];
	const growth = last.seconds / half.seconds;
	const isSlow = last.seconds > MOST_SECONDS;
	const isGrown = growth > MOST_GROWTH && last.seconds > COUNTS_FROM;
	if (isSlow) slow++;
	if (isGrown) grown++;
	worst = Math.max(worst, last.seconds);
	console.log(
		line(name, [
			`${Math.round(last.characters / 1000)} kB`,
			...all.map(({ seconds }) => `${seconds.toFixed(2)} s`),
			`${growth.toFixed(1)}x${isSlow || isGrown ? ' !' : ''}`,
			String(last.givenUp),
		]),
	);
}
console.log(`${wanted.length} shapes; the slowest takes ${worst.toFixed(2)} s of processor time`);
console.log(`${slow} take more than ${MOST_SECONDS} s, ${grown} grow more than ${MOST_GROWTH}-fold`);
