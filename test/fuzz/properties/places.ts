/** Ranges and words as they must be in all answers. */
import type { Neighbour, Place, Range } from '../../../server/src/engine.js';
import type { Edit } from '../../../server/src/rules/rule.js';
import type { Input } from '../input.js';
import { hold } from '../violation.js';

/** Control characters, separators of lines and halves of characters: a line of a report ends there, or a terminal obeys. */
const UNPRINTABLE = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}]/u;

export function holdWords(words: string, what: string): void {
	hold(words.trim() !== '', `${what} is empty`);
	hold(!UNPRINTABLE.test(words), `${what} has a control character`, () => JSON.stringify(words));
}

function splitsPair(text: string, at: number): boolean {
	return /^[\uD800-\uDBFF][\uDC00-\uDFFF]$/.test(text.slice(at - 1, at + 1));
}

export function holdRange(text: string, { start, end }: Range, what: string): void {
	const details = () => `[${start}, ${end}) of ${text.length}`;
	hold(Number.isInteger(start) && Number.isInteger(end), `${what}: no offsets`, details);
	hold(start >= 0 && start <= end && end <= text.length, `${what}: range outside of the text`, details);
	hold(!splitsPair(text, start) && !splitsPair(text, end), `${what}: range splits a character`, details);
}

/** A place of an answer: in the text itself, or where its `place` says. */
export function holdPlace(
	{ text, neighbours }: Pick<Input, 'text' | 'neighbours'>,
	at: Range & { readonly place?: Place },
	what: string,
): void {
	if (!at.place) return holdRange(text, at, what);
	const { path, line, column } = at.place;
	const other = neighbours.find((neighbour) => neighbour.path === path) as Neighbour;
	hold(other !== undefined, `${what}: in no file that was handed over`, () => path);
	const there = other.text.split('\n')[line - 1];
	hold(
		there !== undefined && column >= 1 && column <= there.length + 1,
		`${what}: no such place`,
		() => `${line}:${column}`,
	);
}

/** Edits inside of the text, none of which overlaps another. */
export function holdEdits(text: string, edits: readonly Edit[], what: string): void {
	let end = 0;
	for (const edit of [...edits].sort((a, b) => a.start - b.start || a.end - b.end)) {
		holdRange(text, edit, what);
		hold(edit.start >= end, `${what}: edits overlap`, () => JSON.stringify(edits));
		end = edit.end;
	}
}
