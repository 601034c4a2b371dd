/** Which locks are held on which paths of one function: the transfer functions of a forward data flow. */

import {
	CONDITIONAL_GUARD,
	CONTEXT_QUESTIONS,
	guardOperation,
	KEEPS_MMAP_LOCK,
	LOCKING_NAME,
	type LockFamily,
	type LockOperation,
	type LockPart,
	lockOperation,
	MAY_DROP_MMAP_LOCK,
	MMAP_FIELD,
	OTHER_LOCK,
	SPIN_TYPE,
	TAKES_MMAP_LOCK,
	UNLOCKING_NAME,
} from '../kernel/locks.js';
import type { CallExpr, Expr, FunctionIR, Range, Step } from '../syntax/ir.js';
import { blockEndAt } from './block-ends.js';
import { callsByBlock } from './call-blocks.js';
import { circlesOf } from './circles.js';
import type { FileContext } from './context.js';
import type { DataflowAnalysis } from './dataflow.js';
import {
	type AbstractValue,
	armKey,
	assigned,
	type Environment,
	havocMemory,
	pointee,
	refine,
	resolveAlias,
	resultKey,
	source,
	valueIn,
	without,
	withoutResults,
} from './environment.js';
import { typeOfExpr } from './integers.js';
import {
	disjunctsOf,
	equalDisjuncts,
	expired,
	type Held,
	joinDisjuncts,
	type LockDisjuncts,
	type LockState,
	sizeOf,
	toUnknown,
} from './lock-state.js';
import { refineBy } from './refine-test.js';
import { parameterAt } from './variables.js';
import { bare, isNull, parts, place, rootOf } from './walk.js';

/** What a call of a function of this file does to the locks of its caller. */
export interface Effect {
	readonly takes: readonly { readonly key: string; readonly held: Held }[];
	readonly drops: readonly { readonly key: string; readonly kind: LockPart['kind'] }[];
	/** Returns with another state than this only where its result is zero, or is not. */
	readonly success: 'zero' | 'nonzero' | undefined;
	/** It takes the lock and drops it on every path, so that nobody may hold it before. */
	readonly uses: boolean;
}

/** How the flow asks about the rest of the file. */
export interface CalleeEffects {
	readonly file: FileContext;
	/** Effect of a function of this file by name; "none" for none, "lost" when it cannot be told. */
	effect(name: string): Effect | 'none' | 'lost';
	/** The name is that of a macro of this file. */
	isMacro(name: string): boolean;
	/** A macro of this file has to do with locks. */
	isLockingMacro(name: string): boolean;
}

/** Kinds that one family follows. */
const FAMILY_OF: Readonly<Record<LockPart['kind'], LockFamily | undefined>> = {
	mmap: 'mmap',
	rwsem: 'mmap',
	any: undefined,
	spin: 'atomic',
	irq: 'atomic',
	bh: 'atomic',
	preempt: 'atomic',
	rcu: 'atomic',
};

/** A key of a hold, with the name that messages use. */
interface Key {
	readonly key: string;
	readonly kind: Held['kind'];
	readonly name: string;
}

const DEEPEST_NESTING = 4;
const HARMLESS =
	/^(?:pr_|dev_|printk|netdev_|trace_|WARN|BUG_ON|IS_ERR|PTR_ERR|ERR_PTR|min|max|likely|unlikely|READ_ONCE|PAGE_|barrier$|(?:smp_)?[rw]?mb$|cpu_relax$)/;

export class LockTransfer implements DataflowAnalysis<LockDisjuncts> {
	readonly entry: LockDisjuncts;
	/** Calls whose result somebody wants: the paths that reach them. Filled by `record`. */
	readonly reached = new Map<CallExpr, LockState[]>();
	/** Calls that were passed without mmap_lock, or under a lock, as what came later on the same path proves. */
	readonly proven = new Set<CallExpr>();
	/** Second pass over a finished solution: fill `reached` and `proven`. */
	record = false;
	private readonly fn: FunctionIR;
	private readonly family: LockFamily;
	private readonly around: CalleeEffects;
	private readonly watched: ReadonlySet<CallExpr>;
	private readonly locals: ReadonlySet<string>;
	/** Watched calls that control can come back to. */
	private readonly repeated: ReadonlySet<CallExpr>;

	constructor(
		fn: FunctionIR,
		family: LockFamily,
		around: CalleeEffects,
		entry: LockState,
		watched: ReadonlySet<CallExpr>,
	) {
		this.fn = fn;
		this.family = family;
		this.around = around;
		this.entry = disjunctsOf([entry]);
		this.watched = watched;
		this.locals = new Set([...fn.locals, ...fn.params].map((v) => v.name));
		this.repeated = new Set([...watched].filter((call) => isRepeated(fn, call)));
	}

	step(state: LockDisjuncts, step: Step): LockDisjuncts {
		let now = this.begin(state, step.start);
		switch (step.kind) {
			case 'declare': {
				if (step.init) now = this.run(now, step.init);
				const { start, end, name, type } = step.variable;
				const left: Expr = { start, end, kind: 'name', name };
				return knowing(now, (known) => assigned(known, left, '=', step.init, type.pointers > 0));
			}
			case 'each':
				return this.header(now, step);
			case 'return':
				return step.value ? this.run(now, step.value) : now;
			default:
				return this.run(now, step.expr);
		}
	}

	test(state: LockDisjuncts, test: Expr): LockDisjuncts {
		return this.run(this.begin(state, test.start), test);
	}

	assume(state: LockDisjuncts, test: Expr, truth: boolean): LockDisjuncts | undefined {
		const now = this.narrow(state, test, truth);
		return now.size === 0 ? undefined : now;
	}

	join(a: LockDisjuncts, b: LockDisjuncts): LockDisjuncts {
		return joinDisjuncts(a, b);
	}

	size(state: LockDisjuncts): number {
		let size = 0;
		for (const path of state.values()) size += sizeOf(path);
		return size;
	}

	equal(a: LockDisjuncts, b: LockDisjuncts): boolean {
		return equalDisjuncts(a, b);
	}

	private begin(state: LockDisjuncts, offset: number): LockDisjuncts {
		return knowing(
			each(state, (path) => expired(path, offset)),
			withoutResults,
		);
	}

	/** `scoped_guard(spinlock, &lock) { ... }`, and the headers of loops. */
	private header(state: LockDisjuncts, step: Step & { readonly kind: 'each' }): LockDisjuncts {
		let now = step.args.reduce((before, arg) => this.run(before, arg), state);
		const guard = /^scoped_(?:cond_)?guard$/.test(step.macro) ? step.args[0] && bare(step.args[0]) : undefined;
		if (guard?.kind === 'name') {
			const operand = step.args.length > 1 ? step.args.at(-1) : undefined;
			const scope = { start: step.start, end: step.end };
			return this.guarded(now, guard.name.replace(CONDITIONAL_GUARD, ''), operand, scope, step);
		}
		for (const arg of step.args) {
			const name = bare(arg).kind === 'name' ? place(arg) : undefined;
			if (name) now = knowing(now, (known) => without(known, name));
		}
		return now;
	}

	/** Evaluate an expression; the arms of `?:`, `&&` and `||` know what was tested before them. */
	private run(state: LockDisjuncts, expr: Expr): LockDisjuncts {
		if (expr.kind === 'conditional') {
			const tested = this.run(state, expr.test);
			const yes = this.narrow(tested, expr.test, true);
			const no = this.narrow(tested, expr.test, false);
			const chosen = (now: LockDisjuncts, arm: Expr): LockDisjuncts =>
				knowing(this.run(now, arm), (known) => {
					const value = valueIn(known, arm);
					return value === undefined ? known : { ...known, values: new Map(known.values).set(armKey(expr), value) };
				});
			return joinDisjuncts(expr.whenTrue ? chosen(yes, expr.whenTrue) : yes, chosen(no, expr.whenFalse));
		}
		if (expr.kind === 'binary' && (expr.op === '&&' || expr.op === '||')) {
			const left = this.run(state, expr.left);
			const goesOn = expr.op === '&&';
			const right = this.run(this.narrow(left, expr.left, goesOn), expr.right);
			return joinDisjuncts(this.narrow(left, expr.left, !goesOn), right);
		}
		const inner = parts(expr).reduce((now, part) => this.run(now, part), state);
		switch (expr.kind) {
			case 'call':
				return this.call(inner, expr);
			case 'assign': {
				const isPointer = (typeOfExpr(expr.left, this.fn, this.around.file.ir)?.pointers ?? 0) > 0;
				const isField = bare(expr.left).kind === 'field';
				return knowing(inner, (known) => assigned(known, expr.left, expr.op, expr.right, isPointer || isField));
			}
			case 'unary': {
				const name = expr.op === '++' || expr.op === '--' ? place(expr.operand) : undefined;
				return name ? knowing(inner, (known) => without(known, name)) : inner;
			}
			default:
				return inner;
		}
	}

	/** Paths on which a condition comes out as `truth`. */
	private narrow(state: LockDisjuncts, test: Expr, truth: boolean): LockDisjuncts {
		return refineBy({ atom: (...by) => this.byAtom(...by), join: joinDisjuncts }, state, test, truth);
	}

	private byAtom(state: LockDisjuncts, at: Expr, truth: boolean): LockDisjuncts {
		const asked = at.kind === 'call' ? at : undefined;
		const mayTell =
			asked &&
			(this.family === 'atomic' ? CONTEXT_QUESTIONS.test(asked.name) : asked.name === 'rwsem_is_locked') &&
			!this.isOwn(asked.name);
		return disjunctsOf(
			[...state.values()].flatMap((path) => {
				const known = refine(path.known, at, truth);
				if (!known) return [];
				const now = known === path.known ? path : { ...path, known };
				return [mayTell && (this.family === 'atomic' || now.holds.size === 0) ? toUnknown(now) : now];
			}),
		);
	}

	private isOwn(name: string): boolean {
		return this.around.file.ir.defined.has(name) || this.locals.has(name) || this.around.isMacro(name);
	}

	private call(state: LockDisjuncts, call: CallExpr): LockDisjuncts {
		if (this.record) {
			const before = this.reached.get(call) ?? [];
			this.reached.set(call, [...before, ...state.values()]);
		}
		if (GUARDS.test(call.name)) return state;
		const guard = guardCall(call);
		if (guard) return this.guard(state, call, guard);
		if (call.name === 'ACQUIRE_ERR') return this.asked(state, call);
		const own = call.name !== '' && this.isOwn(call.name);
		const operation = own ? undefined : lockOperation(call.name);
		const passed = this.watched.has(call) ? each(state, (path) => this.pass(path, call)) : state;
		if (operation) return this.operate(passed, call, operation);
		if (/^(?:kthread_use_mm|use_mm)$/.test(call.name)) return this.borrow(passed, call);
		const after = own ? this.transferInternalCall(passed, call) : this.transferExternalCall(passed, call);
		return HARMLESS.test(call.name) ? after : knowing(after, (known) => this.touched(known, call));
	}

	/** Note that the call stands on this path. */
	private pass(path: LockState, call: CallExpr): LockState {
		const holds = new Map(
			[...path.holds].map(([key, held]) => [key, { ...held, passed: new Set([...held.passed, call]) }]),
		);
		return {
			...path,
			holds,
			seen: this.repeated.has(call) && this.family === 'mmap' ? new Set([...path.seen, call]) : path.seen,
			pending: path.holds.size === 0 ? new Set([...path.pending, call]) : path.pending,
		};
	}

	/** What a call may have changed behind pointers and in memory. */
	private touched(before: Environment, call: CallExpr): Environment {
		let known = before;
		const locked = this.family === 'mmap' ? this.around.file.apiCall(call)?.arg('locked') : undefined;
		for (const arg of call.args) {
			const at = bare(arg);
			const name = at.kind === 'unary' && at.op === '&' ? place(at.operand) : undefined;
			// `leave` knows what becomes of it
			if (name && arg !== locked) known = without(known, name);
		}
		const keeps = this.around.file.kernel.api(call.name) !== undefined || KEEPS_MMAP_LOCK.test(call.name);
		return keeps ? known : havocMemory(known, (name) => this.locals.has(name));
	}

	/** From here on this thread works on an mm that was lent to it. */
	private borrow(state: LockDisjuncts, call: CallExpr): LockDisjuncts {
		const name = call.args[0] && place(call.args[0]);
		if (!name) return state;
		return each(state, (path) => ({
			...path,
			known: { ...path.known, names: new Map(path.known.names).set(resolveAlias(path.known, name), 'current->mm') },
		}));
	}

	// Guards

	private guard(state: LockDisjuncts, call: CallExpr, guard: Guard): LockDisjuncts {
		const scope = { start: call.start, end: blockEndAt(this.around.file.text, this.fn, call.end) };
		const conditional = CONDITIONAL_GUARD.test(guard.name);
		const taken = this.guarded(state, guard.name.replace(CONDITIONAL_GUARD, ''), call.args[0], scope, call);
		const variable = guard.variable;
		if (!conditional) return taken;
		if (!variable) return each(state, toUnknown);
		const known = (path: LockState, value: AbstractValue): LockState => ({
			...path,
			known: { ...path.known, values: new Map(path.known.values).set(variable, value) },
		});
		return joinDisjuncts(
			each(taken, (path) => known(path, 0)),
			each(state, (path) => known(path, 'negative')),
		);
	}

	/** `ACQUIRE_ERR(class, &lock)`: what the guard left in its variable. */
	private asked(state: LockDisjuncts, call: CallExpr): LockDisjuncts {
		const name = call.args[1] && bare(call.args[1]);
		const variable = name?.kind === 'unary' && name.op === '&' ? place(name.operand) : undefined;
		return each(state, (path) => {
			const value = variable === undefined ? undefined : path.known.values.get(variable);
			return value === undefined ? path : withResult(path, call, value);
		});
	}

	private guarded(
		state: LockDisjuncts,
		name: string,
		operand: Expr | undefined,
		scope: Range,
		at: Range,
	): LockDisjuncts {
		const operation = guardOperation(name);
		if (!operation) return LOCKING_NAME.test(name) && !OTHER_LOCK.test(name) ? each(state, toUnknown) : state;
		return each(state, (path) => {
			let now = path;
			for (const part of operation.parts) {
				const key = this.key(now, part, operand ? [operand, operand] : []);
				if (key) now = this.take(now, key, `${name} guard`, at, scope);
			}
			return now;
		});
	}

	// Operations on locks

	/** The lock a part of an operation is about; undefined when it is none of this family. */
	private key(path: LockState, part: LockPart, args: readonly Expr[]): Key | undefined {
		const operand = part.arg === undefined ? undefined : args[part.arg];
		const family = FAMILY_OF[part.kind];
		if (family && family !== this.family) return undefined;
		if (!operand) return part.arg === undefined || family === 'atomic' ? plainKey(part.kind) : undefined;
		const name = this.around.file.slice(operand);
		if (part.kind === 'irq') return { key: `irq:${name}`, kind: 'irq', name: '' };
		if (part.kind === 'mmap') return { key: `mmap:${source(path.known, operand) ?? name}`, kind: 'mmap', name };
		const lock = pointee(path.known, operand) ?? name;
		const mm = /^(.*?)(->|\.)(\w+)$/.exec(lock);
		if (mm?.[1] && mm[3] && MMAP_FIELD.test(mm[3])) {
			const owner = mm[2] === '.' ? `&${mm[1]}` : mm[1];
			return this.family === 'mmap' ? { key: `mmap:${owner}`, kind: 'mmap', name: owner } : undefined;
		}
		if (this.family === 'mmap' || part.kind === 'rwsem') return undefined;
		if (part.kind === 'any' && !this.isSpinlock(operand)) return undefined;
		return { key: `spin:${lock}`, kind: 'spin', name };
	}

	/** lockdep_assert_held(&dev->lock), where this file shows that it is a spinlock. */
	private isSpinlock(operand: Expr): boolean {
		const at = bare(operand);
		const target = at.kind === 'unary' && at.op === '&' ? at.operand : at;
		const type = typeOfExpr(target, this.fn, this.around.file.ir);
		return type !== undefined && SPIN_TYPE.test(type.base);
	}

	private operate(state: LockDisjuncts, call: CallExpr, operation: LockOperation): LockDisjuncts {
		const keysOf = (path: LockState): readonly Key[] =>
			operation.parts.flatMap((part) => this.key(path, part, call.args) ?? []);
		return disjunctsOf(
			[...state.values()].flatMap((path): LockState[] => {
				const keys = keysOf(path);
				if (keys.length === 0) return [path];
				if (operation.does === 'drop') return [this.drop(path, keys, call)];
				if (operation.does === 'assert')
					return [
						keys.reduce((now, key) => (now.holds.has(key.key) ? now : this.hold(now, key, call.name, call)), path),
					];
				const { success } = operation;
				// a nested lock stands beside another one
				const waits = !/trylock|lock_mm_and_find_vma|_nested/.test(call.name);
				if (waits) this.prove(path, keys);
				const taking = keys.reduce((now, key) => this.take(now, key, call.name, call.nameRange, undefined), path);
				const taken = call.name.includes('_nested') ? { ...taking, rest: path.rest } : taking;
				if (!success) return [taken];
				const free: LockState =
					waits && path.holds.size === 0 && this.family === 'mmap' ? this.shownFree(path, call) : path;
				return [
					withResult(taken, call, success === 'zero' ? 0 : 'nonzero'),
					withResult(free, call, success === 'zero' ? 'negative' : 0),
				];
			}),
		);
	}

	/** A lock that is waited for here was not held before. */
	private prove(path: LockState, keys: readonly Key[]): void {
		if (this.record && this.family === 'mmap' && path.holds.size === 0 && keys.length > 0)
			for (const call of path.pending) this.proven.add(call);
	}

	private shownFree(path: LockState, call: CallExpr): LockState {
		if (path.rest === 'none') return path;
		return { ...path, rest: 'none', shown: { ...call.nameRange, how: 'taken', by: call.name } };
	}

	private take(path: LockState, key: Key, by: string, at: Range, scope: Range | undefined): LockState {
		const old = path.holds.get(key.key);
		const nests = key.kind === 'preempt' || key.kind === 'bh' || key.kind === 'rcu';
		const depth = old && nests ? Math.min(old.depth + 1, DEEPEST_NESTING) : 1;
		const held: Held = {
			kind: key.kind,
			name: key.name,
			by,
			at: { start: at.start, end: at.end },
			depth,
			scope,
			passed: old?.passed ?? new Set(),
		};
		const dropped = new Map(path.dropped);
		dropped.delete(key.key);
		const holds = new Map(path.holds).set(key.key, held);
		if (key.kind !== 'mmap') return { ...path, holds, dropped };
		return { ...path, holds, dropped, rest: 'none', shown: undefined, pending: new Set() };
	}

	/** Held without having been taken here: asserted. */
	private hold(path: LockState, key: Key, by: string, at: Range): LockState {
		const now = this.take(path, key, by, at, undefined);
		return { ...now, rest: path.rest, dropped: path.dropped };
	}

	private drop(path: LockState, keys: readonly Key[], call: CallExpr): LockState {
		let now = path;
		for (const key of keys) now = this.dropOne(now, key);
		if (this.family !== 'mmap' || now.holds.size > 0 || now.rest === 'lost') return { ...now, pending: new Set() };
		return { ...now, rest: 'none', shown: { ...call.nameRange, how: 'dropped', by: call.name }, pending: new Set() };
	}

	private dropOne(path: LockState, key: Key): LockState {
		const candidates = [...path.holds].filter(([, held]) => held.kind === key.kind || held.kind === 'any');
		const exact = candidates.filter(([name]) => name === key.key);
		// one lock under another name; with several nobody knows which
		const all = key.key === 'irq' || candidates.length === 1;
		const gone = exact.length > 0 && key.key !== 'irq' ? exact : all ? candidates : [];
		if (gone.length === 0) {
			if (candidates.length > 0) return key.kind === 'mmap' ? toUnknown(path) : without_(path, candidates);
			return path.rest === 'entry' ? { ...path, dropped: new Map(path.dropped).set(key.key, key.kind) } : path;
		}
		if (this.record && this.family === 'atomic')
			for (const [, held] of gone) for (const call of held.passed) this.proven.add(call);
		const holds = new Map(path.holds);
		for (const [name, held] of gone)
			if (held.depth > 1) holds.set(name, { ...held, depth: held.depth - 1 });
			else holds.delete(name);
		return { ...path, holds };
	}

	// Calls of other functions

	/** A function of this file. */
	private transferInternalCall(state: LockDisjuncts, call: CallExpr): LockDisjuncts {
		const effect = this.around.effect(call.name);
		if (effect === 'none') return state;
		if (effect === 'lost') return each(state, toUnknown);
		return disjunctsOf(
			[...state.values()].flatMap((path): LockState[] => {
				let now = path;
				if (effect.uses && path.holds.size === 0) {
					this.prove(path, [plainKey('mmap')]);
					now = { ...this.shownFree(path, call), pending: new Set() };
				}
				const dropped = effect.drops.map(({ key, kind }): Key => ({ key: this.outer(now, key, call), kind, name: '' }));
				if (dropped.length > 0) now = this.drop(now, dropped, call);
				for (const { key, held } of effect.takes) {
					const outer = this.outer(now, key, call);
					const name = held.kind === 'mmap' ? outer.replace(/^mmap:/, '') : held.name;
					now = this.take(now, { key: outer, kind: held.kind, name }, call.name, call.nameRange, undefined);
				}
				if (!effect.success) return [now];
				return [
					withResult(now, call, effect.success === 'zero' ? 0 : 'nonzero'),
					withResult(path, call, effect.success === 'zero' ? 'nonzero' : 0),
				];
			}),
		);
	}

	/** Key of a lock of the callee as this function names it. */
	private outer(path: LockState, key: string, call: CallExpr): string {
		const [, prefix = '', name = ''] = /^(\w+:)(.*)$/.exec(key) ?? [];
		const callee = this.around.file.ir.lookup(call.name);
		const position = callee ? parameterAt(callee, rootOf(name)) : -1;
		const arg = call.args[position];
		if (!prefix || !callee || !arg) return key;
		const named = source(path.known, arg) ?? this.around.file.slice(arg);
		const inner = { facts: path.known.facts, values: path.known.values, names: new Map([[rootOf(name), named]]) };
		return prefix + resolveAlias(inner, name);
	}

	/** A function this file does not show. */
	private transferExternalCall(state: LockDisjuncts, call: CallExpr): LockDisjuncts {
		const api = this.around.file.apiCall(call);
		if (api && this.family === 'mmap') {
			const locked = api.arg('locked');
			if (locked && !isNull(locked)) return this.mayUnlock(state, locked, call);
			if (TAKES_MMAP_LOCK.has(call.name) && !locked)
				return each(state, (path) => {
					if (path.holds.size > 0) return path;
					this.prove(path, [plainKey('mmap')]);
					return { ...this.shownFree(path, call), pending: new Set() };
				});
			return state;
		}
		if (call.name && this.around.isLockingMacro(call.name)) return each(state, toUnknown);
		const callee = bare(call.callee);
		const name = call.name || (callee.kind === 'field' ? callee.field : '');
		if (this.family === 'atomic') return UNLOCKING_NAME.test(name) ? each(state, toUnknown) : state;
		if (MAY_DROP_MMAP_LOCK.has(name)) return each(state, toUnknown);
		if (KEEPS_MMAP_LOCK.test(name)) return state;
		if (LOCKING_NAME.test(name) && !OTHER_LOCK.test(name)) return each(state, toUnknown);
		// whoever is given the mm may drop its lock
		const givenMm = call.args.some((arg) => this.isMm(arg));
		return each(state, (path) =>
			(givenMm && path.holds.size === 0 && path.rest === 'entry') ||
			call.args.some((arg) => path.holds.has(`mmap:${source(path.known, arg) ?? ''}`))
				? toUnknown(path)
				: path,
		);
	}

	private isMm(expr: Expr): boolean {
		const type = typeOfExpr(expr, this.fn, this.around.file.ir);
		return type?.base === 'struct mm_struct' && type.pointers === 1;
	}

	/** `locked` of a call of the family: the lock is still held exactly where it says so afterwards. */
	private mayUnlock(state: LockDisjuncts, locked: Expr, call: CallExpr): LockDisjuncts {
		return disjunctsOf(
			[...state.values()].flatMap((path): LockState[] => {
				const name = pointee(path.known, locked);
				if (path.holds.size === 0) return [name ? { ...path, known: without(path.known, name) } : path];
				if (!name) return [toUnknown(path)];
				const known = without(path.known, name);
				const value = (held: AbstractValue): LockState['known'] => ({
					...known,
					values: new Map(known.values).set(name, held),
				});
				const shown = { ...call.nameRange, how: 'maybe', by: call.name } as const;
				return [
					{ ...path, known: value('nonzero') },
					{ ...path, holds: new Map(), rest: 'none', shown, known: value(0) },
				];
			}),
		);
	}
}

/** Control can come back to the call. */
function isRepeated(fn: FunctionIR, call: CallExpr): boolean {
	const circles = circlesOf(fn);
	return callsByBlock(fn)
		.ofCall(call)
		.some((block) => circles.has(block));
}

const GUARDS = /^(?:guard|CLASS|ACQUIRE)$/;

interface Guard {
	readonly name: string;
	readonly variable: string | undefined;
}

/** `guard(name)(...)`, `CLASS(name, variable)(...)`, `ACQUIRE(name, variable)(...)`. */
function guardCall(call: CallExpr): Guard | undefined {
	const inner = bare(call.callee);
	if (inner.kind !== 'call' || !GUARDS.test(inner.name)) return undefined;
	const [name, variable] = inner.args.map((arg) => place(arg));
	return name ? { name, variable } : undefined;
}

function plainKey(kind: LockPart['kind']): Key {
	return { key: kind, kind, name: '' };
}

function withResult(path: LockState, call: CallExpr, value: AbstractValue): LockState {
	return { ...path, known: { ...path.known, values: new Map(path.known.values).set(resultKey(call), value) } };
}

function without_(path: LockState, gone: readonly (readonly [string, Held])[]): LockState {
	const holds = new Map(path.holds);
	for (const [name] of gone) holds.delete(name);
	return { ...path, holds };
}

/** Change what the paths know, which does not set them apart. */
function knowing(state: LockDisjuncts, change: (known: Environment, path: LockState) => Environment): LockDisjuncts {
	let changed: Map<string, LockState> | undefined;
	for (const [key, path] of state) {
		const known = change(path.known, path);
		if (known === path.known) continue;
		changed ??= new Map(state);
		changed.set(key, { ...path, known });
	}
	return changed ?? state;
}

function each(state: LockDisjuncts, change: (path: LockState) => LockState): LockDisjuncts {
	let changed = false;
	const paths = [...state.values()].map((path) => {
		const now = change(path);
		changed ||= now !== path;
		return now;
	});
	return changed ? disjunctsOf(paths) : state;
}
