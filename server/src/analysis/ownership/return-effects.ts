/** What a function gives its caller besides what it left in the caller's own places. */
import { commonReleases, type ReleasedPlaces } from './released-places.js';
import { joinValues, type TrackedResource, type Value } from './state.js';

/** Stands for what the function returns where a place starts. */
export const RESULT = '@result';

export interface ReturnEffects {
	/** Pages whose place starts with RESULT. */
	readonly pages: readonly TrackedResource[];
	/** The memory returned was allocated by the function, and only the caller knows it. */
	readonly fresh: Value['fresh'];
	/** The caller's pages that it returns an address or frame number of. */
	readonly carries: { readonly place: string; readonly frame: boolean } | undefined;
	/** What is known of places that start with a parameter or RESULT, as the function leaves them. */
	readonly values: ReadonlyMap<string, Value>;
	/** Places that start with a parameter whose pages it has released, with nothing stored there since. */
	readonly released: ReleasedPlaces;
}

/** What two ways give that look alike to the caller. */
export function joinReturnEffects(a: ReturnEffects, b: ReturnEffects): ReturnEffects {
	const values = new Map<string, Value>();
	for (const [place, value] of a.values) {
		const other = b.values.get(place);
		if (other) values.set(place, joinValues(value, other));
	}
	return {
		pages: a.pages,
		fresh: a.fresh && b.fresh,
		carries: a.carries ?? b.carries,
		values,
		released: commonReleases(a.released, b.released),
	};
}
