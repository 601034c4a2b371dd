/** What a call does. */

import {
	ADDRESSES,
	ALLOCATORS,
	FREES,
	HANDLES,
	KEEPERS,
	MAPPERS,
	PAGE_FREES,
	PASSES_OVER_NULL,
	REFCOUNT_INCREMENTS,
	readsOnly,
	STORES,
} from '../../kernel/function-models.js';
import { LIST_FREES, LIST_READERS } from '../../kernel/page-flow.js';
import { listCall } from '../../kernel/sinks/index.js';
import type { CallExpr, Expr, FunctionIR } from '../../syntax/ir.js';
import { memoize } from '../../syntax/memoize.js';
import { pagesArgument } from '../acquired-into.js';
import type { ApiCall } from '../context.js';
import { nonFormatArguments, tells } from '../format-arguments.js';
import { isUnsigned } from '../integers.js';
import { canonicalText } from '../path-conditions.js';
import { isParameter, parameterAt } from '../variables.js';
import { bare, isNull, isVariable, rootOf } from '../walk.js';
import { acquire, isPageResult, targetOf } from './acquire.js';
import { isEntry, isInEntry, removesEntries } from './entries.js';
import {
	escapeByAddress,
	escapePages,
	markEscaped,
	memberEscaped,
	recordMemberEscape,
	recordParameterEffect,
	recordParameterEscape,
} from './escape.js';
import { derivedFrom, evaluate, refineSigns } from './evaluate.js';
import { keyOn } from './fields.js';
import type { FunctionWalk, Release } from './function-walk.js';
import { havocThroughPointers, holdingsAt, isField, mentioned } from './invalidate.js';
import { filePages, listPages } from './listing.js';
import type { OverNull } from './over-null.js';
import { addList, listedIn } from './page-lists.js';
import { type PageOperand, pageOperandOf, placeOf, within } from './page-operands.js';
import { fillIn, isOfAnotherKind, releaseAt } from './release.js';
import { NO_RELEASES } from './released-places.js';
import { forgetReleasesBy } from './repeated.js';
import { RESULT } from './return-effects.js';
import {
	ANY,
	amongst,
	expressionKey,
	implied,
	NEG,
	NO_LISTS,
	type OwnershipState,
	type ParameterEffect,
	POS,
	type Position,
	type TrackedResource,
	UNKNOWN,
	type Value,
	ZERO,
} from './state.js';
import { type Mapped, mapped, type Summary, type SummaryCase } from './summary.js';
import { freeMemory, freePlace } from './transfer-free.js';

/** Keeps the pages when it succeeds. */
export function keepOnSuccess(body: FunctionWalk, state: OwnershipState, call: CallExpr): OwnershipState[] {
	const failed = state.clone();
	failed.values.set(expressionKey(call), { signs: NEG });
	for (const arg of call.args) escapePages(body, state, arg, call);
	const handle = HANDLES.get(call.name);
	const signs = handle === 'pointer' ? POS : handle === 'descriptor' ? ZERO | POS : ZERO;
	state.values.set(expressionKey(call), { signs });
	return [state, failed];
}

/** Pins that a subsystem knows by their address: which of them the call means is not followed. */
function releaseByAddress(body: FunctionWalk, state: OwnershipState, call: CallExpr): void {
	for (const holding of state.holdings.values()) {
		if (holding.kind !== 'iova' || holding.outcome === 'none') continue;
		body.events.push({ kind: 'release', holding, release: call, inner: call, pages: undefined });
		state.update(holding.id, { status: 'released', released: call, shared: true });
		state.note(call.nameRange, { kind: 'released', place: holding.place, callee: call.name }, holding.id);
	}
}

export function callOfFamily(
	body: FunctionWalk,
	state: OwnershipState,
	call: CallExpr,
	api: ApiCall,
): OwnershipState[] {
	const { group, takes } = api.api.record;
	if (group === 'release' && takes === 'iova') {
		releaseByAddress(body, state, call);
		return [state];
	}
	if (group === 'release') {
		const arg = api.arg('pages') ?? api.arg('page') ?? api.arg('folios') ?? api.arg('folio') ?? call.args[0];
		const dirty = api.arg('dirty');
		const dirties =
			dirty !== undefined &&
			!isNull(dirty) &&
			!(bare(dirty).kind === 'name' && (bare(dirty) as { name: string }).name === 'false');
		if (arg)
			releaseAt(body, state, pageOperandOf(state, arg), {
				call,
				inner: call,
				kinds: new Set([takes]),
				count: api.arg('count'),
				walksPast: dirties,
				overNull: PASSES_OVER_NULL.has(call.name) && !dirties ? 'alone' : 'never',
				remembers: false,
			});
		return [state];
	}
	if (takes === 'none' || !/^(?:get|pin|iov-iter|extract|helper)$/.test(group)) return [state];
	if (isPageResult(api)) return [state];
	const pages = pagesArgument(api);
	const written = pages && bare(pages);
	const variable = written?.kind === 'unary' && written.op === '&' ? bare(written.operand) : undefined;
	// a variable that stood for an entry of an array gets a page of its own
	const stood = variable?.kind === 'name' ? state.aliases.get(variable.name) : undefined;
	if (variable?.kind === 'name' && stood?.address === false && stood.place.endsWith('[]'))
		state.aliases.delete(variable.name);
	const target = pages && !isNull(pages) ? targetOf(state, api, pages) : undefined;
	if (target) acquire(body, state, api, target);
	return [state];
}

/** The argument for a parameter of the callee that is asked for as it is. */
function argumentFor(summary: Summary, call: CallExpr, name: string | undefined): Expr | undefined {
	return name === undefined ? undefined : call.args[parameterAt(summary.fn, name)];
}

/** A place of the callee, or of what it returns, in the caller's words. */
function outside(state: OwnershipState, summary: Summary, call: CallExpr, name: string): Mapped | undefined {
	if (within(name, RESULT)) return { place: expressionKey(call) + name.slice(RESULT.length), index: undefined };
	const at = mapped(state, summary.fn, call, name);
	return at?.place.startsWith('&') ? undefined : at;
}

/** What the caller calls the number of pages asked for. */
function askedOutside(
	state: OwnershipState,
	summary: Summary,
	call: CallExpr,
	way: SummaryCase,
	inner: TrackedResource,
): string | undefined {
	const { asked } = inner;
	if (asked === undefined) return undefined;
	const arg = argumentFor(summary, call, asked);
	if (arg) return canonicalText(arg) ?? placeOf(state, arg);
	const direct = /\W/.test(asked) ? outside(state, summary, call, asked) : undefined;
	if (direct) return direct.place;
	for (const [name, value] of way.given.values) {
		if (value.copyOf !== asked && !(inner.outcome === 'all' && value.result === inner.id && value.form === 'whole'))
			continue;
		const at = outside(state, summary, call, name);
		if (at && !at.index) return at.place;
	}
	return undefined;
}

/** Where in the array the callee has put them, as the caller calls its index. */
function positionOutside(
	state: OwnershipState,
	summary: Summary,
	call: CallExpr,
	position: Position | undefined,
): Position | undefined {
	if (!position) return undefined;
	const arg = argumentFor(summary, call, position.of);
	const of = arg ? placeOf(state, arg) : outside(state, summary, call, position.of)?.place;
	return of === undefined || of.includes('[]') ? undefined : { of, side: position.side };
}

/** Numbers the callee wrote where the caller can read them. */
function learnNumbers(state: OwnershipState, summary: Summary, call: CallExpr, way: SummaryCase): void {
	for (const [name, value] of way.given.values) {
		const at = outside(state, summary, call, name);
		if (!at || at.index || at.place.includes('[]')) continue;
		const result = value.result === undefined ? undefined : `${value.result}@${call.start}`;
		const known = result !== undefined && state.holdings.has(result) ? result : undefined;
		const source = argumentFor(summary, call, value.copyOf);
		state.values.set(at.place, {
			signs: value.signs,
			constant: value.constant,
			result: known,
			form: known === undefined ? undefined : value.form,
			copyOf: source && placeOf(state, source),
			fresh: value.fresh && !value.published ? 'filled' : undefined,
		});
	}
}

/** Fields that the callee sets are no longer what cleared memory implies. */
function forgetFields(state: OwnershipState, summary: Summary, call: CallExpr): void {
	for (const name of summary.fields) {
		const at = outside(state, summary, call, name);
		if (at && !at.index && implied(state, at.place) !== UNKNOWN) state.values.set(at.place, UNKNOWN);
	}
}

/** What the caller passes goes with what the way says of the parameters; it is known to be so from here on. */
function goesWith(state: OwnershipState, summary: Summary, call: CallExpr, { params }: SummaryCase): boolean {
	for (const [name, signs] of params) {
		const arg = argumentFor(summary, call, name);
		if (!arg) continue;
		if ((evaluate(state, arg).signs & signs) === 0) return false;
		const target = placeOf(state, arg);
		if (target !== undefined && isVariable(target) && !refineSigns(state, target, signs, call)) return false;
	}
	return true;
}

/** Places the callee has released, as the caller calls them. */
function learnReleases(state: OwnershipState, summary: Summary, call: CallExpr, way: SummaryCase): void {
	state.released = NO_RELEASES;
	for (const [name, { count, kinds }] of way.given.released) {
		const at = outside(state, summary, call, name);
		const counted = countOutside(state, summary, call, count);
		if (!at || at.index || (count !== undefined && counted === undefined && !/^\d+$/.test(count))) continue;
		const number = counted ? (placeOf(state, counted) ?? canonicalText(counted)) : count;
		state.released = new Map(state.released).set(at.place, { call, count: number, kinds });
	}
}

export function argumentOperand(
	state: OwnershipState,
	summary: Summary,
	call: CallExpr,
	name: string,
): PageOperand | undefined {
	const arg = call.args[parameterAt(summary.fn, rootOf(name))];
	return arg && name === rootOf(name) ? pageOperandOf(state, arg) : undefined;
}

/** What a release in the callee is in the caller: of the array it was given, of one element, of a field of an element. */
export function releasedOperand(
	name: string,
	at: { readonly place: string; readonly index: Expr | undefined },
	arg: PageOperand | undefined,
): PageOperand {
	if (arg && name === rootOf(name)) return arg.shape === 'address' ? { ...arg, shape: 'whole' } : arg;
	if (at.index) return { place: at.place, shape: 'element', index: at.index };
	return { place: at.place, shape: 'whole', index: undefined };
}

/** The number the callee releases, as the caller would write it. */
function countOutside(
	state: OwnershipState,
	summary: Summary,
	call: CallExpr,
	count: string | undefined,
): Expr | undefined {
	const arg = argumentFor(summary, call, count);
	if (arg || count === undefined) return arg;
	const at = outside(state, summary, call, count);
	return at && !at.index ? { start: call.start, end: call.end, kind: 'name', name: at.place } : undefined;
}

/** The callee takes a negative number for a large one: nothing refuses it, but where all of it gets to unpin_user_pages(). */
function walksPast(body: FunctionWalk, { fn }: Summary, { count, call }: ParameterEffect): boolean {
	const type = count === undefined ? undefined : fn.params[parameterAt(fn, count)]?.type;
	if (!call || !isUnsigned(type)) return false;
	const isBulk = body.around.apiCall(call)?.arg('count') !== undefined;
	return !isBulk || isUnsigned(type, 32);
}

/** What the callee makes of an entry that is NULL. For one page it may be asked first, and left alone on another way. */
function overNullIn({ cases: ways }: Summary, name: string, { overNull = 'always', count }: ParameterEffect): OverNull {
	const isAsked = count === undefined && ways.some(({ touches }) => touches.get(name)?.status !== 'released');
	return isAsked ? 'always' : overNull;
}

/** The number the callee releases is 0 already. */
function isNothing(state: OwnershipState, summary: Summary, call: CallExpr, count: string | undefined): boolean {
	const arg = argumentFor(summary, call, count);
	if (arg) return evaluate(state, arg).signs === ZERO;
	const at = count === undefined ? undefined : outside(state, summary, call, count);
	return at !== undefined && !at.index && state.values.get(at.place)?.signs === ZERO;
}

/** The callee may change what it gets the address of; of an array of pages it is seen whether it does. */
function mayChange({ fn, writes }: Summary, position: number): boolean {
	const param = fn.params[position];
	return !param || param.type.pointers < 3 || writes.has(param.name);
}

/** `&table` of the caller is the table where the callee writes through it. */
function referent(place: string): string {
	return place.startsWith('&') ? place.slice(1) : place;
}

/** The callee has put pages into a list: of its own, which is no more, or of the caller. */
function listOutside(
	state: OwnershipState,
	summary: Summary,
	call: CallExpr,
	holding: TrackedResource,
	list: string,
): void {
	if (!isParameter(summary.fn, rootOf(list))) return;
	const at = mapped(state, summary.fn, call, list);
	if (at && !at.place.includes('[]')) addList(state, holding, referent(at.place), call.nameRange, call.name);
	else markEscaped(state, holding.id, call);
}

/** What is returned is an address or frame number of pages of the caller. */
function carriedBack(
	state: OwnershipState,
	summary: Summary,
	call: CallExpr,
	{ given }: SummaryCase,
): Pick<Value, 'carries' | 'frame'> {
	const at = given.carries && mapped(state, summary.fn, call, given.carries.place);
	const held = at && [...state.holdings.values()].find(({ place }) => place === at.place || `${place}[]` === at.place);
	return held ? { carries: held.id, frame: given.carries?.frame } : {};
}

/** The callee goes from a member to the object around it: `container_of(ref, struct buf, ref)`. What it does there is not followed. */
function escapeAround(body: FunctionWalk, state: OwnershipState, call: CallExpr, { fn }: Summary): void {
	const inner = membersOfObjects(fn);
	if (inner.size === 0) return;
	fn.params.forEach((param, i) => {
		const arg = call.args[i];
		const spot = arg && inner.has(param.name) ? pageOperandOf(state, arg) : undefined;
		if (!spot) return;
		const root = rootOf(spot.place);
		for (const { id, place } of state.holdings.values()) if (rootOf(place) === root) markEscaped(state, id, call, true);
		recordParameterEscape(body, state, root, call, false);
	});
}

/** The callee gives away the address of a member of an object: one that this function has made goes with it, as it does here. */
function escapeByMember(
	body: FunctionWalk,
	state: OwnershipState,
	call: CallExpr,
	{ fn }: Summary,
	{ touches }: SummaryCase,
): void {
	for (const effect of touches.keys()) {
		const param = memberEscaped(effect);
		const arg = param === undefined ? undefined : call.args[parameterAt(fn, param)];
		const spot = arg && pageOperandOf(state, arg);
		if (!spot) continue;
		const root = rootOf(spot.place);
		if (state.values.get(root)?.fresh !== undefined) {
			for (const { id, place } of state.holdings.values())
				if (rootOf(place) === root) markEscaped(state, id, call, true);
		} else recordMemberEscape(body, state, root, call);
	}
}

/** Parameters that lead to the object that they are a member of. */
const membersOfObjects = memoize(
	(fn: FunctionIR): ReadonlySet<string> =>
		new Set(
			fn.calls.flatMap(({ name, args }) => {
				const at = /^container_of(?:_const)?$/.test(name) && args[0] ? bare(args[0]) : undefined;
				return at?.kind === 'name' && isParameter(fn, at.name) ? at.name : [];
			}),
		),
);

export function applySummaryCase(
	body: FunctionWalk,
	state: OwnershipState,
	call: CallExpr,
	summary: Summary,
	way: SummaryCase,
): void {
	escapeAround(body, state, call, summary);
	escapeByMember(body, state, call, summary, way);
	// what the arguments are is told before anything changes
	const touched = [...way.touches]
		.filter(([, { count }]) => !isNothing(state, summary, call, count))
		.map(([name, touch]) => ({
			name,
			touch,
			at: mapped(state, summary.fn, call, name),
			spot: argumentOperand(state, summary, call, name),
		}));
	for (const { name, touch, at, spot } of touched) {
		if (touch.shared && at) {
			for (const h of state.holdings.values()) if (h.place === at.place) state.update(h.id, { shared: true });
			recordParameterEscape(body, state, at.place, call, false);
		} else if (touch.status === 'escaped') {
			const arg = call.args[parameterAt(summary.fn, rootOf(name))];
			if (name === rootOf(name) && arg) escapePages(body, state, arg, call);
			else if (at)
				for (const h of [...state.holdings.values()]
					.filter((h) => within(h.place, at.place))
					.concat(listedIn(state, referent(at.place))))
					markEscaped(state, h.id, call);
			if (at) recordParameterEscape(body, state, at.place, call, false);
		} else if (at) {
			const release: Release = {
				call,
				inner: touch.call ?? call,
				kinds: touch.kinds,
				count: countOutside(state, summary, call, touch.count),
				walksPast: walksPast(body, summary, touch),
				overNull: overNullIn(summary, name, touch),
				remembers: summary.changes.has(rootOf(name)) && name !== rootOf(name),
				isOfAllEntries: isInEntry(name),
			};
			const released = releasedOperand(name, at, spot);
			if (touch.status === 'partlyReleased') {
				for (const h of holdingsAt(state, released.place)) {
					if (h.status !== 'held') continue;
					if (
						!touch.possiblySkipped &&
						touch.call &&
						h.outcome !== 'none' &&
						isOfAnotherKind(body, state, h, touch.kinds)
					)
						body.events.push({ kind: 'mismatch', holding: h, release: call, inner: touch.call, state });
					state.update(h.id, { status: 'partlyReleased' });
				}
				recordParameterEffect(body, state, released.place, { ...release, status: 'partlyReleased', call: touch.call });
			} else releaseAt(body, state, released, release);
			// what it takes out of its container is there no more
			if (removesEntries(summary.fn))
				for (const h of holdingsAt(state, released.place))
					if (isEntry(h, released) && h.status === 'released') state.update(h.id, { shared: true, lists: NO_LISTS });
		}
	}
	for (const name of way.freed.keys()) {
		const at = mapped(state, summary.fn, call, name);
		if (at && !at.index) freePlace(body, state, referent(at.place), call);
	}
	for (const [name, lists] of way.listed) {
		const at = mapped(state, summary.fn, call, name);
		for (const list of lists)
			for (const h of state.holdings.values()) if (h.place === at?.place) listOutside(state, summary, call, h, list);
	}
	havocThroughPointers(state, { ...call, args: call.args.filter((_, i) => mayChange(summary, i)) }, true);
	forgetFields(state, summary, call);
	for (const inner of [...way.takes, ...way.given.pages]) {
		const part = inner.place === rootOf(inner.place) ? argumentOperand(state, summary, call, inner.place) : undefined;
		const isPart = part?.shape === 'from' && part.index !== undefined && !inner.single && !part.place.includes('[]');
		const at = isPart ? part : outside(state, summary, call, inner.place);
		// one page that gets into an array is not told from the others
		if (!at || (inner.single && /^\w+\[\]$/.test(inner.place) && (at.index || at.place.includes('[]')))) continue;
		const asked = askedOutside(state, summary, call, way, inner);
		const count = argumentFor(summary, call, inner.asked);
		if (count && evaluate(state, count).constant === 0) continue;
		const position = positionOutside(state, summary, call, inner.position);
		const taken = acquire(
			body,
			state,
			inner.acquire,
			{ place: at.place, shape: position || isPart ? 'from' : 'whole', index: undefined },
			{
				call,
				inner,
				left: way.left,
				index: at.index,
				position,
				asked,
				constant: count && evaluate(state, count).constant,
				told: way.result === inner.id,
			},
		);
		for (const list of inner.lists) listOutside(state, summary, call, taken, list);
	}
	learnNumbers(state, summary, call, way);
	learnReleases(state, summary, call, way);
	// a number that is not followed may say how many there are
	const told = way.result ?? way.computed ?? (way.signs === ANY ? way.takes[0]?.id : undefined);
	const result = told === undefined ? undefined : `${told}@${call.start}`;
	state.values.set(expressionKey(call), {
		...amongst({ signs: way.signs }, way.numbers),
		result: result !== undefined && state.holdings.has(result) ? result : undefined,
		form: result ? (way.result === undefined ? 'sum' : 'whole') : undefined,
		fresh: way.given.fresh,
		...carriedBack(state, summary, call, way),
	});
}

export function summarised(
	body: FunctionWalk,
	state: OwnershipState,
	call: CallExpr,
	summary: Summary,
): OwnershipState[] {
	for (const arg of call.args) for (const id of mentioned(state, arg)) state.update(id, { countInspected: true });
	const ways = summary.cases.map((way) => ({ way, now: state.clone() }));
	const taken = ways.filter(({ way, now }) => goesWith(now, summary, call, way));
	for (const { way, now } of taken) applySummaryCase(body, now, call, summary, way);
	return taken.map(({ now }) => now);
}

/** A mapping that was not made is no way back to the pages. */
function mapping(state: OwnershipState, call: CallExpr): OwnershipState[] {
	const failed = state.clone();
	failed.values.set(expressionKey(call), { signs: ZERO });
	state.values.set(expressionKey(call), { ...evaluate(state, call), signs: POS });
	return [state, failed];
}

const FREED: ReadonlySet<string> = new Set(['freed']);

/** A page is given to the page allocator: one that a call took, or one of a field. */
function freed(body: FunctionWalk, state: OwnershipState, call: CallExpr): void {
	const spot = call.args[0] && pageOperandOf(state, call.args[0]);
	if (spot && !body.mixed.has(spot.place) && !body.filled.has(spot.place))
		for (const holding of holdingsAt(state, spot.place))
			if (holding.outcome !== 'none' && !holding.earlier && isOfAnotherKind(body, state, holding, FREED))
				body.events.push({ kind: 'mismatch', holding, release: call, inner: call, state });
	if (spot && isField(spot.place))
		body.events.push({
			kind: 'field',
			place: spot.place,
			key: keyOn(body.fn, state, spot.place),
			held: 'freed',
			call,
			takes: false,
		});
}

function duplicate(state: OwnershipState, call: CallExpr): OwnershipState[] {
	const failed = state.clone();
	failed.values.set(expressionKey(call), { signs: ZERO });
	if (call.args[0]) copiedOff(state, call, call.args[0]);
	state.values.set(expressionKey(call), { signs: POS, fresh: 'raw' });
	return [state, failed];
}

/** The memory is copied as a whole: who has the copy has the pages of the array or object. */
function copiedOff(state: OwnershipState, call: CallExpr, arg: Expr): void {
	const spot = pageOperandOf(state, arg);
	for (const h of state.holdings.values())
		if (spot && within(h.place, spot.place) && !(h.single && h.place === spot.place)) markEscaped(state, h.id, call);
}

export function callOf(body: FunctionWalk, state: OwnershipState, call: CallExpr): OwnershipState[] {
	const { name } = call;
	const api = REFCOUNT_INCREMENTS.has(name) ? undefined : body.around.apiCall(call);
	if (api) return callOfFamily(body, state, call, api);
	forgetReleasesBy(body, state, call);
	if ([...state.holdings.values()].some(({ kind }) => kind === 'iova') && body.around.releasesByAddress(name))
		releaseByAddress(body, state, call);
	if (REFCOUNT_INCREMENTS.has(name)) {
		const spot = call.args[0] && pageOperandOf(state, call.args[0]);
		for (const h of holdingsAt(state, spot?.place)) state.update(h.id, { shared: true });
		if (spot && isParameter(body.fn, rootOf(spot.place)))
			state.effects.set(spot.place, { status: 'escaped', kinds: new Set(), call, shared: true });
		return [state];
	}
	if (name === 'kmemdup' || name === 'kvmemdup') return duplicate(state, call);
	if (FREES.has(name) || LIST_FREES.has(name)) {
		freeMemory(body, state, call);
		return [state];
	}
	if (LIST_READERS.has(name) && call.args[0]) return [state];
	const filed = filePages(body, state, call);
	if (filed) return filed;
	const list = listCall(name);
	const listed = list && listPages(body, state, call, list);
	if (listed) return listed;
	if (ALLOCATORS.test(name)) return [state];
	if (STORES.has(name)) {
		for (const arg of call.args) {
			for (const id of mentioned(state, arg)) state.update(id, { countInspected: true });
			escapePages(body, state, arg, call);
		}
		havocThroughPointers(state, call, true);
		return [state];
	}
	if (PAGE_FREES.has(name)) freed(body, state, call);
	if (KEEPERS.has(name)) return keepOnSuccess(body, state, call);
	if (readsOnly(name)) {
		const carried =
			body.byAddress && ADDRESSES.has(name) && call.args[0] ? derivedFrom(state, call.args[0]) : undefined;
		if (carried !== undefined) escapeByAddress(body, state, carried, call);
		// the sign alone says nothing of how many there are
		if (!/^IS_ERR/.test(name) && !tells(call))
			for (const arg of call.args) for (const id of mentioned(state, arg)) state.update(id, { countInspected: true });
		if (/^mem(?:cpy|move)$/.test(name)) for (const arg of call.args) copiedOff(state, call, arg);
		if (/^mem(?:set|cpy|move)$/.test(name)) fillIn(body, state, call.args[0]);
		havocThroughPointers(state, call, false);
		return MAPPERS.has(name) ? mapping(state, call) : [state];
	}
	const summary = name ? body.around.summary(name) : undefined;
	if (summary) return summarised(body, state, call, summary);
	const args = nonFormatArguments(call);
	if (!tells(call))
		for (const arg of args) for (const id of mentioned(state, arg)) state.update(id, { countInspected: true });
	for (const arg of args) escapePages(body, state, arg, call);
	havocThroughPointers(state, { ...call, args }, true);
	state.values.set(expressionKey(call), { signs: ANY, unknown: true });
	return [state];
}
