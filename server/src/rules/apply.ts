/** Edits applied to a text. */
import type { Edit } from './rule.js';

/** The text after `edits`, which must not overlap; offsets are into `text`. */
export function applyEdits(text: string, edits: readonly Edit[]): string {
	let result = text;
	for (const edit of [...edits].sort((a, b) => b.start - a.start || b.end - a.end)) {
		result = result.slice(0, edit.start) + edit.text + result.slice(edit.end);
	}
	return result;
}
