/** What keeps pages: how it is declared, filled, named, released and torn down. */
import type { FaultName } from './fault.js';
import type { Kind } from './form.js';
import type { Style } from './pages.js';

/** Declarations by the name they declare. */
export type Variables = Readonly<Record<string, string>>;

export interface Holder {
	readonly name: string;
	/** Types on the level of the file. */
	readonly types?: string;
	/** A field of the device it is kept in. */
	readonly field?: string;
	/** What the function that takes gets from its caller. */
	readonly parameters?: Variables;
	readonly variables: Variables;
	/** May return. */
	readonly allocate?: string;
	readonly free?: string;
	readonly taking: Batch | Passes;
	/** Releases the first pages; leaves the holder as it is. */
	release(style: Style, count: string): string;
	/** Releases them and empties the holder; where this is not `release` and `discard`. */
	drop?(style: Style, count: string): string;
	/** Empties the holder without releasing. */
	readonly discard?: string;
	/** What a function that releases gets. */
	readonly released: Variables;
	/** The first of its pages. */
	readonly first: string;
	/** The CPU writes to all pages. */
	write(count: string): string;
	/** Undefined where the function that takes also ends their life. */
	readonly kept?: Kept;
	/** Faults that this holder cannot have, with the reason. */
	readonly without?: Partial<Readonly<Record<FaultName, string>>>;
}

/** The pages outlive the function. */
export interface Kept {
	/** What makes it so. */
	readonly keep: string;
	/** Parameters of the other functions that see them. */
	readonly parameters: Variables;
	/** How they find the holder, where a parameter does not say it. */
	readonly find?: string;
	readonly count: string;
	/** Behind the release in the destructor. */
	readonly free: string;
}

/** One call takes all pages. */
export interface Batch {
	readonly kind: 'batch';
	readonly wanted: string;
	readonly into: string;
	/** What a function that takes gets. */
	readonly given: Variables;
	readonly result?: Result;
	/** The array is only on the way: the pages go from it into the holder. */
	readonly through?: Through;
}

/** Where a function that takes stores what it has. */
export interface Result {
	readonly parameter: string;
	readonly argument: string;
	readonly store: string;
	/** It allocates as well, so that there is such a function in all forms. */
	readonly allocates?: boolean;
}

export interface Through {
	/** Sets `ret` where it can fail. */
	readonly fill: string;
	readonly canFail: boolean;
	/** Releases pages that are still in the array. */
	release(style: Style, count: string): string;
}

/** A loop takes some pages in each pass. */
export interface Passes {
	readonly kind: 'passes';
	/** Number of pages there are so far. */
	readonly counter: string;
	readonly given: Variables;
	/** Head of the loop. */
	readonly head: string;
	/** Before the call; may fail. @param fail leaves with what there is so far */
	before?(fail: string): string;
	call(kind: Kind): string;
	/** The call failed. */
	readonly failed: string;
	/** Undoes `before`. */
	readonly undo?: string;
	/** The page goes into the holder; may fail. @param fail leaves with what there is so far, `page` not among it */
	store(style: Style, fail: string): string;
	/** Releases what there is not, after the call failed. */
	overrun(style: Style): string;
	/** That was all pages; else those there are come afterwards. */
	readonly overrunsAll: boolean;
}

/** Parameters as they are declared: "struct page **pages, int nr, ". */
export function declared(variables: Variables): string {
	return Object.values(variables)
		.map((declaration) => `${declaration}, `)
		.join('');
}

/** Arguments with the names of the parameters: "pages, nr, ". */
export function handed(variables: Variables): string {
	return Object.keys(variables)
		.map((name) => `${name}, `)
		.join('');
}

/** The number of pages there are, where the function that takes goes on. */
export function countOf(taking: Batch | Passes): string {
	return taking.kind === 'batch' ? taking.wanted : taking.counter;
}
