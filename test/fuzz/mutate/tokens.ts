/** Mutators that know tokens. */
import type { Dice } from '../dice.js';
import { type Mutator, splice } from './mutator.js';
import { FAMILY, FLAGS, NAMES, NUMBERS } from './words.js';

const TOKEN =
	/\/\*[\s\S]*?\*\/|\/\/[^\n]*|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|[A-Za-z_$][\w$]*|\d[\w.]*|\s+|->|\+\+|--|<<=|>>=|<<|>>|&&|\|\||[-+*/%&|^!=<>]=|[\s\S]/g;
const NAME = /[A-Za-z_]\w*/g;

/** All of the text, white space as well. */
export function tokensOf(text: string): string[] {
	return text.match(TOKEN) ?? [];
}

/** Index of a token that is no white space; -1 where there is none. */
function index(tokens: readonly string[], dice: Dice): number {
	for (let tries = 0; tries < 8; tries++) {
		const at = dice.below(tokens.length);
		if (tokens[at]?.trim()) return at;
	}
	return -1;
}

/** A change of one token in its list. */
function change(how: (tokens: string[], at: number, dice: Dice, other: string) => void): Mutator {
	return (text, dice, other) => {
		const tokens = tokensOf(text);
		const at = tokens.length === 0 ? -1 : index(tokens, dice);
		if (at < 0) return text;
		how(tokens, at, dice, other);
		return tokens.join('');
	};
}

const deleteToken = change((tokens, at) => tokens.splice(at, 1));
const duplicateToken = change((tokens, at) => tokens.splice(at, 0, tokens[at] as string));
const swapTokens = change((tokens, at, dice) => {
	const with_ = dice.below(tokens.length);
	[tokens[at], tokens[with_]] = [tokens[with_] as string, tokens[at] as string];
});
const replaceToken = change((tokens, at, dice, other) => {
	tokens[at] = dice.pick(dice.chance(0.7) || other === '' ? tokens : tokensOf(other));
});
const insertToken = change((tokens, at, dice) => tokens.splice(at, 0, ' ', dice.pick(tokens), ' '));

/** A place where the pattern matches, globally. */
function someMatch(text: string, pattern: RegExp, dice: Dice): { start: number; end: number } | undefined {
	const all = [...text.matchAll(pattern)];
	if (all.length === 0) return undefined;
	const { index: start, 0: found } = dice.pick(all);
	return { start, end: start + found.length };
}

/** A name of the text, the word itself where it has none. */
export function nameOf(text: string, dice: Dice): string {
	const at = someMatch(text, NAME, dice);
	return at ? text.slice(at.start, at.end) : 'name';
}

function replaceSome(pattern: RegExp, by: (dice: Dice, found: string) => string): Mutator {
	return (text, dice) => {
		const at = someMatch(text, pattern, dice);
		return at ? splice(text, at.start, at.end, by(dice, text.slice(at.start, at.end))) : text;
	};
}

const unbalance = replaceSome(/[(){}[\]"'\\#]|\/\*|\*\/|\n}/g, (dice, found) =>
	dice.chance(0.6) ? '' : found + found,
);
const number = replaceSome(/\b\d\w*/g, (dice) => dice.pick(NUMBERS));
const operator = replaceSome(/->|&&|\|\||[-+*/%&|^!=<>]=|[-+*/%&|^!=<>?:.,;~]/g, (dice) =>
	dice.pick([...'+-*/%&|^!=<>?:.,;~', '==', '!=', '<=', '->', '&&', '||', '|=', '&= ~', '', '<<', '++']),
);
const renameOne = replaceSome(NAME, (dice) => dice.pick(NAMES));
const familyName = new RegExp(`\\b(?:${FAMILY.join('|')})\\b`, 'g');
const renameFamily = replaceSome(familyName, (dice) => dice.pick(FAMILY));
const renameFlag = replaceSome(/\bFOLL_\w+/g, (dice) => dice.pick([...FLAGS, ...NUMBERS, 'gup_flags', 'true']));

/** Two variables become one, or a variable gets the name of a function: everywhere. */
const renameAll: Mutator = (text, dice) => {
	const [from, to] = [nameOf(text, dice), dice.chance(0.7) ? nameOf(text, dice) : dice.pick(NAMES)];
	return text.replace(new RegExp(`\\b${from}\\b`, 'g'), () => to);
};

const comment: Mutator = (text, dice) => {
	const { start, end } = dice.range(text.length, 300);
	return splice(text, start, end, `/*${text.slice(start, end)}*/`);
};

export const TOKENS: readonly Mutator[] = [
	...[deleteToken, duplicateToken, swapTokens, replaceToken, insertToken, unbalance, unbalance, number, operator],
	...[renameOne, renameFamily, renameFamily, renameFlag, renameFlag, renameAll, renameAll, comment],
];
