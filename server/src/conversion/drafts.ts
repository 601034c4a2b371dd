/** Conversions of sites that are refused, right only where a person decides so: each thing that is not shown is a decision. */
import type { ApiCall, FileContext } from '../analysis/context.js';
import type { Range } from '../syntax/ir.js';
import { auditedCalls } from '../verdict/audited.js';
import { conversionAsked } from '../verdict/sites.js';
import { draftScopeOf } from './conversion-scope.js';
import { conversions, located, offer } from './convert.js';
import { at } from './page-calls.js';
import { ConversionBlocked, type ConversionOffer, type Draft } from './plan.js';

/** A draft for each site that is refused, those that only change together once; none where a conversion is offered. */
export function drafts(file: FileContext): Draft[] {
	const done = new Set<number>();
	return auditedCalls(file).flatMap((call) => {
		if (done.has(call.call.start) || !conversionAsked(file, call)) return [];
		const { takings: _, ...refused } = offer(file, call);
		if (!refused.refusal) return [];
		const made = draft(file, call, refused);
		for (const { start } of made?.offer.calls ?? []) done.add(start);
		return made ?? [];
	});
}

/** @returns undefined where there is nothing to decide, or what no person can decide at a place */
function draft(file: FileContext, call: ApiCall, refused: ConversionOffer): Draft | undefined {
	try {
		const scope = draftScopeOf(file, call);
		const [conversion] = conversions(file, scope);
		const decisions = scope.presumed?.decisions ?? [];
		if (!conversion || decisions.length === 0) return undefined;
		const { account } = conversion;
		const outlasts = account.outlasts || scope.presumed?.outlasts === true;
		return {
			offer: {
				...refused,
				sites: scope.takings.map(({ call: { nameRange } }): Range => at(nameRange, '')),
				calls: scope.takings.map(({ call: { start, end } }) => ({ start, end })),
			},
			conversion: { ...conversion, account: { ...account, outlasts } },
			decisions: decisions.map((one) => located(file, one)),
		};
	} catch (error) {
		if (!(error instanceof ConversionBlocked)) throw error;
		return undefined;
	}
}
