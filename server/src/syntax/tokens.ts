/** Kernel C as a flat list of tokens. Comments are skipped, a preprocessor line is one token. */

export enum Token {
	Name = 1,
	Number,
	String,
	/** One punctuation character; `Tokens.char` tells which. */
	Punct,
	/** A whole logical preprocessor line, continuations included, without the final newline. */
	Directive,
}

export interface Tokens {
	readonly text: string;
	readonly count: number;
	readonly kinds: Uint8Array;
	/** UTF-16 offsets, end exclusive. */
	readonly starts: Int32Array;
	readonly ends: Int32Array;
}

const NEWLINE = 10;
const BACKSLASH = 92;
const QUOTE = 34;
const APOSTROPHE = 39;
const SLASH = 47;
const STAR = 42;
const HASH = 35;

/** 1: may start a name, 2: digit, 3: white space, 0: anything else. */
const CLASS = new Uint8Array(128);
for (let c = 0; c < 128; c++) {
	const s = String.fromCharCode(c);
	CLASS[c] = /[A-Za-z_$]/.test(s) ? 1 : /[0-9]/.test(s) ? 2 : /\s/.test(s) || c === 0 ? 3 : 0;
}

function classAt(text: string, at: number): number {
	const code = text.charCodeAt(at);
	return code < 128 ? (CLASS[code] as number) : foreignClass(text, at, code);
}

/** Beyond ASCII all is a name but white space, what controls a terminal or a line, and half a character. */
function foreignClass(text: string, at: number, code: number): number {
	if (code === 0xa0 || code === 0xfeff || code === 0x2028 || code === 0x2029) return 3;
	if (code < 0xa0 || (code >= 0x202a && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069)) return 0;
	if (code < 0xd800 || code > 0xdfff) return 1;
	const isPair = code < 0xdc00 ? isLow(text.charCodeAt(at + 1)) : isHigh(text.charCodeAt(at - 1));
	return isPair ? 1 : 0;
}

function isHigh(code: number): boolean {
	return code >= 0xd800 && code < 0xdc00;
}

function isLow(code: number): boolean {
	return code >= 0xdc00 && code <= 0xdfff;
}

/** Offset just after the comment that starts at `at`, or `at` when none does. */
function skipComment(text: string, at: number): number {
	const next = text.charCodeAt(at + 1);
	if (next === STAR) {
		const end = text.indexOf('*/', at + 2);
		return end < 0 ? text.length : end + 2;
	}
	if (next === SLASH) {
		let end = text.indexOf('\n', at);
		while (end > 0 && continues(text, end)) end = text.indexOf('\n', end + 1);
		return end < 0 ? text.length : end;
	}
	return at;
}

/** The newline at `newline` is preceded by a backslash. */
function continues(text: string, newline: number): boolean {
	let at = newline - 1;
	if (text.charCodeAt(at) === 13) at--;
	return text.charCodeAt(at) === BACKSLASH;
}

/** Offset just after the literal that opens at `at`; an unterminated one ends with its line. */
function skipLiteral(text: string, at: number, quote: number): number {
	let i = at + 1;
	while (i < text.length) {
		const c = text.charCodeAt(i);
		if (c === BACKSLASH) {
			i += text.charCodeAt(i + 1) === 13 ? 3 : 2;
			continue;
		}
		if (c === quote) return i + 1;
		if (c === NEWLINE) return i;
		i++;
	}
	return Math.min(i, text.length);
}

/** Offset of the newline that ends the directive at `at` (or the end of the text). */
function skipDirective(text: string, at: number): number {
	let i = at + 1;
	while (i < text.length) {
		const c = text.charCodeAt(i);
		if (c === NEWLINE) {
			if (!continues(text, i)) return i;
			i++;
		} else if (c === SLASH) {
			const end = skipComment(text, i);
			i = end === i ? i + 1 : end;
		} else if (c === QUOTE || c === APOSTROPHE) {
			// `#error don't` has a lone apostrophe: the literal ends with the line
			const end = skipLiteral(text, i, c);
			i = end;
		} else i++;
	}
	return text.length;
}

/**
 * Split `text` into tokens. Never fails: what cannot be read ends with its line or the text.
 * @param from,to UTF-16 offsets, default the whole text
 */
export function tokenize(text: string, from = 0, to = text.length): Tokens {
	let capacity = Math.max(64, ((to - from) >> 2) + 16);
	let kinds = new Uint8Array(capacity);
	let starts = new Int32Array(capacity);
	let ends = new Int32Array(capacity);
	let count = 0;
	let lineStart = true;
	let i = from;
	while (i < to) {
		const code = text.charCodeAt(i);
		const cls = classAt(text, i);
		if (cls === 3) {
			if (code === NEWLINE) lineStart = true;
			i++;
			continue;
		}
		if (code === SLASH) {
			const end = skipComment(text, i);
			if (end !== i) {
				i = end;
				continue;
			}
		}
		if (code === BACKSLASH) {
			i++;
			continue;
		}
		const start = i;
		let kind: Token;
		if (cls === 1) {
			do i++;
			while (i < to && (classAt(text, i) & 3) % 3 !== 0);
			kind = Token.Name;
		} else if (cls === 2 || (code === 46 && classAt(text, i + 1) === 2)) {
			i++;
			while (i < to) {
				const c = text.charCodeAt(i);
				const sign =
					(c === 43 || c === 45) && /[eEpP]/.test(text.charAt(i - 1)) && !/^0[xX]/.test(text.slice(start, start + 2));
				if (c !== 46 && !sign && (classAt(text, i) & 3) % 3 === 0) break;
				i++;
			}
			kind = Token.Number;
		} else if (code === QUOTE || code === APOSTROPHE) {
			i = skipLiteral(text, i, code);
			kind = Token.String;
		} else if (code === HASH && lineStart) {
			i = Math.min(skipDirective(text, i), to);
			kind = Token.Directive;
		} else {
			i++;
			kind = Token.Punct;
		}
		lineStart = false;
		if (count === capacity) {
			capacity *= 2;
			kinds = grow(kinds, new Uint8Array(capacity));
			starts = grow(starts, new Int32Array(capacity));
			ends = grow(ends, new Int32Array(capacity));
		}
		kinds[count] = kind;
		starts[count] = start;
		ends[count] = i;
		count++;
	}
	return { text, count, kinds, starts, ends };
}

function grow<T extends Uint8Array | Int32Array>(from: T, to: T): T {
	to.set(from);
	return to;
}

/** Text of token `i`. */
export function tokenText(tokens: Tokens, i: number): string {
	return tokens.text.slice(tokens.starts[i], tokens.ends[i]);
}

/** Token `i` is this punctuation character. */
export function isPunct(tokens: Tokens, i: number, char: string): boolean {
	return tokens.kinds[i] === Token.Punct && tokens.text[tokens.starts[i] as number] === char;
}

export function isName(tokens: Tokens, i: number): boolean {
	return tokens.kinds[i] === Token.Name;
}

/** Token `i` stands in column 0. */
export function atLineStart(tokens: Tokens, i: number): boolean {
	const start = tokens.starts[i] as number;
	return start === 0 || tokens.text.charCodeAt(start - 1) === NEWLINE;
}

const OPENERS = '([{';
const CLOSERS = ')]}';

/** Index of the token that closes the bracket at `open`, or `limit` when none does. Only round, square and curly brackets count. */
export function closing(tokens: Tokens, open: number, limit: number): number {
	let depth = 0;
	for (let i = open; i < limit; i++) {
		if (tokens.kinds[i] !== Token.Punct) continue;
		const char = tokens.text[tokens.starts[i] as number] as string;
		if (OPENERS.includes(char)) depth++;
		else if (CLOSERS.includes(char) && --depth === 0) return i;
	}
	return limit;
}
