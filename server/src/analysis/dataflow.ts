/** Forward data flow over one function: states at block entries, joined to a fixed point. */
import type { Block, CallExpr, Expr, FunctionIR, Step } from '../syntax/ir.js';
import { postorder, roots, weightOf } from './walk.js';
import { orderOf, Worklist } from './worklist.js';

export interface DataflowAnalysis<S> {
	readonly entry: S;
	/** State after a step. Must not change `state`. */
	step(state: S, step: Step): S;
	/** State after evaluating a test. Must not change `state`. */
	test(state: S, test: Expr): S;
	/** State on one edge of a test; undefined when that edge cannot be taken. */
	assume(state: S, test: Expr, truth: boolean): S | undefined;
	join(a: S, b: S): S;
	equal(a: S, b: S): boolean;
	/** Entries of a state: what its copy costs. */
	size(state: S): number;
	/** Steps that one expression takes, where that is more than one. */
	readonly stepsEach?: number;
}

/** Where a flow begins whose entry state passes all other blocks unchanged: only what is behind these is gone through. */
export interface Sources<S> {
	readonly blocks: readonly number[];
	/** The state is the one that passes unchanged. */
	isIdle(state: S): boolean;
}

/** States at the entries of blocks, in the order they were found; none where control never arrives. */
export type Entries<S> = ReadonlyMap<number, S>;

/** What `solve` answers of a function that is too large, so that nothing is concluded from half a solution. */
export const TOO_LARGE: Entries<never> = new Map<number, never>();

/** A block whose state changes more often than this makes the function too large to follow. */
const MOST_CHANGES = 200;

/**
 * State at the entry of each block that control arrives at; with `sources`, of each that it arrives at in another state than
 * the idle one.
 * @returns TOO_LARGE for a function that is
 */
export function solve<S>(fn: FunctionIR, flow: DataflowAnalysis<S>, sources?: Sources<S>): Entries<S> {
	const entries = new Map<number, S>();
	const changes = new Map<number, number>();
	if (fn.blocks.length === 0) return entries;
	const pending = new Worklist<number>(fn);
	const order = orderOf(fn);
	const { effort } = fn;
	for (const id of sources ? sources.blocks.filter((block) => (order[block] as number) >= 0) : [0]) {
		entries.set(id, flow.entry);
		pending.add(id, id);
	}
	for (let id = pending.next(); id !== undefined; id = pending.next()) {
		if (effort.isGivenUp) return TOO_LARGE;
		const block = fn.blocks[id] as Block;
		const entry = entries.get(id) as S;
		if (!effort.spend(costOf(fn, flow, block, entry))) return TOO_LARGE;
		for (const [next, state] of leave(fn, block, entry, flow)) {
			const old = entries.get(next);
			if (old === undefined && sources?.isIdle(state)) continue;
			const joined = old === undefined ? state : flow.join(old, state);
			if (old !== undefined && flow.equal(old, joined)) continue;
			const count = (changes.get(next) ?? 0) + 1;
			if (count > MOST_CHANGES) {
				effort.giveUp();
				return TOO_LARGE;
			}
			changes.set(next, count);
			entries.set(next, joined);
			pending.add(next, next);
		}
	}
	return entries;
}

/** Steps it takes to go through a block and to hand a state along its edges; `leave` and `replay` count what its own steps copy. */
function costOf<S>(fn: FunctionIR, flow: DataflowAnalysis<S>, { id, successors }: Block, state: S): number {
	return (flow.stepsEach ?? 1) * weightOf(fn, id) + flow.size(state) * successors.length;
}

/** The states a block sends along its edges; none when the function is given up on the way. */
function leave<S>(fn: FunctionIR, block: Block, entry: S, flow: DataflowAnalysis<S>): [number, S][] {
	let state = entry;
	for (const step of block.steps) {
		// it may grow within the block
		if (!fn.effort.spend(flow.size(state))) return [];
		state = flow.step(state, step);
	}
	const { test } = block;
	if (!test) return block.successors.map((next) => [next, state]);
	const after = flow.test(state, test);
	return block.successors.flatMap((next, i): [number, S][] => {
		const assumed = flow.assume(after, test, i === 0);
		return assumed === undefined ? [] : [[next, assumed]];
	});
}

/** States at the calls of `fn`, at the step or test that each stands in; of a call that stands in several, at the last of them. */
export function statesAt<S>(fn: FunctionIR, flow: DataflowAnalysis<S>): ReadonlyMap<CallExpr, S> {
	const states = new Map<CallExpr, S>();
	visitStates(fn, flow, solve(fn, flow), (state, at) => {
		for (const root of roots(at))
			postorder(root, (expr) => {
				if (expr.kind === 'call') states.set(expr, state);
			});
	});
	return states;
}

/**
 * Visit every reachable step and test with the state before it.
 * @param atEnd gets the states in which control comes to the end of the function without a return
 */
export function visitStates<S>(
	fn: FunctionIR,
	flow: DataflowAnalysis<S>,
	entries: Entries<S>,
	visit: (state: S, at: Step | Expr) => void,
	atEnd?: (state: S) => void,
): void {
	for (const id of [...entries.keys()].sort((a, b) => a - b)) {
		const block = fn.blocks[id] as Block;
		let state = entries.get(id) as S;
		fn.effort.spend(costOf(fn, flow, block, state));
		for (const step of block.steps) {
			if (!fn.effort.spend(flow.size(state))) return;
			visit(state, step);
			state = flow.step(state, step);
		}
		if (block.test) visit(state, block.test);
		else if (atEnd && block.successors.length === 0 && !block.stops && block.steps.at(-1)?.kind !== 'return')
			atEnd(state);
	}
}
