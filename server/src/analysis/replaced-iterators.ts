/** Questions about an iterator that became another one after its pages were extracted. */
import type { CallExpr, Expr, FunctionIR, Range, Step } from '../syntax/ir.js';
import type { FileContext } from './context.js';
import { type DataflowAnalysis, solve, visitStates } from './dataflow.js';
import { iteratorName } from './iterator-kind.js';
import { madeBy } from './iterator-makers.js';
import { variableType } from './variables.js';
import { type Assignment, bare, evaluate, postorder, rootOf, roots } from './walk.js';

export interface LateQuestion {
	readonly asked: CallExpr;
	/** The iterator: "iter", "req->iter". */
	readonly name: string;
	readonly extraction: CallExpr;
	/** What made it another one: a call, or an assignment. */
	readonly replaced: CallExpr | Assignment;
}

interface Extracted {
	readonly extraction: CallExpr;
	readonly replaced: CallExpr | Assignment | undefined;
}

interface State {
	readonly iterators: ReadonlyMap<string, Extracted>;
	/** Variable -> iterator whose state it keeps or which it points to. */
	readonly copies: ReadonlyMap<string, string>;
}

const EMPTY: State = { iterators: new Map(), copies: new Map() };

/** Replaced on any path; of two such, or two that are not, the first in the text, so that joins end in whatever order. */
function joined(a: Extracted, b: Extracted): Extracted {
	if (!a.replaced !== !b.replaced) return a.replaced ? a : b;
	const order = a.extraction.start - b.extraction.start || (a.replaced?.start ?? 0) - (b.replaced?.start ?? 0);
	return order <= 0 ? a : b;
}

const QUESTION = 'iov_iter_extract_will_pin';
/** Turns its third argument into an iterator over the extracted pages. Source: include/linux/netfs.h. */
const MAKES_NEW: ReadonlyMap<string, number> = new Map([['netfs_extract_user_iter', 2]]);

/** Calls that extract pages of an iterator -> which argument it is, as this file's static helpers pass it on. */
export class Extractions {
	private readonly file: FileContext;
	private readonly known = new Map<string, number | undefined>();

	constructor(file: FileContext) {
		this.file = file;
	}

	/** The iterator whose pages `call` extracts; undefined when it extracts none. */
	of(call: CallExpr): Expr | undefined {
		const api = this.file.apiCall(call);
		if (api?.api.record.takes === 'extracted') return api.arg('iter') ?? call.args[0];
		const at = call.name && this.file.ir.defined.has(call.name) ? this.helper(call.name) : undefined;
		return at === undefined ? undefined : call.args[at];
	}

	private helper(name: string): number | undefined {
		if (this.known.has(name)) return this.known.get(name);
		this.known.set(name, undefined);
		const fn = this.file.ir.lookup(name);
		const at = fn?.params.findIndex(
			(param) =>
				/\biov_iter\b/.test(param.type.base) &&
				fn.calls.some((call) => {
					const iter = this.of(call);
					return iter !== undefined && iteratorName(iter) === param.name;
				}),
		);
		const found = at !== undefined && at >= 0 ? at : undefined;
		this.known.set(name, found);
		return found;
	}
}

export class ReplacedIteratorDomain implements DataflowAnalysis<State> {
	readonly entry = EMPTY;
	private readonly fn: FunctionIR;
	private readonly extractions: Extractions;

	constructor(fn: FunctionIR, extractions: Extractions) {
		this.fn = fn;
		this.extractions = extractions;
	}

	step(state: State, step: Step): State {
		let now = state;
		for (const root of roots(step)) now = this.test(now, root);
		if (step.kind !== 'declare') return now;
		return this.copied(this.forget(now, step.variable.name), step.variable.name, step.init);
	}

	test(state: State, test: Expr): State {
		const visit = (now: State, expr: Expr): State => {
			if (expr.kind === 'assign') return this.assign(now, expr);
			return expr.kind === 'call' ? this.call(now, expr) : now;
		};
		return evaluate(state, test, visit, (a, b) => this.join(a, b));
	}

	/** The iterator an expression denotes: what a pointer to it points to. */
	nameOf(expr: Expr, state: State): string | undefined {
		const name = iteratorName(expr);
		if (name === undefined || state.iterators.get(name)?.replaced) return name;
		const target = state.copies.get(name);
		return target !== undefined && this.isPointer(name) ? target : name;
	}

	private isPointer(name: string): boolean {
		return (variableType(this.fn, name)?.pointers ?? 0) > 0;
	}

	private call(state: State, call: CallExpr): State {
		const iter = this.extractions.of(call);
		let now = state;
		if (iter) {
			const name = this.nameOf(iter, now);
			if (name)
				now = { ...now, iterators: new Map(now.iterators).set(name, { extraction: call, replaced: undefined }) };
			const made = call.args[MAKES_NEW.get(call.name) ?? -1];
			const fresh = made && this.nameOf(made, now);
			if (fresh && fresh !== name)
				now = { ...now, iterators: new Map(now.iterators).set(fresh, { extraction: call, replaced: call }) };
			return now;
		}
		const made = madeBy(call)?.iter;
		return made ? this.replace(now, this.nameOf(made, now), call) : now;
	}

	private replace(state: State, name: string | undefined, by: CallExpr | Assignment): State {
		const held = name === undefined ? undefined : state.iterators.get(name);
		if (name === undefined || !held) return state;
		return { ...state, iterators: new Map(state.iterators).set(name, { ...held, replaced: by }) };
	}

	private assign(state: State, expr: Assignment): State {
		const left = iteratorName(expr.left);
		if (left === undefined || expr.op !== '=') return state;
		const source = iteratorName(expr.right);
		const target = bare(expr.left);
		const whole = target.kind === 'name' && this.isPointer(target.name);
		const name = whole ? left : (this.nameOf(expr.left, state) ?? left);
		// what was saved before is put back
		if (source !== undefined && state.copies.get(source) === name) {
			const held = state.iterators.get(name);
			return held
				? { ...state, iterators: new Map(state.iterators).set(name, { ...held, replaced: undefined }) }
				: state;
		}
		const now = state.iterators.has(name) ? this.replace(state, name, expr) : state;
		return target.kind === 'name' ? this.copied(now, left, expr.right) : now;
	}

	private copied(state: State, name: string, value: Expr | undefined): State {
		const source = value && iteratorName(value);
		const type = variableType(this.fn, rootOf(name));
		const isIterator = type !== undefined && /\biov_iter\b/.test(type.base);
		if (!isIterator && !state.copies.has(name)) return state;
		const copies = new Map(state.copies);
		copies.delete(name);
		if (isIterator && source !== undefined && source !== name) copies.set(name, state.copies.get(source) ?? source);
		return { ...state, copies };
	}

	private forget(state: State, variable: string): State {
		if (![...state.iterators.keys()].some((name) => rootOf(name) === variable)) return state;
		return { ...state, iterators: new Map([...state.iterators].filter(([name]) => rootOf(name) !== variable)) };
	}

	assume(state: State): State {
		return state;
	}

	join(a: State, b: State): State {
		const iterators = new Map(a.iterators);
		for (const [name, held] of b.iterators) {
			const other = iterators.get(name);
			iterators.set(name, other ? joined(other, held) : held);
		}
		return { iterators, copies: new Map([...a.copies].filter(([name, to]) => b.copies.get(name) === to)) };
	}

	size({ iterators, copies }: State): number {
		return iterators.size + copies.size;
	}

	equal(a: State, b: State): boolean {
		return (
			a.iterators.size === b.iterators.size &&
			a.copies.size === b.copies.size &&
			[...a.iterators].every(([name, held]) => {
				const other = b.iterators.get(name);
				return other?.extraction === held.extraction && other.replaced === held.replaced;
			})
		);
	}
}

/** Pages of the same iterator are extracted later on: the question may be about those. */
function isBeforeExtraction(fn: FunctionIR, asked: Range, name: string, extractions: Extractions): boolean {
	return fn.calls.some((call) => {
		const iter = call.nameRange.start > asked.end ? extractions.of(call) : undefined;
		return iter !== undefined && iteratorName(iter) === name;
	});
}

/** Every iov_iter_extract_will_pin() of `fn` that is asked too late on some path. */
export function followReplaced(file: FileContext, fn: FunctionIR): readonly LateQuestion[] {
	const extractions = new Extractions(file);
	const flow = new ReplacedIteratorDomain(fn, extractions);
	const found = new Map<CallExpr, LateQuestion>();
	visitStates(fn, flow, solve(fn, flow), (state, at) => {
		for (const root of roots(at))
			postorder(root, (expr) => {
				if (expr.kind !== 'call' || expr.name !== QUESTION || !expr.args[0]) return;
				const name = flow.nameOf(expr.args[0], state);
				const held = name === undefined ? undefined : state.iterators.get(name);
				if (name === undefined || !held?.replaced || isBeforeExtraction(fn, expr, name, extractions)) return;
				found.set(expr, { asked: expr, name, extraction: held.extraction, replaced: held.replaced });
			});
	});
	return [...found.values()];
}
