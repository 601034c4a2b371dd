/** Whether an iterator is over user or over kernel memory where its pages are extracted. */
import { readsOnly } from '../kernel/function-models.js';
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
import { memoizePairs } from '../syntax/memoize.js';
import { allCalls } from './callers.js';
import type { FileContext } from './context.js';
import { type DataflowAnalysis, statesAt } from './dataflow.js';
import { holderPlace } from './holders.js';
import { typeOfExpr } from './integers.js';
import { isAliased, keepsIterator } from './iterator-keep.js';
import { type IteratorKind, madeBy } from './iterator-makers.js';
import { parameterAt } from './variables.js';
import { bare, evaluate, everywhere, postorder, roots } from './walk.js';

/** `unset`: a local that has no value yet. */
type Kinds = ReadonlyMap<string, IteratorKind | 'unset'>;

const NO_ALIASES: ReadonlyMap<string, string> = new Map();

const MAKERS: readonly string[] = [USER_MAKERS, KERNEL_MAKERS, OTHER_MAKERS].flatMap((makers) => [...makers.keys()]);

/** Callers that are asked in turn. */
const DEEPEST = 4;

/** A name for an iterator: "iter", "msg->msg_iter". */
export function iteratorName(expr: Expr): string | undefined {
	return holderPlace(expr, NO_ALIASES);
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

export function iteratorKindDomain(entry: Kinds, file: FileContext, fn: FunctionIR): DataflowAnalysis<Kinds> {
	const set = (state: Kinds, name: string | undefined, kind: IteratorKind | 'unset'): Kinds =>
		name && (state.get(name) ?? 'unknown') !== kind ? new Map(state).set(name, kind) : state;
	const kindOf = (state: Kinds, expr: Expr): IteratorKind | 'unset' => {
		const name = iteratorName(expr);
		return (name && state.get(name)) || fieldKind(file, fn, expr);
	};
	/** Whoever gets an iterator, or the object it is in, may make it another one. */
	const passed = (state: Kinds, call: CallExpr): Kinds =>
		call.args.reduce((now, arg, i) => {
			const name = iteratorName(arg);
			if (name === undefined || readsOnly(call.name)) return now;
			const held = inside(now, name);
			const own = now.has(name) && !keepsIterator(file, call, i) ? set(now, name, 'unknown') : now;
			return held.reduce((all, inner) => set(all, inner, 'unknown'), own);
		}, state);
	/** An assignment makes what lies in the object another one; an iterator that has two names is not followed. */
	const stored = (state: Kinds, left: Expr, right: Expr): Kinds => {
		const name = iteratorName(left);
		const kind = kindOf(state, right);
		const from = iteratorName(right);
		const now =
			from !== undefined && state.has(from) && isPointer(right, fn, file) ? set(state, from, 'unknown') : state;
		const kept = name === undefined ? now : inside(now, name).reduce((all, inner) => set(all, inner, 'unknown'), now);
		return set(kept, name, from !== undefined && isPointer(right, fn, file) ? 'unknown' : kind);
	};
	const flow: DataflowAnalysis<Kinds> = {
		entry,
		step(state, step: Step) {
			let now = state;
			for (const root of roots(step)) now = flow.test(now, root);
			if (step.kind !== 'declare') return now;
			const { name, type } = step.variable;
			if (step.init?.kind === 'list')
				return step.init.items.reduce((all, item) => stored(all, { ...item, kind: 'other', items: [] }, item), now);
			if (step.init) {
				const { start, end } = step.variable;
				return stored(now, { start, end, kind: 'name', name }, step.init);
			}
			return set(now, name, type.base === 'struct iov_iter' && type.pointers === 0 ? 'unset' : 'unknown');
		},
		test: (state, test) =>
			evaluate(
				state,
				test,
				(now, expr) => {
					if (expr.kind === 'assign') return stored(now, expr.left, expr.right);
					if (expr.kind !== 'call') return now;
					const made = madeBy(expr);
					return made ? set(now, iteratorName(made.iter), made.kind) : passed(now, expr);
				},
				flow.join,
			),
		assume(state, test, truth) {
			const seen = shown(test, truth);
			return seen && (state.get(seen.name) ?? 'unknown') === 'unknown' ? set(state, seen.name, seen.kind) : state;
		},
		join: (a, b) =>
			new Map([...new Set([...a.keys(), ...b.keys()])].map((name) => [name, joined(a.get(name), b.get(name))])),
		size: (state) => state.size,
		equal: (a, b) => a.size === b.size && [...a].every(([name, kind]) => b.get(name) === kind),
	};
	return flow;
}

/** Iterators that lie in an object of this name: "msg->msg_iter" in "msg". */
function inside(state: Kinds, object: string): string[] {
	return [...state.keys()].filter((name) => name.startsWith(`${object}->`) || name.startsWith(`${object}.`));
}

/** The value is the address of an iterator, not a copy of it. */
function isPointer(expr: Expr, fn: FunctionIR, file: FileContext): boolean {
	const at = bare(expr);
	if (at.kind === 'unary' && at.op === '&') return true;
	return (typeOfExpr(at, fn, file.ir)?.pointers ?? 0) > 0;
}

function joined(a: IteratorKind | 'unset' | undefined, b: typeof a): IteratorKind | 'unset' {
	if (a === 'unset' && b) return b;
	if (b === 'unset' && a) return a;
	return a === b && a ? a : 'unknown';
}

/** The kind of an iterator in a record that the file alone knows, by all calls that may make one there. */
function fieldKind(file: FileContext, fn: FunctionIR, expr: Expr): IteratorKind {
	const at = bare(expr);
	const record = at.kind === 'field' ? typeOfExpr(at.object, fn, file.ir)?.base : undefined;
	if (at.kind !== 'field' || !record || !isOwnRecord(file, record)) return 'unknown';
	const kinds = new Set<IteratorKind>();
	let isMade = false;
	for (const maker of new Set(MAKERS.flatMap((name) => file.ir.callers(name)))) {
		for (const call of maker.calls) {
			const made = madeBy(call);
			const iter = made && bare(made.iter);
			const into = iter?.kind === 'unary' && iter.op === '&' ? bare(iter.operand) : iter;
			if (!made || !into) continue;
			const isField = into.kind === 'field' && into.field === at.field;
			if (isField || (into.kind === 'name' && parameterAt(maker, into.name) >= 0)) kinds.add(made.kind);
			isMade ||= isField;
		}
	}
	for (const other of file.ir.naming(at.field))
		everywhere(other, (part) => {
			const left = part.kind === 'assign' ? bare(part.left) : undefined;
			if (left?.kind === 'field' && left.field === at.field) kinds.add('unknown');
		});
	const [kind, ...others] = kinds;
	return isMade && kind && others.length === 0 ? kind : 'unknown';
}

/** `struct example` is defined in the file, which nobody includes. */
function isOwnRecord({ path, text, unit }: FileContext, record: string): boolean {
	const name = /^struct (\w+)$/.exec(record)?.[1];
	return (
		name !== undefined &&
		!path.endsWith('.h') &&
		new RegExp(`^struct\\s+${name}\\s*\\{`, 'm').test(text.slice(0, unit.own))
	);
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
const kindsAt = memoizePairs(
	(fn: FunctionIR, depth: number, file: FileContext): KindsAt =>
		statesAt(fn, iteratorKindDomain(passedKinds(file, fn, depth), file, fn)),
);

/** The kind of the iterator `iter` just before `at` in `fn`. */
export function iteratorKind(file: FileContext, fn: FunctionIR, at: CallExpr, iter: Expr, depth = 0): IteratorKind {
	const name = iteratorName(iter);
	if (!name) return 'unknown';
	const kind = kindsAt(fn, depth, file).get(at)?.get(name);
	return kind === undefined || kind === 'unset' || isAliased(fn, name) ? 'unknown' : kind;
}
