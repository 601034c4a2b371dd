/** Whether a call may sleep where it stands: proven by what the function calls before, or refused by a section around it. */
import {
	ATOMIC_CALLBACK,
	ATOMIC_GUARD,
	ATOMIC_RETURN,
	ATOMIC_SECTIONS,
	SLEEPERS,
	SLEEPING_CALLBACK,
	SLEEPING_GFP,
} from '../kernel/contexts.js';
import type { CallExpr, Expr, FunctionIR, Step } from '../syntax/ir.js';
import { callsOf, isAddressTaken } from './callers.js';
import type { FileContext } from './context.js';
import { type Flow, replay, solve } from './flow.js';
import { bare, evaluate, postorder, roots } from './walk.js';

/** "callback": somebody whom this file does not show calls the function, maybe where nobody may sleep. */
export type Context = 'sleeps' | 'unknown' | 'callback' | 'atomic';

interface State {
	/** Sections without sleep that are open on some path, by the function that opened them. */
	readonly open: ReadonlySet<string>;
	/** Something that may sleep ran on every path. */
	readonly slept: boolean;
}

const CLOSES: ReadonlyMap<string, string> = new Map(
	[...ATOMIC_SECTIONS].flatMap(([open, close]) => close.map((name) => [name, open] as const)),
);

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

/** The section that `guard(spinlock)(...)` or `scoped_guard(spinlock, ...)` opens until the end of the function. */
function guards(call: CallExpr): boolean {
	const inner = call.name === 'scoped_guard' ? call : bare(call.callee);
	if (inner.kind !== 'call' || (inner.name !== 'guard' && inner.name !== 'scoped_guard')) return false;
	const kind = inner.args[0] && bare(inner.args[0]);
	return kind?.kind === 'name' && ATOMIC_GUARD.test(kind.name);
}

function called(state: State, call: CallExpr): State {
	if (ATOMIC_SECTIONS.has(call.name)) return { ...state, open: new Set([...state.open, call.name]) };
	if (guards(call)) return { ...state, open: new Set([...state.open, 'guard']) };
	const closed = CLOSES.get(call.name);
	if (closed !== undefined) {
		const family = call.name.replace(/_no_resched$/, '');
		return { ...state, open: new Set([...state.open].filter((name) => !closes(family, name))) };
	}
	return sleeps(call) && !state.slept ? { ...state, slept: true } : state;
}

function closes(closing: string, opening: string): boolean {
	return ATOMIC_SECTIONS.get(opening)?.includes(closing) ?? false;
}

const FLOW: Flow<State> = {
	entry: { open: new Set(), slept: false },
	step(state, step: Step) {
		let now = state;
		for (const root of roots(step)) now = FLOW.test(now, root);
		if (step.kind === 'each' && step.macro === 'scoped_guard') {
			const kind = step.args[0] && bare(step.args[0]);
			if (kind?.kind === 'name' && ATOMIC_GUARD.test(kind.name))
				return { ...now, open: new Set([...now.open, 'guard']) };
		}
		return now;
	},
	test: (state, test: Expr) =>
		evaluate(state, test, (now, expr) => (expr.kind === 'call' ? called(now, expr) : now), FLOW.join),
	assume: (state) => state,
	join: (a, b) => ({ open: new Set([...a.open, ...b.open]), slept: a.slept && b.slept }),
	equal: (a, b) => a.slept === b.slept && a.open.size === b.open.size && [...a.open].every((name) => b.open.has(name)),
};

/** Context in which `call` of `fn` runs. */
export function contextOf(file: FileContext, fn: FunctionIR, call: CallExpr, depth = 0): Context {
	const state = stateAt(fn, call);
	if (!state || state.open.size > 0) return 'atomic';
	if (state.slept) return 'sleeps';
	if (ATOMIC_RETURN.test(fn.returnType.base)) return 'atomic';
	if (fn.params.some((param) => ATOMIC_CALLBACK.test(param.type.base))) return 'callback';
	if (fn.params.some((param) => SLEEPING_CALLBACK.test(param.type.base))) return 'sleeps';
	if (isAddressTaken(file, fn.name)) return 'callback';
	const sites = callsOf(file, fn.name).filter((site) => site.fn.name !== fn.name);
	if (depth >= DEEPEST || sites.length === 0) return 'unknown';
	const contexts = sites.map((site) => contextOf(file, site.fn, site.call, depth + 1));
	for (const worst of ['atomic', 'callback'] as const) if (contexts.includes(worst)) return worst;
	return fn.isStatic && contexts.every((context) => context === 'sleeps') ? 'sleeps' : 'unknown';
}

function stateAt(fn: FunctionIR, call: CallExpr): State | undefined {
	let found: State | undefined;
	replay(fn, FLOW, solve(fn, FLOW), (state, at) => {
		for (const root of roots(at))
			postorder(root, (expr) => {
				if (expr === call) found = found ? FLOW.join(found, state) : state;
			});
	});
	return found;
}
