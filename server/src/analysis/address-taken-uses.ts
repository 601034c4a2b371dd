/** Where a file names a function other than to call it: tables of methods, arguments, anything else. */
import type { Range } from '../syntax/ir.js';
import { memoize, memoizePairs } from '../syntax/memoize.js';
import { isName, isPunct, Token, type Tokens, tokenize, tokenText } from '../syntax/tokens.js';
import type { FileContext } from './context.js';

export type Mention =
	/** `.member = name` in an initialiser of `struct record variable`; both are "" where they cannot be told. */
	| (Range & { readonly kind: 'member'; readonly record: string; readonly variable: string; readonly member: string })
	/** `callee(..., name, ...)`, also with `&`. */
	| (Range & { readonly kind: 'argument'; readonly callee: string; readonly position: number })
	| (Range & { readonly kind: 'other' });

interface Known {
	readonly tokens: Tokens;
	readonly brackets: Brackets;
	/** Word -> tokens that are it, or directives that contain it; for functions of the file alone. */
	readonly places: ReadonlyMap<string, readonly number[]>;
}

const tokensOf = memoize(({ text, ir }: FileContext): Known => {
	const tokens = tokenize(text);
	return { tokens, brackets: bracketsOf(tokens), places: placesOf(tokens, ir.defined) };
});

/** Mentions of the function `name` that are no direct call, declaration or definition of it. */
export const addressTakenUses = memoizePairs((file: FileContext, name: string): readonly Mention[] => {
	const known = tokensOf(file);
	return (known.places.get(name) ?? []).flatMap((i) => mentionAt(known, i) ?? []);
});

function placesOf(tokens: Tokens, names: ReadonlySet<string>): Map<string, number[]> {
	const places = new Map<string, number[]>();
	const add = (name: string, i: number): void => {
		const known = places.get(name);
		if (known) known.push(i);
		else if (names.has(name)) places.set(name, [i]);
	};
	for (let i = 0; i < tokens.count; i++) {
		if (isName(tokens, i)) add(tokenText(tokens, i), i);
		else if (tokens.kinds[i] === Token.Directive)
			for (const word of tokenText(tokens, i).match(/\w+/g) ?? []) add(word, i);
	}
	return places;
}

function rangeOf(tokens: Tokens, i: number): Range {
	return { start: tokens.starts[i] as number, end: tokens.ends[i] as number };
}

function mentionAt(known: Known, i: number): Mention | undefined {
	const { tokens } = known;
	const at = rangeOf(tokens, i);
	if (!isName(tokens, i)) return { ...at, kind: 'other' };
	if (isPunct(tokens, i + 1, '(')) return undefined;
	const isField = isPunct(tokens, i - 1, '.') || (isPunct(tokens, i - 1, '>') && isPunct(tokens, i - 2, '-'));
	if (isField || (i > 0 && tokenText(tokens, i - 1) === 'goto')) return undefined;
	let before = isPunct(tokens, i - 1, '&') ? i - 1 : i;
	// `(name)` where it stands for a value
	for (let after = i + 1; isBracket(tokens, before - 1) && isPunct(tokens, after, ')'); after++) before--;
	if (isPunct(tokens, before - 1, '=') && isName(tokens, before - 2) && isPunct(tokens, before - 3, '.')) {
		const { record, variable } = tableAround(known, before - 3);
		return { ...at, kind: 'member', record, variable, member: tokenText(tokens, before - 2) };
	}
	return argumentAt(known, before, at) ?? { ...at, kind: 'other' };
}

/** A bracket that opens no arguments. */
function isBracket(tokens: Tokens, i: number): boolean {
	return isPunct(tokens, i, '(') && !isName(tokens, i - 1);
}

/** The brackets around each token. */
interface Brackets {
	/** Index of the bracket that is open at a token, or -1: also where a statement ends in between. */
	readonly opening: Int32Array;
	/** Commas from there to the token. */
	readonly commas: Int32Array;
}

/** What is open at one depth of nesting. */
interface Level {
	readonly at: number;
	commas: number;
	/** A semicolon stands between. */
	ended: boolean;
}

function bracketsOf(tokens: Tokens): Brackets {
	const opening = new Int32Array(tokens.count).fill(-1);
	const commas = new Int32Array(tokens.count);
	const outside: Level = { at: -1, commas: 0, ended: false };
	const open: Level[] = [];
	for (let i = 0; i < tokens.count; i++) {
		const level = open.at(-1) ?? outside;
		opening[i] = level.ended ? -1 : level.at;
		commas[i] = level.commas;
		if (tokens.kinds[i] !== Token.Punct) continue;
		const char = tokens.text[tokens.starts[i] as number] as string;
		if ('([{'.includes(char)) open.push({ at: i, commas: 0, ended: false });
		else if (')]}'.includes(char)) open.pop();
		else if (char === ',') level.commas++;
		else if (char === ';') level.ended = true;
	}
	return { opening, commas };
}

function argumentAt({ tokens, brackets }: Known, i: number, range: Range): Mention | undefined {
	const at = brackets.opening[i] as number;
	if (at < 1 || !isPunct(tokens, at, '(') || !isName(tokens, at - 1)) return undefined;
	return { ...range, kind: 'argument', callee: tokenText(tokens, at - 1), position: brackets.commas[i] as number };
}

/** The struct and the variable whose initialiser `i` stands in. */
function tableAround({ tokens, brackets }: Known, i: number): { readonly record: string; readonly variable: string } {
	const none = { record: '', variable: '' };
	const at = brackets.opening[i] as number;
	if (at < 2 || !isPunct(tokens, at, '{')) return none;
	if (!isPunct(tokens, at - 1, '=') || !isName(tokens, at - 2)) return none;
	const variable = tokenText(tokens, at - 2);
	for (let k = at - 3; k > 0 && k > at - 9 && isName(tokens, k); k--)
		if (tokenText(tokens, k - 1) === 'struct') return { record: tokenText(tokens, k), variable };
	return none;
}
