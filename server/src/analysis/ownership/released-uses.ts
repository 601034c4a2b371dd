/** Uses of pages on a path that has released them. */
import { readsOnly } from '../../kernel/function-models.js';
import { type PageAspect, pageReader } from '../../kernel/page-readers.js';
import { loadsFrom, storesInto } from '../../kernel/sinks/cpu.js';
import type { CallExpr, Expr, FunctionIR, Loop } from '../../syntax/ir.js';
import { memoize } from '../../syntax/memoize.js';
import { callsByBlock } from '../call-blocks.js';
import { nonFormatArguments } from '../format-arguments.js';
import { bare, everywhere, parts, postorder } from '../walk.js';
import { isSameEntry } from './entries.js';
import { evaluate } from './evaluate.js';
import type { FunctionWalk } from './function-walk.js';
import { holdingsAt } from './invalidate.js';
import { bound, loopsAround } from './loops.js';
import { pageOperandOf } from './page-operands.js';
import type { OwnershipState, TrackedResource } from './state.js';

/** Calls whose result is only compared or printed: it tells which page it was. */
const identities = memoize((fn: FunctionIR): ReadonlySet<CallExpr> => {
	const found = new Set<CallExpr>();
	const add = (expr: Expr): void =>
		postorder(expr, (part) => {
			if (part.kind === 'call') found.add(part);
		});
	everywhere(fn, (expr) => {
		if (expr.kind === 'binary' && /^(?:==|!=|<|>|<=|>=)$/.test(expr.op)) {
			for (const side of parts(expr)) if (bare(side).kind === 'call') add(side);
		} else if (expr.kind === 'call') {
			const kept = new Set(nonFormatArguments(expr));
			for (const arg of expr.args) if (!kept.has(arg)) add(arg);
			if (/^trace_/.test(expr.name)) for (const arg of expr.args) add(arg);
		}
	});
	return found;
});

/** No pass of the loop goes around the call. */
function isInEachPass(fn: FunctionIR, loop: Loop, call: CallExpr): boolean {
	const through = new Set(callsByBlock(fn).ofCall(call));
	const heads = new Set(loop.heads);
	const seen = new Set(
		loop.heads.flatMap((head) => fn.blocks[head]?.successors.filter((next) => next !== loop.exit) ?? []),
	);
	for (const id of seen) {
		if (heads.has(id)) return false;
		if (through.has(id) || id === loop.exit) continue;
		for (const next of fn.blocks[id]?.successors ?? []) seen.add(next);
	}
	fn.effort.spend(seen.size);
	return true;
}

/** All of them were released: one page, or as many as were taken. */
function isReleased(body: FunctionWalk, state: OwnershipState, holding: TrackedResource): boolean {
	const {
		id,
		status,
		shared,
		earlier,
		outcome,
		kind,
		beforePointer: behind,
		position,
		released,
		single,
		askedConstant,
	} = holding;
	if (status !== 'released' || !released || shared || earlier || behind || position) return false;
	if (outcome === 'none' || kind === 'extracted') return false;
	if (single || askedConstant === 1) return true;
	// what a helper releases of an array is not known to the last page
	if (body.around.apiCall(released) === undefined) return false;
	const loops = loopsAround(body.fn, released.start, holding.call.start);
	return loops.every((loop) => {
		if (!isInEachPass(body.fn, loop, released)) return false;
		const end = bound(loop);
		const value = end === undefined ? undefined : state.values.get(end);
		return end !== undefined && (holding.asked === end || (value?.result === id && value.form === 'whole'));
	});
}

function note(
	body: FunctionWalk,
	state: OwnershipState,
	holding: TrackedResource,
	use: CallExpr,
	aspect: PageAspect,
): void {
	const { released, call, single } = holding;
	if (released && !isSameEntry(body.fn, holding, released, use)) return;
	// the next pass of a loop releases the next page
	const common = loopsAround(body.fn, released?.start ?? 0, call.start).some(
		({ start, end }) => start <= use.start && use.start < end,
	);
	if (common && (!single || use.start < (released?.start ?? 0))) return;
	body.events.push({ kind: 'used', holding, use, aspect, state });
}

/** Remember that a call uses pages that this path has released. */
export function noteReleasedUse(body: FunctionWalk, state: OwnershipState, call: CallExpr): void {
	const reader = pageReader(call.name);
	const at = reader ? [reader.at] : [loadsFrom(call.name), storesInto(call.name)];
	if (state.possiblyInfeasible || at.every((position) => position === undefined)) return;
	let any = false;
	for (const { status } of state.holdings.values()) any ||= status === 'released';
	if (!any) return;
	for (const position of at) {
		const arg = position === undefined ? undefined : call.args[position];
		if (!arg) continue;
		if (reader) {
			const held = holdingsAt(state, pageOperandOf(state, arg)?.place);
			const [holding] = held;
			// the place names these pages alone
			if (!holding || held.length > 1 || !isReleased(body, state, holding)) continue;
			if (reader.aspect !== 'frame number' || !identities(body.fn).has(call))
				note(body, state, holding, call, reader.aspect);
			continue;
		}
		const { carries, frame } = evaluate(state, arg);
		const holding = carries === undefined || frame ? undefined : state.holdings.get(carries);
		if (holding && readsOnly(call.name) && isReleased(body, state, holding))
			note(body, state, holding, call, 'contents');
	}
}
