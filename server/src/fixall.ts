import type { Analysis, Finding } from './engine.js';
import { applyEdits } from './rules/apply.js';
import type { Edit, Fix } from './rules/rule.js';

/** Enough for fixes that bring up fixes; a text that still moves then is left where it is. */
const ROUNDS = 8;

export interface FixedAll {
	readonly text: string;
	/** Edits of the original text that give `text`, in order, not overlapping. */
	readonly edits: readonly Edit[];
	/** Round by round, edits of the text that the round before gave, in order, not overlapping. */
	readonly rounds: readonly (readonly Edit[])[];
	/** How many findings were fixed. */
	readonly fixed: number;
}

/**
 * Applies the first wanted fix of every finding, again until none is left. Each fix was checked alone; what they give
 * together is checked here: a round that brings up a finding that was not there is done again fix by fix.
 * @param text what `first` was made from
 * @param first findings with their fixes
 * @param analyse findings with fixes of a changed text
 * @param wanted says which fix may be applied
 */
export function fixAll(
	text: string,
	first: Analysis,
	analyse: (text: string) => Analysis,
	wanted: (finding: Finding, fix: Fix) => boolean,
): FixedAll {
	let state: State = { text, analysis: first };
	let fixed = 0;
	const rounds: (readonly Edit[])[] = [];
	for (let round = 0; round < ROUNDS; round++) {
		const step = improve(state, analyse, wanted);
		if (!step) break;
		rounds.push(step.edits);
		fixed += step.count;
		state = step.state;
	}
	const [edits = []] = rounds;
	return { text: state.text, edits: rounds.length > 1 ? difference(text, state.text) : edits, rounds, fixed };
}

interface State {
	readonly text: string;
	readonly analysis: Analysis;
}

interface Step {
	readonly state: State;
	readonly edits: readonly Edit[];
	readonly count: number;
}

function improve(
	before: State,
	analyse: (text: string) => Analysis,
	wanted: (finding: Finding, fix: Fix) => boolean,
): Step | undefined {
	const fixes = before.analysis.findings.flatMap((finding) => finding.fixes.find((fix) => wanted(finding, fix)) ?? []);
	const together = attempt(before, fixes, before.analysis, analyse);
	if (together || fixes.length < 2) return together;
	// They spoil each other: take them up one by one.
	let best: Step | undefined;
	const taken: Fix[] = [];
	for (const fix of fixes) {
		const step = attempt(before, [...taken, fix], best?.state.analysis ?? before.analysis, analyse);
		if (!step) continue;
		best = step;
		taken.push(fix);
	}
	return best;
}

/** The text with these fixes, when it is better than what there was. */
function attempt(
	{ text }: State,
	fixes: readonly Fix[],
	before: Analysis,
	analyse: (text: string) => Analysis,
): Step | undefined {
	const { edits, count } = compatible(fixes);
	const changed = applyEdits(text, edits);
	if (changed === text) return undefined;
	const analysis = analyse(changed);
	return isBetter(before, analysis) ? { state: { text: changed, analysis }, edits, count } : undefined;
}

/** The fixes that can be done at once: those that overlap an earlier one wait for the next round. */
function compatible(fixes: readonly Fix[]): { readonly edits: readonly Edit[]; readonly count: number } {
	const edits: Edit[] = [];
	let count = 0;
	for (const fix of fixes) {
		const fresh = fix.edits.filter((edit) => !edits.some((other) => isSame(edit, other)));
		if (fresh.some((edit) => edits.some((other) => collides(edit, other)))) continue;
		edits.push(...fresh);
		count++;
	}
	return { edits: edits.sort((a, b) => a.start - b.start || a.end - b.end), count };
}

function isSame(a: Edit, b: Edit): boolean {
	return a.start === b.start && a.end === b.end && a.text === b.text;
}

/** Overlapping, or at the same place, where the order would decide what comes out. */
function collides(a: Edit, b: Edit): boolean {
	return (a.start < b.end && b.start < a.end) || a.start === b.start || a.end === b.start || b.end === a.start;
}

/** Fewer findings, and none of a kind that was not there before. */
function isBetter(before: Analysis, after: Analysis): boolean {
	if (after.findings.length >= before.findings.length || after.unread.length > before.unread.length) return false;
	const left = new Map<string, number>();
	for (const finding of before.findings) left.set(kind(finding), (left.get(kind(finding)) ?? 0) + 1);
	return after.findings.every((finding) => {
		const count = left.get(kind(finding)) ?? 0;
		left.set(kind(finding), count - 1);
		return count > 0;
	});
}

function kind({ rule, function: name }: Finding): string {
	return `${rule} ${name ?? ''}`;
}

/** The one edit between what two texts have in common at both ends. */
function difference(before: string, after: string): Edit[] {
	const limit = Math.min(before.length, after.length);
	let start = 0;
	while (start < limit && before[start] === after[start]) start++;
	let tail = 0;
	while (tail < limit - start && before[before.length - 1 - tail] === after[after.length - 1 - tail]) tail++;
	return [{ start, end: before.length - tail, text: after.slice(start, after.length - tail) }];
}
