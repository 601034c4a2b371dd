/** How pages come into the places of one function: every store, taking call, loop variable and argument, in no order. */

import { returnsPage } from '../kernel/acquiring.js';
import {
	ARRAY_READERS,
	FIELD_STORES,
	FILLERS,
	MEMORY_STORES,
	NO_PAGE,
	PAGE_ALLOCATORS,
	PAGE_FINDERS,
	PAGE_LOOKUPS,
	STORES,
	VIEW_OF,
	WALKS,
} from '../kernel/page-flow.js';
import type { CallExpr, CType, Expr, FunctionIR, Step } from '../syntax/ir.js';
import { memoizePairs } from '../syntax/memoize.js';
import { filledArray, filledObject } from './acquired-into.js';
import type { ApiCall, FileContext } from './context.js';
import { typeOfExpr } from './integers.js';
import { kernelBacked } from './iterators.js';
import { ANY_FIELD, keyOf, type Level, levelOf, levelOfType, locate, type PagePlace, within } from './page-places.js';
import { Definitions, type Point } from './reaching-definitions.js';
import { localOf, shadowedNames } from './variables.js';
import { bare, everywhere, isNull, place, postorder, roots } from './walk.js';

export type Source =
	| { readonly kind: 'place'; readonly place: PagePlace }
	| { readonly kind: 'take'; readonly call: ApiCall }
	/** What a function of this file returns. */
	| { readonly kind: 'returned'; readonly callee: string }
	/** No page: NULL, an error, the zero page, fresh memory for an array. */
	| { readonly kind: 'nothing' }
	/** Pages of the page allocator. */
	| { readonly kind: 'allocated' }
	/** Pages of the page cache, or of another table. */
	| { readonly kind: 'found' }
	/** Pages that nobody took a reference on: of an iterator over kernel memory, behind an address. */
	| { readonly kind: 'borrowed' }
	| { readonly kind: 'unseen' };

export interface PageFlow {
	readonly into: PagePlace;
	readonly from: Source;
	/**
	 * `alias`: both names stand for the same array or object from here on, what comes into one is in the other.
	 * `given`: a function of this file gets the place under the name of its parameter, and may fill it.
	 */
	readonly how: 'copy' | 'alias' | 'given';
}

/** An object that a call made from a page: `req = example_create(..., pages[i])`. */
export interface Wrapped {
	/** "struct example_request" */
	readonly record: string;
	readonly page: PagePlace;
}

export interface FunctionFlows {
	readonly flows: readonly PageFlow[];
	readonly wrapped: readonly Wrapped[];
}

/** The argument a call takes pages into. */
export function takenInto(call: ApiCall): Expr | undefined {
	return filledObject(call) ?? filledArray(call);
}

/** Pages that a function outside the file returns. */
export function pagesOf(name: string): Source {
	if (PAGE_ALLOCATORS.test(name)) return { kind: 'allocated' };
	if (PAGE_LOOKUPS.test(name)) return { kind: 'borrowed' };
	return { kind: PAGE_FINDERS.test(name) ? 'found' : 'unseen' };
}

/** One of the places is the other, or lies inside it. */
function isWithin(a: PagePlace, b: PagePlace): boolean {
	const [x, y] = [`${keyOf(a)}.`, `${keyOf(b)}.`];
	return x.startsWith(y) || y.startsWith(x);
}

/** What is cast before an element or field of it is named: `pages` of `((unsigned long *)pages)[i]` and of `(void **)pages`. */
function castInside(expr: Expr): Expr | undefined {
	let at = expr;
	for (;;) {
		if (at.kind === 'cast') return at.operand;
		if (at.kind === 'index' || at.kind === 'field') at = at.object;
		else if (at.kind === 'unary' && at.op === '*') at = at.operand;
		else if (at.kind === 'binary' && (at.op === '+' || at.op === '-')) at = at.left;
		else return undefined;
	}
}

/** They copy whatever they are given: only what is known to be pages counts. */
const COPIES = /^(?:memcpy|memmove|WRITE_ONCE)$/;

class Collector {
	readonly wrapped: Wrapped[] = [];
	private readonly found: PageFlow[] = [];
	/** Where each of the flows stands. */
	private readonly points: Point[] = [];
	/** What a variable for one page is set to, by the flows into it. */
	private readonly definitions: Definitions<readonly PageFlow[]>;
	/** Pages that are changed through a pointer to their variable. */
	private readonly addressed: ReadonlySet<string>;
	private block = 0;
	private time = 0;
	private readonly file: FileContext;
	private readonly fn: FunctionIR;
	private readonly api: ReadonlyMap<Expr, ApiCall>;

	constructor(file: FileContext, fn: FunctionIR) {
		this.file = file;
		this.fn = fn;
		this.api = new Map(file.callsOf(fn).map((call) => [call.call, call]));
		this.definitions = new Definitions(fn);
		this.addressed = addressedNames(fn);
		for (const block of fn.blocks) {
			this.block = block.id;
			for (const step of block.steps) this.step(step);
			if (block.test) this.expression(block.test);
		}
	}

	/** The flows, where a variable for one page stands for what it was set to on the way there. */
	flows(): readonly PageFlow[] {
		return this.found.flatMap((flow, i) => {
			const { into, from, how } = flow;
			const name = how === 'copy' && from.kind === 'place' ? this.pageVariable(from.place) : undefined;
			const reaching = name && this.definitions.reaching(name, this.points[i] as Point);
			if (!reaching || reaching.some((flows) => flows.length === 0)) return [flow];
			return reaching.flat().map((definition) => ({ ...definition, into }));
		});
	}

	/** Name of a local variable that is one page. */
	private pageVariable({ root, path }: PagePlace): string | undefined {
		if (root.kind !== 'variable' || root.fn !== this.fn || path.length > 0) return undefined;
		const { name } = root;
		const type = localOf(this.fn, name)?.type;
		const isOne = type !== undefined && levelOfType(type) === 'page';
		return isOne && !this.addressed.has(name) && !shadowedNames(this.fn).has(name) ? name : undefined;
	}

	/** The variable is set by what `action` finds. */
	private defining(left: Expr, action: () => void): void {
		const at = bare(left);
		const from = this.found.length;
		action();
		const place = at.kind === 'name' ? this.at(at) : undefined;
		const name = place && this.pageVariable(place);
		if (name === undefined) return;
		const own = this.found.slice(from).filter(({ into }) => keyOf(into) === keyOf(place as PagePlace));
		this.definitions.define(name, this.now(), own);
	}

	private now(): Point {
		return { block: this.block, time: this.time++ };
	}

	private at(expr: Expr): PagePlace | undefined {
		return locate(expr, this.fn, this.file.ir);
	}

	private level(expr: Expr): Level {
		return levelOf(expr, this.fn, this.file.ir);
	}

	private step(step: Step): void {
		for (const root of roots(step)) this.expression(root);
		if (step.kind === 'declare' && step.init) {
			const { start, end, name, type } = step.variable;
			const left: Expr = { start, end, kind: 'name', name };
			if (step.init.kind === 'list') this.list(step.init, type, this.at(left));
			else this.defining(left, () => this.store(left, step.init as Expr));
		}
		if (step.kind === 'each')
			this.defining(step.args.find((arg) => this.level(arg) === 'page') ?? NOTHING, () =>
				this.each(step.macro, step.args),
			);
	}

	private expression(root: Expr): void {
		postorder(root, (expr) => {
			if (expr.kind === 'assign') this.assign(expr);
			if (expr.kind === 'call') this.calling(expr);
			if (expr.kind === 'cast' && expr.operand.kind === 'list') this.list(expr.operand, expr.type, undefined);
		});
	}

	private assign({ op, left, right }: Expr & { readonly kind: 'assign' }): void {
		this.defining(left, () => {
			if (op === '=') this.store(left, right);
		});
	}

	/** A call sets the variables whose addresses it gets. */
	private calling(call: CallExpr): void {
		const given = call.args.flatMap((arg) => {
			const at = bare(arg);
			return at.kind === 'unary' && at.op === '&' ? at.operand : [];
		});
		const set = (i: number): void => {
			const left = given[i];
			if (left) this.defining(left, () => set(i + 1));
			else this.call(call);
		};
		set(0);
	}

	/**
	 * `{ .pages = pages }`, `{ pages[0], spare }`
	 * @param variable that is set up, undefined for a compound literal
	 */
	private list(list: Expr & { readonly kind: 'list' }, type: CType, variable: PagePlace | undefined): void {
		const isRecord = /^(?:struct|union) \w+$/.test(type.base) && levelOfType(type) === 'none';
		if (isRecord) this.items(list, { root: { kind: 'record', name: type.base }, path: [] });
		else if (variable && levelOfType(type) !== 'none') for (const item of list.items) this.item(item, variable);
	}

	/** @param isArray the items are elements of one array: they are not told apart */
	private items({ items, fields }: Expr & { readonly kind: 'list' }, into: PagePlace, isArray = false): void {
		items.forEach((item, i) => {
			const at = bare(item);
			const field = fields[i];
			const isOne = field === undefined && (isArray || at.kind === 'list');
			const place = isOne ? into : within(this.file.ir, into, [field ?? ANY_FIELD]);
			if (at.kind === 'list') this.items(at, place, this.holdsPages(into, field));
			else this.item(item, place);
		});
	}

	private holdsPages({ root, path }: PagePlace, field: string | undefined): boolean {
		const record =
			root.kind === 'record' && path.length === 0 ? root.name.replace(/^(?:struct|union) /, '') : undefined;
		const type = record && field ? this.file.ir.field(record, field) : undefined;
		return type !== undefined && /^(?:page|array|carrier)$/.test(levelOfType(type));
	}

	private item(item: Expr, into: PagePlace): void {
		const level = this.level(item);
		if (level !== 'page' && level !== 'array' && level !== 'carrier') return;
		const at = bare(item);
		if (isNull(at)) return;
		if (at.kind === 'call' && !VIEW_OF.has(at.name)) return this.add(into, pagesOf(at.name));
		const place = this.at(at);
		this.add(into, place ? { kind: 'place', place } : { kind: 'unseen' }, level === 'page' ? 'copy' : 'alias');
	}

	private add(into: PagePlace | undefined, from: Source | undefined, how: PageFlow['how'] = 'copy'): void {
		if (!into || !from) return;
		// a list that lies in the object itself
		if (how === 'alias' && from.kind === 'place' && isWithin(into, from.place)) return;
		this.found.push({ into, from, how });
		this.points.push(this.now());
	}

	private store(left: Expr, right: Expr): void {
		const at = bare(right);
		if (at.kind === 'conditional') {
			for (const arm of [at.whenTrue ?? at.test, at.whenFalse]) this.store(left, arm);
			return;
		}
		if (at.kind === 'assign') return this.store(left, at.left);
		if (at.kind === 'call' && !VIEW_OF.has(at.name)) return this.storeResult(left, at);
		const to = this.level(left);
		if (to === 'none') this.blindly(left);
		if (to === 'none') return;
		if (isNull(at)) return this.add(this.at(left), { kind: 'nothing' });
		const from = this.level(right);
		const known = (level: Level): boolean => level === 'page' || level === 'array' || level === 'carrier';
		const place = this.at(at);
		// memory of another type that is used as an array
		if (from !== 'none' && this.level(at) === 'none') return;
		const isRaw = to === 'raw' && from === 'raw';
		if (!place || from === 'none' || (!known(to) && !known(from) && !isRaw)) {
			if ((to === 'page' || to === 'carrier') && !place) this.add(this.at(left), { kind: 'unseen' });
			return;
		}
		const isElement = isRaw && /^(?:index|unary)$/.test(bare(left).kind);
		const how = to !== 'page' && from !== 'page' && !isElement ? 'alias' : 'copy';
		this.add(this.at(left), { kind: 'place', place }, how);
	}

	/** `((unsigned long *)pages)[i] = x`: memory of pages is written as something else. */
	private blindly(left: Expr): void {
		const inner = castInside(left);
		const level = inner && this.level(inner);
		if (inner && (level === 'array' || level === 'carrier')) this.add(this.at(inner), { kind: 'unseen' });
	}

	private storeResult(left: Expr, call: CallExpr): void {
		const api = this.api.get(call);
		const into = this.at(left);
		if (api) {
			if (returnsPage(api.api.record)) this.add(into, { kind: 'take', call: api });
			return;
		}
		const level = this.level(left);
		this.wrap(left, call);
		if (level === 'none' || level === 'raw') return;
		const isMemory =
			level !== 'page' && /alloc|free_page|zeroed_page/.test(call.name) && !PAGE_ALLOCATORS.test(call.name);
		if (NO_PAGE.has(call.name) || isMemory) return this.add(into, { kind: 'nothing' });
		if (call.name && this.file.ir.defined.has(call.name)) {
			const type = level === 'page' ? undefined : this.file.ir.lookup(call.name)?.returnType.base;
			if (type !== 'void') this.add(into, { kind: 'returned', callee: call.name });
			return;
		}
		this.add(into, pagesOf(call.name));
	}

	/** `req = example_create(page)`, where req is a pointer to a record that is no page itself. */
	private wrap(left: Expr, call: CallExpr): void {
		const type = typeOfExpr(left, this.fn, this.file.ir);
		if (type?.pointers !== 1 || !/^struct \w+$/.test(type.base) || this.level(left) !== 'none') return;
		for (const arg of call.args) {
			const page = this.level(arg) === 'page' ? this.at(arg) : undefined;
			if (page) this.wrapped.push({ record: type.base, page });
		}
	}

	private each(macro: string, args: readonly Expr[]): void {
		const walk = WALKS.get(macro);
		if (walk) {
			const [variable, over] = walk.map((i) => args[i]);
			const place = over && this.at(over);
			if (variable && place) this.add(this.at(variable), { kind: 'place', place }, 'alias');
			return;
		}
		for (const arg of args) {
			if (bare(arg).kind === 'name' && this.level(arg) === 'page') this.add(this.at(arg), { kind: 'unseen' });
		}
	}

	private call(call: CallExpr): void {
		const api = this.api.get(call);
		const pages = api && takenInto(api);
		if (api && pages) {
			const backed = /^(?:iov-iter|extract)$/.test(api.api.record.group) && kernelBacked(this.fn, api);
			this.add(this.at(pages), backed ? { kind: 'borrowed' } : { kind: 'take', call: api });
			return;
		}
		if (api && api.api.record.group !== 'dirty') return;
		const stores = STORES.get(call.name);
		if (stores) return this.storeCall(call, stores);
		const memory = MEMORY_STORES.get(call.name);
		if (memory !== undefined) return this.add(call.args[memory] && this.at(call.args[memory]), { kind: 'borrowed' });
		const fields = FIELD_STORES.get(call.name);
		if (fields) return this.storeFields(call, fields);
		if (this.file.ir.defined.has(call.name)) return this.pass(call);
		if (ARRAY_READERS.has(call.name) || VIEW_OF.has(call.name)) return;
		const fills = FILLERS.test(call.name);
		for (const arg of call.args) {
			const at = bare(arg);
			const isOne = at.kind === 'unary' && at.op === '&' && this.level(at.operand) === 'page';
			const level = this.level(arg);
			// of a field that a header declares only the name is known
			const isArray = level === 'array' || (fills && level === 'unknown' && at.kind === 'field');
			if ((isOne || fills) && isArray) this.add(this.at(arg), { kind: 'found' });
		}
	}

	private storeCall(call: CallExpr, [into, pages]: readonly [number, number]): void {
		const [to, from] = [call.args[into], call.args[pages]];
		if (!to || !from) return;
		if (isNull(from)) return this.add(this.at(to), { kind: 'nothing' });
		const known = (level: Level): boolean => level === 'page' || level === 'array' || level === 'carrier';
		const level = this.level(from);
		if (COPIES.test(call.name) && !known(level) && (level === 'none' || !known(this.level(to)))) return;
		const place = this.at(from);
		this.add(this.at(to), place ? { kind: 'place', place } : { kind: 'unseen' });
	}

	private storeFields({ args }: CallExpr, fields: Readonly<Record<string, number>>): void {
		const object = args[0] && this.at(args[0]);
		if (!object) return;
		for (const [field, from] of Object.entries(fields)) {
			const list = args[from];
			if (!list || isNull(list)) continue;
			const place = this.at(list);
			this.add(within(this.file.ir, object, [field]), place ? { kind: 'place', place } : { kind: 'unseen' }, 'alias');
		}
	}

	/** Arrays and carriers that a function of this file is given under the name of its parameter. */
	private pass(call: CallExpr): void {
		const callee = this.file.ir.lookup(call.name);
		if (!callee) return;
		call.args.forEach((arg, i) => {
			const param = callee.params[i];
			const level = this.level(arg);
			if (!param || (level !== 'array' && level !== 'carrier')) return;
			const { start, end, name } = param;
			const place = locate({ start, end, kind: 'name', name }, callee, this.file.ir);
			if (place) this.add(this.at(arg), { kind: 'place', place }, 'given');
		});
	}
}

const NOTHING: Expr = { start: 0, end: 0, kind: 'number', value: undefined, text: '' };

/** Variables whose address is kept, so that they may change by it. */
function addressedNames(fn: FunctionIR): ReadonlySet<string> {
	const names = new Set<string>();
	const keep = (value: Expr): void => {
		const at = bare(value);
		if (at.kind === 'unary' && at.op === '&') names.add(place(at.operand) ?? '');
		if (at.kind === 'list') at.items.forEach(keep);
		if (at.kind === 'conditional') for (const arm of [at.whenTrue, at.whenFalse]) if (arm) keep(arm);
	};
	everywhere(fn, (expr) => {
		if (expr.kind === 'assign') keep(expr.right);
		if (expr.kind === 'list') keep(expr);
	});
	for (const { steps } of fn.blocks)
		for (const step of steps) if (step.kind === 'declare' && step.init) keep(step.init);
	return names;
}

/** How pages come into the places of `fn`. */
export const flowsOf = memoizePairs((file: FileContext, fn: FunctionIR): FunctionFlows => {
	const collector = new Collector(file, fn);
	return { flows: collector.flows(), wrapped: collector.wrapped };
});
