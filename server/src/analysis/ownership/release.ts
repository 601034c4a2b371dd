import { WARNS_OF_ERRNO } from '../../kernel/function-models.js';
import type { CallExpr, Expr, Loop } from '../../syntax/ir.js';
import { canonicalText } from '../path-conditions.js';
import { bare, place, rootOf } from '../walk.js';
import { totalOf } from './accumulated.js';
import { isEntry, isInEntry, isSameEntry } from './entries.js';
import { judgeEntries } from './entry-counts.js';
import { isToldOtherwise } from './errno-counts.js';
import { applyLoopEffect, recordParameterEffect } from './escape.js';
import { evaluate } from './evaluate.js';
import { keyOn } from './fields.js';
import type { FunctionWalk, LoopEffect, Release } from './function-walk.js';
import { holdingsAt, isField, mentioned, sameIndex } from './invalidate.js';
import { extent, isInEveryPass, loopsAround } from './loops.js';
import { overNullOf, takesBehindPages, takesForPages } from './null-entries.js';
import { type PageOperand, pageOperandOf, placeOf } from './page-operands.js';
import { countName, releaseAll, tellAgain } from './repeated.js';
import { NEG, type OwnershipState, POS, type Position, type TrackedResource, type Value, ZERO } from './state.js';
import { judgeSum } from './sums.js';
import { judgeNothing, judgeUntaken } from './untaken.js';

export function releaseAt(body: FunctionWalk, state: OwnershipState, at: PageOperand | undefined, by: Release): void {
	if (!at) return;
	const [spot, release] = ofElement(state, at, by);
	const count = release.count && evaluate(state, release.count);
	if (count && (count.signs === ZERO || (count.result === undefined && !(count.signs & POS)))) return;
	if (release.count) for (const id of mentioned(state, release.count)) state.update(id, { countInspected: true });
	if (release.count && spot.shape === 'whole') judgeEntries(body, state, spot.place, release.count, release.call);
	const held = holdingsAt(state, spot.place);
	if (held.length === 0) {
		releaseForeign(body, state, spot, release);
		return;
	}
	judgeSum(body, state, spot, release, count);
	// several takings share the place: the one that has pages is meant
	const meant = held.some((h) => h.outcome !== 'none') ? held.filter((h) => h.outcome !== 'none') : held;
	for (const holding of meant) releaseHolding(body, state, holding, spot, release, count);
}

/** `unpin_user_pages_dirty_lock(&pages[i], 1, dirty)` gives one element back. */
function ofElement(state: OwnershipState, spot: PageOperand, release: Release): readonly [PageOperand, Release] {
	const isOne = spot.shape === 'from' && release.count && evaluate(state, release.count).constant === 1;
	return isOne
		? [
				{ ...spot, shape: 'element' },
				{ ...release, count: undefined },
			]
		: [spot, release];
}

/** What is given back here is none of what was taken. */
export function isOfAnotherKind(
	body: FunctionWalk,
	state: OwnershipState,
	holding: TrackedResource,
	kinds: ReadonlySet<string>,
): boolean {
	return (
		!kinds.has(holding.kind) &&
		kinds.size === 1 &&
		!holding.shared &&
		// pinned or not, what is extracted has no reference
		(holding.kind !== 'extracted' || kinds.has('reference')) &&
		holding.status !== 'partlyReleased' &&
		!state.possiblyInfeasible &&
		hasOneKind(body, holding)
	);
}

export function releaseHolding(
	body: FunctionWalk,
	state: OwnershipState,
	holding: TrackedResource,
	spot: PageOperand,
	release: Release,
	count: Value | undefined,
): void {
	const { call, inner } = release;
	const bulk = release.count !== undefined && spot.shape !== 'element';
	const entry = isEntry(holding, spot);
	const pages = bulk ? count?.constant : spot.shape === 'element' ? 1 : undefined;
	body.events.push({ kind: 'release', holding, release: call, inner, pages });
	if (bulk && !entry && !isFilled(state, holding)) judgeCount(body, state, holding, spot, release, count);
	if (holding.outcome === 'none') {
		if (!bulk && !entry) judgeNothing(body, state, holding, spot, release);
		return;
	}
	const mixed = entry && body.mixed.has(spot.place);
	if (!mixed && isOfAnotherKind(body, state, holding, release.kinds))
		body.events.push({ kind: 'mismatch', holding, release: call, inner, state });
	const whole = (holding.single && !entry) || bulk || spot.shape === 'whole' || spot.shape === 'address';
	if (!whole || (holding.entries && isInEntry(spot.place) && !release.isOfAllEntries)) {
		releaseElement(body, state, holding, spot, release);
		return;
	}
	if (spot.shape === 'from') {
		state.update(holding.id, { status: 'partlyReleased' });
		releasePart(body, state, holding, spot, release);
		return;
	}
	if (bulk && holding.position && isIndex(state, release.count as Expr, holding.position)) {
		const reached = holding.position.side === 'below';
		const again = holding.status === 'released' && holding.released !== undefined && holding.released !== call;
		const isTwice = reached && again && !holding.shared && !release.remembers && !state.possiblyInfeasible;
		if (isTwice && isOfAll(body, holding.released as CallExpr))
			body.events.push({ kind: 'double', holding, release: call, state });
		state.update(
			holding.id,
			reached ? { status: 'released', released: call } : { missedByRelease: call, earlier: false },
		);
		return;
	}
	// how many a helper releases is not always known: with two takings in one place it may be those of one
	const all = inner === call || !isFilled(state, holding);
	const known = bulk && (inner === call || !isUnknown(count));
	const full = entry ? true : known ? isFullCount(state, holding, release.count as Expr, count) : all;
	// in a loop the same call releases what the next pass took
	const again = holding.status === 'released' && holding.released !== undefined && holding.released !== call;
	const isSame = !entry || state.released.get(spot.place)?.count === countName(state, release);
	const isSameOne = !again || isSameEntry(body.fn, holding, holding.released as CallExpr, call);
	const isTwice =
		again &&
		isSame &&
		isSameOne &&
		full &&
		!holding.shared &&
		!release.remembers &&
		!mixed &&
		!state.possiblyInfeasible;
	if (isTwice && isOfAll(body, holding.released)) body.events.push({ kind: 'double', holding, release: call, state });
	else if (!mixed && isSameOne && isSolePin(holding))
		tellAgain(body, state, spot.place, countName(state, release), release);
	// who got them in between may have a reference of his own
	const shared = holding.shared || holding.status === 'escaped';
	state.update(holding.id, { status: full ? 'released' : 'partlyReleased', released: call, shared });
	state.note(call.nameRange, { kind: 'released', place: holding.place, callee: call.name }, holding.id);
	// fewer than all may be all that this number says
	if (full || (bulk && isSolePin(holding)))
		state.released = new Map(state.released).set(spot.place, {
			call,
			count: countName(state, release),
			kinds: release.kinds,
		});
}

/** Nobody has a pin of his own on pages that are released twice in a row, whoever else knows of them. */
export function isSolePin({ kind, entries }: TrackedResource): boolean {
	return kind === 'pin' && !entries;
}

/** `unpin_user_pages(&pages[i], n - i)`: pins of a part of the array. */
function releasePart(
	body: FunctionWalk,
	state: OwnershipState,
	holding: TrackedResource,
	spot: PageOperand,
	release: Release,
): void {
	const [from, count] = [spot.index, release.count].map((expr) => expr && canonicalText(expr));
	// a write to a variable is seen in either
	const isSeen = from !== undefined && count !== undefined && /^[\w +*()-]+$/.test(from + count);
	if (isSeen && isSolePin(holding)) releaseAll(body, state, spot.place, `${from} + ${count}`, release);
}

/** The call stands in no loop over elements, or in every pass of one. */
function isOfAll(body: FunctionWalk, call: CallExpr): boolean {
	for (const [loop, sweeps] of body.sweeps)
		for (const sweep of sweeps.values()) if (sweep.call === call && !isInEveryPass(body.fn, loop, call)) return false;
	return true;
}

/** A number of which nothing is known: whoever has a function for it gives back all of them. */
function isUnknown(value: Value | undefined): boolean {
	return value === undefined || (value.result === undefined && value.constant === undefined && !value.copyOf);
}

/** The function that took the pages takes no other kind: whoever gives them back need not ask which. */
function hasOneKind(body: FunctionWalk, { call, acquire: taking, kind }: TrackedResource): boolean {
	if (call === taking.call) return true;
	const ways = body.around.summary(call.name)?.cases ?? [];
	return ways.every((way) => [...way.takes, ...way.given.pages].every((other) => other.kind === kind));
}

/** The number released is the index the pages were put at. */
export function isIndex(state: OwnershipState, count: Expr, position: Position): boolean {
	const name = placeOf(state, count);
	return name !== undefined && sameIndex(state, name, position.of);
}

export function isFullCount(
	state: OwnershipState,
	holding: TrackedResource,
	count: Expr,
	value: Value | undefined,
): boolean {
	if (value?.result === holding.id) return true;
	if (value?.constant !== undefined && value.constant === holding.askedConstant) return true;
	return isAskedNumber(state, holding, count, value);
}

/** The number asked for, also where a field or another variable has it. */
function isAskedNumber(
	state: OwnershipState,
	{ asked }: TrackedResource,
	count: Expr,
	value: Value | undefined,
): boolean {
	if (asked === undefined) return false;
	const name = placeOf(state, count);
	return (
		canonicalText(count) === asked || value?.copyOf === asked || (name !== undefined && sameIndex(state, name, asked))
	);
}

/** The number of entries of an array that each call of a loop fills a part of. */
function isWholeNumber(
	state: OwnershipState,
	{ acquire: taking, call }: TrackedResource,
	name: string | undefined,
): boolean {
	const total = taking.call === call ? totalOf(taking) : undefined;
	const whole = total && placeOf(state, total);
	return name !== undefined && whole !== undefined && sameIndex(state, name, whole);
}

export function judgeCount(
	body: FunctionWalk,
	state: OwnershipState,
	holding: TrackedResource,
	spot: PageOperand,
	release: Release,
	value: Value | undefined,
): void {
	const { call, count } = release;
	if (!count || state.possiblyInfeasible || holding.shared || holding.status !== 'held' || holding.earlier) return;
	if (value?.result === holding.id && value.form === 'whole' && value.signs & NEG) {
		const isWarned = WARNS_OF_ERRNO.has(call.name) && !isToldOtherwise(body.fn, place(bare(count)) ?? '');
		const why = release.walksPast ? 'negative' : isWarned ? 'warned' : undefined;
		if (why && (holding.outcome === 'untested' || value.signs === NEG || holding.outcome === 'partial')) {
			body.events.push({ kind: 'overrun', holding, release: call, why, state });
			return;
		}
	}
	if (isUnoffset(holding, value, release.kinds)) {
		body.events.push({ kind: 'unoffset', holding, release: call, state });
		return;
	}
	if (value?.result !== undefined) return;
	const isWhole = holding.position?.side === 'at' && isWholeNumber(state, holding, placeOf(state, count));
	const same =
		isWhole ||
		isAskedNumber(state, holding, count, value) ||
		(value?.constant !== undefined && value.constant === holding.askedConstant && value.constant > 0);
	if (!same || (holding.outcome !== 'partial' && holding.outcome !== 'none')) return;
	if (holding.position && !isWhole && !(spot.index && isIndex(state, spot.index, holding.position))) return;
	const overNull = spot.shape === 'from' ? 'always' : release.overNull;
	const takes = isWhole ? takesBehindPages(state, holding, overNull) : takesForPages(state, holding, overNull);
	if (body.filled.has(holding.place) || !takes) return;
	body.events.push({
		kind: 'overrun',
		holding,
		release: call,
		why: holding.outcome === 'partial' ? 'short' : 'failed',
		state,
	});
}

/** A loop released the elements below `end`. */
export function judgeSweep(
	body: FunctionWalk,
	state: OwnershipState,
	holding: TrackedResource,
	loop: Loop,
	sweep: LoopEffect,
	end: string,
): void {
	const { call, kinds } = sweep;
	const { outcome, status, position, shared, earlier } = holding;
	const isWhole = position?.side === 'at' && isWholeNumber(state, holding, end);
	if (!call || shared || earlier || status === 'escaped' || isFilled(state, holding)) return;
	if (position && !isWhole) return;
	const value = state.values.get(end);
	if (isUnoffset(holding, value, kinds)) body.events.push({ kind: 'unoffset', holding, release: call, state });
	const isAsked = isWhole || (holding.asked !== undefined && sameIndex(state, end, holding.asked));
	if (!isAsked || value?.result !== undefined || (outcome !== 'partial' && outcome !== 'none')) return;
	const overNull = overNullOf(body.fn, loop, holding.place, sweep);
	const takes = isWhole ? takesBehindPages(state, holding, overNull) : takesForPages(state, holding, overNull);
	if (body.filled.has(holding.place) || !takes) return;
	body.events.push({ kind: 'overrun', holding, release: call, why: outcome === 'partial' ? 'short' : 'failed', state });
}

/** A loop released all elements of pages that another loop, or a call for all of them, has released before. */
export function judgeSweptAgain(
	body: FunctionWalk,
	state: OwnershipState,
	holding: TrackedResource,
	name: string,
	loop: Loop,
	sweep: LoopEffect,
	end: string,
): void {
	const { call } = sweep;
	const { released, status, outcome, shared, earlier, place, position } = holding;
	if (!call || !released || released === call || status !== 'released' || outcome === 'none') return;
	if (shared || earlier || position || state.possiblyInfeasible) return;
	const isContainer = holding.entries || place !== name;
	if (isContainer ? body.mixed.has(name) : isFilled(state, holding) || body.filled.has(place)) return;
	const isSame = isContainer ? state.released.get(name)?.count === end : isAll(state, holding, end);
	if (!isSame || !isInEveryPass(body.fn, loop, call)) return;
	for (const [other, sweeps] of body.sweeps)
		if (
			sweeps.get(name)?.call === released &&
			(extent(body.fn, other) !== end || !isInEveryPass(body.fn, other, released))
		)
			return;
	body.events.push({ kind: 'double', holding, release: call, state });
}

/** The place has the number of pages that were obtained. */
function isAll(state: OwnershipState, { id, asked, outcome }: TrackedResource, end: string): boolean {
	const value = state.values.get(end);
	if (value?.result === id) return value.form === 'whole';
	return outcome === 'all' && asked !== undefined && sameIndex(state, end, asked);
}

/** Entries are set to something else than the call left there: what is released may well be all of them. */
export function fillIn(body: FunctionWalk, state: OwnershipState, target: Expr | undefined): void {
	const spot = target && pageOperandOf(state, target);
	if (!spot) return;
	body.filled.add(spot.place);
	const memory = state.values.get(spot.place);
	// it may get another name
	if (memory?.fresh === 'raw') state.values.set(spot.place, { ...memory, fresh: 'filled' });
}

/** The number of bytes divided by the size of a page, for pages whose first one has an offset. */
function isUnoffset(
	{ id, kind, acquire: taking }: TrackedResource,
	value: Value | undefined,
	kinds: ReadonlySet<string>,
): boolean {
	if (value?.result !== id || value.form !== 'unoffset' || taking.api.record.meaning !== 'bytes') return false;
	return kinds.has(kind === 'extracted' ? 'pin' : kind);
}

/** Another call took pages into the same place: what this one left out, or the rest of the array. */
function isFilled(state: OwnershipState, { id, place }: TrackedResource): boolean {
	return [...state.holdings.values()].some((h) => h.id !== id && h.place === place && h.outcome !== 'none');
}

/** Entries that were not filled are NULL. */
export function isZeroed(state: OwnershipState, place: string): boolean {
	const value = state.values.get(place) ?? state.values.get(rootOf(place));
	return value?.fresh !== 'raw';
}

function isOffset(index: Expr): boolean {
	const at = bare(index);
	return at.kind === 'binary' && (at.op === '+' || at.op === '-');
}

export function releaseElement(
	body: FunctionWalk,
	state: OwnershipState,
	holding: TrackedResource,
	spot: PageOperand,
	release: Release,
): void {
	const { position } = holding;
	if (isEntry(holding, spot)) {
		const { call, kinds, overNull } = release;
		applyLoopEffect(body, call, spot.place, { status: 'released', call, kinds, overNull }, holding.call.start);
		if (holding.status === 'held') state.update(holding.id, { status: 'partlyReleased' });
		return;
	}
	const index = spot.index && placeOf(state, spot.index);
	const same = position !== undefined && index !== undefined && sameIndex(state, index, position.of);
	if (position?.side === 'at' && same) {
		state.update(holding.id, { status: 'released', released: release.call });
		return;
	}
	if (position?.side === 'above') {
		state.update(holding.id, { missedByRelease: release.call });
		return;
	}
	if (holding.askedConstant === 1 && !position) {
		const isFirst = spot.index !== undefined && evaluate(state, spot.index).constant === 0;
		if (isFirst && isSolePin(holding)) releaseAll(body, state, spot.place, '1', release);
		state.update(holding.id, { status: 'released', released: release.call });
		return;
	}
	// `pages[first + i]`: a loop over the index goes through the array from somewhere on
	const status = spot.index && isOffset(spot.index) ? 'partlyReleased' : 'released';
	const { call, kinds, overNull } = release;
	applyLoopEffect(body, call, holding.place, { status, call, kinds, overNull }, holding.call.start);
	if (!position && holding.status === 'held') state.update(holding.id, { status: 'partlyReleased' });
}

export function releaseForeign(body: FunctionWalk, state: OwnershipState, spot: PageOperand, release: Release): void {
	const isOne = isInEntry(spot.place) && !release.isOfAllEntries;
	const inLoop = isOne && loopsAround(body.fn, release.call.start, undefined).length > 0;
	const element = spot.shape === 'element' || inLoop;
	judgeUntaken(body, state, spot, release);
	if (isField(spot.place))
		for (const kind of release.kinds)
			body.events.push({
				kind: 'field',
				place: spot.place,
				key: keyOn(body.fn, state, spot.place),
				held: kind,
				call: release.inner,
				takes: false,
			});
	if (element) {
		const { inner: call, kinds, overNull } = release;
		applyLoopEffect(body, release.call, spot.place, { status: 'released', call, kinds, overNull }, undefined);
		recordParameterEffect(body, state, spot.place, { status: 'partlyReleased', call, kinds, overNull });
		return;
	}
	const count = release.count && placeOf(state, release.count);
	const status = spot.shape === 'from' ? 'partlyReleased' : 'released';
	if (status === 'released') releaseAll(body, state, spot.place, countName(state, release), release);
	recordParameterEffect(body, state, spot.place, { ...release, status, call: release.inner }, count);
}
