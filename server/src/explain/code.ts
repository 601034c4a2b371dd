/** Reading half-typed C around an offset without a parser: tokens, enclosing call, enclosing function. */

import type { Api, Kernel } from '../kernel/types.js';
import type { Range } from '../syntax/ir.js';
import { isName, isPunct, Token, type Tokens, tokenize, tokenText } from '../syntax/tokens.js';

/** Words that look like the name of a call. */
const KEYWORDS = new Set('if while for switch return sizeof typeof else do case goto defined'.split(' '));

/** Tokens of the part of a file that decides what stands at an offset. */
export interface Around {
	readonly tokens: Tokens;
	/** Index of the last token that starts before the offset; -1 when none does. */
	readonly last: number;
	readonly offset: number;
}

/**
 * Tokens from the end of the function before to the end of the one at `offset`. Kernel style closes functions with
 * a brace in column 0, and neither comments nor strings hold one.
 * @returns undefined inside a comment or a string
 */
export function around(text: string, offset: number): Around | undefined {
	const before = offset === 0 ? -1 : text.lastIndexOf('\n}', offset - 1);
	const after = text.indexOf('\n}', offset);
	let tokens = tokenize(text, Math.max(before, 0), after < 0 ? text.length : after);
	let last = lastBefore(tokens, offset);
	if (last >= 0 && tokens.kinds[last] === Token.Directive && offset <= (tokens.ends[last] as number)) {
		// A directive is one token: read what it holds.
		tokens = tokenize(text, (tokens.starts[last] as number) + 1, tokens.ends[last]);
		last = lastBefore(tokens, offset);
	}
	if (last >= 0 && tokens.kinds[last] === Token.String && insideLiteral(tokens, last, offset)) return undefined;
	const gap = last < 0 ? Math.max(before, 0) : (tokens.ends[last] as number);
	return insideComment(text, gap, offset) ? undefined : { tokens, last, offset };
}

function lastBefore(tokens: Tokens, offset: number): number {
	let low = 0;
	let high = tokens.count;
	while (low < high) {
		const middle = (low + high) >> 1;
		if ((tokens.starts[middle] as number) < offset) low = middle + 1;
		else high = middle;
	}
	return low - 1;
}

function insideLiteral(tokens: Tokens, i: number, offset: number): boolean {
	const [start, end] = [tokens.starts[i] as number, tokens.ends[i] as number];
	const closed = end - start > 1 && tokens.text[end - 1] === tokens.text[start];
	return offset < end || (offset === end && !closed);
}

/** Nothing but blanks and comments lies between `from` and `offset`: is `offset` in one of the comments? */
function insideComment(text: string, from: number, offset: number): boolean {
	let at = from;
	for (;;) {
		const line = text.indexOf('//', at);
		const block = text.indexOf('/*', at);
		const start = Math.min(line < 0 ? offset : line, block < 0 ? offset : block);
		if (start + 1 >= offset) return false;
		const end = start === block ? text.indexOf('*/', start + 2) : text.indexOf('\n', start);
		const behind = end < 0 ? text.length + 1 : start === block ? end + 2 : end + 1;
		if (offset < behind) return true;
		at = behind;
	}
}

/** Index of the name that covers the offset or ends at it; -1 when none does. */
export function nameAt({ tokens, last, offset }: Around): number {
	const next = last + 1;
	if (next < tokens.count && isName(tokens, next) && tokens.starts[next] === offset) return next;
	return last >= 0 && isName(tokens, last) && offset <= (tokens.ends[last] as number) ? last : -1;
}

export function rangeOf(tokens: Tokens, i: number): Range {
	return { start: tokens.starts[i] as number, end: tokens.ends[i] as number };
}

/** `x.name`, `x->name` */
export function isMember(tokens: Tokens, i: number): boolean {
	return isPunct(tokens, i - 1, '.') || (isPunct(tokens, i - 1, '>') && isPunct(tokens, i - 2, '-'));
}

/** The name is being declared or defined: a type stands before it. */
export function isDeclared(tokens: Tokens, i: number): boolean {
	if (isPunct(tokens, i - 1, '*')) return isName(tokens, i - 2) && !KEYWORDS.has(tokenText(tokens, i - 2));
	return isName(tokens, i - 1) && !KEYWORDS.has(tokenText(tokens, i - 1));
}

/** The function that a macro of the module stands for, by the offset of its name. */
export type Macros = (offset: number) => string | undefined;

/** The function of the family that is called by the name at a token. */
export function calledApi(tokens: Tokens, at: number, kernel: Kernel, macros: Macros | undefined): Api | undefined {
	if (isMember(tokens, at) || isDeclared(tokens, at)) return undefined;
	const known = kernel.api(tokenText(tokens, at));
	const meant = known ? undefined : macros?.(tokens.starts[at] as number);
	return known ?? (meant === undefined ? undefined : kernel.api(meant));
}

interface Call {
	readonly name: string;
	/** Index of the token of the name. */
	readonly at: number;
	/** Argument the offset is in, 0-based. */
	readonly argument: number;
	/** Index of the first token of that argument. */
	readonly from: number;
	/** Index of the opening parenthesis. */
	readonly open: number;
}

const OPEN = new Set(['(', '[', '{']);
const CLOSE = new Set([')', ']', '}']);

/** Calls around a token, innermost first, up to the statement's start. A pair of parentheses without a name is passed. */
export function* callsAround(tokens: Tokens, last: number): Generator<Call> {
	let depth = 0;
	let commas = 0;
	let from = last + 1;
	for (let i = last; i >= 0; i--) {
		if (tokens.kinds[i] !== Token.Punct) continue;
		const char = tokenText(tokens, i);
		if (CLOSE.has(char)) depth++;
		else if (OPEN.has(char) && depth > 0) depth--;
		else if (depth > 0) continue;
		else if (char === ',') {
			if (commas === 0) from = i + 1;
			commas++;
		} else if (char === '(') {
			if (commas === 0) from = i + 1;
			if (isName(tokens, i - 1) && !KEYWORDS.has(tokenText(tokens, i - 1))) {
				yield { name: tokenText(tokens, i - 1), at: i - 1, argument: commas, from, open: i };
			}
			commas = 0;
			from = i + 1;
		} else if (char === '{' || char === ';') return;
		else if (char === '[') {
			commas = 0;
			from = i + 1;
		}
	}
}

export interface Enclosing {
	readonly name: string;
	/** UTF-16 offsets of the name in the function's header. */
	readonly nameRange: Range;
	/** UTF-16 offsets from the header to the closing brace. */
	readonly range: Range;
}

/** A line in column 0 that may start or continue the header of a function. */
const HEADER = /^(?!(?:if|for|while|switch|return|else|do|typedef)\b)[A-Za-z_][\w\s*]*?\b([A-Za-z_]\w*)[ \t]*\(/;
/** How far up the header of a function may be, in UTF-16 units. */
const REACH = 400_000;

/** Start of the line that holds the offset. */
function lineStart(text: string, offset: number): number {
	// A negative start means 0 to lastIndexOf, which would find a newline there for ever.
	return offset <= 0 ? 0 : text.lastIndexOf('\n', offset - 1) + 1;
}

/** The function whose header or body holds the offset, by the last line in column 0 that is a function's header. */
export function enclosingFunction(text: string, offset: number): Enclosing | undefined {
	let line = lineStart(text, offset);
	const stop = Math.max(0, offset - REACH);
	for (;;) {
		if (text[line] === '}' && offset > line + 1) return undefined;
		const header = /[A-Za-z_]/.test(text[line] ?? '') ? readHeader(text, line) : undefined;
		if (header) return header.range.end >= offset ? header : undefined;
		if (line <= stop) return undefined;
		line = lineStart(text, line - 1);
	}
}

function readHeader(text: string, line: number): Enclosing | undefined {
	const newline = text.indexOf('\n', line);
	const match = HEADER.exec(text.slice(line, newline < 0 ? text.length : newline));
	if (!match) return undefined;
	const name = match[1] as string;
	const start = line + match[0].lastIndexOf(name);
	const open = text.indexOf('{', line);
	const semicolon = text.indexOf(';', line);
	if (open < 0 || (semicolon >= 0 && semicolon < open)) return undefined;
	const end = text.indexOf('\n}', open);
	return {
		name,
		nameRange: { start, end: start + name.length },
		range: { start: line, end: end < 0 ? text.length : end + 2 },
	};
}
