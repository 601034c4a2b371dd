/** What a taking call takes, and into what. */
import type { Expr } from '../../syntax/ir.js';
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

/** Functions that fill an object with the pages instead of an array: which argument. */
const FILLS: Readonly<Record<string, number>> = {
	bio_iov_iter_get_pages: 0,
	extract_iter_to_sg: 2,
	netfs_extract_iter_to_sg: 2,
	netfs_extract_user_iter: 2,
	iov_iter_extract_bvecs: 1,
	zerocopy_sg_from_iter: 0,
};

/** Where the pages of a call are afterwards; nothing when it takes none. */
export function taken({ api, call, arg }: ApiCall): Acquired {
	const { group, meaning, takes } = api.record;
	if (takes === 'none' || !/^(?:get|pin|iov-iter|extract|helper|walk)$/.test(group)) return NOTHING;
	const filled = FILLS[call.name];
	if (filled !== undefined) return { arg: call.args[filled], kinds: LIST, returns: NONE };
	if (/^(?:page-|folio)/.test(meaning)) return { arg: undefined, kinds: NONE, returns: PAGE };
	const pages = arg('pages') ?? arg('page') ?? arg('folios');
	return pages && !isNull(pages) ? { arg: pages, kinds: PAGE, returns: NONE } : NOTHING;
}

/** The call takes pages that can be followed. */
export function takesPages(call: ApiCall): boolean {
	const { arg, returns } = taken(call);
	return arg !== undefined || returns !== NONE;
}
