/** What a finding says of the way to a conversion: why none is offered. */
import type { FileContext } from '../analysis/context.js';
import type { Range } from '../syntax/ir.js';
import { auditedCalls } from '../verdict/audited.js';
import type { Target } from '../verdict/site.js';
import { conversionAsked } from '../verdict/sites.js';
import { conversionScopeOf } from './conversion-scope.js';
import { EXTRACT } from './extract.js';
import { at } from './page-calls.js';
import { ConversionBlocked } from './plan.js';

/** Rules that say of a site that it should convert, and to what. */
export const CONVERTING: ReadonlyMap<string, Target> = new Map([
	['foll-get-for-dma', 'pin_user_pages'],
	['foll-get-for-write', 'pin_user_pages'],
	['iov-iter-get-pages', 'iov_iter_extract_pages'],
]);

/**
 * What blocks the conversion of the call a finding is about: the reason at the call, then the places it lies in.
 * @param finding its rule, and where it starts in the text of the unit
 * @returns nothing where a conversion may be offered, and for a finding that asks for none
 */
export function blockersOf(
	file: FileContext,
	finding: { readonly rule: string; readonly start: number },
): readonly (Range & { readonly message: string })[] {
	const target = CONVERTING.get(finding.rule);
	// a kernel without the replacement has nothing to convert to, and the finding says so
	if (!target || (target === EXTRACT && !file.kernel.api(EXTRACT)?.signature)) return [];
	const call = auditedCalls(file).find(({ call }) => call.nameRange.start === finding.start);
	if (!call || !conversionAsked(file, call)) return [];
	try {
		conversionScopeOf(file, call);
		return [];
	} catch (error) {
		if (!(error instanceof ConversionBlocked)) throw error;
		return [at(call.call.nameRange, `cannot convert: ${error.message}`), ...error.places];
	}
}
