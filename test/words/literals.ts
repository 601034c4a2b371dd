/** String literals of a TypeScript source, with `…` for what a template inserts: the texts a program may show. */

export interface Literal {
	/** 1-based. */
	readonly line: number;
	readonly text: string;
}

/** A slash after one of these starts a regular expression. */
const BEFORE_REGEX = /(?:^|[(,=:[!&|?{};+\n]|=>|\breturn)\s*$/;
const LOOK_BEHIND = 16;

/** Offset behind a regular expression that starts at `start`. */
function behindRegex(source: string, start: number): number {
	let inClass = false;
	for (let at = start + 1; at < source.length; at++) {
		const char = source[at];
		if (char === '\\') at++;
		else if (char === '[') inClass = true;
		else if (char === ']') inClass = false;
		else if (char === '/' && !inClass) return at + 1;
	}
	return source.length;
}

/** Offset of the character that ends a quoted string or a comment. */
function endOfQuoted(source: string, start: number): number {
	let at = start + 1;
	while (at < source.length && source[at] !== source[start]) at += source[at] === '\\' ? 2 : 1;
	return at;
}

/** The text of a template from its backtick on, and the offset behind it. Templates inside it are added to `found`. */
function template(source: string, start: number, found: Map<number, string>): { readonly text: string; end: number } {
	let text = '';
	let at = start + 1;
	while (at < source.length && source[at] !== '`') {
		if (source.startsWith('${', at)) {
			text += '…';
			at = scan(source, at + 2, found, true);
		} else {
			if (source[at] === '\\') at++;
			text += source[at++];
		}
	}
	return { text, end: at + 1 };
}

/** @returns the offset behind the code: its end, or behind the brace that closes an inserted expression */
function scan(source: string, from: number, found: Map<number, string>, inserted: boolean): number {
	let depth = 0;
	let at = from;
	while (at < source.length) {
		const char = source[at];
		if (source.startsWith('//', at)) at = (source.indexOf('\n', at) + 1 || source.length + 1) - 1;
		else if (source.startsWith('/*', at)) at = source.indexOf('*/', at) + 2;
		else if (char === '/' && BEFORE_REGEX.test(source.slice(Math.max(0, at - LOOK_BEHIND), at)))
			at = behindRegex(source, at);
		else if (char === "'" || char === '"') {
			const end = endOfQuoted(source, at);
			found.set(at, source.slice(at + 1, end));
			at = end + 1;
		} else if (char === '`') {
			const start = at;
			const { text, end } = template(source, at, found);
			found.set(start, text);
			at = end;
		} else {
			if (char === '{') depth++;
			else if (char === '}' && depth-- === 0 && inserted) return at + 1;
			at++;
		}
	}
	return at;
}

export function literals(source: string): readonly Literal[] {
	const found = new Map<number, string>();
	scan(source, 0, found, false);
	return [...found]
		.sort(([a], [b]) => a - b)
		.map(([at, text]) => ({ line: source.slice(0, at).split('\n').length, text }));
}
