/** Edits applied to a text. */
import type { Edit } from './rule.js';

/** The text after `edits`, which must not overlap; offsets are into `text`. Of insertions at one place the last one comes first. */
export function applyEdits(text: string, edits: readonly Edit[]): string {
	const descending = [...edits].sort((a, b) => b.start - a.start || b.end - a.end);
	const pieces: string[] = [];
	let from = 0;
	for (const { start, end, text: inserted } of descending.reverse()) {
		pieces.push(text.slice(from, start), inserted);
		from = end;
	}
	return pieces.join('') + text.slice(from);
}
