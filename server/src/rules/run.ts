/** Run all rules over one file: severities, caps, suppressions, order. */

import type { FileContext } from '../analysis/context.js';
import { needles } from '../kernel/index.js';
import { grouped } from '../syntax/grouped.js';
import type { Range } from '../syntax/ir.js';
import { onOneLine } from '../syntax/one-line.js';
import { rules } from './index.js';
import { type Report, type Rule, SEVERITIES, type Severity } from './rule.js';
import { type Suppression, suppressionMeta, suppressions } from './suppression.js';

export type Severities = Readonly<Record<string, Severity | 'off'>>;

/** A report with its rule and final severity. */
export interface Found extends Report {
	readonly rule: string;
	readonly severity: Severity;
}

function atMost(severity: Severity, cap: Severity): Severity {
	return SEVERITIES.indexOf(severity) > SEVERITIES.indexOf(cap) ? cap : severity;
}

/** The severity somebody chose, else the rule's own, capped where it rests on an assumption. */
function severityOf(rule: Rule, report: Report, file: FileContext, chosen: Severities): Severity {
	const own = chosen[rule.meta.id];
	if (own && own !== 'off') return own;
	const severity = report.severity ?? rule.meta.severity;
	const doubtful = report.unverified === true || (rule.meta.versioned && file.kernel.assumed && !report.everywhere);
	return doubtful ? atMost(severity, 'information') : severity;
}

/** Related places that are not the finding itself. */
function elsewhere({ related = [], start, end }: Report): Report['related'] & object {
	return related
		.filter((place) => place.start < start || place.end > end)
		.map((place) => ({ ...place, message: onOneLine(place.message) }));
}

/**
 * The report as one of this file. What is wrong in another file is said there when that file is analysed; where it never is,
 * because it names nothing of the family, it is said at the place in this file that it is about.
 */
function brought(file: FileContext, rule: Rule, report: Report): Report | undefined {
	const { unit } = file;
	const { from, offset } = unit.sourceOf(report.start);
	const place = unit.placeOf(report.start);
	if (!from || !place) return report;
	const { text } = from;
	if (needles.some((needle) => text.includes(needle))) return undefined;
	if (suppressions(text).some((comment) => isAbout(comment, rule, offset))) return undefined;
	const here = report.related?.find((other) => unit.isOwn(other));
	if (!here) return undefined;
	const there = { start: report.start, end: report.end, message: `${file.slice(report)} is here` };
	return {
		...report,
		message: `${report.message} (in ${place.path}, line ${place.line})`,
		start: here.start,
		end: here.end,
		related: [there, ...(report.related ?? [])],
		fixes: [],
	};
}

function isAbout({ rule, covers }: Suppression, { meta }: Rule, offset: number): boolean {
	return rule === meta.id && offset >= covers.start && offset < covers.end;
}

/** What is said of a function that was given up rests on half of it. */
function isGivenUp({ ir }: FileContext, { start }: Range): boolean {
	const { givenUp } = ir.effort;
	return givenUp.size > 0 && givenUp.has(ir.around(start) ?? '');
}

/** The first comment that covers an offset; the lines they cover ascend. */
function covering(comments: readonly Suppression[], offset: number): Suppression | undefined {
	let low = 0;
	let high = comments.length;
	while (low < high) {
		const mid = (low + high) >> 1;
		if ((comments[mid] as Suppression).covers.end <= offset) low = mid + 1;
		else high = mid;
	}
	const found = comments[low];
	return found && found.covers.start <= offset ? found : undefined;
}

/** Comments that suppress nothing or give no reason. */
function idle(
	file: FileContext,
	all: readonly Suppression[],
	used: ReadonlySet<Suppression>,
	chosen: Severities,
): Found[] {
	const severity = chosen[suppressionMeta.id] ?? suppressionMeta.severity;
	if (severity === 'off') return [];
	return all.flatMap((comment): Found[] => {
		const why = !rules.some((rule) => rule.meta.id === comment.rule)
			? `no such rule: ${comment.rule}`
			: chosen[comment.rule] !== 'off' && !used.has(comment) && !isGivenUp(file, comment)
				? `${comment.rule} reports nothing here; remove the comment`
				: comment.reason === ''
					? `give a reason: /* gup-lens: keep ${comment.rule} -- reason */`
					: undefined;
		return why
			? [{ start: comment.start, end: comment.end, rule: suppressionMeta.id, severity, message: `Suppression: ${why}` }]
			: [];
	});
}

const WORDS = [...new Set(rules.flatMap((rule) => rule.meta.needles))].sort((a, b) => b.length - a.length);
const A_WORD = new RegExp(WORDS.join('|'), 'g');

/** The words of rules that stand in a text, found in one pass: a word may stand within another. */
function wordsIn(text: string): ReadonlySet<string> {
	const found = new Set<string>();
	A_WORD.lastIndex = 0;
	for (let match = A_WORD.exec(text); match; match = A_WORD.exec(text)) {
		const { index } = match;
		if (!found.has(match[0])) for (const word of WORDS) if (text.startsWith(word, index)) found.add(word);
		A_WORD.lastIndex = index + 1;
	}
	return found;
}

/**
 * Findings of all rules, in the order of the text.
 * @param chosen rule id -> severity or "off"
 */
export function runRules(file: FileContext, chosen: Severities = {}): Found[] {
	const found = new Map<string, Found>();
	const comments = suppressions(file.text.slice(0, file.unit.own));
	const byRule = grouped(comments, (comment) => comment.rule);
	const used = new Set<Suppression>();
	const named = wordsIn(file.text);
	for (const rule of rules) {
		if (chosen[rule.meta.id] === 'off' || !rule.meta.needles.some((word) => named.has(word))) continue;
		rule.check(file, (raw) => {
			const report = isGivenUp(file, raw) ? undefined : brought(file, rule, raw);
			if (!report) return;
			const comment = covering(byRule.get(rule.meta.id) ?? [], report.start);
			if (comment) {
				used.add(comment);
				return;
			}
			// one reading of the #if arms after the other may report the same thing
			const key = `${rule.meta.id} ${report.start} ${report.end}`;
			const severity = severityOf(rule, report, file, chosen);
			if (!found.has(key))
				found.set(key, {
					tags: rule.meta.tags ?? [],
					...report,
					message: onOneLine(report.message),
					...(report.fixes && { fixes: report.fixes.map((fix) => ({ ...fix, title: onOneLine(fix.title) })) }),
					related: elsewhere(report),
					rule: rule.meta.id,
					severity,
				});
		});
	}
	return [...found.values(), ...idle(file, comments, used, chosen)].sort((a, b) => a.start - b.start || a.end - b.end);
}
