/** Which places of one function hold what of the pages, at one point of it. */
import { type DerivationSet, NONE, unmapped } from './kinds.js';
import { isWithin } from './paths.js';

export interface Derivation {
	readonly kinds: DerivationSet;
	/** Types and fields that name the place in other functions: "struct region.pages". */
	readonly keys: readonly string[];
}

export interface DerivationState {
	readonly places: ReadonlyMap<string, Derivation>;
	/** The references are still ours on some path to here. */
	readonly held: boolean;
	/** Place that has the result of the taking call. */
	readonly result: string | undefined;
}

export const EMPTY: DerivationState = { places: new Map(), held: false, result: undefined };

/** Nothing is known of any pages. */
export function isEmpty({ places, held, result }: DerivationState): boolean {
	return places.size === 0 && !held && result === undefined;
}

/** More places than this are not followed. */
const MOST_PLACES = 80;
/** Fields of fields: what lies deeper is a way back to where it started. */
const DEEPEST_FIELD = 7;

export function joinEntries(a: Derivation | undefined, b: Derivation): Derivation {
	if (!a) return b;
	const more = b.keys.filter((key) => !a.keys.includes(key));
	const kinds = a.kinds | b.kinds;
	return kinds === a.kinds && more.length === 0 ? a : { kinds, keys: [...a.keys, ...more] };
}

export function joinStates(a: DerivationState, b: DerivationState): DerivationState {
	if (a === b) return a;
	const places = new Map(a.places);
	for (const [path, entry] of b.places) places.set(path, joinEntries(places.get(path), entry));
	// where nothing is held, no result tells whether it is
	const result = !a.held ? b.result : !b.held || a.result === b.result ? a.result : undefined;
	return { places, held: a.held || b.held, result };
}

export function equalStates(a: DerivationState, b: DerivationState): boolean {
	if (a.held !== b.held || a.result !== b.result || a.places.size !== b.places.size) return false;
	for (const [path, entry] of a.places) if (b.places.get(path)?.kinds !== entry.kinds) return false;
	return true;
}

/** `path` holds `entry` as well. */
export function put(state: DerivationState, path: string, entry: Derivation): DerivationState {
	if (entry.kinds === NONE) return state;
	if (!state.places.has(path) && (state.places.size >= MOST_PLACES || depthOf(path) > DEEPEST_FIELD)) return state;
	return { ...state, places: new Map(state.places).set(path, joinEntries(state.places.get(path), entry)) };
}

function depthOf(path: string): number {
	return path.match(/->|\./g)?.length ?? 0;
}

/** A number was computed from the result: it tells nothing about the call any more. */
export function dropResult(state: DerivationState, path: string): DerivationState {
	return state.result === path ? { ...state, result: undefined } : state;
}

/** `path` got a new value: what it and its fields held is out of sight. */
export function forget(state: DerivationState, path: string): DerivationState {
	const result = state.result === path ? undefined : state.result;
	const kept = [...state.places].filter(([other]) => other !== path && !isWithin(other, path));
	if (kept.length === state.places.size && result === state.result) return state;
	return { ...state, result, places: new Map(kept) };
}

/** The pages were given back: nothing that was derived from them counts any more. */
export function released(state: DerivationState): DerivationState {
	return { ...state, places: new Map(), held: false };
}

/** The mappings of the data are gone. */
export function withoutMappings(state: DerivationState): DerivationState {
	const places = new Map<string, Derivation>();
	for (const [path, entry] of state.places) {
		const kinds = unmapped(entry.kinds);
		if (kinds !== NONE) places.set(path, { ...entry, kinds });
	}
	return { ...state, places };
}

/** What the fields of a place hold. */
export function within(state: DerivationState, path: string): [string, Derivation][] {
	return [...state.places].filter(([other]) => isWithin(other, path));
}
