/** Whether an iterator is over user or over kernel memory where its pages are extracted. */
import {
	KERNEL_MAKERS,
	KERNEL_TESTS,
	KIND_FIELDS,
	KIND_FUNCTION,
	OTHER_MAKERS,
	USER_MAKERS,
	USER_TESTS,
} from '../kernel/iterator-kinds.js';
import type { CallExpr, Expr, FunctionIR, Step } from '../syntax/ir.js';
import { allCalls } from './callers.js';
import type { FileContext } from './context.js';
import { type Flow, statesAt } from './flow.js';
import { holderPlace } from './holders.js';
import { bare, evaluate, postorder, roots } from './walk.js';

export type IteratorKind = 'user' | 'kernel' | 'unknown';

type Kinds = ReadonlyMap<string, IteratorKind>;

const NO_ALIASES: ReadonlyMap<string, string> = new Map();

/** Callers that are asked in turn. */
const DEEPEST = 4;

/** A name for an iterator: "iter", "msg->msg_iter". */
export function iteratorName(expr: Expr): string | undefined {
	return holderPlace(expr, NO_ALIASES);
}

/** The iterator a call makes anew, and of which kind; undefined when it makes none. */
export function madeBy(call: CallExpr): { readonly iter: Expr; readonly kind: IteratorKind } | undefined {
	for (const [makers, kind] of [
		[USER_MAKERS, 'user'],
		[KERNEL_MAKERS, 'kernel'],
		[OTHER_MAKERS, 'unknown'],
	] as const) {
		const at = makers.get(call.name);
		const iter = at === undefined ? undefined : call.args.at(at);
		if (iter) return { iter, kind };
	}
	return undefined;
}

/** The expression asks which kind an iterator is, or whether its pages are pinned. */
export function asksKind(expr: Expr): boolean {
	let asks = false;
	postorder(expr, (part) => {
		if (
			part.kind === 'call' &&
			(USER_TESTS.has(part.name) || KERNEL_TESTS.has(part.name) || part.name === KIND_FUNCTION)
		)
			asks = true;
		if (part.kind === 'field' && KIND_FIELDS.has(part.field)) asks = true;
	});
	return asks;
}

/** The kind that an edge of a test shows an iterator to be of. */
function shown(test: Expr, truth: boolean): { readonly name: string; readonly kind: IteratorKind } | undefined {
	const at = bare(test);
	const name = at.kind === 'call' && at.args[0] ? iteratorName(at.args[0]) : undefined;
	if (at.kind !== 'call' || !name) return undefined;
	// of the others, the answer no says nothing
	if (at.name === 'user_backed_iter' || at.name === 'iov_iter_extract_will_pin')
		return { name, kind: truth ? 'user' : 'kernel' };
	if (truth && USER_TESTS.has(at.name)) return { name, kind: 'user' };
	return truth && KERNEL_TESTS.has(at.name) ? { name, kind: 'kernel' } : undefined;
}

function flowFrom(entry: Kinds): Flow<Kinds> {
	const set = (state: Kinds, name: string | undefined, kind: IteratorKind): Kinds =>
		name && (state.get(name) ?? 'unknown') !== kind ? new Map(state).set(name, kind) : state;
	const flow: Flow<Kinds> = {
		entry,
		step(state, step: Step) {
			let now = state;
			for (const root of roots(step)) now = flow.test(now, root);
			if (step.kind !== 'declare') return now;
			const from = step.init ? iteratorName(step.init) : undefined;
			return set(now, step.variable.name, (from && now.get(from)) || 'unknown');
		},
		test: (state, test) =>
			evaluate(
				state,
				test,
				(now, expr) => {
					if (expr.kind === 'assign') {
						const from = iteratorName(expr.right);
						return set(now, iteratorName(expr.left), (from && now.get(from)) || 'unknown');
					}
					const made = expr.kind === 'call' ? madeBy(expr) : undefined;
					return made ? set(now, iteratorName(made.iter), made.kind) : now;
				},
				flow.join,
			),
		assume(state, test, truth) {
			const seen = shown(test, truth);
			return seen && (state.get(seen.name) ?? 'unknown') === 'unknown' ? set(state, seen.name, seen.kind) : state;
		},
		join: (a, b) =>
			new Map(
				[...new Set([...a.keys(), ...b.keys()])].map((name) => [
					name,
					a.get(name) === b.get(name) ? (a.get(name) as IteratorKind) : 'unknown',
				]),
			),
		size: (state) => state.size,
		equal: (a, b) => a.size === b.size && [...a].every(([name, kind]) => b.get(name) === kind),
	};
	return flow;
}

/** Kinds that every caller gives the parameters of a static function. */
function passedKinds(file: FileContext, fn: FunctionIR, depth: number): Kinds {
	const sites = depth < DEEPEST ? allCalls(file, fn) : undefined;
	if (!sites || sites.length === 0) return new Map();
	const kinds = new Map<string, IteratorKind>();
	fn.params.forEach((param, i) => {
		if (!/\biov_iter\b/.test(param.type.base)) return;
		const found = sites.map(({ fn: caller, call }) => {
			const arg = caller === fn ? undefined : call.args[i];
			return arg ? iteratorKind(file, caller, call, arg, depth + 1) : 'unknown';
		});
		const [first] = found;
		if (first && found.every((kind) => kind === first)) kinds.set(param.name, first);
	});
	return kinds;
}

type KindsAt = ReadonlyMap<CallExpr, Kinds>;

/** By how far the callers are from the function that was asked about. */
const KINDS = new WeakMap<FunctionIR, Map<number, KindsAt>>();

function kindsAt(file: FileContext, fn: FunctionIR, depth: number): KindsAt {
	const known = KINDS.get(fn) ?? new Map<number, KindsAt>();
	KINDS.set(fn, known);
	let kinds = known.get(depth);
	if (!kinds) {
		kinds = statesAt(fn, flowFrom(passedKinds(file, fn, depth)));
		known.set(depth, kinds);
	}
	return kinds;
}

/** The kind of the iterator `iter` just before `at` in `fn`. */
export function iteratorKind(file: FileContext, fn: FunctionIR, at: CallExpr, iter: Expr, depth = 0): IteratorKind {
	const name = iteratorName(iter);
	if (!name) return 'unknown';
	return kindsAt(file, fn, depth).get(at)?.get(name) ?? 'unknown';
}
