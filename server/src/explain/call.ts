/** What a hover says of one call: the verdict on it, and who releases what it takes. */
import type { AcquireReleasePairs } from '../analysis/ownership/presentation.js';
import type { Site } from '../verdict/site.js';
import type { AboutCall } from './markdown.js';
import { partnersMarkdown, type ToLine } from './partners.js';
import { verdictLine } from './verdict.js';

/**
 * @param site the call, where the audit lists it
 * @param partners entries of the call at the offset
 * @param unmarked makes words of a tree harmless: one line, no markup
 */
export function aboutCall(
	site: Site | undefined,
	partners: readonly AcquireReleasePairs[],
	offset: number,
	toLine: ToLine,
	unmarked: (words: string) => string,
): AboutCall {
	return { verdict: site && verdictLine(site, unmarked), partners: partnersMarkdown(partners, offset, toLine) };
}
