/** What locks a path holds, and the set of paths that reach a place: one for each different state of the locks. */
import type { LockKind } from '../kernel/locks.js';
import type { CallExpr, Range } from '../syntax/ir.js';
import { type Environment, equalEnvironments, joinEnvironments, NOTHING } from './environment.js';

export interface Held {
	readonly kind: LockKind;
	/** As the source writes it: "current->mm", "&dev->lock"; "" where there is only one of the kind. */
	readonly name: string;
	/** Function that took it: "spin_lock"; of a caller, where `at` is undefined. */
	readonly by: string;
	/** Where this function took it; undefined when it was entered with it. */
	readonly at: Range | undefined;
	/** How often: preempt_disable() nests. */
	readonly depth: number;
	/** A guard: held inside this range only. */
	readonly scope: Range | undefined;
	/** Calls that were passed on some path while it was held. */
	readonly passed: ReadonlySet<CallExpr>;
}

/** What is held beyond `Path.holds`: whatever the caller holds, nothing, or what cannot be told. */
export type Ambient = 'entry' | 'none' | 'lost';

/** Why a lock is known not to be held. */
export interface Shown extends Range {
	/** It was dropped (or may have been), its guard ended, a call took it itself, the function was entered without it. */
	readonly how: 'dropped' | 'maybe' | 'ended' | 'taken' | 'entered';
	/** The function that did it; for `entered`, what the function is: "a system call". */
	readonly by: string;
}

export interface LockState {
	readonly holds: ReadonlyMap<string, Held>;
	readonly rest: Ambient;
	/** What showed that nothing is held. */
	readonly shown: Shown | undefined;
	/** Locks of the caller that were dropped here, by kind and key. */
	readonly dropped: ReadonlyMap<string, LockKind>;
	/** Calls in loops that this path has passed before. */
	readonly seen: ReadonlySet<CallExpr>;
	/** Calls passed without a lock since the last time one was taken or dropped. */
	readonly pending: ReadonlySet<CallExpr>;
	readonly known: Environment;
}

/** Paths by what sets them apart: those with equal locks are one, which knows what all of them know. */
export type LockDisjuncts = ReadonlyMap<string, LockState>;

export const INITIAL_STATE: LockState = {
	holds: new Map(),
	rest: 'entry',
	shown: undefined,
	dropped: new Map(),
	seen: new Set(),
	pending: new Set(),
	known: NOTHING,
};

/** More different states than this at one place are not told apart any more. */
const MOST_PATHS = 24;

/** Entries of a path. */
export function sizeOf({ holds, dropped, seen, pending, known: { facts, values, names } }: LockState): number {
	let size = dropped.size + seen.size + pending.size + facts.size + values.size + names.size;
	for (const { passed } of holds.values()) size += 1 + passed.size;
	return size;
}

function keyOf({ holds, rest, dropped, seen }: LockState): string {
	const held = [...holds].map(([key, { depth, at }]) => `${key}*${depth}${at ? '' : '<'}`).sort();
	const gone = [...dropped.keys()].sort();
	const calls = [...seen].map((call) => call.start).sort((a, b) => a - b);
	return `${rest}|${held.join()}|${gone.join()}|${calls.join()}`;
}

function both<T>(a: ReadonlySet<T>, b: ReadonlySet<T>): ReadonlySet<T> {
	for (const item of b) if (!a.has(item)) return new Set([...a, ...b]);
	return a;
}

function merged(a: LockState, b: LockState): LockState {
	if (a === b) return a;
	const holds = new Map(a.holds);
	for (const [key, held] of b.holds) {
		const mine = holds.get(key);
		if (mine) holds.set(key, { ...mine, passed: both(mine.passed, held.passed) });
	}
	return {
		...a,
		holds,
		shown: a.shown ?? b.shown,
		pending: both(a.pending, b.pending),
		known: joinEnvironments(a.known, b.known),
	};
}

/** Nothing can be said any more. */
const GIVEN_UP: LockState = { ...INITIAL_STATE, rest: 'lost' };
const GIVEN_UP_KEY = 'given up';

/** The different states among `paths`. */
export function disjunctsOf(paths: Iterable<LockState>): LockDisjuncts {
	const found = new Map<string, LockState>();
	for (const path of paths) {
		if (path === GIVEN_UP) return new Map([[GIVEN_UP_KEY, GIVEN_UP]]);
		const key = keyOf(path);
		const known = found.get(key);
		found.set(key, known ? merged(known, path) : path);
	}
	return found.size > MOST_PATHS ? new Map([[GIVEN_UP_KEY, GIVEN_UP]]) : found;
}

export function joinDisjuncts(a: LockDisjuncts, b: LockDisjuncts): LockDisjuncts {
	if (a === b || b.size === 0) return a;
	return a.size === 0 ? b : disjunctsOf([...a.values(), ...b.values()]);
}

/** Nothing came in when `b` was joined into `a`. */
export function equalDisjuncts(a: LockDisjuncts, b: LockDisjuncts): boolean {
	if (a.size !== b.size) return false;
	for (const [key, path] of a) {
		const other = b.get(key);
		if (!other || path.pending.size !== other.pending.size || !equalEnvironments(path.known, other.known)) return false;
		for (const [name, held] of path.holds) if (held.passed.size !== other.holds.get(name)?.passed.size) return false;
	}
	return true;
}

/** Nothing is known of the locks any more. */
export function toUnknown(path: LockState): LockState {
	return { ...path, holds: new Map(), rest: 'lost', shown: undefined, pending: new Set() };
}

/** Paths without the guards whose block ends before `offset`. */
export function expired(path: LockState, offset: number): LockState {
	let over = false;
	for (const { scope } of path.holds.values()) over ||= isOver(scope, offset);
	if (!over) return path;
	const holds = new Map([...path.holds].filter(([, { scope }]) => !isOver(scope, offset)));
	const ended = [...path.holds.values()].find(({ kind, scope }) => kind === 'mmap' && isOver(scope, offset));
	if (!ended?.at || holds.size > 0) return { ...path, holds };
	return { ...path, holds, rest: 'none', shown: { ...ended.at, how: 'ended', by: ended.by } };
}

function isOver(scope: Range | undefined, offset: number): boolean {
	return scope !== undefined && (offset < scope.start || offset >= scope.end);
}
