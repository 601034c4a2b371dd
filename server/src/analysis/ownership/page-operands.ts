/** Names of places, seen through local pointers. */
import { VIEWS } from '../../kernel/function-models.js';
import { APPEND_TABLES, CURSORS, LIST_READERS } from '../../kernel/page-flow.js';
import type { CallExpr, Expr } from '../../syntax/ir.js';
import { bare, place, rootOf } from '../walk.js';
import { expressionKey, type OwnershipState } from './state.js';

/** Aliases of aliases that are followed. */
const LONGEST_CHAIN = 4;

/** `name` with the local it starts with replaced by what it stands for. */
function throughAliases(name: string, state: OwnershipState): string {
	let at = name;
	for (let i = 0; i < LONGEST_CHAIN; i++) {
		const root = rootOf(at);
		const alias = state.aliases.get(root);
		if (!alias) return at;
		const rest = at.slice(root.length);
		if (!alias.address) at = alias.place + rest;
		else if (rest.startsWith('->')) at = `${alias.place}.${rest.slice(2)}`;
		else if (rest.startsWith('[]')) at = alias.place + rest.slice(2);
		else return at;
	}
	return at;
}

/** The call has just returned pages, or an object with them. */
function holdsResult(state: OwnershipState, call: Expr): boolean {
	const name = expressionKey(call);
	for (const { place } of state.holdings.values()) if (within(place, name)) return true;
	return false;
}

/** The place an expression reads or writes; undefined when it is none that can be followed. */
export function placeOf(state: OwnershipState, expr: Expr): string | undefined {
	const at = bare(expr);
	if (at.kind === 'call') return holdsResult(state, at) ? expressionKey(at) : entryOf(state, at);
	// a field of an entry: `list_first_entry(...)->page`
	if (at.kind === 'field' && bare(at.object).kind === 'call') {
		const entry = entryOf(state, bare(at.object));
		if (entry !== undefined) return `${entry}${at.arrow ? '->' : '.'}${at.field}`;
	}
	const name = place(at);
	return name === undefined ? undefined : pageOfEntry(throughAliases(name, state));
}

/** `sg_page(sg)`, `xa_load(&table, i)`: an entry of the list, as `list[i]` is one. */
function entryOf(state: OwnershipState, at: Expr): string | undefined {
	const list = at.kind === 'call' && LIST_READERS.has(at.name) && at.args[0] ? listAt(state, at.args[0]) : undefined;
	return list === undefined ? undefined : `${list}[]`;
}

/** `list[i].bv_page` */
function pageOfEntry(name: string): string {
	const list = /^(.+?)(?:\[\])*(?:->|\.)bv_page$/.exec(name)?.[1];
	return list === undefined ? name : `${list}[]`;
}

/** `table->sgl` is the table, `&list[i]` the list. */
function listOf({ tables }: OwnershipState, place: string): string {
	const list = place.replace(/(?:\[\])+$/, '');
	const table = /^(.+)(?:->|\.)sgl$/.exec(list)?.[1];
	return table === undefined || (table === rootOf(table) && !tables.has(table)) ? list : table;
}

/** The list an expression denotes, or has its cursor in. */
export function listAt(state: OwnershipState, expr: Expr): string | undefined {
	const at = bare(expr);
	if (at.kind === 'call' && CURSORS.has(at.name) && at.args[0]) return listAt(state, at.args[0]);
	const spot = pageOperandOf(state, at);
	if (!spot) return undefined;
	const cursor = state.aliases.get(spot.place);
	return listOf(state, cursor?.address ? cursor.place : spot.place);
}

/** The list that a call names: of a table that grows, the table in it. */
export function listNamed(call: CallExpr, list: Expr): Expr {
	if (!APPEND_TABLES.has(call.name)) return list;
	const at = bare(list);
	const isAddress = at.kind === 'unary' && at.op === '&';
	return { ...list, kind: 'field', object: isAddress ? at.operand : at, field: 'sgt', arrow: !isAddress } as Expr;
}

/** One variable and not one of many: an element of an array is another one each time. */
export function isOne(expr: Expr, name: string): boolean {
	const at = bare(expr);
	const target = at.kind === 'unary' && at.op === '*' ? bare(at.operand) : undefined;
	return target?.kind === 'name' ? !name.slice(0, -2).includes('[]') : !name.includes('[]');
}

/** "pages[]" of a `struct page ***pages`: the array itself, not one of its elements. */
export function isGivenArray(state: OwnershipState, name: string): boolean {
	return name.endsWith('[]') && state.pageParameters.get(name.slice(0, -2)) === 3;
}

/** "result[]" of a `struct page **result` that got the one page a call took. */
function isGivenPage({ holdings }: OwnershipState, name: string): boolean {
	for (const { place, single } of holdings.values()) if (single && place === name) return true;
	return false;
}

/** What an argument says of pages. */
export interface PageOperand {
	/** The array or the single page variable. */
	readonly place: string;
	/** `whole`: all from the start; `from`: all from an index; `element`: one of them; `address`: of the variable itself. */
	readonly shape: 'whole' | 'from' | 'element' | 'address';
	readonly index: Expr | undefined;
}

/** pages, pages + i, &pages[i], pages[i], *pages, &page, page_folio(page). */
export function pageOperandOf(state: OwnershipState, expr: Expr): PageOperand | undefined {
	const at = bare(expr);
	if (at.kind === 'unary' && at.op === '&') {
		const inner = bare(at.operand);
		if (inner.kind === 'index') {
			const place = placeOf(state, inner.object);
			return place === undefined ? undefined : { place, shape: 'from', index: inner.index };
		}
		// &folio->page, &page->lru: the page itself
		if (inner.kind === 'field' && inner.arrow && (inner.field === 'page' || inner.field === 'folio')) {
			const page = placeOf(state, inner.object);
			if (page !== undefined && [...state.holdings.values()].some((h) => h.place === page && h.single))
				return { place: page, shape: 'whole', index: undefined };
		}
		const place = placeOf(state, inner);
		if (place === undefined) return undefined;
		// the local stands for an element
		return place.endsWith('[]') && !isGivenArray(state, place)
			? { place: place.slice(0, -2), shape: 'from', index: undefined }
			: { place, shape: 'address', index: undefined };
	}
	if (at.kind === 'binary' && (at.op === '+' || at.op === '-')) {
		const left = pageOperandOf(state, at.left);
		return left && { ...left, shape: 'from', index: at.op === '+' ? at.right : undefined };
	}
	if (at.kind === 'index') {
		const place = placeOf(state, at.object);
		return place === undefined ? undefined : { place, shape: 'element', index: at.index };
	}
	if (at.kind === 'unary' && at.op === '*') {
		const inner = bare(at.operand);
		const target = inner.kind === 'unary' && (inner.op === '++' || inner.op === '--') ? bare(inner.operand) : inner;
		const place = placeOf(state, target);
		if (place === undefined) return undefined;
		return isGivenArray(state, `${place}[]`) || isGivenPage(state, `${place}[]`)
			? { place: `${place}[]`, shape: 'whole', index: undefined }
			: { place, shape: 'element', index: undefined };
	}
	if (at.kind === 'call' && VIEWS.has(at.name) && at.args[0]) return pageOperandOf(state, at.args[0]);
	const place = placeOf(state, at);
	if (place === undefined) return undefined;
	return place.endsWith('[]') && !isGivenArray(state, place)
		? { place: place.slice(0, -2), shape: 'element', index: undefined }
		: { place, shape: 'whole', index: undefined };
}

/** `inner` is `outer` itself or lies in what it points to or contains. */
export function within(inner: string, outer: string): boolean {
	const at = outer.length;
	return (
		inner.startsWith(outer) && (inner.length === at || '.['.includes(inner[at] as string) || inner.startsWith('->', at))
	);
}
