/** Return values of the family that may still be a negative errno, followed through tests. */

import type { Kernel } from '../kernel/types.js';
import { FLIPPED, NEGATED } from '../syntax/canonical.js';
import type { CallExpr, Expr, FunctionIR, Range, Step } from '../syntax/ir.js';
import { unwrap } from '../syntax/lower.js';
import { memoize } from '../syntax/memoize.js';
import type { ApiCall } from './context.js';
import { type DataflowAnalysis, solve, visitStates } from './dataflow.js';
import { becomesUnsigned, type Integer } from './integers.js';
import { filtered } from './path-conditions.js';
import { refineBy } from './refine-test.js';
import { bare, evaluate, movedBy, place, rootOf, roots } from './walk.js';

/** A place that holds the result of `call` and may be negative. */
export interface UncheckedResult {
	readonly call: ApiCall;
	/** The place where it is assigned. */
	readonly target: Range;
	/** Type of the place; undefined when it is not known. */
	readonly type: Integer | undefined;
	/** Added to what the place held before. */
	readonly sum: boolean;
	/** It was seen to be another number than was asked for. */
	readonly short: boolean;
}

/** Place ("ret", "buf->nr") -> result it holds. */
export type Results = ReadonlyMap<string, UncheckedResult>;

export interface Relation {
	readonly name: string;
	readonly op: string;
	readonly other: Expr;
	/** The name is read as a signed number. */
	readonly cast: boolean;
}

/** `name OP other` holds on this edge, for each side that is a place; normalised so that the place stands left. */
export function relations(test: Expr, truth: boolean): Relation[] {
	const at = unwrap(test);
	if (at.kind !== 'binary' || !NEGATED[at.op]) return [];
	const op = truth ? at.op : (NEGATED[at.op] as string);
	const found: Relation[] = [];
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
	if (!signed) return op === '<' || op === '<=';
	if (op === '>') return value !== undefined && value >= -1;
	if (op === '>=') return value !== undefined && value >= 0;
	return false;
}

function isErrno(expr: Expr): boolean {
	const at = bare(expr);
	return at.kind === 'unary' && at.op === '-' && bare(at.operand).kind === 'name';
}

/** Macros that end or fail a test unless their argument holds. */
const EXPECTS = /^KUNIT_(?:ASSERT|EXPECT)_/;

export class ResultDomain implements DataflowAnalysis<Results> {
	readonly entry: Results = new Map();
	private readonly calls: ReadonlyMap<Expr, ApiCall>;
	/** Every call of the family: none of them changes a place it is not given the address of. */
	private readonly known: ReadonlySet<Expr>;
	private readonly types: Types;

	constructor(calls: ReadonlyMap<Expr, ApiCall>, known: ReadonlySet<Expr>, types: Types) {
		this.calls = calls;
		this.known = known;
		this.types = types;
	}

	step(state: Results, step: Step): Results {
		let now = state;
		for (const root of roots(step)) now = this.test(now, root);
		if (step.kind !== 'declare') return now;
		const { start, end, name } = step.variable;
		return this.assign(now, { start, end, kind: 'name', name }, name, '=', step.init);
	}

	test(state: Results, test: Expr): Results {
		const visit = (now: Results, expr: Expr): Results => {
			if (expr.kind === 'call') return this.called(now, expr);
			const moved = movedBy(expr);
			if (moved) return without(now, [place(moved)]);
			const name = expr.kind === 'assign' ? place(expr.left) : undefined;
			if (expr.kind !== 'assign' || !name) return now;
			return this.assign(now, expr.left, name, expr.op, expr.right);
		};
		return evaluate(state, test, visit, (a, b) => this.join(a, b));
	}

	/** What a callee may set or check for its caller. */
	private called(state: Results, call: CallExpr): Results {
		if (state.size === 0) return state;
		const given = call.args.map(bare);
		const addressed = given.flatMap((at) => (at.kind === 'unary' && at.op === '&' ? (place(at.operand) ?? []) : []));
		const own = this.known.has(call) ? [] : given.flatMap((at) => place(at) ?? []);
		const asserted = EXPECTS.test(call.name) ? own : [];
		const fields = [...state.keys()].filter((name) =>
			[...addressed, ...own].some(
				(object) => name.startsWith(object) && /^(?:->|\.|\[)/.test(name.slice(object.length)),
			),
		);
		return without(state, [...addressed, ...asserted, ...fields]);
	}

	private assign(state: Results, left: Expr, name: string, op: string, value: Expr | undefined): Results {
		// what it pointed to is out of sight as well
		const isHidden = (key: string): boolean => key === name || (op === '=' && rootOf(key) === name);
		const asked = value ? comparedWithNumber(value) : [];
		const kept = filtered(state, (key) => !isHidden(key) && !asked.includes(key));
		const held = value && this.resultOf(state, value);
		const type = held && this.types.of(bare(left));
		// a negative number added to a signed one may still be right
		const sum = op === '+=';
		if (!held || (op !== '=' && !(sum && type?.signed === false))) return kept;
		const target = { start: left.start, end: left.end };
		return new Map(kept).set(name, { call: held, target, type, sum, short: false });
	}

	/** The call whose result a value is, on one of its arms at least. */
	private resultOf(state: Results, value: Expr): ApiCall | undefined {
		const at = bare(value);
		if (at.kind === 'assign') return at.op === '=' ? this.resultOf(state, at.right) : undefined;
		if (at.kind !== 'conditional') return this.calls.get(at) ?? state.get(place(at) ?? '')?.call;
		const arm = (expr: Expr | undefined, truth: boolean): ApiCall | undefined =>
			expr && this.resultOf(this.narrow(state, at.test, truth), expr);
		return arm(at.whenTrue, true) ?? arm(at.whenFalse, false);
	}

	/** State where a whole condition is known to be true or false. */
	narrow(state: Results, test: Expr, truth: boolean): Results {
		return refineBy(this, state, test, truth);
	}

	assume(state: Results, test: Expr, truth: boolean): Results {
		return this.atom(state, test, truth);
	}

	atom(state: Results, test: Expr, truth: boolean): Results {
		if (state.size === 0) return state;
		const at = unwrap(test);
		const gone: (string | undefined)[] = [...this.askedOfHelper(at)];
		const short: string[] = [];
		if (at.kind === 'call' && /^IS_ERR/.test(at.name) && !truth) gone.push(at.args[0] && nameOf(at.args[0]));
		// `if (!ret)`, `if (ret)`: zero is not negative
		if (!truth) gone.push(nameOf(at));
		for (const { name, op, other, cast } of relations(test, truth)) {
			const type = state.get(name)?.type;
			const against = type && this.types.promoted(other);
			const signed = cast || (type?.signed !== false && !(type && against && becomesUnsigned(type, against)));
			if (excludesNegative(op, other, signed)) gone.push(name);
			const held = state.get(name);
			if (op === '!=' && held && isRequest(held.call, other)) short.push(name);
		}
		const left = without(state, gone);
		if (short.length === 0) return left;
		return new Map([...left].map(([name, held]) => [name, short.includes(name) ? { ...held, short: true } : held]));
	}

	/** `if (example_check(ret, nr))`: the callee may have looked at it. */
	private askedOfHelper(test: Expr): readonly (string | undefined)[] {
		const sides = test.kind === 'binary' ? [unwrap(test.left), unwrap(test.right)] : [test];
		return sides.flatMap((at) =>
			at.kind === 'call' && !this.known.has(at) && !/^IS_ERR/.test(at.name) ? at.args.map(nameOf) : [],
		);
	}

	join(a: Results, b: Results): Results {
		const joined = new Map(a);
		for (const [name, result] of b) {
			const other = a.get(name);
			joined.set(name, other?.short && !result.short ? { ...other, short: false } : (other ?? result));
		}
		return joined;
	}

	size(state: Results): number {
		return state.size;
	}

	equal(a: Results, b: Results): boolean {
		return a.size === b.size && [...a].every(([name, held]) => b.get(name)?.short === held.short);
	}
}

/** What a call is asked for, by value. */
export const requestsOf = memoize((call: ApiCall): ReadonlySet<string> => {
	const asked = [call.arg('count'), call.arg('maxsize'), call.arg('maxpages')];
	return new Set(asked.flatMap((arg) => (arg && valueKey(arg)) ?? []));
});

/** `other` is what the call was asked for: no count is above it, and an errno is. */
export function isRequest(call: ApiCall, other: Expr): boolean {
	const value = valueKey(other);
	return value !== undefined && requestsOf(call).has(value);
}

/** The same for expressions of the same value: places, literals and what is computed of them. */
export function valueKey(expr: Expr): string | undefined {
	const at = bare(expr);
	const name = place(at);
	if (name !== undefined) return name;
	if (at.kind === 'binary') {
		const left = valueKey(at.left);
		const right = left === undefined ? undefined : valueKey(at.right);
		return right === undefined ? undefined : `(${left} ${at.op} ${right})`;
	}
	const value = literal(at);
	return value === undefined ? undefined : `${value}`;
}

/** Forget these places, and the copies of what they hold. */
function without(state: Results, names: readonly (string | undefined)[]): Results {
	const calls = names.flatMap((name) => state.get(name ?? '')?.call ?? []);
	if (calls.length === 0) return state;
	return new Map([...state].filter(([, held]) => !calls.includes(held.call)));
}

/** Places that a value compares with a number: `bool failed = ret < 0`. */
function comparedWithNumber(value: Expr): string[] {
	const at = unwrap(value);
	if (at.kind === 'unary' && at.op === '!') return comparedWithNumber(at.operand);
	if (at.kind === 'binary' && (at.op === '&&' || at.op === '||'))
		return [...comparedWithNumber(at.left), ...comparedWithNumber(at.right)];
	return relations(at, true).flatMap(({ name, other }) => (literal(other) === undefined ? [] : name));
}

/** The call may return a negative errno in this kernel. */
export function mayBeNegative({ api }: ApiCall, kernel: Kernel): boolean {
	const { meaning, neverNegative = [] } = api.record;
	if (meaning !== 'pages' && meaning !== 'bytes') return false;
	return !neverNegative.some((span) => kernel.atLeast(span.since) && !(span.until && kernel.atLeast(span.until)));
}

/** What is known of the types in the function. */
export interface Types {
	/** Type of a place; undefined when it is not known or no integer. */
	of(place: Expr): Integer | undefined;
	/** Type of any expression after C's promotions. */
	promoted(expr: Expr): Integer | undefined;
}

/** What is left of `results` where `test` is true or false. */
export type Narrow = (results: Results, test: Expr, truth: boolean) => Results;

/**
 * Visit every step and test of `fn` with the results that may still be negative there.
 * @param calls the API calls of this function
 */
export function followResults(
	fn: FunctionIR,
	calls: readonly ApiCall[],
	kernel: Kernel,
	types: Types,
	visit: (results: Results, at: Step | Expr, narrow: Narrow) => void,
): void {
	const flow = new ResultDomain(
		new Map(calls.filter((call) => mayBeNegative(call, kernel)).map((c) => [c.call, c])),
		new Set(calls.map((c) => c.call)),
		types,
	);
	const narrow: Narrow = (results, test, truth) => flow.narrow(results, test, truth);
	visitStates(fn, flow, solve(fn, flow), (results, at) => visit(results, at, narrow));
}
