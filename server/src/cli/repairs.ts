/** What other rules find wrong with the pages of a conversion, and can put right. */
import type { Analysis, Conversion, Finding, Offer } from '../engine.js';
import { CONVERTING } from '../engine.js';
import { fixAll } from '../fixall.js';
import { applyEdits } from '../rules/apply.js';
import { isLessKnown, newOnes } from '../rules/fix-verification.js';
import type { Fix } from '../rules/rule.js';
import type { Range } from '../syntax/ir.js';

/** Findings of one rule, and the text without them. */
export interface Repair {
	readonly rule: string;
	readonly findings: readonly Finding[];
	readonly text: string;
	/** Of leaks: functions whose failure leads to the leaking error path, as far as that is known of each. */
	readonly failing?: readonly string[];
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

/** Error paths of one site that are mended one after the other. */
const MOST_BRANCHES = 6;

/** A text of the file, asked anew. */
export interface Reanalysed {
	readonly analysis: Analysis;
	/** The offer of the same site. */
	readonly offer: Offer | undefined;
}

/**
 * Releases on the error paths that leak a page of the site: one after the other, each where the analysis of the text so far has
 * the leak, until it has none.
 * @param again analyses a text in place of the file's
 * @returns undefined where a leak is left, or something else is wrong then
 */
export async function leakRepairOf(
	text: string,
	offer: Offer,
	again: (text: string) => Promise<Reanalysed>,
): Promise<Repair | undefined> {
	if (!offer.missing) return undefined;
	const { analysis: before } = await again(text);
	const isLeak = ({ rule, start }: Finding): boolean =>
		rule === 'gup-leak' && offer.sites.some((site) => site.start === start);
	const findings = before.findings.filter(isLeak);
	const failing: (string | undefined)[] = [];
	let changed = text;
	let next: Offer | undefined = offer;
	for (let i = 0; next?.missing; i++) {
		if (i === MOST_BRANCHES) return undefined;
		failing.push(next.missing.failing);
		changed = applyEdits(changed, [next.missing]);
		const { analysis, offer: then } = await again(changed);
		if (isLessKnown(before, analysis) || newOnes(before.findings, analysis.findings).length > 0) return undefined;
		next = then;
		if (!next?.missing && analysis.findings.length >= before.findings.length) return undefined;
	}
	if (findings.length === 0) return undefined;
	const told = failing.filter((name) => name !== undefined);
	return {
		rule: 'gup-leak',
		findings,
		text: changed,
		failing: told.length === failing.length ? [...new Set(told)] : [],
	};
}
