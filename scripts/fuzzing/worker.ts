/** Runs a part of the mutants of `npm run fuzz` and tells who started it. */
import { failuresOf, kindOf } from '../../test/fuzz/check.js';
import { fullCorpus } from '../../test/fuzz/corpus.js';
import { inputOf } from '../../test/fuzz/generate.js';
import { keep, Tally } from '../../test/fuzz/tally.js';
import { residentMemory } from '../process-memory.js';

/** Which mutants: `first`, `first + step`, ... below `end`, until a time of `Date.now()`. */
export interface Part {
	readonly first: number;
	readonly step: number;
	readonly end: number;
	readonly until: number;
}

/** What is said before each mutant, and at the end. */
export interface Said {
	readonly ran: number;
	/** The mutant; undefined at the end. */
	readonly at: number | undefined;
	readonly failures: readonly (readonly [kind: string, count: number])[];
	/** Resident memory in bytes. */
	readonly resident: number;
	/** Time of the processor since the start, in ms. */
	readonly busy: number;
}

// nobody is there to be told any more
process.on('disconnect', () => process.exit());

/** How often memory and time are measured, in ms: it takes longer than many a mutant. */
const MEASURES = 1000;

process.once('message', async ({ first, step, end, until }: Part) => {
	const corpus = await fullCorpus();
	const tally = new Tally();
	let [resident, busy, measured] = [0, 0, 0];
	const measure = () => {
		const { user, system } = process.cpuUsage();
		[[resident], busy, measured] = [residentMemory(process.pid), (user + system) / 1000, Date.now()];
	};
	const say = (at: number | undefined) => {
		if (at !== undefined && Date.now() - measured > MEASURES) measure();
		process.send?.({ ran: tally.ran, at, failures: [...tally.failures], resident, busy } satisfies Said);
	};
	for (let at = first; at < end && Date.now() < until; at += step) {
		say(at);
		await new Promise(setImmediate);
		const input = inputOf(at >>> 0, corpus);
		for (const failure of tally.add(await failuresOf(input))) {
			const file = await keep(input, failure, () => say(at));
			console.log(`\nseed ${input.seed}: ${kindOf(failure)}\n${failure.message}\n  ${file}`);
		}
	}
	measure();
	say(undefined);
	process.disconnect();
});
