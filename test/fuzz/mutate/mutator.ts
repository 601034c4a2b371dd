import type { Dice } from '../dice.js';

/** Makes another text of a text; the same one where it finds nothing to do. `other` is a second text, to take from. */
export type Mutator = (text: string, dice: Dice, other: string) => string;

/** Replaces [start, end). */
export function splice(text: string, start: number, end: number, by: string): string {
	return text.slice(0, start) + by + text.slice(end);
}

/** Puts something in at a random place. */
export function insert(text: string, dice: Dice, what: string): string {
	const at = dice.below(text.length + 1);
	return splice(text, at, at, what);
}
