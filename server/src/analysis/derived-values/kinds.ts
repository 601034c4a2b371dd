/** What a value is of the pages that are followed, as a set of bits. */
import type { View } from '../../kernel/sinks/index.js';

export type DerivationSet = number;

export const NONE = 0;
/** Pointers to struct page or folio, or an array of them. */
export const PAGE = 1;
/** A kernel address of the data. */
export const CONTENTS = 2;
/** With CONTENTS: a mapping that lasts until it is taken away. */
export const MAPPING = 4;
/** With CONTENTS: a mapping that only this thread has, for a moment. */
export const LOCAL_MAPPING = 8;
/** A physical address or a frame number. */
export const ADDRESS = 16;
/** A scatterlist, bvec, bio or iterator over them. */
export const LIST = 32;

/** What survives arithmetic. */
export const COUNTABLE = CONTENTS | MAPPING | LOCAL_MAPPING | ADDRESS;
const DATA = CONTENTS | MAPPING | LOCAL_MAPPING;

/** What a view of something is. */
export function viewed(view: View, of: DerivationSet): DerivationSet {
	if (of === NONE) return NONE;
	switch (view) {
		case 'page':
			return PAGE;
		case 'contents':
			return CONTENTS;
		case 'mapping':
			return CONTENTS | MAPPING;
		case 'window':
			return CONTENTS | LOCAL_MAPPING;
		case 'address':
			return ADDRESS;
		default:
			return of;
	}
}

/** Without the addresses of the data. */
export function unmapped(kinds: DerivationSet): DerivationSet {
	return kinds & ~DATA;
}
