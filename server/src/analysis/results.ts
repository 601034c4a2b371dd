/** Return values of the family that may still be a negative errno, followed through tests. */
import type { Kernel } from '../kernel/types.js';
import type { Expr, FunctionIR, Range, Step } from '../syntax/ir.js';
import { unwrap } from '../syntax/lower.js';
import type { ApiCall } from './context.js';
import { type Flow, replay, solve } from './flow.js';
import { bare, evaluate, place, roots } from './walk.js';

/** A variable that holds the result of `call` and may be negative. */
export interface Unchecked {
	readonly call: ApiCall;
	/** The variable where it is assigned. */
	readonly target: Range;
}

/** Variable name -> result it holds. */
export type Results = ReadonlyMap<string, Unchecked>;

const FLIPPED: Readonly<Record<string, string>> = {
	'<': '>',
	'>': '<',
	'<=': '>=',
	'>=': '<=',
	'==': '==',
	'!=': '!=',
};
const NEGATED: Readonly<Record<string, string>> = {
	'<': '>=',
	'>': '<=',
	'<=': '>',
	'>=': '<',
	'==': '!=',
	'!=': '==',
};

/** `name OP other` holds on this edge; normalised so that the followed name stands left. */
function relation(test: Expr, truth: boolean): { name: string; op: string; other: Expr; cast: boolean }[] {
	const at = unwrap(test);
	if (at.kind !== 'binary' || !NEGATED[at.op]) return [];
	const op = truth ? at.op : (NEGATED[at.op] as string);
	const found: { name: string; op: string; other: Expr; cast: boolean }[] = [];
	const left = nameOf(at.left);
	const right = nameOf(at.right);
	if (left) found.push({ name: left, op, other: at.right, cast: isSignedCast(at.left) });
	if (right) found.push({ name: right, op: FLIPPED[op] as string, other: at.left, cast: isSignedCast(at.right) });
	return found;
}

/** `(int)got`: read as a signed number, whatever the variable is. */
function isSignedCast(expr: Expr): boolean {
	const at = unwrap(expr);
	return at.kind === 'cast' && at.type.pointers === 0 && /^(?:int|long|long int|ssize_t|s32|s64)$/.test(at.type.base);
}

/** The variable an expression reads or has just assigned. */
function nameOf(expr: Expr): string | undefined {
	const at = bare(expr);
	return place(at.kind === 'assign' ? at.left : at);
}

function literal(expr: Expr): number | undefined {
	const at = bare(expr);
	if (at.kind === 'unary' && at.op === '-') {
		const value = literal(at.operand);
		return value === undefined ? undefined : -value;
	}
	return at.kind === 'number' ? at.value : undefined;
}

/** The relation leaves no negative value of the name. */
function excludesNegative(op: string, other: Expr, signed: boolean): boolean {
	const value = literal(other);
	if (op === '==') return value === undefined ? !isErrno(other) : value >= 0;
	// a negative value in an unsigned variable is above everything
	if (!signed) return false;
	if (op === '>') return value !== undefined && value >= -1;
	if (op === '>=') return value !== undefined && value >= 0;
	return false;
}

function isErrno(expr: Expr): boolean {
	const at = bare(expr);
	return at.kind === 'unary' && at.op === '-' && bare(at.operand).kind === 'name';
}

class ResultFlow implements Flow<Results> {
	readonly entry: Results = new Map();
	private readonly calls: ReadonlyMap<Expr, ApiCall>;

	private readonly signed: (name: string) => boolean;

	constructor(calls: ReadonlyMap<Expr, ApiCall>, signed: (name: string) => boolean) {
		this.calls = calls;
		this.signed = signed;
	}

	step(state: Results, step: Step): Results {
		let now = state;
		for (const root of roots(step)) now = this.test(now, root);
		if (step.kind !== 'declare') return now;
		return this.assign(now, step.variable.name, step.init, step.variable);
	}

	test(state: Results, test: Expr): Results {
		const visit = (now: Results, expr: Expr): Results => {
			const name = expr.kind === 'assign' ? place(expr.left) : undefined;
			if (expr.kind !== 'assign' || !name) return now;
			return this.assign(now, name, expr.op === '=' ? expr.right : undefined, expr.left);
		};
		return evaluate(state, test, visit, (a, b) => this.join(a, b));
	}

	private assign(state: Results, name: string, value: Expr | undefined, target: Range): Results {
		const next = new Map(state);
		next.delete(name);
		const call = value && this.resultOf(value);
		if (call) next.set(name, { call, target: { start: target.start, end: target.end } });
		return next;
	}

	/** The call whose result a value is, on one of its arms at least. */
	private resultOf(value: Expr): ApiCall | undefined {
		const at = bare(value);
		if (at.kind !== 'conditional') return this.calls.get(at);
		return (at.whenTrue && this.resultOf(at.whenTrue)) ?? this.resultOf(at.whenFalse);
	}

	assume(state: Results, test: Expr, truth: boolean): Results {
		const at = unwrap(test);
		let next: Map<string, Unchecked> | undefined;
		const drop = (name: string): void => {
			if (!state.has(name)) return;
			next ??= new Map(state);
			next.delete(name);
		};
		if (at.kind === 'call' && /^IS_ERR/.test(at.name) && !truth) {
			const name = at.args[0] && nameOf(at.args[0]);
			if (name) drop(name);
		}
		// `if (!ret)`, `if (ret)`: zero is not negative
		const plain = nameOf(at);
		if (plain && !truth) drop(plain);
		for (const { name, op, other, cast } of relation(test, truth))
			if (excludesNegative(op, other, cast || this.signed(name))) drop(name);
		return next ?? state;
	}

	join(a: Results, b: Results): Results {
		const joined = new Map(a);
		for (const [name, result] of b) if (!joined.has(name)) joined.set(name, result);
		return joined;
	}

	equal(a: Results, b: Results): boolean {
		return a.size === b.size && [...a.keys()].every((name) => b.has(name));
	}
}

/** The call may return a negative errno in this kernel. */
export function mayBeNegative({ api }: ApiCall, kernel: Kernel): boolean {
	const { meaning, neverNegative = [] } = api.record;
	if (meaning !== 'pages' && meaning !== 'bytes') return false;
	return !neverNegative.some((span) => kernel.atLeast(span.since) && !(span.until && kernel.atLeast(span.until)));
}

/**
 * Visit every step and test of `fn` with the results that may still be negative there.
 * @param calls the API calls of this function
 * @param signed whether a variable's type is signed (or unknown)
 */
export function followResults(
	fn: FunctionIR,
	calls: readonly ApiCall[],
	kernel: Kernel,
	signed: (name: string) => boolean,
	visit: (results: Results, at: Step | Expr) => void,
): void {
	const flow = new ResultFlow(
		new Map(calls.filter((call) => mayBeNegative(call, kernel)).map((c) => [c.call, c])),
		signed,
	);
	replay(fn, flow, solve(fn, flow), visit);
}
