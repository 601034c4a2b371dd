/** Which kind of reference the pages of a place carry, followed through one function. */
import { returnsPage } from '../kernel/acquiring.js';
import { REFCOUNT_INCREMENTS, VIEWS } from '../kernel/function-models.js';
import type { CallExpr, Expr, FunctionIR, Step } from '../syntax/ir.js';
import { unwrap } from '../syntax/lower.js';
import { memoize } from '../syntax/memoize.js';
import { filledArray } from './acquired-into.js';
import type { ApiCall } from './context.js';
import { type DataflowAnalysis, solve, visitStates } from './dataflow.js';
import { isLocal, isParameter, variableType } from './variables.js';
import { bare, evaluate, isNull, place, postorder, rootOf, roots, valuesOf } from './walk.js';

/** "other": pages of unknown or own origin stand in the same place. */
export type Held = 'reference' | 'pin' | 'extracted' | 'region' | 'iova' | 'other';

export interface Holder {
	readonly kinds: ReadonlySet<Held>;
	/** The calls that took what the place holds. */
	readonly taken: readonly ApiCall[];
	/** Variable that has the result of the taking call. */
	readonly result: string | undefined;
	/** Somebody took a further plain reference on these pages (get_page and its kin). */
	readonly shared: boolean;
	/** What the place held before the last taking call: what is left of it when that fails. */
	readonly before?: Holder | undefined;
}

interface State {
	readonly holders: ReadonlyMap<string, Holder>;
	/** Local variable -> place whose pages it denotes. */
	readonly aliases: ReadonlyMap<string, string>;
}

/** The page that a view of it is one of: `page` of `page_folio(page)`. */
function viewed(expr: Expr): Expr {
	const at = bare(expr);
	return at.kind === 'call' && VIEWS.has(at.name) && at.args[0] ? viewed(at.args[0]) : at;
}

/** The place an argument denotes, elements and addresses stripped: pages, &page, pages + done, &pages[i], pages[i]. */
export function holderPlace(expr: Expr, aliases: ReadonlyMap<string, string>): string | undefined {
	let at = bare(expr);
	for (;;) {
		if (at.kind === 'unary' && (at.op === '&' || at.op === '*')) at = bare(at.operand);
		else if (at.kind === 'unary' && (at.op === '++' || at.op === '--')) at = bare(at.operand);
		else if (at.kind === 'index') at = bare(at.object);
		else if (at.kind === 'binary' && (at.op === '+' || at.op === '-')) at = bare(at.left);
		else if (at.kind === 'call' && VIEWS.has(at.name) && at.args[0]) at = bare(at.args[0]);
		// &folio->page
		else if (
			at.kind === 'field' &&
			at.arrow &&
			(at.field === 'page' || at.field === 'folio') &&
			bare(at.object).kind === 'name' &&
			aliases.has(place(at.object) ?? '')
		)
			at = bare(at.object);
		else break;
	}
	const name = place(at);
	return name === undefined ? undefined : (aliases.get(name) ?? name);
}

const OTHER: Holder = { kinds: new Set(['other']), taken: [], result: undefined, shared: false };

/** Memory for an array of pointers, not a page. */
function isAllocation(value: Expr): boolean {
	const at = bare(value);
	return (
		at.kind === 'call' &&
		!at.name.endsWith('_to_page') &&
		/^(?:kv?[mzc]alloc|k[mzc]alloc|v[mz]alloc|kvmalloc|kmem_cache|devm_k|__get_free_page|get_zeroed_page)/.test(at.name)
	);
}

export class ReferenceKindDomain implements DataflowAnalysis<State> {
	readonly entry: State;
	private readonly calls: ReadonlyMap<Expr, ApiCall>;
	/** Places that some call of the function takes pages into. */
	private readonly tracked: ReadonlySet<string>;

	private readonly fn: FunctionIR;

	constructor(fn: FunctionIR, calls: ReadonlyMap<Expr, ApiCall>) {
		this.fn = fn;
		this.calls = calls;
		const none = new Map<string, string>();
		const tracked = [...calls.values()].flatMap((call) => {
			const pages = filledArray(call);
			return (pages && holderPlace(pages, none)) ?? [];
		});
		// an array of this function, of which the variable is a part
		const wholes = tracked.filter((name) => this.isArray(name)).flatMap((name) => valuesOf(fn, name));
		const arrays = wholes.flatMap((value) => holderPlace(value, none) ?? []);
		this.tracked = new Set([...tracked, ...arrays.filter((name) => isLocal(fn, name) && this.isArray(name))]);
		// what the caller or an object brings along holds pages of its own, until this function takes others into it
		const foreign = [...this.tracked].filter((name) => !isLocal(fn, rootOf(name)));
		this.entry = { holders: new Map(foreign.map((name) => [name, OTHER])), aliases: none };
	}

	step(state: State, step: Step): State {
		if (step.kind === 'declare') {
			const after = step.init ? this.test(state, step.init) : state;
			return this.assign(after, step.variable.name, step.init);
		}
		let now = state;
		if (step.kind === 'each') {
			// the loop variable is set by the macro
			for (const arg of step.args) if (bare(arg).kind === 'name') now = this.forget(now, place(arg) as string);
		}
		for (const root of roots(step)) now = this.test(now, root);
		return now;
	}

	test(state: State, test: Expr): State {
		const visit = (now: State, expr: Expr): State => {
			if (expr.kind === 'assign') return this.store(now, expr.left, expr.op === '=' ? expr.right : undefined);
			return expr.kind === 'call' ? this.call(now, expr) : now;
		};
		return evaluate(state, test, visit, (a, b) => this.join(a, b));
	}

	private call(state: State, call: CallExpr): State {
		// one more pin leaves them pins
		if (REFCOUNT_INCREMENTS.has(call.name) && !this.calls.has(call)) {
			const page = call.args[0] && viewed(call.args[0]);
			const name = page && holderPlace(page, state.aliases);
			const held = name && state.holders.get(name);
			return held ? this.put(state, name, { ...held, shared: true }) : state;
		}
		const api = this.calls.get(call);
		const pages = api && filledArray(api);
		const name = pages && holderPlace(pages, state.aliases);
		if (name) return this.take(state, name, api, isWhole(pages) && !isElement(name) && !this.isPart(pages));
		return api ? this.released(state, call, api) : this.filled(state, call);
	}

	/** A page that was given back the right way is nobody's: what the variable gets next is another one. */
	private released(state: State, call: CallExpr, { api }: ApiCall): State {
		if (api.record.group !== 'release') return state;
		const at = call.args[0] && bare(call.args[0]);
		if (at?.kind !== 'name' || state.aliases.has(at.name) || this.isArray(at.name)) return state;
		const held = state.holders.get(at.name);
		const right = held?.kinds.size === 1 && held.kinds.has(api.record.takes as Held);
		return right ? this.put(state, at.name, undefined) : state;
	}

	/** A variable that somewhere gets a pointer into an array: `pages = all + done`. */
	private isPart(pages: Expr): boolean {
		const at = bare(pages);
		if (at.kind !== 'name' || !this.isArray(at.name)) return false;
		return valuesOf(this.fn, at.name).some((value) => {
			const given = bare(value);
			return given.kind === 'binary' || (given.kind === 'unary' && given.op === '&');
		});
	}

	/** A variable that denotes an array of pages and not one page: `struct page **pages`, `struct page *pages[N]`. */
	private isArray(name: string): boolean {
		const type = variableType(this.fn, name);
		return type !== undefined && type.pointers + (type.array ? 1 : 0) >= 2;
	}

	/** A parameter and an inner variable share the name: it stands for two places. */
	private isHidden(name: string): boolean {
		return isParameter(this.fn, name) && isLocal(this.fn, name);
	}

	/** A callee we do not know may put its own pages into a place that holds none of ours yet, or another array into `&pages`. */
	private filled(state: State, call: CallExpr): State {
		let now = state;
		for (const arg of call.args) {
			const at = bare(arg);
			const passed =
				at.kind === 'name' || at.kind === 'field' || (at.kind === 'unary' && at.op === '&')
					? holderPlace(at, state.aliases)
					: undefined;
			if (!passed) continue;
			for (const inner of this.tracked) {
				if (/^(?:->|\.|\[)/.test(inner.slice(passed.length)) && inner.startsWith(passed) && !now.holders.has(inner))
					now = this.put(now, inner, OTHER);
			}
			if (!this.tracked.has(passed)) continue;
			const held = now.holders.get(passed);
			if (!held) now = this.put(now, passed, OTHER);
			else if (at.kind === 'unary' && this.isArray(passed))
				now = this.put(now, passed, { ...held, kinds: new Set([...held.kinds, 'other']) });
		}
		return now;
	}

	private take(state: State, name: string, api: ApiCall, whole: boolean): State {
		const old = state.holders.get(name);
		const kind = this.isHidden(rootOf(name)) ? 'other' : (api.api.record.takes as Held);
		const kept = old && !whole ? old : undefined;
		// a copy of the page that was here before keeps that page
		const aliases = new Map(
			[...state.aliases].filter(([alias, target]) => target !== name || !whole || this.isArray(alias)),
		);
		return this.put({ ...state, aliases }, name, {
			kinds: new Set([...(kept?.kinds ?? []), kind]),
			taken: [...(kept?.taken ?? []).filter((t) => t !== api), api],
			result: undefined,
			shared: kept?.shared ?? false,
			before: kept && { ...kept, result: undefined, before: undefined },
		});
	}

	private put(state: State, name: string, holder: Holder | undefined): State {
		const holders = new Map(state.holders);
		if (holder) holders.set(name, holder);
		else holders.delete(name);
		return { ...state, holders };
	}

	/** A variable got a new value: what it held, or stood for, is out of sight. */
	private forget(state: State, name: string): State {
		const holders = new Map([...state.holders].filter(([key]) => rootOf(key) !== name));
		const aliases = new Map([...state.aliases].filter(([alias, target]) => alias !== name && rootOf(target) !== name));
		return { holders, aliases };
	}

	private assign(state: State, name: string, value: Expr | undefined): State {
		let now = state;
		const at = value && bare(value);
		const api = at && this.calls.get(at);
		// a function that returns the page itself
		if (api && returnsPage(api.api.record)) return this.take(this.forget(now, name), name, api, true);
		const target =
			at && at.kind !== 'call'
				? holderPlace(at, state.aliases)
				: at && VIEWS.has(at.name)
					? holderPlace(at, state.aliases)
					: undefined;
		const follows = (place: string): boolean =>
			state.holders.has(place) || (this.isArray(name) && this.tracked.has(place));
		if (target && target !== name && follows(target)) {
			now = this.forget(now, name);
			return { ...now, aliases: new Map(now.aliases).set(name, target) };
		}
		if (api) return this.withResult(now, name, api);
		if (target === name) return now;
		now = this.forget(now, name);
		// a fresh array holds nothing, another page is not ours
		return value && !isNull(value) && this.tracked.has(name) && !isAllocation(value) ? this.put(now, name, OTHER) : now;
	}

	private withResult(state: State, name: string, api: ApiCall): State {
		const holders = new Map(state.holders);
		for (const [key, holder] of holders) if (holder.taken.at(-1) === api) holders.set(key, { ...holder, result: name });
		return { ...state, holders };
	}

	/** An assignment to something that need not be a plain variable. */
	private store(state: State, left: Expr, value: Expr | undefined): State {
		const at = bare(left);
		if (at.kind === 'name') return this.assign(state, at.name, value);
		const name = holderPlace(left, state.aliases);
		const held = name ? state.holders.get(name) : undefined;
		if (name && held && (at.kind === 'index' || at.kind === 'unary')) {
			// an element is replaced: by another element of the same place, or by somebody else's page
			const from = value && holderPlace(value, state.aliases);
			if (from === name || (value && isNull(value))) return state;
			return this.put(state, name, { ...held, kinds: new Set([...held.kinds, 'other']) });
		}
		const api = value && this.calls.get(bare(value));
		if (name && api && returnsPage(api.api.record)) return this.take(state, name, api, true);
		if (name && !held && this.tracked.has(name) && value && !isNull(value) && !isAllocation(value))
			return this.put(state, name, OTHER);
		if (!name || !held) return state;
		// one of many: the others still hold what they held
		return this.put(state, name, isElement(name) ? { ...held, kinds: new Set([...held.kinds, 'other']) } : undefined);
	}

	/** After `ret < 0`, `ret <= 0` or `!ret` nothing is held. */
	assume(state: State, test: Expr, truth: boolean): State {
		const failed = failedResult(test, truth);
		if (!failed) return state;
		if (![...state.holders.values()].some((holder) => holder.result === failed)) return state;
		const holders = new Map(
			[...state.holders].flatMap(([name, holder]): [string, Holder][] => {
				const left = holder.result === failed ? holder.before : holder;
				return left ? [[name, left]] : [];
			}),
		);
		return { ...state, holders };
	}

	join(a: State, b: State): State {
		const holders = new Map(a.holders);
		for (const [name, holder] of b.holders) {
			const other = holders.get(name);
			holders.set(name, other ? joinHolders(other, holder) : holder);
		}
		const aliases = new Map([...a.aliases].filter(([name, target]) => b.aliases.get(name) === target));
		return { holders, aliases };
	}

	size({ holders, aliases }: State): number {
		return holders.size + aliases.size;
	}

	equal(a: State, b: State): boolean {
		if (a.holders.size !== b.holders.size || a.aliases.size !== b.aliases.size) return false;
		for (const [name, holder] of a.holders) {
			const other = b.holders.get(name);
			if (!other || !equalHolders(holder, other)) return false;
		}
		return true;
	}
}

function equalHolders(a: Holder, b: Holder): boolean {
	return (
		a.kinds.size === b.kinds.size &&
		a.taken.length === b.taken.length &&
		a.shared === b.shared &&
		a.result === b.result &&
		(a.before && b.before ? equalHolders(a.before, b.before) : a.before === b.before)
	);
}

function joinHolders(a: Holder, b: Holder): Holder {
	return {
		kinds: new Set([...a.kinds, ...b.kinds]),
		taken: [...a.taken, ...b.taken.filter((t) => !a.taken.includes(t))],
		result: a.result === b.result ? a.result : undefined,
		shared: a.shared || b.shared,
		before: a.before && b.before ? joinHolders(a.before, b.before) : (a.before ?? b.before),
	};
}

/** The argument names the whole array or the page itself, not a part further in. */
function isWhole(pages: Expr): boolean {
	const at = bare(pages);
	return (
		at.kind === 'name' ||
		at.kind === 'field' ||
		(at.kind === 'unary' && at.op === '&' && bare(at.operand).kind !== 'index')
	);
}

/** The place stands for every element of an array ("bufs[].page"). */
function isElement(name: string): boolean {
	return name.includes('[]');
}

/** Variable that this edge shows to hold a failure. */
function failedResult(test: Expr, truth: boolean): string | undefined {
	const at = unwrap(test);
	if (at.kind === 'binary' && truth && (at.op === '<' || at.op === '<=')) {
		const right = bare(at.right);
		if (right.kind === 'number' && (right.value === 0 || (right.value === 1 && at.op === '<')))
			return assigned(at.left);
	}
	if (at.kind === 'binary' && !truth && (at.op === '>' || at.op === '>=')) {
		const right = bare(at.right);
		if (right.kind === 'number' && (right.value === 0 || (right.value === 1 && at.op === '>=')))
			return assigned(at.left);
	}
	// `case 0:`, `ret == -EAGAIN`
	if (at.kind === 'binary' && at.op === (truth ? '==' : '!=')) {
		const right = bare(at.right);
		const failure = (right.kind === 'number' && right.value === 0) || (right.kind === 'unary' && right.op === '-');
		return failure ? assigned(at.left) : undefined;
	}
	return truth ? undefined : assigned(at);
}

function assigned(expr: Expr): string | undefined {
	const at = bare(expr);
	return place(at.kind === 'assign' ? at.left : at);
}

export interface HoldersAt {
	/** What the place an argument denotes holds here; undefined when nothing of ours. */
	at(expr: Expr): { readonly name: string; readonly holder: Holder } | undefined;
}

/** A call with what the places hold just before it. */
interface Met {
	readonly call: CallExpr;
	readonly held: HoldersAt;
}

/**
 * Every call of `fn` with what the places hold just before it.
 * @param calls the API calls of this function
 */
export const holdersOf = memoize((fn: FunctionIR, calls: readonly ApiCall[]): readonly Met[] => {
	const met: Met[] = [];
	const flow = new ReferenceKindDomain(fn, new Map(calls.map((c) => [c.call, c])));
	visitStates(fn, flow, solve(fn, flow), (state, step) => {
		const view: HoldersAt = {
			at: (expr) => {
				const name = holderPlace(expr, state.aliases);
				const holder = name === undefined ? undefined : state.holders.get(name);
				return name !== undefined && holder ? { name, holder } : undefined;
			},
		};
		for (const root of roots(step)) {
			postorder(root, (expr) => {
				if (expr.kind === 'call') met.push({ call: expr, held: view });
			});
		}
	});
	return met;
});
