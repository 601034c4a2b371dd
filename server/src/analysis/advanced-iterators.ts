/** Iterators that are advanced by hand over what a call that took their pages has advanced them by already. */
import { ADVANCING_TAKERS, AS_ADVANCED, KEEPS_POSITION } from '../kernel/iterator-kinds.js';
import type { CallExpr, Expr, FunctionIR, Step } from '../syntax/ir.js';
import type { FileContext } from './context.js';
import { type DataflowAnalysis, solve, visitStates } from './dataflow.js';
import { iteratorName } from './iterator-kind.js';
import { canonicalText } from './path-conditions.js';
import { refineBy } from './refine-test.js';
import { isLocal, localOf, parameterAt } from './variables.js';
import { bare, evaluate, isVariable, movedBy, place, postorder, rootOf, roots } from './walk.js';

export interface AdvancedTwice {
	readonly advance: CallExpr;
	readonly taking: CallExpr;
	/** The iterator as the call of iov_iter_advance() names it. */
	readonly iter: Expr;
	/** How far it is advanced again: by what the call returned, or by all it was asked for. */
	readonly by: 'result' | 'asked';
}

interface State {
	/** Iterator -> the call that advanced it last, on every path. */
	readonly advanced: ReadonlyMap<string, CallExpr>;
	/** Variable -> the call whose result it holds, on every path. */
	readonly results: ReadonlyMap<string, CallExpr>;
	/** Pointer -> the iterator it points to. */
	readonly names: ReadonlyMap<string, string>;
	/** Calls whose sizes are still what their arguments say. */
	readonly asked: ReadonlySet<CallExpr>;
}

const ENTRY: State = { advanced: new Map(), results: new Map(), names: new Map(), asked: new Set() };

/** Helpers of the file that are asked in turn. */
const MAX_DEPTH = 2;

function common<V>(a: ReadonlyMap<string, V>, b: ReadonlyMap<string, V>): ReadonlyMap<string, V> {
	return a === b ? a : new Map([...a].filter(([key, value]) => b.get(key) === value));
}

function without<V>(map: ReadonlyMap<string, V>, drop: (key: string, value: V) => boolean): ReadonlyMap<string, V> {
	const left = [...map].filter(([key, value]) => !drop(key, value));
	return left.length === map.size ? map : new Map(left);
}

export class AdvancedIteratorDomain implements DataflowAnalysis<State> {
	readonly entry = ENTRY;

	constructor(
		private readonly file: FileContext,
		private readonly fn: FunctionIR,
		private readonly depth: number,
	) {}

	step(state: State, step: Step): State {
		let now = state;
		for (const root of roots(step)) now = this.test(now, root);
		if (step.kind !== 'declare') return now;
		const { start, end, name } = step.variable;
		return this.assign(now, { start, end, kind: 'name', name }, step.init);
	}

	test(state: State, test: Expr): State {
		const visit = (now: State, expr: Expr): State => {
			if (expr.kind === 'call') return this.call(now, expr);
			if (expr.kind === 'assign') return this.assign(now, expr.left, expr.op === '=' ? expr.right : undefined);
			const moved = movedBy(expr);
			return moved ? this.assign(now, moved, undefined) : now;
		};
		return evaluate(state, test, visit, (a, b) => this.join(a, b));
	}

	/** On an edge that shows that the call took nothing, the iterator has not advanced by what was asked for. */
	assume(state: State, test: Expr, truth: boolean): State {
		return refineBy(this, state, test, truth);
	}

	atom(state: State, at: Expr, truth: boolean): State {
		const [left, op, right] = at.kind === 'binary' ? [at.left, at.op, at.right] : [at, '!=', undefined];
		const call = this.resultOf(state, left);
		const zero =
			right === undefined || (bare(right).kind === 'number' && (bare(right) as { value?: number }).value === 0);
		if (!call || !zero) return state;
		const isErrno = this.file.apiCall(call)?.api.record.meaning === 'errno';
		const failing = isErrno ? { '!=': true, '<': true, '==': false, '>=': false } : ENDS;
		if (failing[op as keyof typeof failing] !== truth) return state;
		return { ...state, asked: new Set([...state.asked].filter((by) => by !== call)) };
	}

	join(a: State, b: State): State {
		if (a === b) return a;
		return {
			advanced: common(a.advanced, b.advanced),
			results: common(a.results, b.results),
			names: common(a.names, b.names),
			asked: new Set([...a.asked].filter((call) => b.asked.has(call))),
		};
	}

	equal(a: State, b: State): boolean {
		return (
			a.advanced.size === b.advanced.size &&
			a.results.size === b.results.size &&
			a.names.size === b.names.size &&
			a.asked.size === b.asked.size
		);
	}

	size({ advanced, results, names, asked }: State): number {
		return advanced.size + results.size + names.size + asked.size;
	}

	nameOf(state: State, expr: Expr): string | undefined {
		const name = iteratorName(expr);
		return name === undefined ? undefined : (state.names.get(name) ?? name);
	}

	/** The call whose result an expression is. */
	resultOf(state: State, expr: Expr): CallExpr | undefined {
		const at = bare(expr);
		if (at.kind === 'assign' && at.op === '=') return this.resultOf(state, at.right);
		if (at.kind === 'call') return [...state.advanced.values()].includes(at) ? at : undefined;
		const name = place(at);
		return name === undefined ? undefined : state.results.get(name);
	}

	private assign(state: State, left: Expr, right: Expr | undefined): State {
		const name = place(left);
		if (name === undefined) return state;
		const isOfName = (key: string): boolean => key === name || (isVariable(name) && rootOf(key) === name);
		const result = right && this.resultOf(state, right);
		const pointee = right && (localOf(this.fn, name)?.type.pointers ?? 0) > 0 ? this.nameOf(state, right) : undefined;
		const results = new Map(without(state.results, isOfName));
		if (result && isVariable(name) && isLocal(this.fn, name)) results.set(name, result);
		const names = new Map(without(state.names, (key, target) => isOfName(key) || isOfName(target)));
		if (pointee !== undefined && rootOf(pointee) !== name) names.set(name, pointee);
		const word = new RegExp(`\\b${rootOf(name)}\\b`);
		return {
			// the iterator, or what it lies in, is another one now
			advanced: without(
				state.advanced,
				(key) => isOfName(key) || `${key}[]` === name || key.startsWith(`${name}.`) || key.startsWith(`${name}[`),
			),
			results,
			names,
			asked: new Set([...state.asked].filter((call) => !call.args.some((arg) => word.test(canonicalText(arg) ?? '')))),
		};
	}

	private call(state: State, call: CallExpr): State {
		const iter = advancedBy(this.file, call, this.depth);
		const name = iter && this.nameOf(state, iter);
		if (name !== undefined) {
			const advanced = new Map(state.advanced).set(name, call);
			return {
				...state,
				advanced,
				results: without(state.results, (_, by) => by === call),
				asked: new Set(state.asked).add(call),
			};
		}
		if (KEEPS_POSITION.test(call.name)) return state;
		const given = new Set(call.args.map((arg) => this.nameOf(state, arg)));
		// who gets the address of a number may write it
		const written_ = call.args.flatMap((arg) => {
			const at = bare(arg);
			return at.kind === 'unary' && at.op === '&' ? (place(at.operand) ?? []) : [];
		});
		return {
			...state,
			advanced: without(state.advanced, (key) => given.has(key) || given.has(rootOf(key))),
			results: without(state.results, (key) => written_.includes(key)),
		};
	}
}

/** Operator against 0 -> on which edge a number of bytes shows that nothing was taken. */
const ENDS = { '<': true, '<=': true, '==': true, '>': false, '>=': false, '!=': false } as const;

/** The iterator that a call advances over the pages it takes. */
function advancedBy(file: FileContext, call: CallExpr, depth: number): Expr | undefined {
	if (file.ir.defined.has(call.name)) {
		const at = depth < MAX_DEPTH ? helper(file, call.name, depth) : undefined;
		return at === undefined ? undefined : call.args[at];
	}
	const position = ADVANCING_TAKERS.get(call.name);
	return position !== undefined && file.apiCall(call) ? call.args[position] : undefined;
}

/** The parameter that a function of the file has advanced by what it returns, wherever it does not fail. */
function helper(file: FileContext, name: string, depth: number): number | undefined {
	const fn = file.ir.lookup(name);
	if (!fn?.hasNoSyntaxErrors || !fn.params.some(({ type }) => type.base === 'struct iov_iter')) return undefined;
	const flow = new AdvancedIteratorDomain(file, fn, depth + 1);
	const positions = new Set<number>();
	visitStates(fn, flow, solve(fn, flow), (state, at) => {
		if (at.kind !== 'return' || !at.value) return;
		const value = bare(at.value);
		if (value.kind === 'unary' && value.op === '-') return;
		const after = flow.test(state, at.value);
		const call = flow.resultOf(after, value);
		const iter = call && [...after.advanced].find(([, by]) => by === call)?.[0];
		const failed = call === undefined && [...state.results.keys()].includes(place(value) ?? '');
		if (!failed) positions.add(iter === undefined ? -1 : parameterAt(fn, iter));
	});
	const [position] = positions;
	return positions.size === 1 && position !== undefined && position >= 0 ? position : undefined;
}

/** Calls of iov_iter_advance() by what is behind the iterator already. */
export function advancedTwice(file: FileContext, fn: FunctionIR): readonly AdvancedTwice[] {
	const flow = new AdvancedIteratorDomain(file, fn, 0);
	const found: AdvancedTwice[] = [];
	visitStates(fn, flow, solve(fn, flow), (state, at) => {
		for (const root of roots(at))
			postorder(root, (expr) => {
				if (expr.kind !== 'call' || expr.name !== 'iov_iter_advance') return;
				const [iter, size] = expr.args;
				const name = iter && flow.nameOf(state, iter);
				const taking = name === undefined ? undefined : state.advanced.get(name);
				if (!iter || !size || !taking) return;
				const meaning = file.apiCall(taking)?.api.record.meaning ?? 'bytes';
				if (flow.resultOf(state, size) === taking && meaning === 'bytes')
					found.push({ advance: expr, taking, iter, by: 'result' });
				else if (state.asked.has(taking) && isAsked(file, taking, size))
					found.push({ advance: expr, taking, iter, by: 'asked' });
			});
	});
	return found;
}

/** The size is what the call was asked for, or what it left in its object. */
function isAsked(file: FileContext, taking: CallExpr, size: Expr): boolean {
	const text = canonicalText(size);
	const asked = file.apiCall(taking)?.arg('maxsize');
	if (text !== undefined && asked && canonicalText(asked) === text) return true;
	const field = AS_ADVANCED.get(taking.name);
	const object = taking.args[0];
	if (!field || !object || text === undefined) return false;
	const at = bare(object);
	const name = at.kind === 'unary' && at.op === '&' ? `${canonicalText(at.operand)}.` : `${canonicalText(at)}->`;
	return text === name + field;
}
