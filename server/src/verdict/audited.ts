/** Which calls the audit lists: those that take references on user pages, or walk to a user page. */

import type { ApiCall, FileContext } from '../analysis/context.js';
import { isSite, wordsOf } from '../kernel/acquiring.js';
import { API_RECORDS } from '../kernel/apis/index.js';
import { memoize } from '../syntax/memoize.js';

const SITES: ReadonlySet<string> = new Set(API_RECORDS.filter(isSite).map(({ name }) => name));

/** Parts of words that a file with a site has. */
export const auditWords: readonly string[] = wordsOf(isSite);

/** The function is one the audit lists. */
export function isAudited(name: string): boolean {
	return SITES.has(name);
}

/** The file implements the family, or runs in user space. */
function isLeftOut({ path, area }: FileContext): boolean {
	return area === 'tools' || /(?:^|\/)mm\/gup\.c$/.test(path);
}

/** The calls of a file that the audit lists: one for each place of its own text, in its order. */
export const auditedCalls = memoize((file: FileContext): readonly ApiCall[] => {
	if (isLeftOut(file)) return [];
	const found = new Map<number, ApiCall>();
	// a macro in a header of a module is a site where it is used
	const isHeader = file.path.endsWith('.h') && file.kernel.origin !== 'tree';
	for (const call of file.calls) {
		const { name, nameRange } = call.call;
		if ((isHeader && !call.fn) || !isAudited(name) || !file.unit.isOwn(nameRange)) continue;
		const known = found.get(nameRange.start);
		// one reading of the #if arms may be cleaner than another
		if (!known || (call.fn?.hasNoSyntaxErrors && !known.fn?.hasNoSyntaxErrors)) found.set(nameRange.start, call);
	}
	return [...found.values()].sort((a, b) => a.call.start - b.call.start);
});
