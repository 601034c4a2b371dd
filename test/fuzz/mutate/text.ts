/** Mutators that know characters and lines alone. */
import { insert, type Mutator, splice } from './mutator.js';
import { HOSTILE } from './words.js';

/** Lines with their ends. */
function linesOf(text: string): string[] {
	return text.split(/(?<=\n)/);
}

/** Takes some lines out and gives them back with what is left. */
function cut(text: string, dice: Parameters<Mutator>[1]): { lines: string[]; taken: string[] } {
	const lines = linesOf(text);
	const start = dice.below(lines.length);
	return { taken: lines.splice(start, dice.between(1, 6)), lines };
}

const deleteLines: Mutator = (text, dice) => cut(text, dice).lines.join('');

const moveLines: Mutator = (text, dice) => {
	const { lines, taken } = cut(text, dice);
	lines.splice(dice.below(lines.length + 1), 0, ...taken);
	return lines.join('');
};

const duplicateLines: Mutator = (text, dice) => {
	const lines = linesOf(text);
	const start = dice.below(lines.length);
	const taken = lines.slice(start, start + dice.between(1, 6));
	lines.splice(dice.chance(0.5) ? start : dice.below(lines.length + 1), 0, ...taken);
	return lines.join('');
};

const swapLines: Mutator = (text, dice) => {
	const lines = linesOf(text);
	const [a, b] = [dice.below(lines.length), dice.below(lines.length)];
	[lines[a], lines[b]] = [lines[b] as string, lines[a] as string];
	return lines.join('');
};

const deleteRange: Mutator = (text, dice) => {
	const { start, end } = dice.range(text.length);
	return splice(text, start, end, '');
};

const copyRange: Mutator = (text, dice, other) => {
	const from = dice.chance(0.5) ? text : other;
	const { start, end } = dice.range(from.length, 200);
	return insert(text, dice, from.slice(start, end));
};

/** What an editor has while somebody types: the end is not there yet. */
const truncate: Mutator = (text, dice) => text.slice(0, dice.below(text.length + 1));

const behead: Mutator = (text, dice) => text.slice(dice.below(text.length + 1));

/** A line that is being typed: the rest of it is missing. */
const halfTyped: Mutator = (text, dice) => {
	const at = dice.below(text.length + 1);
	const end = text.indexOf('\n', at);
	return splice(text, at, end < 0 ? text.length : end, '');
};

const insertHostile: Mutator = (text, dice) => insert(text, dice, dice.pick(HOSTILE));

const replaceCharacter: Mutator = (text, dice) => {
	const at = dice.below(text.length);
	return splice(text, at, at + 1, dice.chance(0.5) ? dice.pick(HOSTILE) : String.fromCharCode(dice.below(0x180)));
};

const insertCharacters: Mutator = (text, dice) => {
	const count = dice.between(1, 4);
	return insert(text, dice, String.fromCharCode(...Array.from({ length: count }, () => dice.below(0x10000))));
};

/** Longer than any line or name of the kernel. */
const insertLong: Mutator = (text, dice) => {
	const piece = dice.pick(['a', 'x ', '0', '(', '*', '\t', ' ', '"', 'a,', 'a|', '😀', '\\\n', '/*', '!', '-', '\n']);
	return insert(text, dice, piece.repeat(dice.pick([50, 300, 5000])));
};

const carriageReturns: Mutator = (text, dice) => {
	if (dice.chance(0.5)) return text.replace(/\r?\n/g, '\r\n');
	return dice.chance(0.5) ? text.replaceAll('\n', '\r') : text.replace(/\n/g, () => (dice.chance(0.2) ? '\r\n' : '\n'));
};

const byteOrderMark: Mutator = (text) => `\uFEFF${text}`;

/** The text of a file that was read in the wrong encoding. */
const wrongEncoding: Mutator = (text) => Buffer.from(text).toString('latin1');

const concatenate: Mutator = (text, dice, other) => (dice.chance(0.5) ? text + other : other + text);

export const TEXT: readonly Mutator[] = [
	...[deleteLines, moveLines, duplicateLines, swapLines, deleteRange, copyRange, truncate, behead, halfTyped],
	...[insertHostile, insertHostile, replaceCharacter, insertCharacters, insertLong, carriageReturns, byteOrderMark],
	...[wrongEncoding, concatenate],
];
