/** Kernel functions by name, in groups that name the headers they were read in. */

export interface Source<T> {
	readonly source: string;
	/** By name; names with blanks between share one entry. */
	readonly calls: Readonly<Record<string, T>>;
}

/** All groups as one look-up. */
export function byName<T>(sources: readonly Source<T>[]): ReadonlyMap<string, T> {
	return new Map(
		sources.flatMap(({ calls }) =>
			Object.entries(calls).flatMap(([names, entry]) => names.split(' ').map((name) => [name, entry] as const)),
		),
	);
}

/** A set of names written with blanks between. */
export function names(text: string): ReadonlySet<string> {
	return new Set(text.trim().split(/\s+/));
}
