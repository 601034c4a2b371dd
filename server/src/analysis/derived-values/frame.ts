/** A function while it is followed, and who follows it: what the transfer functions ask of both. */
import type { CallExpr, Expr, FunctionIR, Range } from '../../syntax/ir.js';
import type { ApiCall, FileContext } from '../context.js';
import { type DerivationSet, NONE } from './kinds.js';
import type { Zero } from './outcome.js';
import type { Aliases } from './paths.js';
import type { Derivation } from './state.js';
import type { Use } from './use.js';

/** What a function leaves behind for its caller. */
export interface FunctionSummary {
	/** Places that start with a parameter or a global variable. */
	readonly places: ReadonlyMap<string, Derivation>;
	/** What it returns, and what the fields of the returned object hold ("->pages"). */
	readonly returns: DerivationSet;
	readonly returned: ReadonlyMap<string, Derivation>;
	/** On some path out the references are still held. */
	readonly held: boolean;
	/** What it means when it returns 0. */
	readonly zero: Zero;
}

export const EMPTY_SUMMARY: FunctionSummary = {
	places: new Map(),
	returns: NONE,
	returned: new Map(),
	held: true,
	zero: 'unknown',
};

/** Why a function is followed. */
export interface Seed {
	/** The taking call itself. */
	readonly site?: ApiCall;
	/** A function of this file that leaves pages to its callers. */
	readonly producer?: { readonly name: string; readonly effects: FunctionSummary };
	/** What the caller passes in. */
	readonly entry?: ReadonlyMap<string, Derivation>;
	/** Fields that hold the pages. */
	readonly fields?: ReadonlyMap<string, DerivationSet>;
}

/** One function, followed once. */
export interface Frame {
	readonly fn: FunctionIR;
	readonly trace: Tracker;
	readonly reason: Seed;
	readonly depth: number;
	readonly aliases: Aliases;
	/** Where each place got what it holds. */
	readonly assigned: ReadonlyMap<string, Range>;
	/** Parameters that were given another value: theirs is no longer the caller's. */
	readonly rebound: Set<string>;
	/** What calls of functions of this file, and the taking call, returned. */
	readonly results: Map<Expr, Pick<FunctionSummary, 'returns' | 'returned'>>;
	/** What is done with the pages is noted: the states are known. */
	readonly isRecording: boolean;
	isOwn(name: string): boolean;
	isParam(name: string): boolean;
	/** What names a field in other functions: its struct, or the type its path starts from. */
	keysOf(expr: Expr, path: string): readonly string[];
	note(use: Omit<Use, 'function' | 'byField'>): void;
	noteAssigned(path: string, range: Range): void;
}

/** Follows the pages of one call through the functions of a file. */
export interface Tracker {
	readonly file: FileContext;
	markIncomplete(): void;
	/** Note a use in the function `name`. */
	note(use: Omit<Use, 'function' | 'byField'>, name: string): void;
	isRelease(name: string): boolean;
	mayRelease(call: CallExpr): boolean;
	/** Effects of a helper for what it gets; undefined when it is too deep. */
	summary(fn: FunctionIR, entry: ReadonlyMap<string, Derivation>, depth: number): FunctionSummary | undefined;
	/** What a function that was followed from the call leaves in objects. */
	left(frame: Frame, places: ReadonlyMap<string, Derivation>): void;
}
