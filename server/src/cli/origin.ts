import type { Edit } from '../rules/rule.js';

/**
 * Where a place of an edited text was before.
 * @param offset UTF-16 offset into the text after the last round
 * @param rounds edits of the text that the round before gave, in order, not overlapping
 * @returns offset into the first text; inside what was inserted, that of the edit
 */
export function origin(offset: number, rounds: readonly (readonly Edit[])[]): number {
	return rounds.reduceRight(before, offset);
}

function before(offset: number, edits: readonly Edit[]): number {
	let shift = 0;
	for (const { start, end, text } of edits) {
		if (offset < start + shift) break;
		if (offset < start + shift + text.length) return start;
		shift += text.length - (end - start);
	}
	return offset - shift;
}
