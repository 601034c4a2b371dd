/** The domains hold the laws of lattices, over the states that small functions in their own words bring them to. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type DataflowAnalysis, solve, TOO_LARGE } from '../../../server/src/analysis/dataflow.js';
import domains, { type DomainUnderTest } from './domains.js';
import { bound, brokenByJoin, brokenByTransfer, type Observe, transfersOf } from './laws.js';
import { type Program, program, read } from './programs.js';

const RUNS = 30;
/** States of one function that are held against each other. */
const MOST_STATES = 24;

/** States that paths of the function come to, each by itself. */
function statesOf(
	domain: DataflowAnalysis<unknown>,
	transfers: ReturnType<typeof transfersOf>,
	seed: number,
): unknown[] {
	const states: unknown[] = [domain.entry];
	let at = seed;
	for (let i = 0; states.length < MOST_STATES && i < 4 * MOST_STATES; i++) {
		at = (at * 1103515245 + 12345) & 0x7fffffff;
		const from = states[at % states.length];
		const transfer = transfers[(at >> 8) % transfers.length];
		const next = transfer?.apply(from);
		if (next !== undefined) states.push(next);
	}
	return states;
}

type Broken = (domain: DataflowAnalysis<unknown>, seen: Observe<unknown>, made: Program, seed: number) => string[];

/** What is broken in some function, with its text; undefined where nothing is. */
function counterexample(
	{ vocabulary, of, observe }: DomainUnderTest,
	broken: Broken,
	{ isExpected = false } = {},
): unknown {
	const seen = (observe ?? ((state: unknown) => state)) as Observe<unknown>;
	const property = fc.property(program(vocabulary), fc.nat(), (text, seed) => {
		const made = read(text);
		const found = broken(of(made), seen, made, seed);
		if (found.length > 0) throw new Error(found[0]);
	});
	const { failed, counterexample, errorInstance } = fc.check(property, {
		numRuns: isExpected ? 10 * RUNS : RUNS,
		seed: 1,
		endOnFailure: isExpected,
	});
	return failed ? { text: counterexample?.[0], broken: String(errorInstance) } : undefined;
}

describe.each(domains)('$name', (one) => {
	it('joins in any order, and once is enough', () => {
		const broken = counterexample(one, (domain, seen, { fn }, seed) => {
			const states = statesOf(domain, transfersOf(fn, bound(domain)), seed);
			return states.flatMap((a, i) =>
				brokenByJoin(domain, seen, a, states[(i * 7 + seed) % states.length], states[(i * 5 + 3) % states.length]),
			);
		});
		expect(broken).toBeUndefined();
	});

	it(`has ${one.notMonotone ? 'a transfer function that is not monotone' : 'monotone transfer functions'}`, () => {
		const broken = counterexample(
			one,
			(domain, seen, { fn }, seed) => {
				const transfers = transfersOf(fn, bound(domain));
				const states = statesOf(domain, transfers, seed);
				return transfers.flatMap((transfer, i) =>
					brokenByTransfer(
						domain,
						seen,
						transfer,
						states[(i * 7) % states.length],
						states[(i * 5 + seed) % states.length],
					),
				);
			},
			{ isExpected: one.notMonotone !== undefined },
		);
		if (one.notMonotone) expect(broken, 'drop notMonotone').toBeDefined();
		else expect(broken).toBeUndefined();
	});

	it('is solved in a bounded number of changes', () => {
		const broken = counterexample(one, (domain, _, { fn }) => (solve(fn, domain) === TOO_LARGE ? ['given up'] : []));
		expect(broken).toBeUndefined();
	});
});
