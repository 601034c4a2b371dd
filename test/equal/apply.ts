/** Rewritings applied to a text. */
import type { Candidate, Edit } from './code.js';
import { functionsOf } from './code.js';
import type { Rewriting } from './rewriting.js';

export interface Rewritten {
	readonly text: string;
	/** Ascending, none overlaps another; empty where the whole text was rewritten. */
	readonly edits: readonly Edit[];
}

/** All places where a rewriting applies, in the order of the text. */
export function placesOf(text: string, { places }: Rewriting): Candidate[] {
	if (!places) return [];
	return functionsOf(text).flatMap((code) => places(code).filter((candidate) => candidate.length > 0));
}

/** A text rewritten wherever it can be at once; undefined where that is nowhere. */
export function rewrite(text: string, rewriting: Rewriting): Rewritten | undefined {
	if (rewriting.whole) {
		const whole = rewriting.whole(text);
		return whole === undefined || whole === text ? undefined : { text: whole, edits: [] };
	}
	return applied(text, placesOf(text, rewriting));
}

/** Those of the candidates that do not overlap one before them. */
export function applied(text: string, candidates: readonly Candidate[]): Rewritten | undefined {
	const edits: Placed[] = [];
	for (const [order, candidate] of candidates.entries()) {
		if (candidate.some((edit) => edits.some((other) => overlap(edit, other.edit)))) continue;
		edits.push(...candidate.map((edit, i) => ({ edit, order, closes: i > 0 })));
	}
	if (edits.length === 0) return undefined;
	const sorted = edits.sort(byPlace).map(({ edit }) => edit);
	let result = '';
	let at = 0;
	for (const { start, end, text: replacement } of sorted) {
		result += text.slice(at, start) + replacement;
		at = end;
	}
	return { text: result + text.slice(at), edits: sorted };
}

interface Placed {
	readonly edit: Edit;
	/** Of its candidate. */
	readonly order: number;
	/** It is not the first of its candidate. */
	readonly closes: boolean;
}

/** At one place what ends comes before what begins, and what began last ends first. */
function byPlace(a: Placed, b: Placed): number {
	const before = a.edit.start - b.edit.start || a.edit.end - b.edit.end || Number(b.closes) - Number(a.closes);
	return before || (a.closes ? b.order - a.order : a.order - b.order);
}

function overlap(a: Edit, b: { readonly start: number; readonly end: number }): boolean {
	if (a.start === a.end || b.start === b.end)
		return (a.start > b.start && a.start < b.end) || (b.start > a.start && b.start < a.end);
	return a.start < b.end && b.start < a.end;
}

/** Offsets of the text before that a place of the rewritten text may come from. */
export function originOf(edits: readonly Edit[], offset: number): { readonly start: number; readonly end: number } {
	let shift = 0;
	for (const { start, end, text } of edits) {
		const begins = start + shift;
		if (offset < begins) break;
		if (offset < begins + text.length) return { start, end };
		shift += text.length - (end - start);
	}
	return { start: offset - shift, end: offset - shift };
}
