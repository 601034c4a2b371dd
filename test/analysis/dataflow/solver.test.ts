/** The solver against what a fixed point is by definition, on graphs of any shape. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type DataflowAnalysis, solve, TOO_LARGE, visitStates } from '../../../server/src/analysis/dataflow.js';
import { orderOf } from '../../../server/src/analysis/worklist.js';
import type { FunctionIR } from '../../../server/src/syntax/ir.js';
import { graph, graphOf } from './graphs.js';

type Facts = ReadonlySet<number>;

/** Facts 0 to 5; each step makes one and ends another. */
function genKill(isUnion: boolean): DataflowAnalysis<Facts> {
	return {
		entry: new Set([0, 1]),
		step: (state, { start }) => new Set([...state].filter((fact) => fact !== (start * 7) % 6)).add((start * 5 + 1) % 6),
		test: (state) => state,
		assume: (state, { start }, truth) => (truth ? new Set(state).add(start % 6) : state),
		join: (a, b) => (isUnion ? new Set([...a, ...b]) : new Set([...a].filter((fact) => b.has(fact)))),
		equal: (a, b) => a.size === b.size && [...a].every((fact) => b.has(fact)),
		size: (state) => state.size,
	};
}

/** What a block sends along its edges. */
function leaving<S>(fn: FunctionIR, flow: DataflowAnalysis<S>, id: number, entry: S): (readonly [number, S])[] {
	const { steps, test, successors } = fn.blocks[id] as FunctionIR['blocks'][number];
	const after = steps.reduce((state, step) => flow.step(state, step), entry);
	if (!test) return successors.map((next) => [next, after] as const);
	return successors.flatMap((next, i) => {
		const state = flow.assume(flow.test(after, test), test, i === 0);
		return state === undefined ? [] : [[next, state] as const];
	});
}

/** States at the end of every path from the entry, for graphs without loops: meet over all paths. */
function overAllPaths<S>(fn: FunctionIR, flow: DataflowAnalysis<S>): ReadonlyMap<number, S> {
	const found = new Map<number, S>();
	const go = (id: number, state: S): void => {
		const known = found.get(id);
		found.set(id, known === undefined ? state : flow.join(known, state));
		for (const [next, after] of leaving(fn, flow, id, state)) go(next, after);
	};
	go(0, flow.entry);
	return found;
}

/** Blocks gone through in their order, as often as anything changes. */
function byRounds<S>(fn: FunctionIR, flow: DataflowAnalysis<S>): ReadonlyMap<number, S> {
	const found = new Map<number, S>([[0, flow.entry]]);
	for (let isChanged = true; isChanged; ) {
		isChanged = false;
		for (const { id } of fn.blocks) {
			if (!found.has(id)) continue;
			for (const [next, state] of leaving(fn, flow, id, found.get(id) as S)) {
				const known = found.get(next);
				const joined = known === undefined ? state : flow.join(known, state);
				if (known !== undefined && flow.equal(known, joined)) continue;
				found.set(next, joined);
				isChanged = true;
			}
		}
	}
	return found;
}

function sorted(entries: ReadonlyMap<number, Facts>): [number, number[]][] {
	return [...entries].map(([id, facts]): [number, number[]] => [id, [...facts].sort()]).sort(([a], [b]) => a - b);
}

describe.each([
	['union', true],
	['intersection', false],
] as const)('facts joined by %s', (_, isUnion) => {
	it('are those of all paths, where there is no loop', () => {
		fc.assert(
			fc.property(graph(true), (fn) => {
				const flow = genKill(isUnion);
				expect(sorted(solve(fn, flow))).toEqual(sorted(overAllPaths(fn, flow)));
			}),
		);
	});

	it('are a fixed point, whatever order blocks are gone through in', () => {
		fc.assert(
			fc.property(graph(false), (fn) => {
				const flow = genKill(isUnion);
				expect(sorted(solve(fn, flow))).toEqual(sorted(byRounds(fn, flow)));
			}),
		);
	});
});

it('arrives at every block that an edge it may take leads to, and nowhere else', () => {
	fc.assert(
		fc.property(graph(false), fc.boolean(), (fn, isOneWay) => {
			const flow: DataflowAnalysis<string> = {
				entry: '',
				step: (state) => state,
				test: (state) => state,
				assume: (state, _, truth) => (truth && isOneWay ? undefined : state),
				join: (a) => a,
				equal: () => true,
				size: () => 1,
			};
			const reached = new Set([0]);
			for (const id of reached) {
				const { test, successors } = fn.blocks[id] as FunctionIR['blocks'][number];
				for (const next of test && isOneWay ? successors.slice(1) : successors) reached.add(next);
			}
			const entries = solve(fn, flow);
			expect([...entries.keys()].sort()).toEqual([...reached].sort());
			const visited: number[] = [];
			visitStates(fn, flow, entries, (_, at) => visited.push(at.start));
			const steps = fn.blocks.filter(({ id }) => reached.has(id));
			expect(visited).toEqual(
				steps.flatMap(({ steps, test }) => [...steps.map(({ start }) => start), ...(test ? [test.start] : [])]),
			);
		}),
	);
});

it('goes through each block once where there is no loop', () => {
	fc.assert(
		fc.property(graph(true), (fn) => {
			const steps: number[] = [];
			const flow = genKill(true);
			solve(fn, {
				...flow,
				step: (state, step) => {
					steps.push(step.start);
					return flow.step(state, step);
				},
			});
			expect(new Set(steps).size).toBe(steps.length);
			const order = orderOf(fn);
			for (const { id, successors } of fn.blocks)
				for (const next of successors)
					if ((order[id] as number) >= 0) expect(order[id]).toBeLessThan(order[next] as number);
		}),
	);
});

it('finds behind a source what it finds from the entry, where all before it is idle', () => {
	fc.assert(
		fc.property(graph(false), fc.nat({ max: 8 }), (fn, at) => {
			const source = at % fn.blocks.length;
			const flow: DataflowAnalysis<Facts> = {
				...genKill(true),
				entry: new Set(),
				step: (state, { start }) => (start === 2 * source ? new Set([1]) : state),
				assume: (state) => state,
			};
			const whole = solve(fn, flow);
			const part = solve(fn, flow, { blocks: [source], isIdle: (state) => state.size === 0 });
			const busy = [...whole].filter(([id, facts]) => facts.size > 0 || (id === source && whole.has(source)));
			expect(sorted(part)).toEqual(sorted(new Map(busy)));
		}),
	);
});

describe('a domain without a bound', () => {
	const counting = (most: number): DataflowAnalysis<number> => ({
		entry: 0,
		step: (state) => Math.min(state + 1, most),
		test: (state) => state,
		assume: (state) => state,
		join: Math.max,
		equal: (a, b) => a === b,
		size: () => 1,
	});

	it('makes the function one that is given up, in a loop', () => {
		const fn = graphOf([[1], [1, 2], []]);
		expect(solve(fn, counting(Number.POSITIVE_INFINITY))).toBe(TOO_LARGE);
		expect(fn.effort.isGivenUp).toBe(true);
	});

	it('ends once it widens', () => {
		fc.assert(
			fc.property(graph(false), fc.integer({ min: 1, max: 60 }), (fn, most) => {
				expect(solve(fn, counting(most))).not.toBe(TOO_LARGE);
			}),
		);
	});
});

it('gives a function up whose states cost more than its share', () => {
	const fn = graphOf([[1], [2], []]);
	expect(solve(fn, { ...genKill(true), size: () => 1_000_000 })).toBe(TOO_LARGE);
	expect(fn.effort.isGivenUp).toBe(true);
});
