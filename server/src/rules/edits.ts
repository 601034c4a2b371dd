/** Edits that several rules make. */
import type { Range } from '../syntax/ir.js';
import type { Edit } from './rule.js';

/** Characters around an operand that are looked at; a pattern over the whole text would be gone through for each edit. */
const REACH = 1000;

/**
 * Take one operand out of `A | B | C`; a lone operand becomes 0, a whole `x |= FLAG;` line goes.
 * Undefined where no such edit is sure.
 * @param at range of the operand, UTF-16 offsets into `text`
 */
export function removeOperand(text: string, at: Range): Edit | undefined {
	const before = text.slice(Math.max(0, at.start - REACH), at.start);
	const after = text.slice(at.end, at.end + REACH);
	const right = /^\s*\|(?![|=])\s*/.exec(after);
	if (right) return { start: at.start, end: at.end + right[0].length, text: '' };
	const left = /(?<!\|)\s*\|\s*$/.exec(before);
	if (left) return { start: at.start - left[0].length, end: at.end, text: '' };
	const statement = /\n([^\S\n]*)\w[\w.>\s-]*\|=\s*$/.exec(before);
	if (statement) return removeStatement(text, at.start - statement[0].length + 1, at.end);
	if (/\|=\s*$/.test(before)) return undefined;
	return { ...at, text: '0' };
}

/** Delete the statement that fills the line from `start`, unless it is the body of an `if` or loop. */
function removeStatement(text: string, start: number, end: number): Edit | undefined {
	const rest = /^\s*;[^\S\n]*(?:\r?\n|$)/.exec(text.slice(end, end + REACH));
	if (!rest) return undefined;
	const previous =
		text
			.slice(Math.max(0, start - REACH), start)
			.replace(/\/\*[\s\S]*?\*\//g, ' ')
			.trimEnd()
			.at(-1) ?? '';
	if (!';{}:'.includes(previous)) return undefined;
	return { start, end: end + rest[0].length, text: '' };
}

/** Delete argument `index` of a call, with its comma. */
export function removeArgument(args: readonly Range[], index: number): Edit | undefined {
	const at = args[index];
	const next = args[index + 1];
	const previous = args[index - 1];
	if (!at) return undefined;
	if (next) return { start: at.start, end: next.start, text: '' };
	if (previous) return { start: previous.end, end: at.end, text: '' };
	return { start: at.start, end: at.end, text: '' };
}

/** Insert `text` as the new argument `index` of a call. */
export function insertArgument(args: readonly Range[], index: number, text: string): Edit | undefined {
	const next = args[index];
	const previous = args[index - 1];
	if (next) return { start: next.start, end: next.start, text: `${text}, ` };
	return previous && { start: previous.end, end: previous.end, text: `, ${text}` };
}
