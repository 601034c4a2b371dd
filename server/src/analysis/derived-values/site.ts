/** What a taking call takes, and into what. */
import type { Expr } from '../../syntax/ir.js';
import { filledObject, pagesArgument } from '../acquired-into.js';
import type { ApiCall } from '../context.js';
import { isNull } from '../walk.js';
import { type DerivationSet, LIST, NONE, PAGE } from './kinds.js';

export interface Acquired {
	/** The argument whose place holds the pages afterwards. */
	readonly arg: Expr | undefined;
	readonly kinds: DerivationSet;
	/** What the call itself returns. */
	readonly returns: DerivationSet;
}

const NOTHING: Acquired = { arg: undefined, kinds: NONE, returns: NONE };

/** Where the pages of a call are afterwards; nothing when it takes none. */
export function taken(acquiring: ApiCall): Acquired {
	const { group, meaning, takes } = acquiring.api.record;
	if (takes === 'none' || !/^(?:get|pin|iov-iter|extract|helper|walk)$/.test(group)) return NOTHING;
	const object = filledObject(acquiring);
	if (object) return { arg: object, kinds: LIST, returns: NONE };
	if (/^(?:page-|folio)/.test(meaning)) return { arg: undefined, kinds: NONE, returns: PAGE };
	const pages = pagesArgument(acquiring);
	return pages && !isNull(pages) ? { arg: pages, kinds: PAGE, returns: NONE } : NOTHING;
}

/** The call takes pages that can be followed. */
export function takesPages(call: ApiCall): boolean {
	const { arg, returns } = taken(call);
	return arg !== undefined || returns !== NONE;
}
