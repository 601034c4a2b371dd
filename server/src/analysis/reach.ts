/** Calls of certain functions that are made directly, or by a static helper of the same file in any case. */
import type { LockFamily } from '../kernel/locks.js';
import type { CallExpr, Expr, FunctionIR } from '../syntax/ir.js';
import { unwrap } from '../syntax/lower.js';
import { opaqueFact, valueIn } from './environment.js';
import type { LockState } from './lock-state.js';
import type { LockAnalysis } from './locks.js';
import { factOf } from './path-conditions.js';
import { isParameter, parameterAt } from './variables.js';
import { bare } from './walk.js';

/** The calls that are looked for. */
export interface Targets {
	/** Locks that the paths to them are told apart by. */
	readonly family: LockFamily;
	readonly names: Iterable<string>;
	/** Also asked of calls with one of the names. */
	matches(call: CallExpr): boolean;
	/** The argument that must be true for the call to matter; undefined when it always does. */
	condition(call: CallExpr): Expr | undefined;
}

export interface Reaching {
	/** The function asked about, and the call in it. */
	readonly fn: FunctionIR;
	readonly call: CallExpr;
	/** The calls it comes to, outermost first; the last one is looked for, and is `call` itself or stands in a helper. */
	readonly chain: readonly CallExpr[];
	/** Name of the function the last one stands in. */
	readonly within: string;
	/** Whether it comes to that on this path, as far as arguments tell. */
	mayOn(path: LockState): boolean;
}

/** What a helper needs from its caller to sleep. */
interface Needs {
	readonly chain: readonly CallExpr[];
	readonly within: string;
	/** Position of a parameter -> whether it must be true. Certain ones must be known to be so. */
	readonly params: ReadonlyMap<number, { readonly truth: boolean; readonly certain: boolean }>;
}

const DEEPEST = 3;

export class Reach {
	private readonly locks: LockAnalysis;
	private readonly targets: Targets;
	private readonly names: ReadonlySet<string>;
	private readonly helpers = new Map<string, readonly Needs[]>();

	constructor(locks: LockAnalysis, targets: Targets) {
		const { ir, text } = locks.file;
		this.locks = locks;
		this.targets = targets;
		this.names = new Set([...targets.names].filter((name) => text.includes(name) && !ir.defined.has(name)));
	}

	/**
	 * All of them in the file, those that are nearest to what they come to first.
	 * @param isAsked whether a function is asked about
	 */
	all(isAsked: (fn: FunctionIR) => boolean = () => true): readonly Reaching[] {
		return this.functions()
			.filter((fn) => fn.hasNoSyntaxErrors && isAsked(fn))
			.flatMap((fn) => this.of(fn))
			.sort((a, b) => a.chain.length - b.chain.length || a.call.start - b.call.start);
	}

	/** Functions that make such a call, and the callers of static ones. */
	private functions(): readonly FunctionIR[] {
		const { ir } = this.locks.file;
		const found = new Set<FunctionIR>();
		let names = [...this.names];
		for (let depth = 0; depth < DEEPEST && names.length > 0; depth++) {
			const callers = names.flatMap((name) => ir.callers(name)).filter((fn) => !found.has(fn));
			for (const fn of callers) found.add(fn);
			names = [...new Set(callers.filter((fn) => fn.isStatic).map((fn) => fn.name))];
		}
		return [...found];
	}

	private of(fn: FunctionIR, depth = 0): readonly Reaching[] {
		return fn.calls.flatMap((call): readonly Reaching[] => this.direct(fn, call) ?? this.through(fn, call, depth));
	}

	private direct(fn: FunctionIR, call: CallExpr): readonly Reaching[] | undefined {
		if (!this.names.has(call.name) || !this.targets.matches(call)) return undefined;
		const condition = this.targets.condition(call);
		const mayOn = (path: LockState): boolean => !condition || valueIn(path.known, condition) !== 0;
		return [{ fn, call, chain: [call], within: fn.name, mayOn }];
	}

	private through(fn: FunctionIR, call: CallExpr, depth: number): readonly Reaching[] {
		if (depth >= DEEPEST || call.name === fn.name || !this.locks.file.ir.defined.has(call.name)) return [];
		return this.needs(call.name, depth).map((needs) => ({
			fn,
			call,
			chain: [call, ...needs.chain],
			within: needs.within,
			mayOn: (path) =>
				[...needs.params].every(([position, { truth, certain }]) => {
					const arg = call.args[position];
					const value = arg && valueIn(path.known, arg);
					return value === undefined ? !certain : (value !== 0) === truth;
				}),
		}));
	}

	/** The calls that a static function of the file makes in any case, or in a case its caller chooses. */
	private needs(name: string, depth: number): readonly Needs[] {
		const known = this.helpers.get(name);
		if (known) return known;
		this.helpers.set(name, []);
		const fn = this.locks.file.ir.lookup(name);
		const found = fn?.isStatic && fn.hasNoSyntaxErrors && this.mayReach(fn) ? this.needsOf(fn, depth) : [];
		this.helpers.set(name, found);
		return found;
	}

	private mayReach(fn: FunctionIR): boolean {
		const { ir } = this.locks.file;
		return fn.calls.some(({ name }) => this.names.has(name) || ir.defined.has(name));
	}

	private needsOf(fn: FunctionIR, depth: number): readonly Needs[] {
		const inside = this.of(fn, depth + 1);
		if (inside.length === 0) return [];
		const sites = this.locks.alone(fn, this.targets.family);
		return inside.flatMap((reaching): readonly Needs[] => {
			const { call, chain, within } = reaching;
			for (const path of sites.paths(call)) {
				const untouched = path.rest === 'entry' && path.dropped.size === 0 && path.holds.size === 0;
				if (!untouched || !reaching.mayOn(path)) continue;
				const params = conditions(fn, path, chain.length === 1 ? this.targets.condition(call) : undefined);
				if (params) return [{ chain, within, params }];
			}
			return [];
		});
	}
}

/** Names of a parameter that says whether it may sleep: what its caller gives must be known. */
const ASKS_CONTEXT = /sleep|atomic|wait|block|irq|context|defer|async|locked/;

/** What the path to a call rests on, where that is the caller's choice alone; undefined where it is something else. */
function conditions(fn: FunctionIR, path: LockState, condition: Expr | undefined): Needs['params'] | undefined {
	const params = new Map<number, { truth: boolean; certain: boolean }>();
	const need = (name: string, truth: boolean, certain: boolean): void => {
		const position = parameterAt(fn, name);
		if (position >= 0) params.set(position, { truth, certain: certain || ASKS_CONTEXT.test(name) });
	};
	const looping = loopFacts(fn);
	for (const [fact, truth] of path.known.facts) {
		if (looping.has(fact) || isErrorTest(fn, fact)) continue;
		const isName = /^\w+$/.test(fact);
		if (isName && isParameter(fn, fact)) need(fact, truth, !truth);
		// a pointer that is there, a count that is not 0
		else if (!truth || !isName) return undefined;
	}
	const chosen = condition && passedOn(condition);
	if (chosen) need(chosen, true, false);
	return params;
}

/** The parameter that an argument is, as a truth value: `dirty`, `!!dirty`, `dirty != 0`. */
function passedOn(expr: Expr): string | undefined {
	const at = bare(expr);
	if (at.kind === 'name') return at.name;
	if (at.kind === 'unary' && at.op === '!') {
		const inner = bare(at.operand);
		return inner.kind === 'unary' && inner.op === '!' ? passedOn(inner.operand) : undefined;
	}
	return at.kind === 'binary' && at.op === '!=' && bare(at.right).kind === 'number' ? passedOn(at.left) : undefined;
}

/** Tests that only say how often a loop runs. */
function loopFacts(fn: FunctionIR): ReadonlySet<string> {
	const facts = new Set<string>();
	const add = (test: Expr): void => {
		const at = unwrap(test);
		if (at.kind === 'binary' && (at.op === '&&' || at.op === '||')) {
			add(at.left);
			add(at.right);
			return;
		}
		facts.add(factOf(at, true)?.[0] ?? opaqueFact(at));
		if (at.kind === 'unary') facts.add(opaqueFact(unwrap(at.operand)));
	};
	for (const { test } of fn.loops) if (test) add(test);
	return facts;
}

/** `if (IS_ERR_OR_NULL(pages)) return;` before it. */
function isErrorTest(fn: FunctionIR, fact: string): boolean {
	return fact.startsWith('?') && fn.calls.some((call) => opaqueFact(call) === fact && /^IS_ERR/.test(call.name));
}
