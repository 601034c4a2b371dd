/** Releases and entries that are NULL. */

/**
 * What a release makes of an entry that is NULL. `never`: it takes it for a page; `alone`: so it does behind a page;
 * `always`: it passes over it, or may.
 */
export type OverNull = 'never' | 'alone' | 'always';

const ORDER: readonly OverNull[] = ['never', 'alone', 'always'];

/** Of two releases that are not told apart, what the one does that passes over more. */
export function moreOf(a: OverNull = 'always', b: OverNull = 'always'): OverNull {
	return ORDER.indexOf(a) < ORDER.indexOf(b) ? b : a;
}
