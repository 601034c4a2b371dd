/** Whether a function itself made the iterator of an iov_iter call one over kernel memory. */

import type { CallExpr, Expr, FunctionIR, Step } from '../syntax/ir.js';
import { memoize } from '../syntax/memoize.js';
import type { ApiCall } from './context.js';
import { type DataflowAnalysis, statesAt } from './dataflow.js';
import { holderPlace } from './holders.js';
import { evaluate, place, roots } from './walk.js';

/** Functions that make an iterator over kernel memory, and over user memory. */
const KERNEL_BACKED = /^iov_iter_(?:xarray|bvec|kvec|folio_queue)$/;
const USER_BACKED = /^import_|^iov_iter_(?:ubuf|init)$/;

const NO_ALIASES: ReadonlyMap<string, string> = new Map();

/** Places of iterators that are kernel-backed on every path, with the call that made them so. */
type Made = ReadonlyMap<string, CallExpr>;

export const KERNEL_BACKED_ITERATORS: DataflowAnalysis<Made> = {
	entry: new Map(),
	step(state, step: Step) {
		let now = state;
		for (const root of roots(step)) now = KERNEL_BACKED_ITERATORS.test(now, root);
		return now;
	},
	test(state, test: Expr) {
		const visit = (now: Made, expr: Expr): Made => {
			const target = expr.kind === 'assign' ? place(expr.left) : undefined;
			if (target && now.has(target)) return without(now, target);
			const iter = expr.kind === 'call' && expr.args[0] ? holderPlace(expr.args[0], NO_ALIASES) : undefined;
			if (expr.kind !== 'call' || !iter) return now;
			if (KERNEL_BACKED.test(expr.name)) return new Map(now).set(iter, expr);
			const last = expr.args.at(-1);
			const filled = USER_BACKED.test(expr.name) ? [iter, last ? holderPlace(last, NO_ALIASES) : undefined] : [];
			return filled.reduce<Made>((left, name) => (name && left.has(name) ? without(left, name) : left), now);
		};
		return evaluate(state, test, visit, KERNEL_BACKED_ITERATORS.join);
	},
	assume: (state) => state,
	size: (state) => state.size,
	join: (a, b) => new Map([...a].filter(([name]) => b.has(name))),
	equal: (a, b) => a.size === b.size && [...a.keys()].every((name) => b.has(name)),
};

function without(made: Made, name: string): Made {
	const left = new Map(made);
	left.delete(name);
	return left;
}

const madeStates = memoize((fn: FunctionIR) => statesAt(fn, KERNEL_BACKED_ITERATORS));

/** The call that made the iterator of `call` a kernel-backed one on every path; undefined when none did. */
export function kernelBacked(fn: FunctionIR, call: ApiCall): CallExpr | undefined {
	const iter = call.arg('iter');
	const name = iter && holderPlace(iter, NO_ALIASES);
	if (!name || !fn.calls.some((other) => KERNEL_BACKED.test(other.name))) return undefined;
	return madeStates(fn).get(call.call)?.get(name);
}
