/** Where the pages of a place come from, across the functions of a file. In no order of time: whatever may get there counts. */

import { returnsPage } from '../kernel/acquiring.js';
import { NO_PAGE } from '../kernel/page-flow.js';
import type { Effort } from '../syntax/effort.js';
import type { CType, Expr, FunctionIR } from '../syntax/ir.js';
import { memoize, memoizePairs } from '../syntax/memoize.js';
import { allCalls, type CallSite, callsOf } from './callers.js';
import type { ApiCall, FileContext } from './context.js';
import { type FlowIndex, flowIndex } from './flow-index.js';
import { keyOf, levelOf, levelOfType, locate, type PagePlace, within } from './page-places.js';
import { type PageFlow, pagesOf, type Source } from './points-to-constraints.js';
import { parameterAt } from './variables.js';
import { bare, isNull } from './walk.js';

export interface PageOrigin {
	/** The calls that take user pages which may get there. */
	readonly taken: ReadonlySet<ApiCall>;
	/** Pages of another origin may get there, or of one this file does not show. */
	readonly other: boolean;
	/** Of these, pages of the page allocator. */
	readonly allocated: boolean;
	/** Of these, pages that were found in the page cache or in another table, with a reference. */
	readonly found: boolean;
	/** Of these, pages of an origin that is not seen: any of the file may be among them. */
	readonly unseen: boolean;
}

const EMPTY: PageOrigin = { taken: new Set(), other: false, allocated: false, found: false, unseen: false };
const NOWHERE: PageOrigin = { ...EMPTY };
/** Nothing but questions that are still under way: whatever they find is theirs. */
const PENDING: PageOrigin = { ...EMPTY };
/** Looked at, and no page: NULL, the zero page. */
const NO_PAGES: PageOrigin = { ...EMPTY };
const ALLOCATED: PageOrigin = { ...EMPTY, other: true, allocated: true };
const FOUND: PageOrigin = { ...EMPTY, other: true, found: true };
const BORROWED: PageOrigin = { ...EMPTY, other: true };
const UNSEEN: PageOrigin = { ...EMPTY, other: true, unseen: true };

/** More places than this on the way make a question unanswerable. */
const MOST_PLACES = 200;
/** Fields on the way to a page; an object that is stored in itself would make more of them for ever. */
const LONGEST_PATH = 6;

function merge(a: PageOrigin, b: PageOrigin): PageOrigin {
	if (a === NOWHERE) return b;
	if (b === NOWHERE || a === b) return a;
	if (a === PENDING) return b;
	if (b === PENDING) return a;
	return {
		taken: new Set([...a.taken, ...b.taken]),
		other: a.other || b.other,
		allocated: a.allocated || b.allocated,
		found: a.found || b.found,
		unseen: a.unseen || b.unseen,
	};
}

interface Answer {
	readonly origin: PageOrigin;
	/** The outermost question under way that it rests on, by its depth. */
	readonly lowest: number;
}

class Search {
	private readonly answers = new Map<string, Answer>();
	/** Questions under way. */
	private depth = 0;
	/** The outermost of them that the answer of the innermost rests on. */
	private lowest = Number.POSITIVE_INFINITY;
	private readonly file: FileContext;
	private readonly index: FlowIndex;
	/** Of the function that the question is about. */
	private readonly effort: Effort;

	constructor(file: FileContext, { effort }: FunctionIR) {
		this.file = file;
		this.index = flowIndex(file);
		this.effort = effort;
	}

	/**
	 * @param given the place is a parameter that stands for a caller's array: only what the callee puts there is asked
	 * @param alias the place is another name of one that was asked: that nothing comes into it says nothing
	 */
	place(place: PagePlace, given = false, alias = false): PageOrigin {
		const key = keyOf(place);
		return this.ask(`${key} ${given} ${alias}`, () => this.search(place, key, given, alias));
	}

	/** The answer to a question, which may come up again while it is looked for. */
	private ask(question: string, answer: () => PageOrigin): PageOrigin {
		const known = this.answers.get(question);
		if (known) {
			this.lowest = Math.min(this.lowest, known.lowest);
			return known.origin;
		}
		if (this.answers.size >= MOST_PLACES || this.effort.isGivenUp) return UNSEEN;
		const outer = this.lowest;
		this.answers.set(question, { origin: PENDING, lowest: this.depth++ });
		this.lowest = Number.POSITIVE_INFINITY;
		const found = answer();
		const origin = this.effort.isGivenUp ? UNSEEN : found;
		this.depth--;
		if (this.lowest >= this.depth) this.lowest = Number.POSITIVE_INFINITY;
		this.answers.set(question, { origin, lowest: this.lowest });
		this.lowest = Math.min(outer, this.lowest);
		return origin;
	}

	private merge(a: PageOrigin, b: PageOrigin): PageOrigin {
		return this.effort.spend(a.taken.size + b.taken.size) ? merge(a, b) : UNSEEN;
	}

	/** Nothing was found but what the question that is under way goes round in. */
	private isEmpty(origin: PageOrigin): boolean {
		return origin === NOWHERE || (origin === PENDING && this.lowest >= this.depth - 1);
	}

	private search(place: PagePlace, key: string, given: boolean, alias: boolean): PageOrigin {
		const found = this.merge(this.stored(place, key, given, alias), this.insideOf(place, given));
		if (given) return found;
		const all = this.merge(found, this.parameter(place, found));
		// a field that is only cleared here is filled elsewhere
		const unfilled = this.isEmpty(all) || (place.root.kind === 'record' && all.taken.size === 0 && !all.other);
		return unfilled && !alias ? this.otherwise(place) : all;
	}

	/** What flows into the place itself, or into another name of it. */
	private stored(place: PagePlace, key: string, given: boolean, alias: boolean): PageOrigin {
		let origin = NOWHERE;
		for (const { into, from, how } of this.flowsAt(place)) {
			// what else another name stands for is not in the place that was asked
			if (keyOf(into) === key && !(alias && how === 'alias'))
				// whatever the callee stores there is asked for in full
				origin = this.merge(origin, this.source(from, how === 'given' || (given && how === 'alias')));
			if (how === 'alias' && from.kind === 'place' && keyOf(from.place) === key)
				origin = this.merge(origin, this.place(into, given, true));
		}
		return origin;
	}

	/** An object on the way to the place has another name: `ctx->bv = bv` makes `ctx->bv[i].bv_page` one of `bv`. */
	private insideOf(place: PagePlace, given: boolean): PageOrigin {
		let origin = NOWHERE;
		for (let length = place.path.length - 1; length >= 0; length--) {
			const outer: PagePlace = { root: place.root, path: place.path.slice(0, length) };
			if (outer.root.kind === 'record' && length === 0) continue;
			const rest = place.path.slice(length);
			const key = keyOf(outer);
			for (const { into, from, how } of this.flowsAt(outer)) {
				if (how === 'copy' || from.kind !== 'place' || place.path.length > LONGEST_PATH) continue;
				if (keyOf(into) === key)
					origin = this.merge(origin, this.place(within(this.file.ir, from.place, rest), given || how === 'given'));
				else if (how === 'alias' && keyOf(from.place) === key)
					origin = this.merge(origin, this.place(within(this.file.ir, into, rest), given));
			}
		}
		return origin;
	}

	/** Flows at the place, in the functions that name it. */
	private flowsAt(place: PagePlace): readonly PageFlow[] {
		const flows = this.index.at(place);
		return this.effort.spend(1 + flows.length) ? flows : [];
	}

	private source(source: Source, given: boolean): PageOrigin {
		switch (source.kind) {
			case 'take':
				return { ...EMPTY, taken: new Set([source.call]) };
			case 'place':
				return this.place(source.place, given);
			case 'returned':
				return this.returned(source.callee);
			case 'nothing':
				return NO_PAGES;
			case 'allocated':
				return ALLOCATED;
			case 'found':
				return FOUND;
			case 'borrowed':
				return BORROWED;
			default:
				return UNSEEN;
		}
	}

	private returned(callee: string): PageOrigin {
		const fn = this.file.ir.lookup(callee);
		if (!fn) return UNSEEN;
		return this.ask(`return ${callee}`, () =>
			returnsOf(fn).reduce((origin, value) => this.merge(origin, this.value(value, fn)), NOWHERE),
		);
	}

	value(expr: Expr, fn: FunctionIR): PageOrigin {
		if (isNull(expr)) return NO_PAGES;
		if (expr.kind === 'conditional')
			return this.merge(this.value(expr.whenTrue ?? expr.test, fn), this.value(expr.whenFalse, fn));
		if (expr.kind === 'call' && NO_PAGE.has(expr.name)) return NO_PAGES;
		if (expr.kind === 'call' && this.file.ir.defined.has(expr.name)) return this.returned(expr.name);
		const outside = expr.kind === 'call' ? pagesOf(expr.name) : undefined;
		if (outside && outside.kind !== 'unseen') return this.source(outside, false);
		const api = expr.kind === 'call' ? this.file.apiCall(expr) : undefined;
		if (api && returnsPage(api.api.record)) return { ...EMPTY, taken: new Set([api]) };
		const place = locate(expr, fn, this.file.ir);
		return place ? this.place(place) : UNSEEN;
	}

	/** A parameter holds what the callers pass; where they cannot all be seen, anything, until this function fills it. */
	private parameter(place: PagePlace, found: PageOrigin): PageOrigin {
		const { root } = place;
		if (root.kind !== 'variable') return NOWHERE;
		const index = parameterAt(root.fn, root.name);
		if (index < 0) return NOWHERE;
		const key = keyOf(place);
		const filled = this.index
			.within(root.fn, key)
			.some((flow) => flow.from.kind === 'take' && keyOf(flow.into) === key);
		if (filled && found.taken.size > 0) return NOWHERE;
		// of an object, the callers this file shows are enough; of an array, a stranger may pass his own
		// of a function of another file, the calls for whose sake it was linked
		const isObject = levelOfType(root.fn.params[index]?.type as CType) === 'none';
		const sites =
			isObject || !this.file.unit.isOwn(root.fn) ? callsOf(this.file, root.fn.name) : allCalls(this.file, root.fn);
		return sites && sites.length > 0 ? this.passed(sites, index, place.path) : UNSEEN;
	}

	private passed(sites: readonly CallSite[], index: number, path: readonly string[]): PageOrigin {
		let origin = NOWHERE;
		for (const { fn, call } of sites) {
			const arg = call.args[index];
			if (!arg) continue;
			const place = isNull(arg) ? undefined : locate(arg, fn, this.file.ir);
			origin = this.merge(origin, place ? this.place(within(this.file.ir, place, path)) : this.value(arg, fn));
		}
		return origin;
	}

	/** Nothing is stored there by name: the object was made from a page, or is part of a caller's object. */
	private otherwise(place: PagePlace): PageOrigin {
		const { root } = place;
		if (root.kind !== 'record') return UNSEEN;
		const made = this.madeFrom(root.name);
		if (made) return made;
		const { through } = place;
		const index = through ? parameterAt(through.fn, through.name) : -1;
		if (!through || index < 0) return UNSEEN;
		const origin = this.passed(callsOf(this.file, through.fn.name), index, through.path);
		// nothing but the question itself came back
		return origin.taken.size === 0 && !origin.other ? UNSEEN : origin;
	}

	/** Pages from which calls of this file make objects of the record. */
	private madeFrom(record: string): PageOrigin | undefined {
		const wrapped = this.index.wrappedAs(record);
		if (wrapped.length === 0) return undefined;
		return wrapped.reduce((origin, made) => this.merge(origin, this.place(made.page)), NOWHERE);
	}
}

const returnsOf = memoize((fn: FunctionIR): readonly Expr[] =>
	fn.blocks.flatMap(({ steps }) => steps.flatMap((step) => (step.kind === 'return' && step.value ? step.value : []))),
);

/** Answers by function, place and the variable it was reached through. */
const originBy = memoizePairs((_fn: FunctionIR, _key: string, search: () => PageOrigin) => search());

/** Origin of the page or pages `expr` of `fn` denotes. */
export function originOf(file: FileContext, fn: FunctionIR, expr: Expr): PageOrigin {
	const at = bare(expr);
	if (at.kind === 'call' || at.kind === 'conditional') return new Search(file, fn).value(at, fn);
	const place = locate(expr, fn, file.ir);
	if (!place || levelOf(expr, fn, file.ir) === 'none') return UNSEEN;
	const key = `${keyOf(place)} ${place.through?.name} ${place.through?.path}`;
	return originBy(fn, key, () => new Search(file, fn).place(place));
}

/** The same of a place, as a question of `fn`. */
export function originAt(file: FileContext, fn: FunctionIR, place: PagePlace): PageOrigin {
	return new Search(file, fn).place(place);
}

/** All pages that may be there are user pages taken in this file. */
export function isAllTaken(origin: PageOrigin): boolean {
	return origin.taken.size > 0 && !origin.other;
}
