/** What other rules find wrong with the pages of a conversion, and can put right. */
import type { Analysis, Conversion, Finding, Offer } from '../engine.js';
import { CONVERTING } from '../engine.js';
import { fixAll } from '../fixall.js';
import type { Fix } from '../rules/rule.js';
import type { Range } from '../syntax/ir.js';

/** Findings of one rule, and the text without them. */
export interface Repair {
	readonly rule: string;
	readonly findings: readonly Finding[];
	readonly text: string;
}

function meets(a: Range, b: Range): boolean {
	return a.start < b.end && b.start < a.end;
}

/** The finding is about these pages: it points to their call, or its fix changes what the conversion changes. */
function isAbout({ related, fixes }: Finding, { sites }: Offer, conversion: Conversion | undefined): boolean {
	const own = (conversion?.edits ?? []).filter(({ path, label }) => path === undefined && label !== 'comment');
	const points = related.some((spot) => !spot.place && sites.some((site) => meets(site, spot)));
	return points || (fixes[0]?.edits ?? []).some((edit) => own.some((other) => meets(edit, other)));
}

/** Worth a patch of its own: wrong, and surely right afterwards. */
function isWanted({ rule, severity }: Finding, { safe }: Fix): boolean {
	return safe && !CONVERTING.has(rule) && (severity === 'error' || severity === 'warning');
}

/**
 * The first repair of pages that are to be converted.
 * @param conversion undefined where it is refused: maybe for what is wrong
 * @param analyse findings with fixes of a text in place of the file's
 */
export function repairOf(
	text: string,
	offer: Offer,
	conversion: Conversion | undefined,
	analyse: (text: string, fixes: boolean) => Analysis,
): Repair | undefined {
	const analysis = analyse(text, true);
	const candidates = analysis.findings.filter(
		(finding) => finding.fixes.some((fix) => isWanted(finding, fix)) && isAbout(finding, offer, conversion),
	);
	const worst = candidates.find(({ severity }) => severity === 'error') ?? candidates[0];
	if (!worst) return undefined;
	const mine = candidates.filter(({ rule }) => rule === worst.rule);
	const isMine = (finding: Finding): boolean =>
		mine.some(({ start, rule }) => start === finding.start && rule === finding.rule);
	// one round: places of later rounds are those of another text
	const chosen = { ...analysis, findings: analysis.findings.map((one) => (isMine(one) ? one : { ...one, fixes: [] })) };
	const fixed = fixAll(text, chosen, (changed) => analyse(changed, false), isWanted);
	return fixed.fixed === 0 ? undefined : { rule: worst.rule, findings: mine, text: fixed.text };
}
