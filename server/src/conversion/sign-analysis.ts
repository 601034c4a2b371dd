/** Whether a number cannot be negative where it is used: a loop up to it may become a call that takes it as unsigned. */

import { callsOf } from '../analysis/callers.js';
import type { FileContext } from '../analysis/context.js';
import { type DataflowAnalysis, type Entries, solve, visitStates } from '../analysis/dataflow.js';
import { integer, integerOf, typeOfExpr } from '../analysis/integers.js';
import { relations } from '../analysis/results.js';
import { parameterAt, variableType } from '../analysis/variables.js';
import { bare, everywhere, place, postorder, rootOf, roots } from '../analysis/walk.js';
import { grouped } from '../syntax/grouped.js';
import type { CallExpr, Expr, FunctionIR, Range, Step } from '../syntax/ir.js';
import { memoize } from '../syntax/memoize.js';
import { assignedFrom } from './callers.js';

/** Places that hold no negative number. */
type Positive = ReadonlySet<string>;

/** Functions and fields that are followed. */
const DEEPEST = 3;
const MOST_FUNCTIONS = 24;

/** They give no negative number when they get none. Source: include/linux/{math,minmax,pfn,mm,overflow}.h. */
const KEEP_SIGN =
	/^(?:DIV_ROUND_UP\w*|PFN_UP|PFN_DOWN|round_up|round_down|roundup|rounddown|ALIGN|PAGE_ALIGN|min|min_t|max|max_t|min3|umin|umax|clamp\w*|READ_ONCE)$/;
const NEVER_NEGATIVE =
	/^(?:offset_in_page|ARRAY_SIZE|struct_size|array_size|page_size|iov_iter_count|iov_iter_npages)$/;

export class SignDomain implements DataflowAnalysis<Positive> {
	readonly entry: Positive;
	private readonly signs: Signs;
	private readonly fn: FunctionIR;
	private readonly depth: number;

	constructor(signs: Signs, fn: FunctionIR, depth: number) {
		this.signs = signs;
		this.fn = fn;
		this.depth = depth;
		this.entry = new Set(fn.params.map((param) => param.name).filter((name) => signs.passed(fn, name, depth)));
	}

	step(state: Positive, step: Step): Positive {
		let now = state;
		for (const root of roots(step)) now = this.test(now, root);
		if (step.kind !== 'declare') return now;
		return this.put(now, step.variable.name, step.init !== undefined && this.isPositive(now, step.init));
	}

	test(state: Positive, test: Expr): Positive {
		let now = state;
		postorder(test, (expr) => {
			if (expr.kind === 'assign') {
				const name = place(expr.left);
				if (name === undefined) return;
				const kept = expr.op === '=' || (/^[+*/%&|]=$|^>>=$/.test(expr.op) && this.isPositive(now, expr.left));
				now = this.put(now, name, kept && this.isPositive(now, expr.right));
			}
			if (expr.kind === 'unary' && expr.op === '--') now = this.put(now, place(expr.operand) ?? '', false);
			// who has the address may store anything
			if (expr.kind === 'unary' && expr.op === '&') now = this.put(now, place(expr.operand) ?? '', false);
		});
		return now;
	}

	assume(state: Positive, test: Expr, truth: boolean): Positive {
		let now = state;
		for (const { name, op, other } of relations(test, truth)) {
			const at = bare(other);
			const value = at.kind === 'number' ? at.value : undefined;
			const isTested = value !== undefined && !this.signs.isUnsignedName(this.fn, name);
			const above = isTested && (op === '>' || op === '>=');
			if (above || (op === '==' && this.isPositive(now, other))) now = this.put(now, name, true);
		}
		return now;
	}

	join(a: Positive, b: Positive): Positive {
		return a === b ? a : new Set([...a].filter((name) => b.has(name)));
	}

	size(state: Positive): number {
		return state.size;
	}

	equal(a: Positive, b: Positive): boolean {
		return a.size === b.size && [...a].every((name) => b.has(name));
	}

	private put(state: Positive, name: string, positive: boolean): Positive {
		const next = new Set([...state].filter((other) => other === name || rootOf(other) !== name));
		if (positive) next.add(name);
		else next.delete(name);
		return next;
	}

	isPositive(state: Positive, expr: Expr): boolean {
		const at = bare(expr);
		const name = place(at);
		if (name !== undefined && state.has(name)) return true;
		// an errno in an unsigned variable is a huge number
		if (this.signs.isUnsigned(this.fn, expr) || this.signs.isUnsigned(this.fn, at))
			return !this.signs.mayBeResult(this.fn, at, undefined, this.depth);
		if (name !== undefined) return this.signs.stored(this.fn, at, this.depth);
		switch (at.kind) {
			case 'number':
				return at.value !== undefined;
			case 'assign':
				return this.isPositive(state, at.right);
			case 'binary':
				return /^[+*/%&|]$|^>>$/.test(at.op) && this.isPositive(state, at.left) && this.isPositive(state, at.right);
			case 'conditional': {
				const yes = this.assume(state, at.test, true);
				const no = this.assume(state, at.test, false);
				return this.isPositive(yes, at.whenTrue ?? at.test) && this.isPositive(no, at.whenFalse);
			}
			case 'call':
				return (
					NEVER_NEGATIVE.test(at.name) ||
					(KEEP_SIGN.test(at.name) && at.args.every((arg) => isType(arg) || this.isPositive(state, arg)))
				);
			default:
				return false;
		}
	}
}

/** A type as the argument of a macro: `min_t(size_t, a, b)`. */
function isType(expr: Expr): boolean {
	return expr.kind === 'name' && /_t$|^(?:int|long|unsigned|u\d+)$/.test(expr.name);
}

interface Solved {
	readonly flow: SignDomain;
	readonly entries: Entries<Positive>;
}

export class Signs {
	private readonly file: FileContext;
	/** By function and depth: what lies deeper is not followed as far. */
	private readonly byFunction = new Map<FunctionIR, Solved[]>();

	constructor(file: FileContext) {
		this.file = file;
	}

	isUnsigned(fn: FunctionIR, expr: Expr): boolean {
		const { ir } = this.file;
		const type = integerOf(expr, fn, ir);
		const own = typeOfExpr(expr, fn, ir);
		return type?.signed === false || (own !== undefined && integer(own, ir.typedefs)?.signed === false);
	}

	isUnsignedName(fn: FunctionIR, name: string): boolean {
		const type = variableType(fn, name);
		return type !== undefined && integer(type, this.file.ir.typedefs)?.signed === false;
	}

	/**
	 * The value may be that of a taking call which failed.
	 * @param where tests before it count; undefined: none does
	 */
	mayBeResult(fn: FunctionIR, expr: Expr, where: Range | undefined, depth: number): boolean {
		const at = bare(expr);
		if (depth >= DEEPEST) return true;
		if (at.kind === 'call')
			return this.mayReturnResult(at) || this.anyMayBe(fn, KEEP_SIGN.test(at.name) ? at.args : [], where, depth);
		if (at.kind === 'binary') return this.anyMayBe(fn, [at.left, at.right], where, depth);
		if (at.kind === 'assign') return this.mayBeResult(fn, at.right, where, depth);
		if (at.kind === 'field') return this.mayKeepResult(fn, at, depth);
		if (at.kind === 'conditional') return this.anyMayBe(fn, [at.whenTrue ?? at.test, at.whenFalse], where, depth);
		const name = place(at);
		if (name === undefined) return false;
		const position = parameterAt(fn, name);
		const passed = position < 0 ? [] : callsOf(this.file, fn.name);
		const may =
			this.resultsIn(fn).has(name) ||
			passed.some(({ fn: caller, call }) => {
				const arg = call.args[position];
				return arg !== undefined && caller !== fn && this.mayBeResult(caller, arg, call, depth + 1);
			});
		return may && !(where && !this.isUnsignedName(fn, name) && this.at(fn, at, where, depth + 1));
	}

	private anyMayBe(fn: FunctionIR, parts: readonly Expr[], where: Range | undefined, depth: number): boolean {
		return parts.some((part) => this.mayBeResult(fn, part, where, depth));
	}

	/** A taking call, or a function of the file that may return the result of one. */
	private mayReturnResult(call: CallExpr): boolean {
		const callee = this.file.ir.lookup(call.name);
		return this.takes(call) || (callee?.calls.some((inner) => this.takes(inner)) ?? false);
	}

	private takes(call: CallExpr): boolean {
		const api = this.file.apiCall(call)?.api.record;
		return api !== undefined && api.takes !== 'none' && /^(?:pages|bytes)$/.test(api.meaning);
	}

	/** Variables that are assigned the result of a taking call, by others as well. */
	private resultsIn(fn: FunctionIR): ReadonlySet<string> {
		const takers = fn.calls.filter((call) => this.mayReturnResult(call));
		const found = new Set(takers.flatMap((call) => assignedFrom(fn, call)));
		for (let size = -1; size !== found.size; ) {
			size = found.size;
			for (const { left, right } of assignments(fn)) {
				const [to, from] = [place(left), place(bare(right))];
				if (to !== undefined && from !== undefined && found.has(from)) found.add(to);
			}
		}
		return found;
	}

	/** Somebody stores such a value in the field, or gets its address. */
	private mayKeepResult(fn: FunctionIR, at: Expr & { readonly kind: 'field' }, depth: number): boolean {
		const record = typeOfExpr(at.object, fn, this.file.ir)?.base;
		const functions = this.file.ir.naming(at.field);
		if (functions.length > MOST_FUNCTIONS) return true;
		return functions.some((other) => {
			const isIt = (expr: Expr): boolean => this.isField(other, bare(expr), record, at.field);
			const stored = assignments(other).some(
				({ left, right }) => isIt(left) && this.mayBeResult(other, right, left, depth + 1),
			);
			return stored || addressedIn(other).some(isIt);
		});
	}

	private isField(fn: FunctionIR, expr: Expr, record: string | undefined, field: string): boolean {
		return expr.kind === 'field' && expr.field === field && typeOfExpr(expr.object, fn, this.file.ir)?.base === record;
	}

	/** Every caller passes such a number. */
	passed(fn: FunctionIR, name: string, depth: number): boolean {
		const position = parameterAt(fn, name);
		const sites = callsOf(this.file, fn.name);
		if (this.isUnsignedName(fn, name))
			return sites.every(({ fn: caller, call }) => {
				const arg = call.args[position];
				return arg === undefined || caller === fn || !this.mayBeResult(caller, arg, call, depth + 1);
			});
		if (!fn.isStatic || depth >= DEEPEST) return false;
		return (
			sites.length > 0 &&
			sites.every((site) => {
				const arg = site.call.args[position];
				return arg !== undefined && this.at(site.fn, arg, site.call, depth + 1);
			})
		);
	}

	/** Every store to the field, wherever it is, stores such a number. */
	stored(fn: FunctionIR, expr: Expr, depth: number): boolean {
		const at = bare(expr);
		if (at.kind !== 'field' || depth >= DEEPEST) return false;
		const record = typeOfExpr(at.object, fn, this.file.ir)?.base;
		const functions = this.file.ir.naming(at.field);
		if (record === undefined || functions.length > MOST_FUNCTIONS) return false;
		let seen = 0;
		const all = functions.every((other) =>
			storesTo(other, at.field).every(({ left, right }) => {
				if (left.kind === 'field' && typeOfExpr(left.object, other, this.file.ir)?.base !== record) return true;
				seen++;
				return this.at(other, right, left, depth + 1);
			}),
		);
		if (functions.some((other) => addressedIn(other).some((target) => this.isField(other, target, record, at.field))))
			return false;
		return all && seen > 0;
	}

	private solved(fn: FunctionIR, depth: number): Solved {
		const known = this.byFunction.get(fn)?.[depth];
		if (known) return known;
		const flow = new SignDomain(this, fn, depth);
		const solved = { flow, entries: solve(fn, flow) };
		const byDepth = this.byFunction.get(fn) ?? [];
		byDepth[depth] = solved;
		this.byFunction.set(fn, byDepth);
		return solved;
	}

	/** `expr` is no negative number where `where` stands. */
	at(fn: FunctionIR, expr: Expr, where: Range, depth: number): boolean {
		const { flow, entries } = this.solved(fn, depth);
		let answer: boolean | undefined;
		visitStates(fn, flow, entries, (state, step) => {
			if (step.start <= where.start && where.end <= step.end && 'kind' in step)
				answer = (answer ?? true) && flow.isPositive(state, expr);
		});
		return answer ?? false;
	}
}

interface Store {
	readonly left: Expr;
	readonly right: Expr;
}

/** Plain assignments of a function and initialisers of its variables. */
const assignments = memoize((fn: FunctionIR): readonly Store[] => {
	const found: Store[] = [];
	everywhere(fn, (expr) => {
		if (expr.kind === 'assign' && expr.op === '=') found.push({ left: expr.left, right: expr.right });
	});
	for (const block of fn.blocks)
		for (const step of block.steps)
			if (step.kind === 'declare' && step.init) {
				const { start, end, name } = step.variable;
				found.push({ left: { start, end, kind: 'name', name }, right: step.init });
			}
	return found;
});

/** What `&` is applied to. */
const addressedIn = memoize((fn: FunctionIR): readonly Expr[] => {
	const found: Expr[] = [];
	everywhere(fn, (expr) => {
		if (expr.kind === 'unary' && expr.op === '&') found.push(bare(expr.operand));
	});
	return found;
});

/** Stores to fields of objects, by the name of the field. */
const fieldStores = memoize((fn: FunctionIR): ReadonlyMap<string, readonly Store[]> => {
	const found: (Store & { readonly field: string })[] = [];
	const add = (target: Expr, right: Expr): void => {
		const left = bare(target);
		if (left.kind === 'field') found.push({ field: left.field, left, right });
	};
	everywhere(fn, (expr) => {
		// what takes something away is told by the expression itself, which is no positive one
		if (expr.kind === 'assign')
			add(expr.left, /^[+|]?=$/.test(expr.op) ? expr.right : { ...expr, kind: 'string', isFormat: false });
		else if (expr.kind === 'unary' && expr.op === '--') add(expr.operand, expr);
	});
	return grouped(found, ({ field }) => field);
});

function storesTo(fn: FunctionIR, field: string): readonly Store[] {
	return fieldStores(fn).get(field) ?? [];
}

const signsOf = memoize((file: FileContext) => new Signs(file));

/** `count` of `fn` is no negative number where `call` stands, as far as the file shows all that is stored there. */
export function isNeverNegative(file: FileContext, fn: FunctionIR, count: Expr, call: CallExpr): boolean {
	return signsOf(file).at(fn, count, call, 0);
}

/** `count` may have the result of a taking call, which no test has shown to be a number. */
export function mayBeErrno(file: FileContext, fn: FunctionIR, count: Expr, call: CallExpr): boolean {
	return !isNeverNegative(file, fn, count, call) && signsOf(file).mayBeResult(fn, count, call, 0);
}
