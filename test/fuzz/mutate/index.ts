import type { Dice } from '../dice.js';
import { CODE } from './code.js';
import { TEXT } from './text.js';
import { TOKENS } from './tokens.js';

/** What still is C, or nearly so, goes deepest into the analysis. */
const KINDS = [TEXT, TOKENS, CODE, CODE, CODE];

/** Longer mutants are cut: the point is many runs. */
const LONGEST = 30_000;

/**
 * A text after so many mutations.
 * @param other a second text, to take from
 */
export function mutated(text: string, other: string, dice: Dice, count: number): string {
	let result = text;
	for (let left = count; left > 0; left--) result = dice.pick(dice.pick(KINDS))(result, dice, other);
	return result.length > LONGEST ? result.slice(0, LONGEST) : result;
}
