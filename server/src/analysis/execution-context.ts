/** Whether a call may sleep where it stands: proven by what the function calls before, or refused by a section around it. */

import { ATOMIC_CALLBACK, ATOMIC_RETURN, SLEEPERS, SLEEPING_CALLBACK, SLEEPING_GFP } from '../kernel/contexts.js';
import { guardOperation, type LockKind, type LockOperation, lockOperation } from '../kernel/locks.js';
import type { CallExpr, Expr, FunctionIR, Step } from '../syntax/ir.js';
import { memoize, memoizePairs } from '../syntax/memoize.js';
import { callsOf, isAddressTaken } from './callers.js';
import type { FileContext } from './context.js';
import { type DataflowAnalysis, statesAt } from './dataflow.js';
import { bare, evaluate, place, roots } from './walk.js';

/** "callback": somebody whom this file does not show calls the function, maybe where nobody may sleep. */
export type ExecutionContext = 'sleeps' | 'unknown' | 'callback' | 'atomic';

interface State {
	/** What forbids to sleep on some path: kind and name of the lock. */
	readonly open: ReadonlySet<string>;
	/** Something that may sleep ran on every path. */
	readonly slept: boolean;
}

const FORBIDS: ReadonlySet<LockKind> = new Set(['spin', 'irq', 'bh', 'preempt', 'rcu']);

/** Callers that are asked in turn. */
const DEEPEST = 4;

function sleeps(call: CallExpr): boolean {
	if (SLEEPERS.has(call.name)) return true;
	return (
		/alloc|dup/.test(call.name) &&
		call.args.some((arg) => {
			const at = bare(arg);
			return at.kind === 'name' && SLEEPING_GFP.test(at.name);
		})
	);
}

/** The class of `guard(spinlock)(&lock)` or `scoped_guard(spinlock, &lock)`, which nothing but the end of a block closes. */
function guardClass(call: CallExpr): string | undefined {
	const inner = call.name === 'scoped_guard' ? call : bare(call.callee);
	if (inner.kind !== 'call' || (inner.name !== 'guard' && inner.name !== 'scoped_guard')) return undefined;
	const kind = inner.args[0] && bare(inner.args[0]);
	return kind?.kind === 'name' ? kind.name : undefined;
}

function lockName(lock: Expr): string {
	const at = bare(lock);
	return place(at.kind === 'unary' && at.op === '&' ? at.operand : at) ?? '';
}

function operated(state: State, call: CallExpr, { does, parts }: LockOperation): State {
	const open = new Set(state.open);
	for (const { kind, arg } of parts) {
		const lock = arg === undefined ? undefined : call.args[arg];
		const key = `${kind} ${kind === 'spin' && lock ? lockName(lock) : ''}`;
		if (!FORBIDS.has(kind)) continue;
		if (does === 'take') open.add(key);
		else if (does === 'drop') open.delete(key);
	}
	return { ...state, open };
}

function called(state: State, call: CallExpr): State {
	const kind = guardClass(call);
	const operation = kind === undefined ? lockOperation(call.name) : guardOperation(kind);
	if (operation) {
		const after = operated(state, call, operation);
		return operation.parts.some((part) => FORBIDS.has(part.kind))
			? after
			: { ...after, slept: after.slept || sleeps(call) };
	}
	return sleeps(call) && !state.slept ? { ...state, slept: true } : state;
}

export const EXECUTION_CONTEXT: DataflowAnalysis<State> = {
	entry: { open: new Set(), slept: false },
	step(state, step: Step) {
		let now = state;
		for (const root of roots(step)) now = EXECUTION_CONTEXT.test(now, root);
		const kind = step.kind === 'each' && step.macro === 'scoped_guard' ? step.args[0] && bare(step.args[0]) : undefined;
		const operation = kind?.kind === 'name' ? guardOperation(kind.name) : undefined;
		if (operation)
			return {
				...now,
				open: new Set([
					...now.open,
					...operation.parts.flatMap((part) => (FORBIDS.has(part.kind) ? `${part.kind} guard` : [])),
				]),
			};
		return now;
	},
	test: (state, test: Expr) =>
		evaluate(state, test, (now, expr) => (expr.kind === 'call' ? called(now, expr) : now), EXECUTION_CONTEXT.join),
	assume: (state) => state,
	size: (state) => state.open.size,
	join: (a, b) => ({ open: new Set([...a.open, ...b.open]), slept: a.slept && b.slept }),
	equal: (a, b) => a.slept === b.slept && a.open.size === b.open.size && [...a.open].every((name) => b.open.has(name)),
};

/** Context in which `call` of `fn` runs. */
export function contextOf(file: FileContext, fn: FunctionIR, call: CallExpr): ExecutionContext {
	return contextAt(call, 0, file, fn);
}

/** By how far the callers are from the call that was asked about. */
const contextAt = memoizePairs((call: CallExpr, depth: number, file: FileContext, fn: FunctionIR): ExecutionContext => {
	const state = stateAt(fn, call);
	if (!state || state.open.size > 0) return 'atomic';
	if (state.slept) return 'sleeps';
	if (ATOMIC_RETURN.test(fn.returnType.base)) return 'atomic';
	if (fn.params.some((param) => ATOMIC_CALLBACK.test(param.type.base))) return 'callback';
	if (fn.params.some((param) => SLEEPING_CALLBACK.test(param.type.base))) return 'sleeps';
	if (isAddressTaken(file, fn.name)) return 'callback';
	const sites = callsOf(file, fn.name).filter((site) => site.fn.name !== fn.name);
	if (depth >= DEEPEST || sites.length === 0) return 'unknown';
	const contexts = sites.map((site) => contextAt(site.call, depth + 1, file, site.fn));
	for (const worst of ['atomic', 'callback'] as const) if (contexts.includes(worst)) return worst;
	return fn.isStatic && contexts.every((context) => context === 'sleeps') ? 'sleeps' : 'unknown';
});

const sleepStates = memoize((fn: FunctionIR) => statesAt(fn, EXECUTION_CONTEXT));

function stateAt(fn: FunctionIR, call: CallExpr): State | undefined {
	return sleepStates(fn).get(call);
}
