import type { Analysis, Finding } from './engine.js';
import { applyEdits } from './rules/apply.js';
import { isLessKnown, proofsOf } from './rules/fix-verification.js';
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

/** How it is done. */
interface Task {
	/** Findings with fixes of a changed text. */
	readonly analyse: (text: string) => Analysis;
	/** Says which fix may be applied. */
	readonly wanted: (finding: Finding, fix: Fix) => boolean;
	readonly unproven: Unproven | undefined;
}

/** The fixes were not checked one by one: what is done must take away as many findings as it fixes. */
interface Unproven {
	/** How many may be tried one by one where all together are no good. */
	readonly attempts: number;
}

/**
 * Applies the first wanted fix of every finding, again until none is left. What fixes give together is checked here: a
 * round that brings up a finding that was not there is done again fix by fix, as far as a file is worth it.
 * @param text what `first` was made from
 * @param first findings with their fixes
 * @param analyse findings with fixes of a changed text
 * @param wanted says which fix may be applied
 * @param unproven the fixes were not checked; absent: each was, alone
 */
export function fixAll(
	text: string,
	first: Analysis,
	analyse: Task['analyse'],
	wanted: Task['wanted'],
	unproven?: Unproven,
): FixedAll {
	const task = { analyse, wanted, unproven };
	let state: State = { text, analysis: first };
	let fixed = 0;
	const rounds: (readonly Edit[])[] = [];
	for (let round = 0; round < ROUNDS; round++) {
		const step = improve(state, task);
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

/** A fix and what it is for. */
interface Chosen {
	readonly finding: Finding;
	readonly fix: Fix;
}

function improve(before: State, task: Task): Step | undefined {
	const chosen = before.analysis.findings.flatMap((finding): Chosen[] => {
		const fix = finding.fixes.find((one) => task.wanted(finding, one));
		return fix ? [{ finding, fix }] : [];
	});
	const together = attempt(before, chosen, before.analysis, task);
	if (together || chosen.length < 2) return together;
	// They spoil each other: take them up one by one.
	let best: Step | undefined;
	const taken: Chosen[] = [];
	for (const one of chosen.slice(0, task.unproven?.attempts ?? proofsOf(before.text))) {
		const step = attempt(before, [...taken, one], best?.state.analysis ?? before.analysis, task, [one]);
		if (!step) continue;
		best = step;
		taken.push(one);
	}
	return best;
}

/**
 * The text with these fixes, when it is better than what there was.
 * @param fresh those that were not done in what there was; undefined: all of them
 */
function attempt(
	{ text }: State,
	chosen: readonly Chosen[],
	before: Analysis,
	{ analyse, unproven }: Task,
	fresh?: readonly Chosen[],
): Step | undefined {
	const { edits, done } = compatible(chosen);
	const changed = applyEdits(text, edits);
	if (changed === text) return undefined;
	const analysis = analyse(changed);
	if (!isBetter(before, analysis) || (unproven && !areGone(fresh ?? done, before, analysis))) return undefined;
	return { state: { text: changed, analysis }, edits, count: done.length };
}

/** The fixes that can be done at once: those that overlap an earlier one wait for the next round. */
function compatible(chosen: readonly Chosen[]): { readonly edits: readonly Edit[]; readonly done: readonly Chosen[] } {
	/** In order, not overlapping. */
	const edits: Edit[] = [];
	const done = chosen.filter(({ fix }) => {
		const fresh = fix.edits.filter((edit) => !isSame(edit, edits[placeOf(edit, edits)]));
		const isFree = (edit: Edit): boolean => {
			const place = placeOf(edit, edits);
			return ![edits[place - 1], edits[place]].some((other) => other && collides(edit, other));
		};
		if (!fresh.every(isFree)) return false;
		for (const edit of fresh) edits.splice(placeOf(edit, edits), 0, edit);
		return true;
	});
	return { edits, done };
}

/** Index of the first edit that starts where this one does or behind it. */
function placeOf({ start, end }: Edit, edits: readonly Edit[]): number {
	let low = 0;
	let high = edits.length;
	while (low < high) {
		const mid = (low + high) >> 1;
		const other = edits[mid] as Edit;
		if (other.start < start || (other.start === start && other.end < end)) low = mid + 1;
		else high = mid;
	}
	return low;
}

function isSame(a: Edit, b: Edit | undefined): boolean {
	return a.start === b?.start && a.end === b.end && a.text === b.text;
}

/** Overlapping, or at the same place, where the order would decide what comes out. */
function collides(a: Edit, b: Edit): boolean {
	return (a.start < b.end && b.start < a.end) || a.start === b.start || a.end === b.start || b.end === a.start;
}

/** Fewer findings, and none of a kind that was not there before. */
function isBetter(before: Analysis, after: Analysis): boolean {
	if (after.findings.length >= before.findings.length || isLessKnown(before, after)) return false;
	const left = new Map<string, number>();
	for (const finding of before.findings) left.set(kind(finding), (left.get(kind(finding)) ?? 0) + 1);
	return after.findings.every((finding) => {
		const count = left.get(kind(finding)) ?? 0;
		left.set(kind(finding), count - 1);
		return count > 0;
	});
}

/** Of every kind that was fixed there are as many fewer as fixes were done. */
function areGone(done: readonly Chosen[], before: Analysis, after: Analysis): boolean {
	const most = new Map<string, number>();
	const add = (finding: Finding, count: number) => most.set(kind(finding), (most.get(kind(finding)) ?? 0) + count);
	for (const finding of before.findings) add(finding, 1);
	for (const { finding } of done) add(finding, -1);
	for (const finding of after.findings) add(finding, -1);
	return done.every(({ finding }) => (most.get(kind(finding)) ?? 0) >= 0);
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
