/** Which arm of an `#if` a kernel takes whose test says nothing that is known: by the functions that the arms name. */
import { API_NAMES } from '../../kernel/apis/index.js';
import { compareReleases } from '../../kernel/releases.js';
import type { Kernel, Release } from '../../kernel/types.js';
import { closing, isName, isPunct, Token, type Tokens, tokenize, tokenText } from '../tokens.js';

/** A function of the family that is named in an arm. */
export interface NamedFunction {
	readonly name: string;
	/** UTF-16 offset of the name. */
	readonly start: number;
	/** Arguments of a call; undefined for a name alone. */
	readonly args: number | undefined;
	/** It is defined there, as a function or a macro. */
	readonly isDefined: boolean;
}

/** Functions of the family in the tokens [first, last), those in preprocessor lines as well. */
export function functionsIn(tokens: Tokens, first: number, last: number): readonly NamedFunction[] {
	const found: NamedFunction[] = [];
	let depth = 0;
	for (let i = first; i < last; i++) {
		if (tokens.kinds[i] === Token.Directive) found.push(...functionsOfLine(tokens, i));
		else if (isPunct(tokens, i, '{')) depth++;
		else if (isPunct(tokens, i, '}')) depth--;
		if (!isName(tokens, i)) continue;
		const name = tokenText(tokens, i);
		if (!API_NAMES.has(name)) continue;
		const start = tokens.starts[i] as number;
		if (!isPunct(tokens, i + 1, '(')) found.push({ name, start, args: undefined, isDefined: false });
		else {
			const close = closing(tokens, i + 1, last);
			const isDefined = depth === 0 && isName(tokens, i - 1) && isPunct(tokens, close + 1, '{');
			found.push({ name, start, args: countOf(tokens, i + 1, close), isDefined });
		}
	}
	return found;
}

/** Functions that a `#define` names. */
function functionsOfLine(tokens: Tokens, i: number): readonly NamedFunction[] {
	const start = tokens.starts[i] as number;
	const [head, lead, name = ''] = /^(#\s*define\s+)(\w+)(?:\([^)]*\))?/.exec(tokenText(tokens, i)) ?? [];
	if (head === undefined || lead === undefined) return [];
	const body = tokenize(tokens.text, start + head.length, tokens.ends[i]);
	const named = functionsIn(body, 0, body.count).map((one) => ({ ...one, isDefined: false }));
	return API_NAMES.has(name)
		? [{ name, start: start + lead.length, args: undefined, isDefined: true }, ...named]
		: named;
}

function countOf(tokens: Tokens, open: number, close: number): number {
	let count = close > open + 1 ? 1 : 0;
	let depth = 0;
	for (let i = open + 1; i < close; i++) {
		if (tokens.kinds[i] !== Token.Punct) continue;
		const char = tokenText(tokens, i);
		if ('([{'.includes(char)) depth++;
		else if (')]}'.includes(char)) depth--;
		else if (char === ',' && depth === 0) count++;
	}
	return count;
}

/** The kernel can compile an arm that names these: it has what is called and not what is defined. */
function fits(kernel: Kernel, named: readonly NamedFunction[]): boolean {
	const own = new Set(named.filter(({ isDefined }) => isDefined).map(({ name }) => name));
	return named.every(({ name, args, isDefined }) => {
		const signature = kernel.api(name)?.signature;
		if (isDefined) return !signature;
		if (own.has(name)) return true;
		return signature !== undefined && (args === undefined || signature.params.length === args);
	});
}

/** Calls with arguments, which fit a kernel more surely than a name alone. */
function isCalled(named: readonly NamedFunction[]): boolean {
	return named.some(({ args }) => args !== undefined);
}

/** The newest release that brought one of the functions. */
function newestOf(kernel: Kernel, named: readonly NamedFunction[]): Release {
	const releases = named.map(({ name }) => kernel.api(name)?.record.signatures[0]?.since ?? '0.0');
	return releases.sort(compareReleases).at(-1) ?? '0.0';
}

/**
 * The arm that the kernel takes.
 * @param arms functions of each arm that may be compiled; the last one may be an arm that is not written
 * @returns undefined where the arms name no functions that tell, or none of them fits
 */
export function armOf(kernel: Kernel, arms: readonly (readonly NamedFunction[])[]): number | undefined {
	const telling = arms.filter((named) => named.length > 0);
	if (telling.length < 2 && !telling.some((named) => named.some(({ isDefined }) => isDefined))) return undefined;
	let best: number | undefined;
	for (const [i, named] of arms.entries()) {
		if (!fits(kernel, named)) continue;
		const before = best === undefined ? undefined : (arms[best] as readonly NamedFunction[]);
		// what a test asks for is newer than what is done without it
		const order = before && compareReleases(newestOf(kernel, named), newestOf(kernel, before));
		if (order === undefined || order > 0 || (order === 0 && isCalled(named) && !isCalled(before ?? []))) best = i;
	}
	return best;
}
