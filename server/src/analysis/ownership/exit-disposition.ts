/** How pages fare at the end of one path. */

import type { Expr, FunctionIR } from '../../syntax/ir.js';
import { memoize } from '../../syntax/memoize.js';
import { isLocal, isParameter } from '../variables.js';
import { bare, everywhere, parts, place, rootOf } from '../walk.js';
import type { Exit } from './function-walk.js';
import { leaksOf } from './leaks.js';
import { outlivingList } from './page-lists.js';
import type { OwnershipState, TrackedResource } from './state.js';
import type { TraceEvent } from './trace.js';

export type ExitDisposition =
	| { readonly kind: 'released' | 'returned' | 'none' | 'left' | 'short-left' | 'shared' | 'unpinned' | 'lost' }
	/** Given back by something whose extent is not known. */
	| { readonly kind: 'partlyReleased' }
	/** `callee` is "" for a call through a pointer, undefined when they went another way. */
	| { readonly kind: 'handed'; readonly callee: string | undefined }
	/** They stay in a place that outlives this function: the caller's own, or an object. */
	| { readonly kind: 'kept'; readonly place: string; readonly byCaller: boolean }
	/** A release that is wrong: too many, twice, too few. */
	| {
			readonly kind: 'wrong';
			readonly how: 'double' | 'short' | 'failed' | 'negative' | 'unoffset';
			readonly callee: string;
	  };

function lastEvent({ trace }: OwnershipState, id: string): TraceEvent | undefined {
	for (let at = trace; at; at = at.before) if (at.about === id) return at.event;
	return undefined;
}

/** Who got the pages by this event; "" through a pointer, undefined for another event. */
function calleeOf(event: TraceEvent | undefined): string | undefined {
	return event?.kind === 'escaped' ? event.callee : undefined;
}

/** The exit as if these pages were all it holds. */
function only(exit: Exit, holding: TrackedResource): Exit {
	const state = exit.state.clone();
	state.holdings = new Map([[holding.id, holding]]);
	return { ...exit, state };
}

/** Something is left that `gup-leak` would report. */
function isLeak(fn: FunctionIR, exit: Exit, holding: TrackedResource): boolean {
	return leaksOf({ fn, exits: [only(exit, holding)], events: [], limitExceeded: false }).length > 0;
}

/** An assignment that puts what a variable holds into a place beyond it. */
interface Kept {
	readonly place: string;
	/** As written, with the index. */
	readonly at: Expr;
	/** Of the assignment. */
	readonly start: number;
}

/** Places beyond this function's variables that `name` is assigned to after `from`. */
export function keptIn(fn: FunctionIR, from: number, name: string): readonly Kept[] {
	return (assignmentsOf(fn).get(name) ?? []).filter(({ start }) => start >= from);
}

/** By the variable that is assigned, or that has what is. */
const assignmentsOf = memoize((fn: FunctionIR): ReadonlyMap<string, readonly Kept[]> => {
	const found = new Map<string, Kept[]>();
	everywhere(fn, (expr) => {
		if (expr.kind !== 'assign' || expr.op !== '=') return;
		const at = bare(expr.left);
		const target = place(at);
		const source = place(bare(expr.right));
		if (target === undefined || source === undefined) return;
		const name = rootOf(source);
		if (target === rootOf(target) || rootOf(target) === name) return;
		const kept = { place: target, at, start: expr.start };
		if (!found.get(name)?.push(kept)) found.set(name, [kept]);
	});
	return found;
});

function names(expr: Expr): string[] {
	return expr.kind === 'name' ? [expr.name] : parts(expr).flatMap(names);
}

const namesByReturn = memoize((fn: FunctionIR): ReadonlyMap<number, readonly string[]> => {
	const found = new Map<number, readonly string[]>();
	for (const { steps } of fn.blocks)
		for (const step of steps)
			if (step.kind === 'return' && !found.has(step.start)) found.set(step.start, step.value ? names(step.value) : []);
	return found;
});

/** Names in the value that is returned at this exit. */
function returnedNames(fn: FunctionIR, exit: Exit): readonly string[] {
	return namesByReturn(fn).get(exit.start) ?? [];
}

function gone(fn: FunctionIR, exit: Exit, holding: TrackedResource): ExitDisposition {
	const callee = calleeOf(lastEvent(exit.state, holding.id));
	if (callee !== undefined) return { kind: 'handed', callee };
	const root = rootOf(holding.place);
	if (returnedNames(fn, exit).includes(root)) return { kind: 'returned' };
	const kept = keptIn(fn, holding.call.start, root)[0];
	if (kept) return { kind: 'kept', place: kept.place, byCaller: false };
	return holding.place.includes('->')
		? { kind: 'kept', place: holding.place, byCaller: false }
		: { kind: 'handed', callee: undefined };
}

function vanished(state: OwnershipState, id: string): ExitDisposition {
	const last = lastEvent(state, id);
	if (last?.kind === 'released' || last?.kind === 'none') return { kind: last.kind };
	const callee = calleeOf(last);
	return callee === undefined ? { kind: 'lost' } : { kind: 'handed', callee };
}

/** The caller's own array or page: "pages", "*pages". */
function isCallers(fn: FunctionIR, name: string): boolean {
	return !/->|\./.test(name) && isParameter(fn, rootOf(name));
}

/** The caller or an object knows the place as well. */
function outlives(fn: FunctionIR, name: string): boolean {
	return name.includes('->') || !isLocal(fn, rootOf(name));
}

function keptAs(fn: FunctionIR, place: string): ExitDisposition {
	return { kind: 'kept', place, byCaller: isCallers(fn, place) };
}

/**
 * What became of the pages of the holding `id` on this way out.
 * @param holding as it is at the exit; undefined when its place was overwritten
 */
export function dispositionOf(
	fn: FunctionIR,
	exit: Exit,
	id: string,
	holding: TrackedResource | undefined,
): ExitDisposition {
	if (!holding) return vanished(exit.state, id);
	if (holding.outcome === 'none') return { kind: 'none' };
	switch (holding.status) {
		case 'released':
		case 'partlyReleased':
			return { kind: holding.status };
		case 'escaped':
			return gone(fn, exit, holding);
		case 'held':
			if (isLeak(fn, exit, holding)) return { kind: holding.outcome === 'partial' ? 'short-left' : 'left' };
			if (holding.shared) return { kind: 'shared' };
			// only pages of a user iterator are pinned by an extraction
			if (holding.kind === 'extracted' && !outlives(fn, holding.place)) return { kind: 'unpinned' };
			return keptAs(fn, outlivingList(fn, exit.state, holding) ?? holding.place);
	}
}
