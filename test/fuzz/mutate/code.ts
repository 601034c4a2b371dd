/** Mutators that know calls, statements, functions and directives as the kernel writes them. */
import type { Range } from '../../../server/src/engine.js';
import type { Dice } from '../dice.js';
import { type Mutator, splice } from './mutator.js';
import { nameOf } from './tokens.js';
import { CONDITIONS, DECLARATIONS, FAMILY, NUMBERS, STATEMENTS, WRAPPERS } from './words.js';

/** A piece with names of the text for its placeholders. */
function filled(piece: string, text: string, dice: Dice): string {
	return piece.replace(/\bNAME\b/g, () => nameOf(text, dice));
}

interface Call extends Range {
	readonly args: readonly Range[];
}

/** The call whose bracket opens at an offset; undefined where it is never closed. */
function callAt(text: string, start: number, open: number): Call | undefined {
	const args: Range[] = [];
	let depth = 0;
	let from = open + 1;
	for (let i = open; i < text.length; i++) {
		const char = text[i] as string;
		if ('([{'.includes(char)) depth++;
		else if (')]}'.includes(char)) depth--;
		if ((depth === 0 || (depth === 1 && char === ',')) && i > open) {
			args.push({ start: from, end: i });
			from = i + 1;
		}
		if (depth === 0) return { start, end: i + 1, args };
	}
	return undefined;
}

const OF_FAMILY = new RegExp(`\\b(?:${FAMILY.join('|')})\\s*\\(`, 'g');
const ANY = /\b[A-Za-z_]\w*\s*\(/g;

/** Some call, mostly of the family. */
function someCall(text: string, dice: Dice): Call | undefined {
	const family = dice.chance(0.7) ? [...text.matchAll(OF_FAMILY)] : [];
	const all = family.length > 0 ? family : [...text.matchAll(ANY)];
	if (all.length === 0) return undefined;
	const { index, 0: head } = dice.pick(all);
	return callAt(text, index, index + head.length - 1);
}

function inCall(change: (text: string, call: Call, dice: Dice) => string): Mutator {
	return (text, dice) => {
		const call = someCall(text, dice);
		return call ? change(text, call, dice) : text;
	};
}

const deleteArgument = inCall((text, { args }, dice) => {
	const { start, end } = dice.pick(args);
	return text[end] === ',' ? splice(text, start, end + 1, '') : splice(text, Math.max(0, start - 1), end, '');
});

const insertArgument = inCall((text, { args }, dice) => {
	const { start } = dice.pick(args);
	return splice(text, start, start, `${dice.pick([...NUMBERS, nameOf(text, dice), `&${nameOf(text, dice)}`, ''])}, `);
});

const swapArguments = inCall((text, { args }, dice) => {
	const [a, b] = [dice.pick(args), dice.pick(args)].sort((one, two) => one.start - two.start) as [Range, Range];
	if (a.start === b.start) return text;
	return splice(splice(text, b.start, b.end, text.slice(a.start, a.end)), a.start, a.end, text.slice(b.start, b.end));
});

function wrapped(text: string, { start, end }: Range, dice: Dice): string {
	const inner = text.slice(start, end).trim();
	return splice(
		text,
		start,
		end,
		filled(dice.pick(WRAPPERS), text, dice).replace(/\bX\b/g, () => inner),
	);
}

const wrapArgument = inCall((text, { args }, dice) => wrapped(text, dice.pick(args), dice));
const wrapCall = inCall((text, call, dice) => wrapped(text, call, dice));
const ignoreResult: Mutator = (text, dice) => {
	const all = [...text.matchAll(/\b[\w.>-]+ \|?= (?=\w+\()/g)];
	if (all.length === 0) return text;
	const { index, 0: found } = dice.pick(all);
	return splice(text, index, index + found.length, '');
};

/** The call by way of a macro of its own. */
const callByMacro = inCall((text, { start, end, args }, dice) => {
	const name = text.slice(start, args[0]?.start ?? end).replace(/\W/g, '');
	const called = `${dice.pick(['WRAP', 'wrap', 'GRAB_PAGES'])}`;
	const params = args.map((_, i) => `a${i}`).join(', ');
	const used = splice(text, start, start + name.length, called);
	return `#define ${called}(${params}) ${dice.pick(['', '\\\n\t', '('])}${name}(${params})${dice.pick(['', ')', ';'])}\n${used}`;
});

/** A statement of one line, as kernel style has most. */
const STATEMENT = /^[ \t]+[^\s#{}][^\n]*;[ \t]*$/gm;

function someStatement(text: string, dice: Dice): Range | undefined {
	const all = [...text.matchAll(STATEMENT)];
	if (all.length === 0) return undefined;
	const { index: start, 0: found } = dice.pick(all);
	return { start, end: start + found.length };
}

function inStatement(change: (text: string, at: Range, dice: Dice, other: string) => string): Mutator {
	return (text, dice, other) => {
		const at = someStatement(text, dice);
		return at ? change(text, at, dice, other) : text;
	};
}

const deleteStatement = inStatement((text, { start, end }) => splice(text, start, end + 1, ''));

const insertStatement = inStatement((text, { start }, dice) =>
	splice(text, start, start, `\t${filled(dice.pick(STATEMENTS), text, dice)}\n`),
);

const moveStatement = inStatement((text, { start, end }, dice) => {
	const moved = text.slice(start, end + 1);
	const rest = dice.chance(0.3) ? text : splice(text, start, end + 1, '');
	const to = someStatement(rest, dice);
	return to ? splice(rest, to.start, to.start, moved) : text;
});

const takeStatement = inStatement((text, { start }, dice, other) => {
	const from = someStatement(other, dice);
	return from ? splice(text, start, start, `${other.slice(from.start, from.end)}\n`) : text;
});

const BLOCKS: readonly (readonly [string, string])[] = [
	...([
		['if (NAME) {', '}'],
		['if (!NAME) {', '} else { put_page(NAME); }'],
		['while (NAME) {', '}'],
		['do {', '} while (NAME < 0);'],
		['for (int i = 0; i < NAME; i++) {', '}'],
		['switch (NAME) { case 1:', 'break; default: goto NAME; }'],
		['({', '});'],
		['scoped_guard(mutex, NAME) {', '}'],
		['list_for_each_entry(NAME, &NAME, list) {', '}'],
		['if (0)', ''],
		['NAME:', 'goto NAME;'],
		['for (;;) {', 'break; }'],
	] as const),
];

const wrapStatement = inStatement((text, { start, end }, dice) => {
	const [before, after] = dice.pick(BLOCKS);
	const close = text.indexOf('\n', dice.chance(0.7) ? end : dice.between(end, text.length));
	const inner = text.slice(start, close < 0 ? text.length : close);
	return splice(
		text,
		start,
		start + inner.length,
		`\t${filled(before, text, dice)}\n${inner}\n\t${filled(after, text, dice)}`,
	);
});

/** The same over and over: long functions, and those with many paths. */
const repeatStatement = inStatement((text, { start }, dice) => {
	const piece = dice.chance(0.5) ? `\t${filled(dice.pick(STATEMENTS), text, dice)}\n` : '';
	const [before, after] = dice.pick(BLOCKS);
	const count = dice.pick([3, 10, 40]);
	const body =
		piece || `\t${filled(before, text, dice)}\n\t\tput_page(${nameOf(text, dice)});\n\t${filled(after, text, dice)}\n`;
	return splice(text, start, start, body.repeat(count));
});

const NESTED: readonly (readonly [string, string])[] = [
	['(', ')'],
	['{ ', ' }'],
	['if (x) { ', ' }'],
	['!', ''],
	['-', ''],
	['*', ''],
	['x ? ', ' : 0'],
	['f(', ')'],
	['({ ', '; })'],
	['a->', ''],
	['a[', ']'],
	['(int)', ''],
	['a = ', ''],
	['1 + ', ''],
	['while (x) ', ''],
	['else if (x) ; ', ''],
	['\n#if X\n', '\n#endif\n'],
	['switch (x) { case 1: ', ' }'],
	['do { ', ' } while (x);'],
	['for (;;) ', ''],
];

const nest: Mutator = (text, dice) => {
	const [open, close] = dice.pick(NESTED);
	const count = dice.pick([5, 40, 230]);
	const { start, end } = dice.chance(0.5) ? (someCall(text, dice) ?? dice.range(text.length)) : dice.range(text.length);
	return splice(text, start, end, open.repeat(count) + text.slice(start, end) + close.repeat(count));
};

/** A function as kernel style writes it: the header in column 0, the braces as well. */
const FUNCTION = /^[A-Za-z_][^\n;{}]*\([^;{}]*\)\s*\n\{[\s\S]*?^\}\n?/gm;

export function functionsOf(text: string): Range[] {
	return [...text.matchAll(FUNCTION)].map(({ index: start, 0: found }) => ({ start, end: start + found.length }));
}

function inFunction(change: (text: string, at: Range, dice: Dice, other: string) => string): Mutator {
	return (text, dice, other) => {
		const all = functionsOf(text);
		return all.length > 0 ? change(text, dice.pick(all), dice, other) : text;
	};
}

const deleteFunction = inFunction((text, { start, end }) => splice(text, start, end, ''));

const duplicateFunction = inFunction((text, { start, end }, dice) => {
	const code = text.slice(start, end);
	const name = /(\w+)\(/.exec(code)?.[1] ?? '';
	const copy = dice.chance(0.5) ? code.replace(`${name}(`, () => `${name}_2(`) : code;
	return splice(text, end, end, `\n${copy}`);
});

const moveFunction = inFunction((text, { start, end }, dice) => {
	const rest = splice(text, start, end, '');
	const to = functionsOf(rest).at(dice.below(4))?.start ?? 0;
	return splice(rest, to, to, `${text.slice(start, end)}\n`);
});

const takeFunction: Mutator = (text, dice, other) => {
	const from = functionsOf(other);
	if (from.length === 0) return text;
	const { start, end } = dice.pick(from);
	const to = functionsOf(text).at(dice.below(4))?.start ?? text.length;
	return splice(text, to, to, `${other.slice(start, end)}\n`);
};

/** A call of the function in itself, or in another one. */
const callFunction = inFunction((text, { start, end }, dice) => {
	const name = /(\w+)\(/.exec(text.slice(start, end))?.[1] ?? 'f';
	const at = someStatement(text, dice);
	const args = Array.from({ length: dice.below(4) }, () => nameOf(text, dice)).join(', ');
	const call = dice.chance(0.5) ? `${nameOf(text, dice)} = ${name}(${args});` : `${name}(${args});`;
	return at ? splice(text, at.start, at.start, `\t${call}\n`) : text;
});

const toggleStatic = inFunction((text, { start }) =>
	text.startsWith('static ', start) ? splice(text, start, start + 7, '') : splice(text, start, start, 'static '),
);

const insertDeclaration: Mutator = (text, dice) => {
	const to = functionsOf(text).at(dice.below(4))?.start ?? 0;
	return splice(text, to, to, dice.pick(DECLARATIONS));
};

function lineStart(text: string, dice: Dice): number {
	return text.lastIndexOf('\n', dice.below(text.length + 1) - 1) + 1;
}

/** A group of arms around some lines; now and then a part of it is missing. */
const directives: Mutator = (text, dice) => {
	const from = lineStart(text, dice);
	const to = dice.chance(0.6) ? Math.max(from, text.indexOf('\n', from + dice.below(200)) + 1) : lineStart(text, dice);
	const [start, end] = [Math.min(from, to), Math.max(from, to)];
	const word = dice.pick(['if', 'ifdef', 'ifndef', 'if', 'elif']);
	const open = `#${word} ${dice.pick(CONDITIONS)}\n`;
	const middle = dice.chance(0.5)
		? `#${dice.pick(['else', 'elif 1', 'elif X'])}\n${dice.chance(0.5) ? text.slice(start, end) : `\t${filled(dice.pick(STATEMENTS), text, dice)}\n`}`
		: '';
	const close = dice.chance(0.85) ? '#endif\n' : '';
	return splice(text, start, end, `${open}${text.slice(start, end)}${middle}${close}`);
};

const strayDirective: Mutator = (text, dice) => {
	const at = lineStart(text, dice);
	const line = dice.pick([
		'#else',
		'#endif',
		`#elif ${dice.pick(CONDITIONS)}`,
		'#define X',
		'#include "x',
		'#',
		'# 1 "a.c"',
		'#pragma x \\',
	]);
	return splice(text, at, at, `${line}\n`);
};

export const CODE: readonly Mutator[] = [
	...[deleteArgument, insertArgument, swapArguments, wrapArgument, wrapArgument, wrapCall, ignoreResult, callByMacro],
	...[deleteStatement, deleteStatement, insertStatement, insertStatement, moveStatement, takeStatement, wrapStatement],
	...[repeatStatement, nest, deleteFunction, duplicateFunction, moveFunction, takeFunction, callFunction, toggleStatic],
	...[insertDeclaration, directives, directives, strayDirective],
];
