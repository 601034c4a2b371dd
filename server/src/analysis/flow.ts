/** Forward data flow over one function: states at block entries, joined to a fixed point. */
import type { Block, Expr, FunctionIR, Step } from '../syntax/ir.js';
import { Worklist } from './worklist.js';

export interface Flow<S> {
	readonly entry: S;
	/** State after a step. Must not change `state`. */
	step(state: S, step: Step): S;
	/** State after evaluating a test. Must not change `state`. */
	test(state: S, test: Expr): S;
	/** State on one edge of a test; undefined when that edge cannot be taken. */
	assume(state: S, test: Expr, truth: boolean): S | undefined;
	join(a: S, b: S): S;
	equal(a: S, b: S): boolean;
}

/** A block whose state changes more often than this makes the function too large to follow. */
const MOST_CHANGES = 200;

/**
 * State at the entry of each block; undefined where control never arrives.
 * A function that is too large has no state anywhere, so that nothing is concluded from half a solution.
 */
export function solve<S>(fn: FunctionIR, flow: Flow<S>): readonly (S | undefined)[] {
	const entries: (S | undefined)[] = fn.blocks.map(() => undefined);
	const changes = new Uint8Array(fn.blocks.length);
	if (fn.blocks.length === 0) return entries;
	entries[0] = flow.entry;
	const pending = new Worklist<number>(fn);
	pending.add(0, 0);
	for (let id = pending.next(); id !== undefined; id = pending.next()) {
		const block = fn.blocks[id] as Block;
		for (const [next, state] of leave(block, entries[id] as S, flow)) {
			const old = entries[next];
			const joined = old === undefined ? state : flow.join(old, state);
			if (old !== undefined && flow.equal(old, joined)) continue;
			changes[next] = (changes[next] ?? 0) + 1;
			if (changes[next] > MOST_CHANGES) return fn.blocks.map(() => undefined);
			entries[next] = joined;
			pending.add(next, next);
		}
	}
	return entries;
}

/** The states a block sends along its edges. */
function leave<S>(block: Block, entry: S, flow: Flow<S>): [number, S][] {
	let state = entry;
	for (const step of block.steps) state = flow.step(state, step);
	const { test } = block;
	if (!test) return block.successors.map((next) => [next, state]);
	const after = flow.test(state, test);
	return block.successors.flatMap((next, i): [number, S][] => {
		const assumed = flow.assume(after, test, i === 0);
		return assumed === undefined ? [] : [[next, assumed]];
	});
}

/** Visit every reachable step and test with the state before it. */
export function replay<S>(
	fn: FunctionIR,
	flow: Flow<S>,
	entries: readonly (S | undefined)[],
	visit: (state: S, at: Step | Expr) => void,
): void {
	for (const block of fn.blocks) {
		let state = entries[block.id];
		if (state === undefined) continue;
		for (const step of block.steps) {
			visit(state, step);
			state = flow.step(state, step);
		}
		if (block.test) visit(state, block.test);
	}
}
