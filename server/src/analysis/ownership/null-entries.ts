/** Entries of an array that are NULL, as the releases of its pages take them. */
import type { CallExpr, Expr, FunctionIR, Loop } from '../../syntax/ir.js';
import { memoize } from '../../syntax/memoize.js';
import { assignedBy, everywhere, place, postorder, rootOf } from '../walk.js';
import type { LoopEffect } from './function-walk.js';
import { isInEveryPass } from './loops.js';
import type { OverNull } from './over-null.js';
import type { OwnershipState, TrackedResource } from './state.js';

/** Variables that change from pass to pass, by loop. */
const changed = memoize((fn: FunctionIR): ReadonlyMap<Loop, ReadonlySet<string>> => {
	const found = new Map<Loop, Set<string>>(fn.loops.map((loop) => [loop, new Set()]));
	const add = (name: string | undefined, start: number): void => {
		if (name === undefined) return;
		for (const [loop, names] of found) if (loop.start <= start && start < loop.end) names.add(name);
	};
	everywhere(fn, (expr) => {
		const left = assignedBy(expr);
		if (left) add(place(left), expr.start);
	});
	for (const { steps } of fn.blocks)
		for (const step of steps) if (step.kind === 'declare') add(step.variable.name, step.start);
	return found;
});

/** `dirty && ...`, `page ? ... : ...`: by offset. */
const choices = memoize((fn: FunctionIR): readonly Expr[] => {
	const found: Expr[] = [];
	everywhere(fn, (expr) => {
		if (expr.kind === 'conditional' || (expr.kind === 'binary' && /^(?:&&|\|\|)$/.test(expr.op))) found.push(expr);
	});
	return found;
});

/** The loop may leave out an entry, or end at it, by what is found in it. */
function asksEach(fn: FunctionIR, loop: Loop, call: CallExpr, name: string): boolean {
	if (!isInEveryPass(fn, loop, call)) return true;
	const names = changed(fn).get(loop);
	const asks = (test: Expr): boolean => {
		let found = false;
		postorder(test, (expr) => {
			const at = place(expr);
			found ||=
				expr.kind === 'call' ||
				(at !== undefined && (at === name || names?.has(at) || names?.has(rootOf(at)) === true));
		});
		return found;
	};
	return (
		choices(fn).some((choice) => choice.start <= call.start && call.end <= choice.end) ||
		fn.blocks.some(
			({ id, test }) =>
				test && !loop.heads.includes(id) && loop.start <= test.start && test.end <= loop.end && asks(test),
		)
	);
}

/** What a loop over the entries makes of them. */
export function overNullOf(fn: FunctionIR, loop: Loop, name: string, { call, overNull }: LoopEffect): OverNull {
	return call && overNull === 'never' && !asksEach(fn, loop, call, name) ? 'never' : 'always';
}

/**
 * Entries that the call did not fill are released as pages: what lies in memory that was not cleared is none, and neither is
 * NULL, but for releases that pass over it.
 */
export function takesForPages(state: OwnershipState, holding: TrackedResource, overNull: OverNull): boolean {
	const { place: name, outcome, askedConstant, position, beforePointer: behind } = holding;
	const fresh = (state.values.get(name) ?? state.values.get(rootOf(name)))?.fresh;
	if (fresh === 'raw') return true;
	if (position || behind || holding.acquire.api.record.takes === 'extracted') return false;
	if (overNull === 'alone') return fresh === undefined && outcome === 'partial' && askedConstant !== 1;
	return overNull === 'never';
}

/** The same of entries that lie behind pages which earlier passes of a loop have taken. */
export function takesBehindPages(state: OwnershipState, { place: name }: TrackedResource, overNull: OverNull): boolean {
	const fresh = (state.values.get(name) ?? state.values.get(rootOf(name)))?.fresh;
	return fresh === 'raw' || overNull !== 'always';
}
