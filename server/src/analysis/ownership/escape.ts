/** Pages that somebody else gets. */
import { PAGE_RETURNING } from '../../kernel/acquiring.js';
import { ALLOCATORS, PUBLISHERS } from '../../kernel/function-models.js';
import { LIST_READERS } from '../../kernel/page-flow.js';
import { callsDestructor } from '../../kernel/sinks/keep.js';
import type { CallExpr, Expr, FunctionIR, Range } from '../../syntax/ir.js';
import { memoize } from '../../syntax/memoize.js';
import { isLocal, isParameter, variableType } from '../variables.js';
import { bare, everywhere, parts, place, rootOf } from '../walk.js';
import { evaluate, GIVEN } from './evaluate.js';
import { ESCAPED, type FunctionWalk, type LoopEffect } from './function-walk.js';
import { isField, sameIndex } from './invalidate.js';
import { loopsAround } from './loops.js';
import { moreOf } from './over-null.js';
import { listedIn } from './page-lists.js';
import { listAt, type PageOperand, pageOperandOf, placeOf, within } from './page-operands.js';
import { type OwnershipState, type TrackedResource, UNKNOWN } from './state.js';

/** What says less of the elements comes later, and stays. */
const VAGUER: readonly LoopEffect['status'][] = ['released', 'partlyReleased', 'escaped'];

/** Remember what a loop does to elements of a place. */
export function applyLoopEffect(
	body: FunctionWalk,
	at: Range,
	name: string,
	sweep: LoopEffect,
	outside: number | undefined,
): void {
	for (const loop of loopsAround(body.fn, at.start, outside)) {
		const known = body.sweeps.get(loop) ?? new Map<string, LoopEffect>();
		body.sweeps.set(loop, known);
		const old = known.get(name);
		if (old && VAGUER.indexOf(old.status) >= VAGUER.indexOf(sweep.status)) continue;
		known.set(name, sweep);
		body.grown = true;
	}
}

/** Remember what was done to a place of the caller. */
export function recordParameterEffect(
	body: FunctionWalk,
	state: OwnershipState,
	name: string,
	{ status, kinds, call, overNull }: LoopEffect,
	count?: string,
): void {
	if (!isParameter(body.fn, rootOf(name))) return;
	const old = state.effects.get(name);
	if (old?.status === 'escaped' || (old?.status === 'released' && status === 'partlyReleased')) return;
	state.effects.set(name, {
		status,
		kinds: new Set([...(old?.kinds ?? []), ...kinds]),
		call,
		count,
		overNull: old ? moreOf(old.overNull, overNull) : overNull,
	});
}

export function recordParameterEscape(
	body: FunctionWalk,
	state: OwnershipState,
	name: string,
	at: Range | undefined,
	element: boolean,
): void {
	if (!isParameter(body.fn, rootOf(name))) return;
	if (element && at) applyLoopEffect(body, at, name, ESCAPED, undefined);
	if (state.effects.get(name)?.status !== 'escaped') state.effects.set(name, { ...ESCAPED, status: 'escaped' });
}

/** Stands before a parameter in the effects of a function that gives away the address of a member of its object. */
const MEMBER = '&';

/** Somebody has the address of a member of a caller's object: where that made the object, he may put it. */
export function recordMemberEscape(body: FunctionWalk, state: OwnershipState, root: string, call: CallExpr): void {
	if (isParameter(body.fn, root)) state.effects.set(MEMBER + root, { ...ESCAPED, call, status: 'escaped' });
}

/** The parameter of whose object an effect says that a member has left; undefined for other effects. */
export function memberEscaped(effect: string): string | undefined {
	return effect.startsWith(MEMBER) ? effect.slice(MEMBER.length) : undefined;
}

/** @param byObject the object in which they lie is handed on, not they themselves */
export function markEscaped(
	state: OwnershipState,
	id: string,
	callee: CallExpr | undefined,
	byObject: boolean = false,
): void {
	const holding = state.holdings.get(id);
	if (!holding || holding.outcome === 'none') return;
	if (holding.byObject && !byObject) state.update(id, { byObject: false });
	if (holding.status === 'escaped') return;
	state.update(id, { status: 'escaped', byObject: byObject && isField(holding.place) });
	if (callee) state.note(callee.nameRange, { kind: 'escaped', place: holding.place, callee: callee.name }, id);
}

/** An address or frame of the pages is kept: of one of them in each pass of a loop. */
export function escapeByAddress(body: FunctionWalk, state: OwnershipState, id: string, at: Range): void {
	if (id.startsWith(GIVEN)) {
		recordParameterEscape(body, state, id.slice(GIVEN.length), at, true);
		return;
	}
	const holding = state.holdings.get(id);
	if (!holding) return;
	applyLoopEffect(body, at, holding.place, ESCAPED, holding.call.start);
	markEscaped(state, id, undefined);
}

/** One element is handed on: after the loop all of them are. */
export function escapeElement(
	body: FunctionWalk,
	state: OwnershipState,
	holding: TrackedResource,
	spot: PageOperand,
	at: Range,
): void {
	if (
		holding.askedConstant === 1 ||
		(holding.position?.side === 'at' &&
			spot.index &&
			sameIndex(state, placeOf(state, spot.index) ?? '', holding.position.of))
	) {
		markEscaped(state, holding.id, undefined);
		return;
	}
	const name = holding.lists.has(spot.place) ? spot.place : holding.place;
	applyLoopEffect(body, at, name, ESCAPED, holding.call.start);
	if (holding.status === 'held') state.update(holding.id, { status: 'partlyReleased' });
}

/** Variables that point to the object around another one: `bo = to_bo(obj)`. By the variable that has the inner one. */
const aroundOf = memoize((fn: FunctionIR): ReadonlyMap<string, readonly string[]> => {
	const found = new Map<string, string[]>();
	const add = (name: string, value: Expr): void => {
		const made = bare(value);
		if (made.kind !== 'call' || ALLOCATORS.test(made.name) || PAGE_RETURNING.has(made.name)) return;
		// what comes of a page's owner is a page, no object around it
		if (/^struct (?:page|folio)$/.test(variableType(fn, name)?.base ?? '')) return;
		const inner = made.args[0] && rootOf(place(bare(made.args[0])) ?? '');
		if (inner && inner !== name && !found.get(inner)?.push(name)) found.set(inner, [name]);
	};
	for (const { steps } of fn.blocks)
		for (const step of steps) if (step.kind === 'declare' && step.init) add(step.variable.name, step.init);
	everywhere(fn, (expr) => {
		if (expr.kind === 'assign' && expr.op === '=' && bare(expr.left).kind === 'name')
			add(place(bare(expr.left)) ?? '', expr.right);
	});
	return found;
});

/** They are in an entry of the container, or its entries are their pages. */
function isOfEntry({ lists, entries, place }: TrackedResource, container: string): boolean {
	return lists.has(container) || (entries && within(place, `${container}[]`));
}

/** Somebody else gets what an expression denotes, and may keep it. */
export function escapePages(body: FunctionWalk, state: OwnershipState, expr: Expr, callee: CallExpr | undefined): void {
	const at = bare(expr);
	if (at.kind === 'call' && !LIST_READERS.has(at.name)) {
		const { carries: carried, frame } = evaluate(state, at);
		// an address leads back to the page only where this file goes that way
		if (carried !== undefined && (frame || body.around.byAddress)) escapeByAddress(body, state, carried, at);
		return;
	}
	if (at.kind === 'binary' && /^(?:==|!=|<|>|<=|>=|&&|\|\|)$/.test(at.op)) return;
	const address = at.kind === 'unary' && at.op === '&';
	const spot = pageOperandOf(state, at);
	if (!spot) {
		if (at.kind === 'conditional') {
			if (at.whenTrue) escapePages(body, state, at.whenTrue, callee);
			escapePages(body, state, at.whenFalse, callee);
		} else if (at.kind !== 'assign') for (const part of parts(at)) escapePages(body, state, part, callee);
		return;
	}
	const value = state.values.get(spot.place);
	if (value?.carries !== undefined && (value.frame || body.around.byAddress))
		escapeByAddress(body, state, value.carries, at);
	const element = spot.shape === 'element';
	const list = element ? undefined : listAt(state, at);
	if (list !== undefined) for (const { id } of listedIn(state, list)) markEscaped(state, id, callee);
	// who gets the address of a member has the object around it
	const own = state.values.get(rootOf(spot.place))?.fresh !== undefined && spot.place.includes('->');
	const member = own || (callee !== undefined && (PUBLISHERS.test(callee.name) || callsDestructor(callee.name)));
	for (const holding of state.holdings.values()) {
		if (holding.place === spot.place || (element && isOfEntry(holding, spot.place))) {
			if (element && (!holding.single || isOfEntry(holding, spot.place)))
				escapeElement(body, state, holding, spot, callee ?? expr);
			else markEscaped(state, holding.id, callee);
		} else if (!element && within(holding.place, spot.place)) markEscaped(state, holding.id, callee, true);
		else if (address && member && rootOf(holding.place) === rootOf(spot.place))
			markEscaped(state, holding.id, callee, true);
	}
	const written = callee && place(address ? at.operand : at);
	for (const around of (written !== undefined && aroundOf(body.fn).get(rootOf(written))) || [])
		for (const holding of state.holdings.values())
			if (rootOf(holding.place) === around) markEscaped(state, holding.id, callee, true);
	if (element) {
		recordParameterEscape(body, state, spot.place, callee ?? expr, true);
		return;
	}
	const root = rootOf(spot.place);
	const whole = spot.place === root || (address && member);
	if (whole && isLocal(body.fn, root))
		state.values.set(root, { ...(state.values.get(root) ?? UNKNOWN), published: true });
	if (address && !whole && callee) recordMemberEscape(body, state, root, callee);
	recordParameterEscape(body, state, address && whole ? root : spot.place, callee, false);
}
