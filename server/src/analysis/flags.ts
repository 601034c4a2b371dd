/** Follows values of gup_flags: locals, `|=`, `&= ~`, `?:`, macros of the file, static callers. */
import { flagFamilyOf } from '../kernel/flag-families.js';
import { grouped } from '../syntax/grouped.js';
import type { CallExpr, Expr, FileIR, FunctionIR, MacroIR, Range, Step } from '../syntax/ir.js';
import { unwrap } from '../syntax/lower.js';
import { type DataflowAnalysis, solve, visitStates } from './dataflow.js';
import {
	assuming,
	type FlagValue,
	intersect,
	joinValues,
	key,
	map,
	NOTHING,
	type Origin,
	UNKNOWN,
	under,
	unite,
	without,
} from './flag-value.js';
import { common, contradict, difference, factOf, forget, NO_FACTS, type PathConditions } from './path-conditions.js';
import { parameterAt, variableType } from './variables.js';
import { assignedBy, bare, isNull, parts, place, postorder, roots } from './walk.js';

/** A parameter of such a name takes FOLL_* flags, so that a number passed for it is meant as flags. */
const FLAGS_NAME = /flag|foll|gup/i;
/** How far values are followed into callers. */
const DEEPEST_CALLER = 3;

const COMPARISONS = new Set(['==', '!=', '<', '>', '<=', '>=', '&&', '||']);

/** Values of variables, and what holds on every path to here. */
interface Environment {
	readonly values: ReadonlyMap<string, FlagValue>;
	readonly facts: PathConditions;
	/** Conditions of this function that are asked more than once: no other can tell values apart later. */
	readonly asked: ReadonlySet<string>;
	/** Places whose values are asked for, directly or through others; the rest is not followed. */
	readonly wanted: ReadonlySet<string>;
}

const EMPTY: Environment = { values: new Map(), facts: NO_FACTS, asked: new Set(), wanted: new Set() };

/** The environment where a test turned out so; undefined where it cannot. */
function assume(env: Environment, test: Expr, truth: boolean): Environment | undefined {
	const known = factOf(test, truth);
	if (!known || !env.asked.has(known[0])) return env;
	const [fact, holds] = known;
	if (env.facts.get(fact) === !holds) return undefined;
	return {
		...env,
		values: new Map([...env.values].map(([name, value]) => [name, assuming(value, fact, holds)])),
		facts: new Map(env.facts).set(fact, holds),
	};
}

/** The environment after a variable got a value, or an unknown one. */
function changed(env: Environment, name: string, value: FlagValue | undefined): Environment {
	if (!env.wanted.has(name) && env.asked.size === 0) return env;
	const values = new Map<string, FlagValue>();
	for (const [other, old] of env.values) values.set(other, withoutMention(old, name));
	if (value && env.wanted.has(name)) values.set(name, value);
	else values.delete(name);
	return { ...env, values, facts: forget(env.facts, name) };
}

/** The value without what it says of a variable that has just changed. */
function withoutMention(value: FlagValue, name: string): FlagValue {
	if (value.every((a) => forget(a.when, name) === a.when)) return value;
	return map(value, (a) => ({ ...a, when: forget(a.when, name) }));
}

/** Follows flag values through one file. */
export class FlagValues {
	private readonly file: FileIR;
	private readonly macros: ReadonlyMap<string, MacroIR>;
	/** Names of macros of the file, whichever of several definitions holds. */
	private readonly defined: ReadonlySet<string>;
	private readonly environments = new Map<FunctionIR, Map<CallExpr, Environment>>();
	private readonly parameters = new Map<string, FlagValue>();

	private readonly matters: (callee: string) => boolean;

	/** @param isApi whether a call of this name is one whose arguments are asked for */
	constructor(file: FileIR, isApi: (callee: string) => boolean) {
		this.file = file;
		const own = new Set(file.functions.map((fn) => fn.name));
		this.matters = (callee) => own.has(callee) || isApi(callee);
		// a name that #if arms define differently stands for nothing certain
		const byName = grouped(file.macros, ({ name }) => name);
		this.defined = new Set(byName.keys());
		this.macros = new Map(
			[...byName].flatMap(([name, [macro, ...others]]) => (macro && others.length === 0 ? [[name, macro]] : [])),
		);
	}

	/** Value of argument `index` (0-based) of `call` in `fn`. */
	argument(fn: FunctionIR | undefined, call: CallExpr, index: number): FlagValue {
		const expr = call.args[index];
		if (!expr) return UNKNOWN;
		if (!fn) return this.evaluate(expr, EMPTY, undefined, 0);
		return this.evaluate(expr, this.environmentAt(fn, call, 0), fn, 0);
	}

	/** Value of local variable `name` just before `call`; undefined when nothing is known of it. */
	variable(fn: FunctionIR, call: CallExpr, name: string): FlagValue | undefined {
		return this.environmentAt(fn, call, 0).values.get(name);
	}

	private environmentAt(fn: FunctionIR, call: CallExpr, depth: number): Environment {
		let found = this.environments.get(fn);
		if (!found) {
			found = new Map();
			// recursion through callers ends here
			this.environments.set(fn, found);
			for (const [c, env] of this.run(fn, depth)) found.set(c, env);
		}
		return found.get(call) ?? EMPTY;
	}

	private run(fn: FunctionIR, depth: number): Map<CallExpr, Environment> {
		const at = new Map<CallExpr, Environment>();
		const flow = this.domain(fn, depth);
		const entries = solve(fn, flow);
		visitStates(fn, flow, entries, (env, step) => {
			for (const root of roots(step)) callsUnder(env, root, (call, here) => at.set(call, here));
		});
		return at;
	}

	/** @param depth callers that were asked before */
	domain(fn: FunctionIR, depth: number): DataflowAnalysis<Environment> {
		return {
			entry: this.entry(fn, depth),
			step: (env, step) => this.step(env, step, fn, depth),
			test: (env, test) => this.effects(env, test, fn, depth),
			assume,
			join: joinEnvironments,
			equal: equalEnvironments,
			size: ({ values, facts }) => values.size + facts.size,
		};
	}

	/** Parameters that carry flags, so that `flags |= FOLL_X` in one arm does not lose them. */
	private entry(fn: FunctionIR, depth: number): Environment {
		const values = new Map<string, FlagValue>();
		fn.params.forEach((param, index) => {
			if (param.type.pointers === 0 && FLAGS_NAME.test(param.name))
				values.set(param.name, this.parameter(fn, index, depth));
		});
		return { values, facts: NO_FACTS, asked: askedAgain(fn), wanted: wantedPlaces(fn, this.matters) };
	}

	private step(env: Environment, step: Step, fn: FunctionIR, depth: number): Environment {
		let now = env;
		for (const root of roots(step)) now = this.effects(now, root, fn, depth);
		if (step.kind !== 'declare') return now;
		const { name, type } = step.variable;
		// of a pointer only NULL is followed
		const followed = !type.array && (type.pointers === 0 || (step.init !== undefined && isNull(step.init)));
		const plain = followed ? step.init : undefined;
		const base = type.pointers ? '' : type.base;
		return changed(now, name, plain && this.typed(base, this.evaluate(plain, now, fn, depth), plain, fn));
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
			now = changed(now, name, value);
		};
		postorder(root, (expr) => {
			const left = assignedBy(expr);
			if (left) {
				const name = place(left);
				const value = expr.kind === 'assign' ? expr : undefined;
				if (name) set(name, value && this.assigned(value, now.values.get(name), now, fn, depth));
			} else if (expr.kind === 'call') {
				for (const arg of expr.args) {
					const given = bare(arg);
					const name = given.kind === 'unary' && given.op === '&' ? place(given.operand) : undefined;
					if (name) set(name, undefined);
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
		const index = fn ? parameterAt(fn, name) : -1;
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
			if (caller.name === fn.name || !caller.hasNoSyntaxErrors) continue;
			for (const call of caller.calls) {
				const arg = call.name === fn.name ? call.args[index] : undefined;
				if (!arg) continue;
				const passed = this.evaluate(arg, this.environmentAt(caller, call, depth + 1), caller, depth + 1);
				// the caller's conditions are its own; what it passes beside the flags holds inside
				const when = constantsOf(fn, call);
				// a plain number or truth value belongs to the parameter's own meaning
				const meant = FLAGS_NAME.test(fn.params[index]?.name ?? '')
					? map(passed, (a) => ({ ...a, when }))
					: map(passed, (a) => ({
							when,
							bits: a.bits,
							literals: [],
							booleans: [],
							foreign: [],
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
				const arm = (part: Expr | undefined, truth: boolean): FlagValue => {
					const here = assume(env, expr.test, truth);
					const known = factOf(expr.test, truth);
					if (!here) return [];
					return under(
						part ? this.evaluate(part, here, fn, depth) : UNKNOWN,
						new Map(known && env.asked.has(known[0]) ? [known] : []),
					);
				};
				const [yes, no] = [arm(expr.whenTrue, true), arm(expr.whenFalse, false)];
				return yes.length && no.length ? joinValues(yes, no) : [...yes, ...no];
			}
			case 'unary':
				return expr.op === '!' ? [{ ...NOTHING, number: undefined, booleans: [origin(expr)] }] : UNKNOWN;
			case 'binary':
				return this.binary(expr, env, fn, depth);
			case 'field':
			case 'index': {
				const name = place(expr);
				return (name && env.values.get(name)) || UNKNOWN;
			}
			case 'call': {
				const inner = bare(expr);
				return inner === expr ? this.expanded(expr, env, fn, depth) : this.evaluate(inner, env, fn, depth);
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
		const known = env.values.get(name);
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
			return through(this.evaluate(macro.value, EMPTY, undefined, depth + 1), { ...origin, macro: name });
		}
		if (known) return known;
		return flagFamilyOf(name) !== undefined && !this.defined.has(name)
			? [{ ...NOTHING, open: true, number: undefined, foreign: [{ ...origin, name }] }]
			: UNKNOWN;
	}

	/** Value of `EXAMPLE_FLAGS(write)`, a macro of the file whose body is an expression. */
	private expanded(call: CallExpr, env: Environment, fn: FunctionIR | undefined, depth: number): FlagValue {
		const macro = this.macros.get(call.name);
		if (!macro?.value || macro.params?.length !== call.args.length || depth >= DEEPEST_CALLER) return UNKNOWN;
		const values = new Map<string, FlagValue>();
		macro.params.forEach((param, i) => {
			const arg = call.args[i];
			if (arg) values.set(param, this.evaluate(arg, env, fn, depth + 1));
		});
		const value = this.evaluate(macro.value, { ...EMPTY, values }, undefined, depth + 1);
		return through(value, { ...call.nameRange, fn: fn?.name ?? '', macro: call.name });
	}
}

/** A value that a macro stands for: all of it is written where the macro is used. */
function through(value: FlagValue, origin: Origin): FlagValue {
	return map(value, (a) => ({
		...a,
		bits: new Map([...a.bits.keys()].map((bit) => [bit, [origin]])),
		literals: a.literals.map((l) => ({ ...origin, value: l.value })),
		booleans: a.booleans.map(() => origin),
		foreign: a.foreign.map(({ name }) => ({ ...origin, name })),
	}));
}

/** Base type of a local or parameter, "" for a pointer or array; undefined when `name` is neither. */
function typeOf(name: string, fn: FunctionIR | undefined): string | undefined {
	const type = fn && variableType(fn, name);
	return type && (type.pointers || type.array ? '' : type.base);
}

/** Places in the arguments of calls that matter, and all they are computed from. */
function wantedPlaces(fn: FunctionIR, matters: (callee: string) => boolean): ReadonlySet<string> {
	const wanted = new Set<string>();
	const add = (expr: Expr): void =>
		postorder(expr, (part) => {
			const name = place(part);
			if (name) wanted.add(name);
		});
	for (const call of fn.calls) if (matters(call.name)) for (const arg of call.args) add(arg);
	const sources = new Map<string, Expr[]>();
	const from = (target: string, value: Expr): void => {
		const values = sources.get(target);
		if (values) values.push(value);
		else sources.set(target, [value]);
	};
	const assignment = (expr: Expr): void => {
		const target = expr.kind === 'assign' ? place(expr.left) : undefined;
		if (expr.kind === 'assign' && target) from(target, expr.right);
	};
	for (const block of fn.blocks) {
		for (const step of block.steps) {
			if (step.kind === 'declare' && step.init) from(step.variable.name, step.init);
			for (const root of roots(step)) postorder(root, assignment);
		}
		if (block.test) postorder(block.test, assignment);
	}
	// a set is gone through in the order it grows
	for (const target of wanted) for (const value of sources.get(target) ?? []) add(value);
	return wanted;
}

/** Conditions that are tested twice, or once where a caller's constant may decide them. */
function askedAgain(fn: FunctionIR): ReadonlySet<string> {
	const once = new Set(fn.params.map((param) => param.name));
	const again = new Set<string>();
	const ask = (test: Expr): void => {
		const fact = factOf(test, true)?.[0];
		if (fact === undefined) return;
		if (once.has(fact)) again.add(fact);
		once.add(fact);
	};
	const look = (expr: Expr): void => {
		if (expr.kind === 'conditional') ask(expr.test);
		if (expr.kind === 'binary' && (expr.op === '&&' || expr.op === '||')) ask(expr.left);
		for (const part of parts(expr)) look(part);
	};
	for (const block of fn.blocks) {
		for (const step of block.steps) for (const root of roots(step)) look(root);
		if (!block.test) continue;
		ask(block.test);
		for (const part of parts(block.test)) look(part);
	}
	return again;
}

/** Visit every call of an expression with the environment of the arm it stands in. */
function callsUnder(env: Environment, expr: Expr, visit: (call: CallExpr, env: Environment) => void): void {
	const arm = (part: Expr, test: Expr, truth: boolean): void =>
		callsUnder(assume(env, test, truth) ?? env, part, visit);
	if (expr.kind === 'conditional') {
		callsUnder(env, expr.test, visit);
		if (expr.whenTrue) arm(expr.whenTrue, expr.test, true);
		arm(expr.whenFalse, expr.test, false);
	} else if (expr.kind === 'binary' && (expr.op === '&&' || expr.op === '||')) {
		callsUnder(env, expr.left, visit);
		arm(expr.right, expr.left, expr.op === '&&');
	} else {
		for (const part of parts(expr)) callsUnder(env, part, visit);
		if (expr.kind === 'call') visit(expr, env);
	}
}

/** Facts about the parameters of `fn` from the constants one call passes. */
function constantsOf(fn: FunctionIR, call: CallExpr): PathConditions {
	const facts = new Map<string, boolean>();
	fn.params.forEach(({ name }, i) => {
		const arg = call.args[i] && unwrap(call.args[i]);
		if (arg?.kind === 'number' && arg.value !== undefined) facts.set(name, arg.value !== 0);
		else if (arg?.kind === 'name' && /^(?:true|false|NULL)$/.test(arg.name)) facts.set(name, arg.name === 'true');
	});
	return facts;
}

function joinEnvironments(a: Environment, b: Environment): Environment {
	const facts = common(a.facts, b.facts);
	const [onA, onB] = [difference(a.facts, facts), difference(b.facts, facts)];
	const values = new Map<string, FlagValue>();
	for (const name of new Set([...a.values.keys(), ...b.values.keys()])) {
		const x = a.values.get(name);
		const y = b.values.get(name);
		values.set(name, x === y && x ? x : joinValues(under(x ?? UNKNOWN, onA), under(y ?? UNKNOWN, onB)));
	}
	return { ...a, values, facts };
}

function sameFacts(a: PathConditions, b: PathConditions): boolean {
	return a.size === b.size && !contradict(a, b) && [...a.keys()].every((fact) => b.has(fact));
}

function equalEnvironments(a: Environment, b: Environment): boolean {
	if (a.values.size !== b.values.size || !sameFacts(a.facts, b.facts)) return false;
	for (const [name, value] of a.values) {
		const other = b.values.get(name);
		if (other === value) continue;
		if (!other || other.length !== value.length) return false;
		const byKey = new Map(other.map((o) => [key(o), o]));
		for (const one of value) {
			const twin = byKey.get(key(one));
			if (!twin || !sameFacts(one.when, twin.when)) return false;
		}
	}
	return true;
}
