/**
 * Which locks are held at each call of a function, path by path: what the function takes and drops itself, what helpers of
 * the file do, and what it is entered with, as far as the file shows who enters it.
 */

import { ARGUMENT_ENTRIES, ATOMIC_HANDLERS, ENTRIES, METHOD_PARAMETERS, SYSCALL } from '../kernel/entries.js';
import {
	LOCKING_NAME,
	type LockFamily,
	lockOperation,
	maySleep,
	NEEDS_MMAP_LOCK,
	OTHER_LOCK,
	TAKES_MMAP_LOCK,
	VMA_LOOKUPS,
} from '../kernel/locks.js';
import type { CallExpr, Expr, FunctionIR, Range, Step } from '../syntax/ir.js';
import { memoize } from '../syntax/memoize.js';
import { addressTakenUses, type Mention } from './address-taken-uses.js';
import { conditionalLocks } from './conditional-locks.js';
import type { FileContext } from './context.js';
import { solve, visitStates } from './dataflow.js';
import { NOTHING, source, valueIn } from './environment.js';
import { expired, type Held, INITIAL_STATE, type LockState } from './lock-state.js';
import { type CalleeEffects, type Effect, LockTransfer } from './lock-transfer.js';

/** The calls of one function. */
export interface LockSites {
	/** The paths that reach a call, one for each different state of the locks; none where control never comes. */
	paths(call: CallExpr): readonly LockState[];
	/**
	 * What came later on the same path proves it: mmap_lock was not held at this call, since it is waited for afterwards;
	 * a lock was held at it, since it is dropped afterwards.
	 */
	isProven(call: CallExpr): boolean;
}

/** How a function is entered that is called from outside the file: "the write of weir_fops", "a system call". */
export interface EntryPoint {
	readonly what: string;
	readonly mmapLock: 'free' | 'held';
}

const UNKNOWN: LockState = { ...INITIAL_STATE, rest: 'lost' };

const NOWHERE: LockSites = { paths: () => [], isProven: () => false };

/** Callers and helpers that are asked in turn. */
const DEEPEST = 5;

/** The analysis of a file, shared by the rules. */
export const lockAnalysis = memoize((file: FileContext): LockAnalysis => new LockAnalysis(file));

export class LockAnalysis {
	readonly file: FileContext;
	private readonly sites = new Map<string, LockSites>();
	private readonly entries = new Map<string, LockState>();
	private readonly effects = new Map<string, Effect | 'none' | 'lost'>();
	private readonly busy = new Set<string>();
	private readonly forbidding = new Map<FunctionIR, boolean>();
	private readonly macroNames: ReadonlySet<string>;
	private macros: ReadonlySet<string> | undefined;

	constructor(file: FileContext) {
		this.file = file;
		this.macroNames = new Set(file.ir.macros.map((macro) => macro.name));
	}

	/** Locks at the calls of `fn`. */
	at(fn: FunctionIR, family: LockFamily): LockSites {
		const entry = this.entry(fn, family);
		return entry === INITIAL_STATE ? this.alone(fn, family) : this.solve(fn, family, keyOf(fn, family), entry);
	}

	/** Locks at the calls of `fn` whoever calls it. */
	alone(fn: FunctionIR, family: LockFamily): LockSites {
		return this.solve(fn, family, `alone ${keyOf(fn, family)}`, INITIAL_STATE);
	}

	/**
	 * Whether anything forbids to sleep somewhere in `fn`: it takes a lock itself, or somebody who enters it may hold one.
	 * Cheap beside following its paths.
	 */
	mayForbidSleep(fn: FunctionIR): boolean {
		const entered = new Set([fn]);
		for (const one of entered) {
			if (this.forbidsSleep(one)) return true;
			if (this.isPrivate(one)) for (const caller of this.file.ir.callers(one.name)) entered.add(caller);
		}
		return false;
	}

	/** It takes a lock, or is given to something that calls it where nobody may sleep. */
	private forbidsSleep(fn: FunctionIR): boolean {
		let forbids = this.forbidding.get(fn);
		if (forbids === undefined) {
			forbids =
				this.mayTouch(fn, 'atomic', new Set()) ||
				fn.calls.some(({ name }) => this.lockingMacros().has(name)) ||
				this.file.text.slice(fn.start, fn.end).includes('guard') ||
				this.handlerOf(fn) !== undefined;
			this.forbidding.set(fn, forbids);
		}
		return forbids;
	}

	private solve(fn: FunctionIR, family: LockFamily, key: string, entry: LockState): LockSites {
		const known = this.sites.get(key);
		if (known) return known;
		const sites = fn.hasNoSyntaxErrors
			? solved(
					fn,
					new LockTransfer(fn, family, this.around(family), entry, this.watched(fn, family)),
					conditionalLocks(this.file.text, fn, family),
				)
			: NOWHERE;
		this.sites.set(key, sites);
		return sites;
	}

	/** Whether the kernel calls the function itself, and how. */
	entryPoint(fn: FunctionIR): EntryPoint | undefined {
		if (SYSCALL.test(this.file.text.slice(fn.start, fn.nameRange.start)))
			return { what: 'a system call', mmapLock: 'free' };
		const found = addressTakenUses(this.file, fn.name).flatMap((mention) => entryOf(mention) ?? []);
		return found.find(({ mmapLock }) => mmapLock === 'held') ?? found[0] ?? methodOf(fn);
	}

	/** Whether this file shows everybody who enters the function. */
	private isPrivate(fn: FunctionIR): boolean {
		return (
			fn.isStatic && !this.file.path.endsWith('.h') && addressTakenUses(this.file, fn.name).every((m) => entryOf(m))
		);
	}

	around(family: LockFamily): CalleeEffects {
		return {
			file: this.file,
			effect: (name) => this.effect(name, family),
			isMacro: (name) => this.macroNames.has(name),
			isLockingMacro: (name) => this.lockingMacros().has(name),
		};
	}

	/** Function-like macros of the file whose body names a lock. */
	private lockingMacros(): ReadonlySet<string> {
		if (!this.macros) {
			const found = this.file.text.matchAll(MACRO);
			this.macros = new Set([...found].flatMap(([, name = '', body = '']) => (namesLock(body) ? name : [])));
		}
		return this.macros;
	}

	private watched(fn: FunctionIR, family: LockFamily): ReadonlySet<CallExpr> {
		const { defined } = this.file.ir;
		return new Set(
			fn.calls.filter(({ name }) =>
				family === 'mmap' ? NEEDS_MMAP_LOCK.has(name) || VMA_LOOKUPS.has(name) : maySleep(name) || defined.has(name),
			),
		);
	}

	/** What holds when the function begins. */
	private entry(fn: FunctionIR, family: LockFamily): LockState {
		const key = keyOf(fn, family);
		const known = this.entries.get(key);
		if (known) return known;
		if (this.busy.has(key) || this.busy.size >= DEEPEST) return INITIAL_STATE;
		this.busy.add(key);
		const entry = this.findEntry(fn, family);
		this.busy.delete(key);
		this.entries.set(key, entry);
		return entry;
	}

	private findEntry(fn: FunctionIR, family: LockFamily): LockState {
		const handler = family === 'atomic' ? this.handlerOf(fn) : undefined;
		if (handler) return entered(handler);
		const isPrivate = this.isPrivate(fn);
		if (family === 'atomic' && !isPrivate) return INITIAL_STATE;
		const point = family === 'mmap' ? this.entryPoint(fn) : undefined;
		const calls = this.callsOf(fn, family);
		const held = calls.flatMap(({ paths }) => paths.filter((path) => path.holds.size > 0));
		const all = calls.flatMap(({ paths }) => paths);
		if (point?.mmapLock === 'held') {
			const hold: Held = { ...CALLER, kind: 'mmap', name: 'current->mm', by: point.what };
			return isPrivate && held.length === all.length ? entered(hold, 'mmap:current->mm') : UNKNOWN;
		}
		if (point) {
			if (held.length > 0) return UNKNOWN;
			return {
				...INITIAL_STATE,
				rest: 'none',
				shown: { ...fn.nameRange, how: 'entered', by: `${fn.name}() is ${point.what}` },
			};
		}
		if (!isPrivate || all.length === 0) return held.length > 0 ? UNKNOWN : INITIAL_STATE;
		const known = this.argumentsOf(fn, calls);
		if (held.length === all.length) return { ...this.heldByAll(fn, family, calls), known };
		if (held.length > 0 || all.some(({ rest }) => rest === 'lost')) return { ...INITIAL_STATE, rest: 'lost', known };
		const free = all.every(({ rest }) => rest === 'none');
		return { ...INITIAL_STATE, rest: free ? 'none' : 'entry', shown: free ? all[0]?.shown : undefined, known };
	}

	/** The function is given to something that calls it where nobody may sleep. */
	private handlerOf(fn: FunctionIR): Held | undefined {
		for (const mention of addressTakenUses(this.file, fn.name)) {
			const row = mention.kind === 'argument' ? ATOMIC_HANDLERS.get(mention.callee) : undefined;
			if (mention.kind === 'argument' && row?.[0] === mention.position)
				return { ...CALLER, kind: 'irq', name: '', by: row[1] };
		}
		return undefined;
	}

	private callsOf(fn: FunctionIR, family: LockFamily): readonly CallSite[] {
		return this.file.ir
			.callers(fn.name)
			.filter((caller) => caller.name !== fn.name)
			.flatMap((caller) =>
				caller.calls
					.filter((call) => call.name === fn.name)
					.map((call) => ({
						caller,
						call,
						paths: caller.hasNoSyntaxErrors ? this.at(caller, family).paths(call) : [UNKNOWN],
					})),
			);
	}

	/** Values and other names of parameters on which all callers agree. */
	private argumentsOf(fn: FunctionIR, calls: readonly CallSite[]): LockState['known'] {
		const values = new Map<string, number>();
		const names = new Map<string, string>();
		const agree = <T>(position: number, ask: (path: LockState, arg: Expr) => T | undefined): T | undefined => {
			const all = calls.flatMap(({ call, paths }) =>
				paths.map((path) => (call.args[position] ? ask(path, call.args[position]) : undefined)),
			);
			return all.every((one) => one === all[0]) ? all[0] : undefined;
		};
		fn.params.forEach(({ name }, position) => {
			const value = agree(position, (path, arg) => valueIn(path.known, arg));
			if (typeof value === 'number') values.set(name, value);
			const from = agree(position, (path, arg) => source(path.known, arg));
			if (from === 'current' || from === 'current->mm') names.set(name, from);
		});
		return { ...NOTHING, values, names };
	}

	/** The state of a function all of whose callers hold a lock. */
	private heldByAll(fn: FunctionIR, family: LockFamily, calls: readonly CallSite[]): LockState {
		const all = calls.flatMap(({ call, paths }) => paths.map((path) => ({ call, path })));
		const first = [...(all[0]?.path.holds.values() ?? [])].at(-1);
		const hold: Held = {
			...CALLER,
			kind: family === 'mmap' ? 'mmap' : 'any',
			name: first?.name ?? '',
			by: first?.by ?? '',
		};
		if (family === 'atomic') return entered({ ...hold, kind: sameKind(all.map(({ path }) => path)) });
		const keys = new Set(all.flatMap(({ call, path }) => inner(fn, call, path)));
		const only = keys.size === 1 ? [...keys][0] : undefined;
		return entered(hold, only ?? 'mmap:?');
	}

	/** What a function of this file leaves changed. */
	private effect(name: string, family: LockFamily): Effect | 'none' | 'lost' {
		const key = `${name} ${family}`;
		const known = this.effects.get(key);
		if (known) return known;
		const fn = this.file.ir.lookup(name);
		if (!fn) return LOCKING_NAME.test(name) && !OTHER_LOCK.test(name) ? 'lost' : 'none';
		const busy = `effect of ${key}`;
		if (this.busy.has(busy)) return 'none';
		if (!this.mayTouch(fn, family, new Set())) {
			this.effects.set(key, 'none');
			return 'none';
		}
		if (this.busy.size >= 2 * DEEPEST) return 'lost';
		this.busy.add(busy);
		const effect = fn.hasNoSyntaxErrors
			? effectOf(fn, new LockTransfer(fn, family, this.around(family), INITIAL_STATE, new Set()))
			: 'lost';
		this.busy.delete(busy);
		this.effects.set(key, effect);
		return effect;
	}

	/** Some call in the function, or in those it calls, may have to do with locks of the family. */
	private mayTouch(fn: FunctionIR, family: LockFamily, seen: Set<string>): boolean {
		if (seen.has(fn.name) || seen.size > 40) return seen.size > 40;
		seen.add(fn.name);
		const { defined } = this.file.ir;
		return fn.calls.some((call) => {
			const { name } = call;
			if (defined.has(name)) {
				const callee = this.file.ir.lookup(name);
				return callee ? this.mayTouch(callee, family, seen) : LOCKING_NAME.test(name);
			}
			if (lockOperation(name) !== undefined || name === 'guard' || name === 'ACQUIRE') return true;
			if (family === 'mmap' && (TAKES_MMAP_LOCK.has(name) || NEEDS_MMAP_LOCK.has(name))) return true;
			const field = call.callee.kind === 'field' ? call.callee.field : name;
			return LOCKING_NAME.test(field);
		});
	}
}

/** `#define name(parameters) body`, with its continuation lines. */
const MACRO = /^[ \t]*#[ \t]*define[ \t]+(\w+)\([^)\n]*\)((?:\\\r?\n|[^\n])*)/gm;

function namesLock(body: string): boolean {
	return (body.match(/\w+/g) ?? []).some((word) => lockOperation(word) !== undefined);
}

interface CallSite {
	readonly caller: FunctionIR;
	readonly call: CallExpr;
	readonly paths: readonly LockState[];
}

const CALLER: Held = {
	kind: 'any',
	name: '',
	by: '',
	at: undefined,
	depth: 1,
	scope: undefined,
	passed: new Set(),
};

function entered(hold: Held, key = 'caller'): LockState {
	return { ...INITIAL_STATE, holds: new Map([[key, hold]]), rest: hold.kind === 'mmap' ? 'none' : 'entry' };
}

function keyOf(fn: FunctionIR, family: LockFamily): string {
	return `${fn.name} ${fn.start} ${fn.variant} ${family}`;
}

function sameKind(paths: readonly LockState[]): Held['kind'] {
	const kinds = new Set(
		paths.map(({ holds }) => [...holds.values()].find(({ kind }) => kind === 'spin')?.kind ?? 'any'),
	);
	return kinds.size === 1 ? ([...kinds][0] as Held['kind']) : 'any';
}

/** Keys under which the callee knows the locks that its caller holds. */
function inner(fn: FunctionIR, call: CallExpr, path: LockState): string[] {
	return [...path.holds.keys()].map((key) => {
		if (key === 'mmap:current->mm') return key;
		const mm = key.slice('mmap:'.length);
		for (const [position, param] of fn.params.entries()) {
			const arg = call.args[position];
			const given = arg && source(path.known, arg);
			if (given && mm.startsWith(given) && /^(?:$|->)/.test(mm.slice(given.length)))
				return `mmap:${param.name}${mm.slice(given.length)}`;
		}
		return 'mmap:?';
	});
}

function entryOf(mention: Mention): EntryPoint | undefined {
	if (mention.kind === 'argument') {
		const row = ARGUMENT_ENTRIES.find(
			([callee, position]) => callee.test(mention.callee) && position === mention.position,
		);
		return row && { what: row[2], mmapLock: 'free' };
	}
	if (mention.kind !== 'member') return undefined;
	const row = ENTRIES.find(({ record, members }) => record.test(mention.record) && members.test(mention.member));
	return row && { what: `the ${mention.member} of ${mention.variable}`, mmapLock: row.mmapLock };
}

/** A method by its parameters, whose table stands in another file. */
function methodOf(fn: FunctionIR): EntryPoint | undefined {
	const types = fn.params.map(({ type }) =>
		`${type.base.replace(/\b(?:const|volatile) ?/g, '')} ${'*'.repeat(type.pointers)}`.trim(),
	);
	const row = METHOD_PARAMETERS.find(
		([wanted, name]) =>
			name.test(fn.name) && wanted.length === types.length && wanted.every((type, i) => type === types[i]),
	);
	return row && { what: row[2], mmapLock: 'free' };
}

/** @param groups `#if` groups of which nobody can tell whether they lock: nothing is said of calls outside */
function solved(fn: FunctionIR, flow: LockTransfer, groups: readonly Range[]): LockSites {
	const entries = solve(fn, flow);
	flow.record = true;
	const tests = new Set<Step | Expr | undefined>(fn.blocks.map(({ test }) => test));
	visitStates(fn, flow, entries, (state, at) => {
		// steps are taken by the replay itself
		if (tests.has(at)) flow.test(state, at as Expr);
	});
	const isTold = ({ start, end }: CallExpr): boolean =>
		groups.every((group) => group.start <= start && group.end >= end);
	return {
		paths: (call) => (isTold(call) ? (flow.reached.get(call) ?? []) : [UNKNOWN]),
		isProven: (call) => isTold(call) && flow.proven.has(call),
	};
}

/** The state of the locks at each end of the function, with what is returned there. */
function effectOf(fn: FunctionIR, flow: LockTransfer): Effect | 'none' | 'lost' {
	const entries = solve(fn, flow);
	const ends: { readonly path: LockState; readonly zero: boolean | undefined }[] = [];
	for (const block of fn.blocks) {
		let state = entries.get(block.id);
		if (state === undefined || block.successors.length > 0) continue;
		for (const step of block.steps) state = flow.step(state, step);
		const last = block.steps.at(-1);
		if (
			last?.kind === 'eval' &&
			last.expr.kind === 'call' &&
			/^(?:BUG|panic|do_exit|unreachable)$/.test(last.expr.name)
		)
			continue;
		const value = last?.kind === 'return' ? last.value : undefined;
		for (const open of state.values()) {
			const known = value && valueIn(open.known, value);
			// the guards of all blocks end with the function
			const path = expired(open, fn.end);
			ends.push({ path, zero: known === undefined ? undefined : known === 0 });
		}
	}
	return summed(ends);
}

function summed(
	ends: readonly { readonly path: LockState; readonly zero: boolean | undefined }[],
): Effect | 'none' | 'lost' {
	if (ends.length === 0) return 'none';
	if (ends.some(({ path }) => path.rest === 'lost')) return 'lost';
	const stateOf = ({ path }: { readonly path: LockState }): string =>
		`${[...path.holds].map(([key, { depth }]) => `${key}*${depth}`).sort()}|${[...path.dropped.keys()].sort()}`;
	const changed = ends.filter((end) => stateOf(end) !== '|');
	const same = ends.filter((end) => stateOf(end) === '|');
	const uses = same.length === ends.length && ends.every(({ path }) => path.rest === 'none');
	const [first] = changed;
	if (!first) return uses ? { takes: [], drops: [], success: undefined, uses } : 'none';
	if (changed.some((end) => stateOf(end) !== stateOf(first))) return 'lost';
	const takes = [...first.path.holds].map(([key, held]) => ({ key, held: { ...held, passed: new Set<CallExpr>() } }));
	const drops = [...first.path.dropped].map(([key, kind]) => ({ key, kind }));
	if (same.length === 0) return { takes, drops, success: undefined, uses: false };
	const zero = first.zero;
	const told =
		zero !== undefined && changed.every((end) => end.zero === zero) && same.every((end) => end.zero === !zero);
	return told ? { takes, drops, success: zero ? 'zero' : 'nonzero', uses: false } : 'lost';
}
