/** Which calls the audit lists: those that take references on user pages, or walk to a user page. */

import type { ApiCall, FileContext } from '../analysis/context.js';
import { memoize } from '../syntax/memoize.js';

const FAMILIES = ['get_user_page', 'pin_user_page', 'iov_iter_get_pages'] as const;
const OTHERS: ReadonlySet<string> = new Set([
	'__get_user_pages_fast',
	'iov_iter_extract_pages',
	'iov_iter_extract_bvecs',
	'extract_iter_to_sg',
	'netfs_extract_user_iter',
	'bio_iov_iter_get_pages',
	'skb_splice_from_iter',
	'get_dump_page',
	'get_kernel_pages',
	'memfd_pin_folios',
	'follow_page',
	'folio_walk_start',
]);

/** Parts of words that a file with a site has. */
export const auditWords: readonly string[] = [
	...FAMILIES,
	...[...OTHERS].filter((name) => !FAMILIES.some((family) => name.includes(family))),
];

/** The function is one the audit lists. */
export function isAudited(name: string): boolean {
	return FAMILIES.some((family) => name.startsWith(family)) || OTHERS.has(name);
}

/** The file implements the family, or runs in user space. */
function isLeftOut({ path, area }: FileContext): boolean {
	return area === 'tools' || /(?:^|\/)mm\/gup\.c$/.test(path);
}

/** The calls of a file that the audit lists: one for each place of its own text, in its order. */
export const auditedCalls = memoize((file: FileContext): readonly ApiCall[] => {
	if (isLeftOut(file)) return [];
	const found = new Map<number, ApiCall>();
	for (const call of file.calls) {
		const { name, nameRange } = call.call;
		if (!isAudited(name) || !file.unit.isOwn(nameRange)) continue;
		const known = found.get(nameRange.start);
		// one reading of the #if arms may be cleaner than another
		if (!known || (call.fn?.clean && !known.fn?.clean)) found.set(nameRange.start, call);
	}
	return [...found.values()].sort((a, b) => a.call.start - b.call.start);
});
