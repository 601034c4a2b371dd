/** Values of gup_flags expressions: which FOLL_* bits, from where, on which alternative. */
import type { CallExpr, Expr, FileIR, FunctionIR, MacroIR, Range, Step } from '../syntax/ir.js';
import { type Flow, replay, solve } from './flow.js';
import { bare, place, postorder, roots } from './walk.js';

/** Where a piece of a value was written. */
export interface Origin extends Range {
	/** The function it was written in. */
	readonly fn: string;
	/** Written through a macro: the range is the macro's name where it is used. */
	readonly macro?: string;
}

/** One value the expression may have. */
export interface Alternative {
	/** FOLL_* flags that are set, with every place each was written. */
	readonly bits: ReadonlyMap<string, readonly Origin[]>;
	/** Other bits may be set too: a parameter, a field, an unknown call. */
	readonly open: boolean;
	/** Exact number, when the whole value is one. */
	readonly number: number | undefined;
	/** Non-zero literals that are part of it. */
	readonly literals: readonly (Origin & { readonly value: number })[];
	/** Comparisons, logical expressions and bool variables that are part of it. */
	readonly booleans: readonly Origin[];
}

/** All values an expression may have; never empty. */
export type FlagValue = readonly Alternative[];

const NOTHING: Alternative = { bits: new Map(), open: false, number: 0, literals: [], booleans: [] };
const ANYTHING: Alternative = { ...NOTHING, open: true, number: undefined };
export const UNKNOWN: FlagValue = [ANYTHING];

/** More alternatives than this are folded into one open value without bits. */
const MOST_ALTERNATIVES = 24;
/** A parameter of such a name takes FOLL_* flags, so that a number passed for it is meant as flags. */
const FLAGS_NAME = /flag|foll|gup/i;
/** How far values are followed into callers. */
const DEEPEST_CALLER = 3;

function key(a: Alternative): string {
	return `${[...a.bits.keys()].sort().join('|')};${a.open};${a.number};${a.literals.map((l) => l.start)};${a.booleans.map((b) => b.start)}`;
}

function mergeOrigins(a: readonly Origin[], b: readonly Origin[]): readonly Origin[] {
	const extra = b.filter((o) => !a.some((p) => p.start === o.start));
	return extra.length ? [...a, ...extra] : a;
}

function mergeBits(a: Alternative['bits'], b: Alternative['bits']): Map<string, readonly Origin[]> {
	const merged = new Map(a);
	for (const [name, origins] of b) merged.set(name, mergeOrigins(merged.get(name) ?? [], origins));
	return merged;
}

export function joinValues(a: FlagValue, b: FlagValue): FlagValue {
	const all = new Map<string, Alternative>();
	for (const one of [...a, ...b]) {
		const id = key(one);
		const old = all.get(id);
		all.set(id, old ? { ...old, bits: mergeBits(old.bits, one.bits) } : one);
	}
	return all.size > MOST_ALTERNATIVES ? UNKNOWN : [...all.values()];
}

function map(value: FlagValue, change: (a: Alternative) => Alternative): FlagValue {
	return value.map(change).reduce<FlagValue>((sum, a) => (sum.length ? joinValues(sum, [a]) : [a]), []);
}

function unite(a: FlagValue, b: FlagValue): FlagValue {
	let all: FlagValue = [];
	for (const x of a) {
		for (const y of b) {
			const one: Alternative = {
				bits: mergeBits(x.bits, y.bits),
				open: x.open || y.open,
				number:
					x.number !== undefined && y.number !== undefined && x.bits.size + y.bits.size === 0
						? x.number | y.number
						: undefined,
				literals: [...x.literals, ...y.literals],
				booleans: [...x.booleans, ...y.booleans],
			};
			all = all.length ? joinValues(all, [one]) : [one];
		}
	}
	return all;
}

/** Take away the bits that `mask` (the operand of `& ~`) always has. */
function without(value: FlagValue, mask: FlagValue): FlagValue {
	const cleared = [...(mask[0]?.bits.keys() ?? [])].filter((name) => mask.every((m) => m.bits.has(name)));
	return map(value, (a) => {
		const bits = new Map(a.bits);
		for (const name of cleared) bits.delete(name);
		return { ...a, bits, number: undefined };
	});
}

/** Keep only what may survive `& mask`. */
function intersect(value: FlagValue, mask: FlagValue): FlagValue {
	return map(value, (a) => {
		const kept = mask.some((m) => m.open)
			? a.bits
			: new Map([...a.bits].filter(([name]) => mask.some((m) => m.bits.has(name))));
		return {
			...a,
			bits: kept,
			open: a.open && mask.some((m) => m.open),
			number: undefined,
			literals: [],
			booleans: [],
		};
	});
}

const COMPARISONS = new Set(['==', '!=', '<', '>', '<=', '>=', '&&', '||']);

type Environment = ReadonlyMap<string, FlagValue>;

/** Follows flag values through one file. */
export class FlagValues {
	private readonly file: FileIR;
	private readonly macros: ReadonlyMap<string, MacroIR>;
	private readonly environments = new Map<FunctionIR, Map<CallExpr, Environment>>();
	private readonly parameters = new Map<string, FlagValue>();

	constructor(file: FileIR) {
		this.file = file;
		this.macros = new Map(file.macros.map((macro) => [macro.name, macro]));
	}

	/** Value of argument `index` (0-based) of `call` in `fn`. */
	argument(fn: FunctionIR | undefined, call: CallExpr, index: number): FlagValue {
		const expr = call.args[index];
		if (!expr) return UNKNOWN;
		if (!fn) return this.evaluate(expr, new Map(), undefined, 0);
		return this.evaluate(expr, this.environmentAt(fn, call, 0), fn, 0);
	}

	/** Value of local variable `name` just before `call`; undefined when nothing is known of it. */
	variable(fn: FunctionIR, call: CallExpr, name: string): FlagValue | undefined {
		return this.environmentAt(fn, call, 0).get(name);
	}

	private environmentAt(fn: FunctionIR, call: CallExpr, depth: number): Environment {
		let found = this.environments.get(fn);
		if (!found) {
			found = new Map();
			// recursion through callers ends here
			this.environments.set(fn, found);
			for (const [c, env] of this.run(fn, depth)) found.set(c, env);
		}
		return found.get(call) ?? new Map();
	}

	private run(fn: FunctionIR, depth: number): Map<CallExpr, Environment> {
		const at = new Map<CallExpr, Environment>();
		const flow: Flow<Environment> = {
			entry: this.entry(fn, depth),
			step: (env, step) => this.step(env, step, fn, depth),
			test: (env, test) => this.effects(env, test, fn, depth),
			assume: (env) => env,
			join: joinEnvironments,
			equal: equalEnvironments,
		};
		const entries = solve(fn, flow);
		replay(fn, flow, entries, (env, step) => {
			for (const root of roots(step)) {
				postorder(root, (expr) => {
					if (expr.kind === 'call') at.set(expr, env);
				});
			}
		});
		return at;
	}

	/** Parameters that carry flags, so that `flags |= FOLL_X` in one arm does not lose them. */
	private entry(fn: FunctionIR, depth: number): Environment {
		const env = new Map<string, FlagValue>();
		fn.params.forEach((param, index) => {
			if (param.type.pointers === 0 && FLAGS_NAME.test(param.name))
				env.set(param.name, this.parameter(fn, index, depth));
		});
		return env;
	}

	private step(env: Environment, step: Step, fn: FunctionIR, depth: number): Environment {
		let now = env;
		for (const root of roots(step)) now = this.effects(now, root, fn, depth);
		if (step.kind !== 'declare') return now;
		const next = new Map(now);
		if (step.init && step.variable.type.pointers === 0 && !step.variable.type.array)
			next.set(
				step.variable.name,
				this.typed(step.variable.type.base, this.evaluate(step.init, now, fn, depth), step.init, fn),
			);
		else next.delete(step.variable.name);
		return next;
	}

	/** A bool keeps only that it is one. */
	private typed(base: string, value: FlagValue, at: Range, fn: FunctionIR | undefined): FlagValue {
		return /^(?:bool|_Bool)$/.test(base)
			? [{ ...NOTHING, number: undefined, booleans: [{ start: at.start, end: at.end, fn: fn?.name ?? '' }] }]
			: value;
	}

	private effects(env: Environment, root: Expr, fn: FunctionIR, depth: number): Environment {
		let now = env;
		const set = (name: string, value: FlagValue | undefined): void => {
			const next = new Map(now);
			if (value) next.set(name, value);
			else next.delete(name);
			now = next;
		};
		postorder(root, (expr) => {
			if (expr.kind === 'assign') {
				const name = place(expr.left);
				if (name) set(name, this.assigned(expr, now.get(name), now, fn, depth));
			} else if (expr.kind === 'unary' && (expr.op === '++' || expr.op === '--')) {
				const name = place(expr.operand);
				if (name) set(name, undefined);
			} else if (expr.kind === 'call') {
				for (const arg of expr.args) {
					const given = bare(arg);
					const name = given.kind === 'unary' && given.op === '&' ? place(given.operand) : undefined;
					if (name && now.has(name)) set(name, undefined);
				}
			}
		});
		return now;
	}

	private assigned(
		expr: Expr & { kind: 'assign' },
		old: FlagValue | undefined,
		env: Environment,
		fn: FunctionIR,
		depth: number,
	): FlagValue | undefined {
		const value = this.evaluate(expr.right, env, fn, depth);
		const before = old ?? this.unset(place(expr.left) ?? '', fn, depth);
		switch (expr.op) {
			case '=':
				return this.typed(typeOf(place(expr.left) ?? '', fn) ?? '', value, expr.right, fn);
			case '|=':
			case '+=':
				return unite(before, value);
			case '&=': {
				const mask = bare(expr.right);
				return mask.kind === 'unary' && mask.op === '~'
					? without(before, this.evaluate(mask.operand, env, fn, depth))
					: intersect(before, value);
			}
			default:
				return undefined;
		}
	}

	/** Value of a name that was not assigned yet. */
	private unset(name: string, fn: FunctionIR | undefined, depth: number): FlagValue {
		const index = fn ? fn.params.findIndex((p) => p.name === name) : -1;
		return fn && index >= 0 ? this.parameter(fn, index, depth) : UNKNOWN;
	}

	/** What the callers in this file pass for a parameter; open unless the function is static and only called. */
	private parameter(fn: FunctionIR, index: number, depth: number): FlagValue {
		const id = `${fn.name}#${index}`;
		const known = this.parameters.get(id);
		if (known) return known;
		this.parameters.set(id, UNKNOWN);
		if (depth >= DEEPEST_CALLER) return UNKNOWN;
		let value: FlagValue = [];
		for (const caller of this.file.callers(fn.name)) {
			if (caller.name === fn.name || !caller.clean) continue;
			for (const call of caller.calls) {
				const arg = call.name === fn.name ? call.args[index] : undefined;
				if (!arg) continue;
				const passed = this.evaluate(arg, this.environmentAt(caller, call, depth + 1), caller, depth + 1);
				// a plain number or truth value belongs to the parameter's own meaning
				const meant = FLAGS_NAME.test(fn.params[index]?.name ?? '')
					? passed
					: map(passed, (a) => ({
							...a,
							literals: [],
							booleans: [],
							number: undefined,
							open: a.open || a.literals.length + a.booleans.length > 0,
						}));
				value = value.length ? joinValues(value, meant) : meant;
			}
		}
		if (value.length === 0) value = UNKNOWN;
		else if (!fn.isStatic) value = joinValues(value, UNKNOWN);
		this.parameters.set(id, value);
		return value;
	}

	private evaluate(expr: Expr, env: Environment, fn: FunctionIR | undefined, depth: number): FlagValue {
		const origin = (range: Range): Origin => ({ start: range.start, end: range.end, fn: fn?.name ?? '' });
		switch (expr.kind) {
			case 'paren':
				return this.evaluate(expr.inner, env, fn, depth);
			case 'number':
				if (expr.value === 0) return [NOTHING];
				return [{ ...NOTHING, number: expr.value, literals: [{ ...origin(expr), value: expr.value ?? Number.NaN }] }];
			case 'name':
				return this.name(expr, env, fn, depth);
			case 'cast':
				return this.typed(expr.type.base, this.evaluate(expr.operand, env, fn, depth), expr, fn);
			case 'assign':
				return this.evaluate(expr.right, env, fn, depth);
			case 'comma': {
				const last = expr.items.at(-1);
				return last ? this.evaluate(last, env, fn, depth) : UNKNOWN;
			}
			case 'conditional': {
				const whenTrue = expr.whenTrue ? this.evaluate(expr.whenTrue, env, fn, depth) : UNKNOWN;
				return joinValues(whenTrue, this.evaluate(expr.whenFalse, env, fn, depth));
			}
			case 'unary':
				return expr.op === '!' ? [{ ...NOTHING, number: undefined, booleans: [origin(expr)] }] : UNKNOWN;
			case 'binary':
				return this.binary(expr, env, fn, depth);
			case 'field':
			case 'index': {
				const name = place(expr);
				return (name && env.get(name)) || UNKNOWN;
			}
			case 'call': {
				const inner = bare(expr);
				return inner === expr ? UNKNOWN : this.evaluate(inner, env, fn, depth);
			}
			default:
				return UNKNOWN;
		}
	}

	private binary(
		expr: Expr & { kind: 'binary' },
		env: Environment,
		fn: FunctionIR | undefined,
		depth: number,
	): FlagValue {
		if (COMPARISONS.has(expr.op))
			return [{ ...NOTHING, number: undefined, booleans: [{ start: expr.start, end: expr.end, fn: fn?.name ?? '' }] }];
		const left = this.evaluate(expr.left, env, fn, depth);
		if (expr.op === '|' || expr.op === '+') return unite(left, this.evaluate(expr.right, env, fn, depth));
		if (expr.op !== '&') return UNKNOWN;
		const mask = bare(expr.right);
		if (mask.kind === 'unary' && mask.op === '~') return without(left, this.evaluate(mask.operand, env, fn, depth));
		return intersect(left, this.evaluate(expr.right, env, fn, depth));
	}

	private name(expr: Expr & { kind: 'name' }, env: Environment, fn: FunctionIR | undefined, depth: number): FlagValue {
		const { name } = expr;
		const origin: Origin = { start: expr.start, end: expr.end, fn: fn?.name ?? '' };
		const known = env.get(name);
		const type = typeOf(name, fn);
		if (type !== undefined) {
			if (/^(?:bool|_Bool)$/.test(type)) return [{ ...NOTHING, number: undefined, booleans: [origin] }];
			return known ?? this.unset(name, fn, depth);
		}
		if (name === 'true') return [{ ...NOTHING, number: 1, booleans: [origin] }];
		if (name === 'false' || name === 'NULL') return [NOTHING];
		if (/^FOLL_[A-Z0-9_]+$/.test(name)) return [{ ...NOTHING, number: undefined, bits: new Map([[name, [origin]]]) }];
		const macro = this.macros.get(name);
		if (macro?.value && macro.params === undefined && depth < DEEPEST_CALLER) {
			const value = this.evaluate(macro.value, new Map(), undefined, depth + 1);
			const through = { ...origin, macro: name };
			return map(value, (a) => ({
				...a,
				bits: new Map([...a.bits.keys()].map((bit) => [bit, [through]])),
				literals: a.literals.map((l) => ({ ...through, value: l.value })),
				booleans: a.booleans.map(() => through),
			}));
		}
		return known ?? UNKNOWN;
	}
}

/** Base type of a local or parameter, "" for a pointer or array; undefined when `name` is neither. */
function typeOf(name: string, fn: FunctionIR | undefined): string | undefined {
	const variable = fn?.locals.findLast((v) => v.name === name) ?? fn?.params.find((v) => v.name === name);
	if (!variable) return undefined;
	return variable.type.pointers || variable.type.array ? '' : variable.type.base;
}

function joinEnvironments(a: Environment, b: Environment): Environment {
	const joined = new Map<string, FlagValue>();
	for (const name of new Set([...a.keys(), ...b.keys()])) {
		const x = a.get(name);
		const y = b.get(name);
		joined.set(name, x === y && x ? x : joinValues(x ?? UNKNOWN, y ?? UNKNOWN));
	}
	return joined;
}

function equalEnvironments(a: Environment, b: Environment): boolean {
	if (a.size !== b.size) return false;
	for (const [name, value] of a) {
		const other = b.get(name);
		if (other === value) continue;
		if (!other || other.length !== value.length) return false;
		const keys = new Set(other.map(key));
		if (!value.every((v) => keys.has(key(v)))) return false;
	}
	return true;
}

/**
 * These flags come together for sure: one of them never comes without the others.
 * Two independent conditions may exclude each other, so their flags do not count as together.
 */
export function areTogether(value: FlagValue, flags: readonly string[]): boolean {
	return flags.some((flag) => {
		const having = value.filter((a) => a.bits.has(flag));
		return having.length > 0 && having.every((a) => flags.every((other) => a.bits.has(other)));
	});
}

/** Every place `flag` was written on any alternative. */
export function originsOf(value: FlagValue, flag: string): readonly Origin[] {
	return value.reduce<readonly Origin[]>((all, a) => mergeOrigins(all, a.bits.get(flag) ?? []), []);
}
