/** What a call does. */
import { ADDRESSES, ALLOCATORS, FREES, KEEPERS, readsOnly, TAKERS } from '../../kernel/callees.js';
import type { CallExpr, Expr } from '../../syntax/ir.js';
import type { ApiCall } from '../context.js';
import { bare, isNull, rootOf } from '../walk.js';
import type { Body, Release } from './body.js';
import { holdingsAt, mentioned, writeThrough } from './forgetting.js';
import { carriedOff, handOn, leaveHands, remember, touchGone } from './handing.js';
import { type Spot, spotOf, within } from './places.js';
import { releaseAt } from './releasing.js';
import { NEG, type State, temporary, UNKNOWN, ZERO } from './state.js';
import { mapped, type Summary, type Way } from './summary.js';
import { isPageResult, take, targetOf } from './taking.js';
import { carriedBy } from './values.js';

/** Keeps the pages when it succeeds. */
export function keepOnSuccess(body: Body, state: State, call: CallExpr): State[] {
	const failed = state.clone();
	failed.values.set(temporary(call), { signs: NEG });
	for (const arg of call.args) handOn(body, state, arg, call);
	state.values.set(temporary(call), { signs: ZERO });
	return [state, failed];
}

export function callOfFamily(body: Body, state: State, call: CallExpr, api: ApiCall): State[] {
	const { group, takes } = api.api.record;
	if (group === 'release') {
		const arg = api.arg('pages') ?? api.arg('page') ?? api.arg('folios') ?? api.arg('folio') ?? call.args[0];
		const dirty = api.arg('dirty');
		const dirties =
			dirty !== undefined &&
			!isNull(dirty) &&
			!(bare(dirty).kind === 'name' && (bare(dirty) as { name: string }).name === 'false');
		if (arg)
			releaseAt(body, state, spotOf(state, arg), {
				call,
				inner: call,
				kinds: new Set([takes]),
				count: api.arg('count'),
				dirties,
				remembers: false,
			});
		return [state];
	}
	if (takes === 'none' || !/^(?:get|pin|iov-iter|extract|helper)$/.test(group)) return [state];
	if (isPageResult(api)) return [state];
	const pages = api.arg('pages') ?? api.arg('page') ?? api.arg('folios');
	const target = pages && !isNull(pages) ? targetOf(state, api, pages) : undefined;
	if (target) take(body, state, api, target);
	return [state];
}

/** The argument for a parameter of the callee that is asked for as it is. */
function argumentFor(summary: Summary, call: CallExpr, name: string | undefined): Expr | undefined {
	return name === undefined ? undefined : call.args[summary.fn.params.findIndex((param) => param.name === name)];
}

export function argumentSpot(state: State, summary: Summary, call: CallExpr, name: string): Spot | undefined {
	const arg = call.args[summary.fn.params.findIndex((p) => p.name === rootOf(name))];
	return arg && name === rootOf(name) ? spotOf(state, arg) : undefined;
}

/** What a release in the callee is in the caller: of the array it was given, of one element, of a field of an element. */
export function releasedSpot(
	name: string,
	at: { readonly place: string; readonly index: Expr | undefined },
	arg: Spot | undefined,
): Spot {
	if (arg && name === rootOf(name)) return arg.shape === 'address' ? { ...arg, shape: 'whole' } : arg;
	if (at.index) return { place: at.place, shape: 'element', index: at.index };
	return { place: at.place, shape: 'whole', index: undefined };
}

export function goWay(body: Body, state: State, call: CallExpr, summary: Summary, way: Way): void {
	// what the arguments are is told before anything changes
	const touched = [...way.touches].map(([name, touch]) => ({
		name,
		touch,
		at: mapped(state, summary.fn, call, name),
		spot: argumentSpot(state, summary, call, name),
	}));
	writeThrough(state, call, true);
	for (const { name, touch, at, spot } of touched) {
		if (touch.status === 'gone') {
			const arg = call.args[summary.fn.params.findIndex((p) => p.name === rootOf(name))];
			if (name === rootOf(name) && arg) handOn(body, state, arg, call);
			else if (at)
				for (const h of state.holdings.values()) if (within(h.place, at.place)) leaveHands(state, h.id, call);
			if (at) touchGone(body, state, at.place, call, false);
		} else if (at) {
			const release: Release = {
				call,
				inner: touch.call ?? call,
				kinds: touch.kinds,
				count: undefined,
				dirties: false,
				remembers: summary.changes.has(rootOf(name)) && name !== rootOf(name),
			};
			if (touch.status === 'part') {
				for (const h of state.holdings.values())
					if (h.place === at.place && h.status === 'held') state.update(h.id, { status: 'part' });
				remember(body, state, at.place, 'part', touch.kinds, touch.call);
			} else releaseAt(body, state, releasedSpot(name, at, spot), release);
		}
	}
	for (const inner of way.takes) {
		const at = mapped(state, summary.fn, call, inner.place);
		if (!at || at.place.startsWith('&')) continue;
		take(
			body,
			state,
			inner.taking,
			{ place: at.place, shape: 'whole', index: undefined },
			{ call, inner, index: at.index, count: argumentFor(summary, call, inner.asked) },
		);
	}
	const result = way.result === undefined ? undefined : `${way.result}@${call.start}`;
	state.values.set(temporary(call), {
		signs: way.signs,
		result: result !== undefined && state.holdings.has(result) ? result : undefined,
		form: result ? 'whole' : undefined,
	});
}

export function summarised(body: Body, state: State, call: CallExpr, summary: Summary): State[] {
	for (const arg of call.args) for (const id of mentioned(state, arg)) state.update(id, { counted: true });
	const ways = summary.ways.map((way) => ({ way, now: state.clone() }));
	for (const { way, now } of ways) goWay(body, now, call, summary, way);
	return ways.map(({ now }) => now);
}

/** `memset(pages + got, 0, ...)`: entries that were not filled are NULL from here on. */
function cleared(state: State, { args }: CallExpr): void {
	const spot = args[0] && spotOf(state, args[0]);
	if (!spot || !args[1] || !isNull(args[1])) return;
	state.values.set(spot.place, { ...(state.values.get(spot.place) ?? UNKNOWN), fresh: 'zeroed' });
}

/** The memory is copied as a whole: who has the copy has the pages of the array or object. */
function copiedOff(state: State, call: CallExpr, arg: Expr): void {
	const spot = spotOf(state, arg);
	for (const h of state.holdings.values())
		if (spot && within(h.place, spot.place) && !(h.single && h.place === spot.place)) leaveHands(state, h.id, call);
}

export function callOf(body: Body, state: State, call: CallExpr): State[] {
	const api = body.around.apiCall(call);
	if (api) return callOfFamily(body, state, call, api);
	const { name } = call;
	if (TAKERS.has(name)) {
		const spot = call.args[0] && spotOf(state, call.args[0]);
		for (const h of holdingsAt(state, spot)) state.update(h.id, { shared: true });
		if (spot) touchGone(body, state, spot.place, call, spot.shape === 'element');
		return [state];
	}
	if (FREES.has(name)) return [state];
	if (ALLOCATORS.test(name)) {
		if (/memdup$/.test(name) && call.args[0]) copiedOff(state, call, call.args[0]);
		return [state];
	}
	if (KEEPERS.has(name)) return keepOnSuccess(body, state, call);
	if (readsOnly(name)) {
		const carried = body.byAddress && ADDRESSES.has(name) && call.args[0] ? carriedBy(state, call.args[0]) : undefined;
		if (carried !== undefined) carriedOff(body, state, carried, call);
		for (const arg of call.args) for (const id of mentioned(state, arg)) state.update(id, { counted: true });
		if (name === 'memset') cleared(state, call);
		if (/^mem(?:cpy|move)$/.test(name)) for (const arg of call.args) copiedOff(state, call, arg);
		writeThrough(state, call, false);
		return [state];
	}
	const summary = name ? body.around.summary(name) : undefined;
	if (summary) return summarised(body, state, call, summary);
	for (const arg of call.args) {
		for (const id of mentioned(state, arg)) state.update(id, { counted: true });
		handOn(body, state, arg, call);
	}
	writeThrough(state, call, true);
	return [state];
}
