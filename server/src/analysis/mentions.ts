/** Where a file names a function other than to call it: tables of methods, arguments, anything else. */
import type { Range } from '../syntax/ir.js';
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
	/** Word -> tokens that are it, or directives that contain it; for functions of the file alone. */
	readonly places: ReadonlyMap<string, readonly number[]>;
	readonly mentions: Map<string, readonly Mention[]>;
}

const KNOWN = new WeakMap<FileContext, Known>();

/** Mentions of the function `name` that are no direct call, declaration or definition of it. */
export function mentionsOf(file: FileContext, name: string): readonly Mention[] {
	let known = KNOWN.get(file);
	if (!known) {
		const tokens = tokenize(file.text);
		known = { tokens, places: placesOf(tokens, file.ir.defined), mentions: new Map() };
		KNOWN.set(file, known);
	}
	let mentions = known.mentions.get(name);
	if (!mentions) {
		const { tokens, places } = known;
		mentions = (places.get(name) ?? []).flatMap((i) => mentionAt(tokens, i) ?? []);
		known.mentions.set(name, mentions);
	}
	return mentions;
}

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

function mentionAt(tokens: Tokens, i: number): Mention | undefined {
	const at = rangeOf(tokens, i);
	if (!isName(tokens, i)) return { ...at, kind: 'other' };
	if (isPunct(tokens, i + 1, '(')) return undefined;
	const isField = isPunct(tokens, i - 1, '.') || (isPunct(tokens, i - 1, '>') && isPunct(tokens, i - 2, '-'));
	if (isField || (i > 0 && tokenText(tokens, i - 1) === 'goto')) return undefined;
	const before = isPunct(tokens, i - 1, '&') ? i - 1 : i;
	if (isPunct(tokens, before - 1, '=') && isName(tokens, before - 2) && isPunct(tokens, before - 3, '.')) {
		const { record, variable } = tableAround(tokens, before - 3);
		return { ...at, kind: 'member', record, variable, member: tokenText(tokens, before - 2) };
	}
	return argumentAt(tokens, before, at) ?? { ...at, kind: 'other' };
}

/** Index of the bracket that is open at `i`, or -1; commas on the way are counted. */
function opening(tokens: Tokens, i: number): { readonly at: number; readonly commas: number } {
	let depth = 0;
	let commas = 0;
	for (let at = i - 1; at >= 0; at--) {
		if (tokens.kinds[at] !== Token.Punct) continue;
		const char = tokens.text[tokens.starts[at] as number] as string;
		if (')]}'.includes(char)) depth++;
		else if ('([{'.includes(char)) {
			if (depth === 0) return { at, commas };
			depth--;
		} else if (depth === 0 && char === ',') commas++;
		else if (depth === 0 && char === ';') break;
	}
	return { at: -1, commas };
}

function argumentAt(tokens: Tokens, i: number, range: Range): Mention | undefined {
	const { at, commas } = opening(tokens, i);
	if (at < 1 || !isPunct(tokens, at, '(') || !isName(tokens, at - 1)) return undefined;
	return { ...range, kind: 'argument', callee: tokenText(tokens, at - 1), position: commas };
}

/** The struct and the variable whose initialiser `i` stands in. */
function tableAround(tokens: Tokens, i: number): { readonly record: string; readonly variable: string } {
	const none = { record: '', variable: '' };
	const { at } = opening(tokens, i);
	if (at < 2 || !isPunct(tokens, at, '{')) return none;
	if (!isPunct(tokens, at - 1, '=') || !isName(tokens, at - 2)) return none;
	const variable = tokenText(tokens, at - 2);
	for (let k = at - 3; k > 0 && k > at - 9 && isName(tokens, k); k--)
		if (tokenText(tokens, k - 1) === 'struct') return { record: tokenText(tokens, k), variable };
	return none;
}
