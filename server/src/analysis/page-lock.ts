/** Which pages a function holds the page lock of, call by call. */

import { VIEW_OF } from '../kernel/page-flow.js';
import { KILLABLE_LOCKS, LOCKING_NAME, LOCKS, TRY_LOCKS, UNLOCKS } from '../kernel/page-locks.js';
import type { CallExpr, Expr, FunctionIR, Step } from '../syntax/ir.js';
import { memoize } from '../syntax/memoize.js';
import { type DataflowAnalysis, statesAt } from './dataflow.js';
import { bare, evaluate, place, rootOf, roots } from './walk.js';

interface State {
	readonly locked: ReadonlySet<string>;
	/** Variable -> place whose page it is. */
	readonly same: ReadonlyMap<string, string>;
}

/** One name for a page and its folio: "page", "req->wb_page", "pages[]". */
function pageName(expr: Expr, same: State['same']): string | undefined {
	let at = bare(expr);
	for (;;) {
		const view = at.kind === 'call' ? VIEW_OF.get(at.name) : undefined;
		if (at.kind === 'call' && view !== undefined && at.args[view]) at = bare(at.args[view]);
		else if (at.kind === 'unary' && at.op === '&') at = bare(at.operand);
		else if (at.kind === 'field' && at.arrow && at.field === 'page' && same.has(place(at.object) ?? ''))
			at = bare(at.object);
		else break;
	}
	const name = place(at);
	return name === undefined ? undefined : (same.get(name) ?? name);
}

/** An element of an array: which one cannot be told, so a lock on any path counts. */
function isElement(name: string): boolean {
	return name.includes('[]');
}

export class PageLockDomain implements DataflowAnalysis<State> {
	readonly entry: State = { locked: new Set(), same: new Map() };
	/** Trylocks that a branch asks directly: they lock on one edge only. */
	private readonly asked: ReadonlySet<Expr>;

	constructor(fn: FunctionIR) {
		this.asked = new Set(fn.blocks.flatMap((block) => (block.test ? [bare(block.test)] : [])));
	}

	step(state: State, step: Step): State {
		let now = state;
		for (const root of roots(step)) now = this.test(now, root);
		if (step.kind === 'declare') return this.assign(now, step.variable.name, step.init);
		if (step.kind === 'each')
			for (const arg of step.args)
				if (bare(arg).kind === 'name') now = this.assign(now, place(arg) as string, undefined);
		return now;
	}

	test(state: State, test: Expr): State {
		const visit = (now: State, expr: Expr): State => {
			if (expr.kind === 'assign') {
				const at = bare(expr.left);
				return at.kind === 'name' ? this.assign(now, at.name, expr.op === '=' ? expr.right : undefined) : now;
			}
			return expr.kind === 'call' ? this.call(now, expr) : now;
		};
		return evaluate(state, test, visit, (a, b) => this.join(a, b));
	}

	private call(state: State, call: CallExpr): State {
		if (this.asked.has(call) && (TRY_LOCKS.has(call.name) || KILLABLE_LOCKS.has(call.name))) return state;
		const locks = LOCKS.has(call.name) || TRY_LOCKS.has(call.name) || KILLABLE_LOCKS.has(call.name);
		const unlocks = UNLOCKS.has(call.name) || /(?:^|_)unlock(?:_|$)/.test(call.name);
		if (locks || unlocks) return this.mark(state, call.args[0], locks);
		if (!LOCKING_NAME.test(call.name)) return state;
		return call.args.reduce((now, arg) => this.mark(now, arg, true), state);
	}

	private mark(state: State, page: Expr | undefined, held: boolean): State {
		const name = page && pageName(page, state.same);
		if (!name || state.locked.has(name) === held) return state;
		const locked = new Set(state.locked);
		if (held) locked.add(name);
		else locked.delete(name);
		return { ...state, locked };
	}

	private assign(state: State, variable: string, value: Expr | undefined): State {
		const target = value && pageName(value, state.same);
		const locked = new Set([...state.locked].filter((name) => isElement(name) || rootOf(name) !== variable));
		const same = new Map([...state.same].filter(([name, to]) => name !== variable && rootOf(to) !== variable));
		if (target && rootOf(target) !== variable) same.set(variable, target);
		return { locked, same };
	}

	assume(state: State, test: Expr, truth: boolean): State {
		const at = bare(test);
		if (at.kind === 'binary' && (at.op === '==' || at.op === '!=')) {
			const zero = bare(at.right);
			if (zero.kind === 'number' && zero.value === 0) return this.assume(state, at.left, (at.op === '!=') === truth);
		}
		if (at.kind !== 'call') return state;
		const locks = TRY_LOCKS.has(at.name) ? truth : KILLABLE_LOCKS.has(at.name) ? !truth : false;
		return locks ? this.mark(state, at.args[0], true) : state;
	}

	join(a: State, b: State): State {
		const locked = new Set([...a.locked].filter((name) => isElement(name) || b.locked.has(name)));
		for (const name of b.locked) if (isElement(name)) locked.add(name);
		return { locked, same: new Map([...a.same].filter(([name, to]) => b.same.get(name) === to)) };
	}

	size({ locked, same }: State): number {
		return locked.size + same.size;
	}

	equal(a: State, b: State): boolean {
		return (
			a.locked.size === b.locked.size &&
			a.same.size === b.same.size &&
			[...a.locked].every((name) => b.locked.has(name)) &&
			[...a.same].every(([name, to]) => b.same.get(name) === to)
		);
	}
}

const lockStates = memoize((fn: FunctionIR) => statesAt(fn, new PageLockDomain(fn)));

/** Whether the page that `page` denotes is, or may be, locked just before `call` of `fn`. */
export function isPageLocked(fn: FunctionIR, call: CallExpr, page: Expr): boolean {
	if (fn.effort.isGivenUp) return true;
	const state = lockStates(fn).get(call);
	return state?.locked.has(pageName(page, state.same) ?? '') === true;
}
