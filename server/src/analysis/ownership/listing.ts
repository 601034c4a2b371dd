/** Calls and stores that put pages into a list, or read them out of one. */
import { CARRIER_FIELDS } from '../../kernel/page-flow.js';
import { insertion, type ListCall } from '../../kernel/sinks/index.js';
import type { CallExpr, Expr, Range } from '../../syntax/ir.js';
import { isParameter, localOf } from '../variables.js';
import { bare, isNull, rootOf } from '../walk.js';
import { applyLoopEffect, markEscaped, recordParameterEscape } from './escape.js';
import { evaluate } from './evaluate.js';
import { keyOn } from './fields.js';
import { ESCAPED, type FunctionWalk } from './function-walk.js';
import { isField, mentioned } from './invalidate.js';
import { addList, listedIn, outlives, rename, renameLists } from './page-lists.js';
import { listAt, listNamed, pageOperandOf, placeOf, within } from './page-operands.js';
import { expressionKey, NEG, type OwnershipState, POS, type TrackedResource, ZERO } from './state.js';

/** What happens to the list is seen here: it is private, or in the caller's object and freed under the same name. */
function isFollowed(body: FunctionWalk, state: OwnershipState, list: string): boolean {
	const root = rootOf(list);
	if (body.shadowed.has(root) || list.includes('[]')) return false;
	return isParameter(body.fn, root) || !outlives(body.fn, state, list);
}

/** Resources whose pages an expression denotes: as an array, a page, an address of one, or another list. */
function named(state: OwnershipState, expr: Expr): Set<TrackedResource> {
	const spot = pageOperandOf(state, expr);
	const carried = evaluate(state, expr).carries;
	const list = listAt(state, expr);
	const found = new Set(list === undefined ? [] : listedIn(state, list));
	for (const holding of state.holdings.values())
		if (holding.id === carried || holding.place === spot?.place) found.add(holding);
	return found;
}

/** The caller's pages that an expression denotes, which nothing here has taken. */
function givenBy(state: OwnershipState, expr: Expr): string | undefined {
	const spot = pageOperandOf(state, expr);
	return spot && state.pageParameters.has(spot.place) ? spot.place : undefined;
}

/**
 * Pages get into a list by a store or a call.
 * @returns false where what becomes of them there is not followed
 */
export function enterList(
	body: FunctionWalk,
	state: OwnershipState,
	into: Expr,
	pages: Expr,
	call?: CallExpr,
): boolean {
	const list = listAt(state, into);
	if (list === undefined || !isFollowed(body, state, list)) return false;
	const held = named(state, pages);
	const given = held.size === 0 ? givenBy(state, pages) : undefined;
	if (held.size === 0 && isNull(pages) !== true) body.mixed.add(list);
	if (held.size === 0 && given === undefined) return false;
	for (const { outcome, kind, acquire: taking } of held)
		if (outcome !== 'none' && isField(list))
			body.events.push({
				kind: 'field',
				place: list,
				key: keyOn(body.fn, state, list),
				held: kind,
				call: taking.call,
				takes: true,
				stored: (call?.nameRange ?? into).start,
			});
	const [one, ...more] = held;
	if (one?.single && more.length === 0) body.entered.set(list, { id: one.id, at: (call ?? into).start });
	for (const holding of held) addList(state, holding, list, call?.nameRange ?? into, call?.name);
	if (given !== undefined) state.listed.set(given, new Set([...(state.listed.get(given) ?? []), list]));
	return true;
}

/**
 * `sg_set_page()`, `sg_alloc_table_from_pages()` and others.
 * @returns undefined where the call is to be taken as any other
 */
export function listPages(
	body: FunctionWalk,
	state: OwnershipState,
	call: CallExpr,
	{ from, into, fallible }: ListCall,
): OwnershipState[] | undefined {
	const pages = call.args[from];
	if (!pages) return undefined;
	const failed = fallible ? state.clone() : undefined;
	if (into === undefined) {
		const held = named(state, pages);
		if (held.size === 0) return undefined;
		for (const holding of held) addList(state, holding, expressionKey(call), call.nameRange, call.name);
	} else {
		const list = call.args[into];
		if (!list || !enterList(body, state, listNamed(call, list), pages, call)) return undefined;
	}
	if (!failed) {
		for (const arg of call.args) for (const id of mentioned(state, arg)) state.update(id, { countInspected: true });
		return [state];
	}
	state.values.set(expressionKey(call), into === undefined ? { signs: POS, fresh: 'filled' } : { signs: ZERO });
	failed.values.set(expressionKey(call), { signs: NEG });
	return [state, failed];
}

/** `obj->table = drm_prime_pages_to_sg(...)`: the list that the call made has its place here from now on. */
export function keepList(state: OwnershipState, left: Expr, made: Expr): void {
	const name = expressionKey(made);
	const held = listedIn(state, name);
	if (held.length === 0) return;
	const place = placeOf(state, left);
	if (place !== undefined && !place.includes('[]')) renameLists(state, name, place);
	else for (const { id } of held) markEscaped(state, id, undefined);
}

/** A page is read out of a list: it may be released by that name, which is not followed. */
export function readList(body: FunctionWalk, state: OwnershipState, expr: Expr, at: Range): void {
	const list = listAt(state, expr);
	if (list === undefined) return;
	for (const { id, status, place, call } of listedIn(state, list)) {
		applyLoopEffect(body, at, place, { ...ESCAPED, status: 'partlyReleased' }, call.start);
		if (status === 'held') state.update(id, { status: 'partlyReleased' });
	}
	recordParameterEscape(body, state, list, at, false);
}

/** `pages[i] = page`: the array has the page that was taken. @returns false where that is not followed */
export function enterArray(body: FunctionWalk, state: OwnershipState, target: Expr, page: Expr): boolean {
	const array = target.kind === 'index' ? target.object : undefined;
	const place = array && pageOperandOf(state, page)?.place;
	const isTaken = [...state.holdings.values()].some((h) => h.place === place && h.single && h.status === 'held');
	return array !== undefined && isTaken && enterList(body, state, array, page);
}

/**
 * `list_add(&entry->link, &obj->entries)`, `xa_store(&obj->pages, i, page, GFP_KERNEL)`: the page, or an object with pages that
 * was made here, is filed in a container that is followed.
 * @returns undefined where the call is to be taken as any other
 */
export function filePages(body: FunctionWalk, state: OwnershipState, call: CallExpr): OwnershipState[] | undefined {
	const row = insertion(call.name);
	const entry = row && call.args[row.entry];
	const into = row && call.args[row.into];
	if (!entry || !into) return undefined;
	const failed = row.fallible ? state.clone() : undefined;
	if (!fileObject(body, state, entry, into) && !(row.whole && enterList(body, state, into, entry, call)))
		return undefined;
	for (const arg of call.args) for (const id of mentioned(state, arg)) state.update(id, { countInspected: true });
	if (!failed) return [state];
	state.values.set(expressionKey(call), { signs: ZERO | POS });
	failed.values.set(expressionKey(call), { signs: NEG });
	return [state, failed];
}

/** An object that was made here, with pages in its fields, is an entry of the container from here on. */
function fileObject(body: FunctionWalk, state: OwnershipState, entry: Expr, into: Expr): boolean {
	const at = bare(entry);
	const member = at.kind === 'unary' && at.op === '&' ? bare(at.operand) : undefined;
	const object = bare(member?.kind === 'field' ? member.object : at);
	const list = listAt(state, into);
	if (object.kind !== 'name' || list === undefined || !isFollowed(body, state, list)) return false;
	const { name } = object;
	const memory = state.values.get(name);
	const held = [...state.holdings.values()].filter(({ place }) => place.startsWith(`${name}->`));
	if (!memory?.fresh || memory.published || state.aliases.has(name) || body.shadowed.has(name)) return false;
	if (held.length === 0 || held.some(({ status }) => status === 'escaped')) return false;
	const filed = `${list}[]`;
	for (const key of state.values.keys()) if (within(key, filed)) state.values.delete(key);
	const entryType = localOf(body.fn, name)?.type.base;
	for (const holding of held) state.update(holding.id, { entries: true, entryType });
	rename(state, name, filed);
	state.values.delete(name);
	state.aliases.set(name, { place: filed, address: false });
	return true;
}

/** `bv->bv_page` */
export function isPageOfList(expr: Expr): expr is Expr & { kind: 'field' } {
	return expr.kind === 'field' && expr.field !== 'sgl' && CARRIER_FIELDS.has(expr.field);
}
