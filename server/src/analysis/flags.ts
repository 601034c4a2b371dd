import type { Range } from '../syntax/ir.js';

/** Where a piece of a flag value was written. */
export interface Origin extends Range {
	/** Name of the function it was written in, when it is not the function of the call. */
	readonly fn?: string;
}

/** A FOLL_* flag in a value: `always` on every path, with every place it was written. */
export interface FlagBit {
	readonly name: string;
	readonly always: boolean;
	readonly origins: readonly Origin[];
}

/** Abstract value of a gup_flags expression. */
export interface FlagValue {
	readonly bits: ReadonlyMap<string, FlagBit>;
	/** Other bits may be there (a parameter, a field, an unknown call). */
	readonly open: boolean;
	/** Non-zero literals that reached the value, with where they were written. */
	readonly literals: readonly (Origin & { readonly value: number })[];
	/** Comparisons, logical expressions and bool variables that reached the value. */
	readonly booleans: readonly Origin[];
}
