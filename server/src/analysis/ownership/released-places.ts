/** Places whose pages have all been released on a path. */
import type { CallExpr } from '../../syntax/ir.js';

/** All pages of a place were released. */
export interface Released {
	readonly call: CallExpr;
	/** Place of the number that was released, or the number; undefined for one page. */
	readonly count: string | undefined;
	/** Kinds of the release. */
	readonly kinds: ReadonlySet<string>;
}

export type ReleasedPlaces = ReadonlyMap<string, Released>;

export const NO_RELEASES: ReleasedPlaces = new Map();

/** What both say. */
export function commonReleases(a: ReleasedPlaces, b: ReleasedPlaces): ReleasedPlaces {
	if (a === b || a.size === 0) return a;
	const both = [...a].filter(([place, { call, count }]) => {
		const other = b.get(place);
		return other?.call === call && other.count === count;
	});
	return both.length === a.size ? a : new Map(both);
}
