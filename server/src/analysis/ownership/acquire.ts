import { returnsPage } from '../../kernel/acquiring.js';
import type { CallExpr, Expr } from '../../syntax/ir.js';
import type { ApiCall } from '../context.js';
import type { Held } from '../holders.js';
import { canonicalText } from '../path-conditions.js';
import { isParameter } from '../variables.js';
import { bare, rootOf } from '../walk.js';
import { gather } from './entries.js';
import { evaluate } from './evaluate.js';
import { keyOn } from './fields.js';
import type { FunctionWalk } from './function-walk.js';
import { isField } from './invalidate.js';
import { type PageOperand, pageOperandOf, placeOf, within } from './page-operands.js';
import { refineExtractions } from './refine-extraction.js';
import { forgetReleases } from './repeated.js';
import {
	ANY,
	amongst,
	expressionKey,
	type FunctionExit,
	NO_LISTS,
	type OwnershipState,
	POS,
	type Position,
	type TrackedResource,
	UNKNOWN,
	type Value,
	ZERO,
} from './state.js';

/** Where a call puts its pages. */
export function targetOf(state: OwnershipState, api: ApiCall, pages: Expr): PageOperand | undefined {
	const type = api.shape?.params.find((param) => param.role === 'pages')?.type;
	const at = bare(pages);
	if (type === 'struct page ***' && !(at.kind === 'unary' && at.op === '&')) {
		const place = placeOf(state, at);
		return place === undefined ? undefined : { place: `${place}[]`, shape: 'whole', index: undefined };
	}
	const spot = pageOperandOf(state, pages);
	if (type === 'struct page ***' && spot) return { ...spot, shape: 'whole' };
	return spot;
}

/** The call makes the array: always, or because it was given NULL. */
function allocates(api: ApiCall, given: Value | undefined): boolean {
	if (!api.shape?.params.some((param) => param.type === 'struct page ***')) return false;
	return api.call.name.includes('alloc') || given?.signs === ZERO;
}

/** The pages are those that the place named last, and nobody else knows them. */
function isOverwritten(state: OwnershipState, holding: TrackedResource, id: string, place: string): boolean {
	if (
		holding.place !== place ||
		holding.status !== 'held' ||
		holding.unreachable ||
		holding.beforePointer ||
		holding.kind === 'iova' ||
		holding.shared ||
		holding.position ||
		holding.lists.size > 0
	)
		return false;
	// an element of an array of objects is another one each time
	if (place.includes('[]') || holding.kind === 'extracted' || !/^(?:some|partial|all)$/.test(holding.outcome))
		return false;
	const copy = [...state.aliases.values()].some((alias) => !alias.address && within(alias.place, place));
	const carried = [...state.values.values()].some((value) => value.carries === holding.id);
	return !copy && (!carried || holding.id === id);
}

function lose(body: FunctionWalk, state: OwnershipState, holding: TrackedResource, call: CallExpr): void {
	body.events.push({ kind: 'lost', holding, call, state: state.clone() });
}

/** What other calls took into this place is overwritten: a copy of its only page is all that is left. */
export function makeRoom(state: OwnershipState, id: string, place: string): void {
	for (const other of [...state.holdings.values()]) {
		if (other.id === id || other.place !== place) continue;
		const copy = [...state.aliases].find(
			([, alias]) => !alias.address && alias.place === (other.single ? place : `${place}[]`),
		);
		if (!copy || (!other.single && other.askedConstant !== 1)) {
			gather(state, other);
			state.holdings.delete(other.id);
			continue;
		}
		state.aliases.delete(copy[0]);
		state.update(other.id, { place: copy[0], single: true });
	}
}

/** The pages were taken by a function of the file that is called here. */
export interface AcquireViaHelper {
	readonly call: CallExpr;
	readonly inner: TrackedResource;
	readonly left: FunctionExit;
	/** Of the element the callee was given. */
	readonly index: Expr | undefined;
	/** Where in the array the callee has put them. */
	readonly position: Position | undefined;
	/** What the caller calls the number of pages asked for, and the number where it is one. */
	readonly asked: string | undefined;
	readonly constant: number | undefined;
	/** `call` returns the number of pages obtained. */
	readonly told: boolean;
}

/** How many bytes an iterator is asked for. */
function bytesAsked(api: ApiCall): string | undefined {
	const size = api.arg('maxsize');
	return size && canonicalText(size);
}

export function acquire(
	body: FunctionWalk,
	state: OwnershipState,
	api: ApiCall,
	spot: PageOperand,
	via?: AcquireViaHelper,
): TrackedResource {
	const call = via?.call ?? api.call;
	const id = via ? `${via.inner.id}@${call.start}` : `t${call.start}`;
	const count = via ? undefined : api.arg('count');
	const asked = via ? via.asked : count && (placeOf(state, count) ?? canonicalText(count));
	const constant = via ? (via.constant ?? via.inner.askedConstant) : count && evaluate(state, count).constant;
	const before = state.holdings.get(id);
	if (before && before.place !== spot.place) gather(state, before);
	else if (before && before.lists.size > 0) gather(state, before);
	const old = before?.lists.size === 0 && !before.entries ? before : undefined;
	const index = via ? via.index : spot.index;
	const at =
		index === undefined ? undefined : (state.values.get(placeOf(state, index) ?? '')?.copyOf ?? placeOf(state, index));
	const position: Position | undefined = at === undefined ? via?.position : { of: at, side: 'at' };
	const again =
		old !== undefined && old.outcome !== 'none' && (old.status === 'held' || old.earlier) && old.status !== 'escaped';
	const root = rootOf(spot.place);
	const published = state.values.get(root)?.published === true || body.shadowed.has(root);
	const single = via ? via.inner.single : spot.shape === 'address';
	const one = single && /^(?:page-|bool)/.test(api.api.record.meaning);
	const holding: TrackedResource = {
		id,
		acquire: api,
		call,
		kind: api.api.record.takes as Held,
		place: spot.place,
		single,
		asked,
		askedConstant: one ? 1 : constant,
		goal: api.api.record.meaning === 'bytes' ? (via ? undefined : bytesAsked(api)) : asked,
		beforePointer: false,
		returnsCount: via ? via.told : true,
		outcome: via ? via.inner.outcome : 'untested',
		earlier: again && (spot.shape === 'from' || via?.index !== undefined || old.beforePointer),
		status: published && !isParameter(body.fn, root) ? 'escaped' : 'held',
		position,
		released: undefined,
		missedByRelease: undefined,
		countInspected: false,
		shared: body.shadowed.has(root),
		unreachable: undefined,
		isStored: false,
		byObject: published && !body.shadowed.has(root) && isField(spot.place),
		inner: via && { holding: via.inner, left: via.left },
		lists: NO_LISTS,
		entries: via?.inner.entries ?? false,
		entryType: via?.inner.entryType,
	};
	if (spot.shape !== 'from' && !via?.index && !holding.entries) {
		for (const other of state.holdings.values())
			if (isOverwritten(state, other, id, spot.place)) lose(body, state, other, call);
		makeRoom(state, id, spot.place);
	}
	// a variable that stood for what was in the place before stands for nothing now
	for (const [local, alias] of [...state.aliases])
		if (within(alias.place, spot.place) && local !== root && (single || alias.place !== spot.place))
			state.aliases.delete(local);
	for (const key of [...state.values.keys()]) {
		const value = state.values.get(key);
		if (value?.result === id)
			state.values.set(
				key,
				holding.earlier
					? { ...value, form: value.form === 'rest' ? 'rest' : 'sum' }
					: { ...value, result: undefined, form: undefined },
			);
	}
	if (single)
		state.values.set(spot.place, { ...amongst(state.values.get(spot.place) ?? UNKNOWN, undefined), signs: ANY });
	if (allocates(api, state.values.get(spot.place)) && spot.shape === 'whole' && !via) {
		const old = state.values.get(spot.place);
		state.values.set(spot.place, { signs: ANY, fresh: old?.fresh ?? 'raw', published: old?.published });
	}
	forgetReleases(state, spot.place);
	state.holdings.set(id, holding);
	refineExtractions(state);
	if (!via)
		state.values.set(expressionKey(call), {
			signs: api.api.record.meaning === 'bool' ? ZERO | POS : ANY,
			result: id,
			form: 'whole',
		});
	// the area of one page is known exactly when the page was taken
	const area =
		api.arg('vmas') && !via && holding.askedConstant === 1 ? pageOperandOf(state, api.arg('vmas') as Expr) : undefined;
	if (area?.shape === 'address') state.values.set(area.place, { signs: ANY, result: id, form: 'whole' });
	state.note(
		via?.call.nameRange ?? call.nameRange,
		{ kind: 'acquired', as: holding.kind, place: spot.place, callee: call.name },
		id,
	);
	if (isField(spot.place))
		body.events.push({
			kind: 'field',
			place: spot.place,
			key: keyOn(body.fn, state, spot.place),
			held: holding.kind,
			call: api.call,
			takes: true,
		});
	return holding;
}

/** The call returns the page itself. */
export function isPageResult(api: ApiCall): boolean {
	return returnsPage(api.api.record);
}
