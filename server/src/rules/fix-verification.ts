/** Whether edits made a file better: what a fix or a conversion must show of itself. */
import type { Range } from '../syntax/ir.js';
import type { Edit } from './rule.js';

/** What of a finding is compared. */
interface Judged extends Range {
	readonly rule: string;
	readonly function: string | null;
}

/**
 * Characters that are analysed again, and steps of those analyses, to prove the fixes of one file: some 20 fixes of the
 * largest driver, one of a table of 5 MB.
 */
export const MOST_PROOF_WORK = 5_000_000;
const MOST_PROOFS = 100;

/** How often a text may be analysed again for its fixes where they are tried one by one. */
export function proofsOf(text: string): number {
	return Math.min(MOST_PROOFS, Math.ceil(MOST_PROOF_WORK / (text.length + 1)));
}

function kind({ rule, function: name }: Judged): string {
	return `${rule} ${name ?? ''}`;
}

/** Where the start of a finding lies after edits: a range, because an edit may have replaced it. */
export function moved(at: Range, edits: readonly Edit[]): Range {
	let shift = 0;
	for (const edit of [...edits].sort((a, b) => a.start - b.start)) {
		const grown = edit.text.length - (edit.end - edit.start);
		if (edit.start <= at.start && edit.end > at.start)
			return { start: edit.start + shift, end: edit.start + shift + edit.text.length };
		if (edit.end <= at.start) shift += grown;
	}
	return { start: at.start + shift, end: at.start + shift };
}

/** The finding is gone from its place, and no function has a finding more of any rule. */
export function verifiesFix(
	before: readonly Judged[],
	after: readonly Judged[],
	gone: Judged,
	edits: readonly Edit[],
): boolean {
	const place = moved(gone, edits);
	if (after.some((f) => f.rule === gone.rule && f.start >= place.start && f.start <= place.end)) return false;
	const left = new Map<string, number>();
	for (const finding of before) left.set(kind(finding), (left.get(kind(finding)) ?? 0) + 1);
	left.set(kind(gone), (left.get(kind(gone)) ?? 0) - 1);
	for (const finding of after) left.set(kind(finding), (left.get(kind(finding)) ?? 0) - 1);
	return [...left.values()].every((count) => count >= 0);
}

/** Findings of which some function has more than before. */
export function newOnes<T extends Judged>(before: readonly Judged[], after: readonly T[]): readonly T[] {
	const left = new Map<string, number>();
	for (const finding of before) left.set(kind(finding), (left.get(kind(finding)) ?? 0) + 1);
	return after.filter((finding) => {
		const count = (left.get(kind(finding)) ?? 0) - 1;
		left.set(kind(finding), count);
		return count < 0;
	});
}

/** What of a text could not be read, and what had too many paths or took too many steps. */
interface Gaps {
	readonly unread: readonly string[];
	readonly bounded: readonly string[];
}

/** Less of it is known afterwards: that a finding is gone then proves nothing. */
export function isLessKnown(before: Gaps, after: Gaps): boolean {
	return after.unread.length > before.unread.length || after.bounded.length > before.bounded.length;
}
