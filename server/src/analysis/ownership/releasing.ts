import type { Expr } from '../../syntax/ir.js';
import { written } from '../facts.js';
import { rootOf } from '../walk.js';
import type { Body, Release } from './body.js';
import { holdingsAt, isField, mentioned, sameIndex } from './forgetting.js';
import { remember, sweep } from './handing.js';
import { placeOf, type Spot } from './places.js';
import { type Holding, NEG, type Position, type State, type Value, ZERO } from './state.js';
import { worth } from './values.js';

export function releaseAt(body: Body, state: State, at: Spot | undefined, by: Release): void {
	if (!at) return;
	const [spot, release] = ofElement(state, at, by);
	const count = release.count && worth(state, release.count);
	if (count?.signs === ZERO) return;
	if (release.count) for (const id of mentioned(state, release.count)) state.update(id, { counted: true });
	const held = holdingsAt(state, spot);
	if (held.length === 0) {
		releaseForeign(body, state, spot, release);
		return;
	}
	// several takings share the place: the one that has pages is meant
	const meant = held.some((h) => h.outcome !== 'none') ? held.filter((h) => h.outcome !== 'none') : held;
	for (const holding of meant) releaseHolding(body, state, holding, spot, release, count);
}

/** `unpin_user_pages_dirty_lock(&pages[i], 1, dirty)` gives one element back. */
function ofElement(state: State, spot: Spot, release: Release): readonly [Spot, Release] {
	const isOne = spot.shape === 'from' && release.count && worth(state, release.count).constant === 1;
	return isOne
		? [
				{ ...spot, shape: 'element' },
				{ ...release, count: undefined },
			]
		: [spot, release];
}

export function releaseHolding(
	body: Body,
	state: State,
	holding: Holding,
	spot: Spot,
	release: Release,
	count: Value | undefined,
): void {
	const { call, inner } = release;
	body.events.push({ kind: 'release', holding, release: call, inner });
	const bulk = release.count !== undefined && spot.shape !== 'element';
	if (bulk) judgeCount(body, state, holding, release, count);
	if (holding.outcome === 'none') return;
	if (
		inner !== call &&
		!release.kinds.has(holding.kind) &&
		release.kinds.size === 1 &&
		!holding.shared &&
		holding.kind !== 'extracted'
	)
		body.events.push({ kind: 'mismatch', holding, release: call, inner, state });
	const whole = holding.single || bulk || spot.shape === 'whole' || spot.shape === 'address';
	if (!whole) {
		releaseElement(body, state, holding, spot, release);
		return;
	}
	if (spot.shape === 'from') {
		state.update(holding.id, { status: 'part' });
		return;
	}
	if (bulk && holding.position && isIndex(state, release.count as Expr, holding.position)) {
		const reached = holding.position.side === 'below';
		state.update(holding.id, reached ? { status: 'released', released: call } : { spared: call, earlier: false });
		return;
	}
	const full = !bulk || isFullCount(state, holding, release.count as Expr, count);
	// in a loop the same call releases what the next pass took
	if (holding.status === 'released' && full && !holding.shared && holding.released && holding.released !== call)
		body.events.push({ kind: 'double', holding, release: call, state });
	state.update(holding.id, { status: full ? 'released' : 'part', released: call });
	state.note(call.nameRange, `${holding.place}: released by ${call.name}()`, holding.id);
}

/** The number released is the index the pages were put at. */
export function isIndex(state: State, count: Expr, position: Position): boolean {
	const name = placeOf(state, count);
	return name !== undefined && sameIndex(state, name, position.of);
}

export function isFullCount(state: State, holding: Holding, count: Expr, value: Value | undefined): boolean {
	if (value?.result === holding.id) return true;
	if (value?.constant !== undefined && value.constant === holding.askedConstant) return true;
	return holding.asked !== undefined && (written(count) === holding.asked || placeOf(state, count) === holding.asked);
}

export function judgeCount(
	body: Body,
	state: State,
	holding: Holding,
	release: Release,
	value: Value | undefined,
): void {
	const { call, count } = release;
	if (!count || holding.shared || holding.status !== 'held' || holding.earlier) return;
	if (value?.result === holding.id && value.form === 'whole' && value.signs & NEG && release.dirties) {
		if (holding.outcome === 'untested' || value.signs === NEG || holding.outcome === 'short') {
			body.events.push({ kind: 'overrun', holding, release: call, why: 'negative', state });
			return;
		}
	}
	if (value?.result === holding.id && value.form === 'unoffset' && holding.taking.api.record.meaning === 'bytes') {
		body.events.push({ kind: 'unoffset', holding, release: call, state });
		return;
	}
	if (value?.result !== undefined) return;
	const asked =
		holding.asked !== undefined && (written(count) === holding.asked || placeOf(state, count) === holding.asked);
	const same =
		asked || (value?.constant !== undefined && value.constant === holding.askedConstant && value.constant > 0);
	if (!same || (holding.outcome !== 'short' && holding.outcome !== 'none')) return;
	if (isZeroed(state, holding.place)) return;
	body.events.push({
		kind: 'overrun',
		holding,
		release: call,
		why: holding.outcome === 'short' ? 'short' : 'failed',
		state,
	});
}

/** Entries that were not filled are NULL. */
export function isZeroed(state: State, place: string): boolean {
	const value = state.values.get(place) ?? state.values.get(rootOf(place));
	return value?.fresh !== 'raw';
}

export function releaseElement(body: Body, state: State, holding: Holding, spot: Spot, release: Release): void {
	const { position } = holding;
	const index = spot.index && placeOf(state, spot.index);
	const same = position !== undefined && index !== undefined && sameIndex(state, index, position.of);
	if (position?.side === 'at' && same) {
		state.update(holding.id, { status: 'released', released: release.call });
		return;
	}
	if (position?.side === 'above') {
		state.update(holding.id, { spared: release.call });
		return;
	}
	if (holding.askedConstant === 1 && !position) {
		state.update(holding.id, { status: 'released', released: release.call });
		return;
	}
	sweep(
		body,
		release.call,
		holding.place,
		{ status: 'released', call: release.call, kinds: release.kinds },
		holding.call.start,
	);
	if (!position && holding.status === 'held') state.update(holding.id, { status: 'part' });
}

export function releaseForeign(body: Body, state: State, spot: Spot, release: Release): void {
	const element = spot.shape === 'element';
	if (isField(spot.place))
		for (const kind of release.kinds)
			body.events.push({ kind: 'field', place: spot.place, held: kind, call: release.inner, takes: false });
	if (element) {
		sweep(body, release.call, spot.place, { status: 'released', call: release.inner, kinds: release.kinds }, undefined);
		remember(body, state, spot.place, 'part', release.kinds, release.inner);
	} else remember(body, state, spot.place, spot.shape === 'from' ? 'part' : 'released', release.kinds, release.inner);
}
