/** Abstract values of gup_flags: sets of alternatives, and what `|`, `&` and joins make of them. */
import type { Range } from '../syntax/ir.js';
import { memoize } from '../syntax/memoize.js';
import { common, contradict, NO_FACTS, type PathConditions } from './path-conditions.js';

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
	/** Constants of other families that are part of it. */
	readonly foreign: readonly (Origin & { readonly name: string })[];
	/** What held on the path this value came about. */
	readonly when: PathConditions;
}

/** All values an expression may have; never empty. */
export type FlagValue = readonly Alternative[];

export const NOTHING: Alternative = {
	bits: new Map(),
	open: false,
	number: 0,
	literals: [],
	booleans: [],
	foreign: [],
	when: NO_FACTS,
};
const ANYTHING: Alternative = { ...NOTHING, open: true, number: undefined };
export const UNKNOWN: FlagValue = [ANYTHING];

/** More alternatives than this are folded into one open value without bits. */
const MOST_ALTERNATIVES = 24;

/** What tells alternatives apart; where they came about does not. */
export const key = memoize(
	(a: Alternative): string =>
		`${[...a.bits.keys()].sort().join('|')};${a.open};${a.number};${a.literals.map((l) => l.start)};${a.booleans.map((b) => b.start)};${a.foreign.map((f) => f.start)}`,
);

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
	if (a === b || (a.length === 1 && b.length === 1 && a[0] === b[0])) return a;
	const all = new Map<string, Alternative>();
	for (const one of [...a, ...b]) {
		const id = key(one);
		const old = all.get(id);
		all.set(id, old ? { ...old, bits: mergeBits(old.bits, one.bits), when: common(old.when, one.when) } : one);
	}
	return all.size > MOST_ALTERNATIVES ? UNKNOWN : [...all.values()];
}

export function map(value: FlagValue, change: (a: Alternative) => Alternative): FlagValue {
	if (value.length === 1) return [change(value[0] as Alternative)];
	return value.map(change).reduce<FlagValue>((sum, a) => (sum.length ? joinValues(sum, [a]) : [a]), []);
}

/** `a | b`: what came about under opposite conditions does not meet. */
export function unite(a: FlagValue, b: FlagValue): FlagValue {
	let all: FlagValue = [];
	for (const x of a) {
		for (const y of b) {
			if (contradict(x.when, y.when)) continue;
			const one: Alternative = {
				bits: mergeBits(x.bits, y.bits),
				open: x.open || y.open,
				number:
					x.number !== undefined && y.number !== undefined && x.bits.size + y.bits.size === 0
						? x.number | y.number
						: undefined,
				literals: [...x.literals, ...y.literals],
				booleans: [...x.booleans, ...y.booleans],
				foreign: [...x.foreign, ...y.foreign],
				when: new Map([...x.when, ...y.when]),
			};
			all = all.length ? joinValues(all, [one]) : [one];
		}
	}
	return all.length ? all : UNKNOWN;
}

/** The value on a path where `facts` hold as well. */
export function under(value: FlagValue, facts: PathConditions): FlagValue {
	if (facts.size === 0) return value;
	const possible = value.filter((a) => !contradict(a.when, facts));
	return (possible.length ? possible : value).map((a) => ({ ...a, when: new Map([...a.when, ...facts]) }));
}

/** The alternatives that are left where a fact holds. */
export function assuming(value: FlagValue, fact: string, truth: boolean): FlagValue {
	const possible = value.filter((a) => a.when.get(fact) !== !truth);
	return possible.length === value.length || possible.length === 0 ? value : possible;
}

/** Take away the bits that `mask` (the operand of `& ~`) always has. */
export function without(value: FlagValue, mask: FlagValue): FlagValue {
	const cleared = [...(mask[0]?.bits.keys() ?? [])].filter((name) => mask.every((m) => m.bits.has(name)));
	return map(value, (a) => {
		const bits = new Map(a.bits);
		for (const name of cleared) bits.delete(name);
		return { ...a, bits, number: undefined };
	});
}

/** Keep only what may survive `& mask`. */
export function intersect(value: FlagValue, mask: FlagValue): FlagValue {
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
			foreign: mask.flatMap((m) => m.foreign),
		};
	});
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
