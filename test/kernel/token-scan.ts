/**
 * A second opinion on the calls of a file, which shares nothing with the engine: comments, strings and `#if 0`
 * are removed character by character, then every `name(` inside a body or a macro counts.
 */

export interface ScannedCall {
	readonly name: string;
	/** From 1. */
	readonly line: number;
	readonly args: number;
}

const blank = (text: string): string => text.replace(/[^\n]/g, ' ');

/** Comments and the insides of literals become blanks; lines stay. */
function withoutComments(text: string): string {
	return text.replace(
		/\/\*[\s\S]*?(?:\*\/|$)|\/\/[^\n]*|"(?:\\[\s\S]|[^"\\\n])*"?|'(?:\\[\s\S]|[^'\\\n])*'?/g,
		(found) => (found[0] === '/' ? blank(found) : `${found[0]}${blank(found.slice(1, -1))}${found[0]}`),
	);
}

/** `#if 0` arms become blanks. */
function withoutDeadArms(text: string): string {
	const out: string[] = [];
	/** For each open group: whether its present arm is dead, and whether it began as `#if 0`. */
	const stack: { dead: boolean; zero: boolean }[] = [];
	for (const line of text.split('\n')) {
		const word = /^\s*#\s*(if|ifdef|ifndef|elif|else|endif)\b\s*(.*)/.exec(line);
		if (word?.[1]?.startsWith('if'))
			stack.push({
				dead: word[1] === 'if' && /^\(?0\)?\s*$/.test(word[2] ?? ''),
				zero: /^\(?0\)?\s*$/.test(word[2] ?? ''),
			});
		else if (word && (word[1] === 'else' || word[1] === 'elif')) {
			const top = stack.at(-1);
			if (top) top.dead = false;
		} else if (word?.[1] === 'endif') stack.pop();
		out.push(!word && stack.some((group) => group.dead) ? blank(line) : line);
	}
	return out.join('\n');
}

/** Top-level arguments between the parentheses that open at `open`. */
function countArguments(text: string, open: number): number {
	let depth = 0;
	let commas = 0;
	let any = false;
	for (let i = open; i < text.length; i++) {
		const c = text[i] as string;
		if ('([{'.includes(c)) depth++;
		else if (')]}'.includes(c)) {
			depth--;
			if (depth === 0) break;
		} else if (c === ',' && depth === 1) commas++;
		if (i > open && !/\s|\\/.test(c)) any = true;
	}
	return any ? commas + 1 : 0;
}

/** Every call of one of `names` in a function body or a macro, in the order of the text. */
export function scanCalls(source: string, names: ReadonlySet<string>): ScannedCall[] {
	const text = withoutDeadArms(withoutComments(source));
	const macros = [...text.matchAll(/^[ \t]*#[ \t]*define\b(?:[^\n]*\\\r?\n)*[^\n]*/gm)].map(
		(m) => [m.index, m.index + m[0].length] as const,
	);
	const found: ScannedCall[] = [];
	let depth = 0;
	let at = 0;
	const inMacro = (index: number): boolean => macros.some(([from, to]) => index >= from && index < to);
	for (const match of text.matchAll(/\b[A-Za-z_]\w*(?=\s*\()/g)) {
		if (!names.has(match[0])) continue;
		for (; at < match.index; at++) {
			if (inMacro(at)) continue;
			if (text[at] === '{') depth++;
			else if (text[at] === '}') depth--;
			// a body ends in column 0 whatever the arms of #if did to the braces
			if (text[at] === '}' && text[at - 1] === '\n') depth = 0;
		}
		const macro = macros.find(([from, to]) => match.index >= from && match.index < to);
		const defines =
			macro &&
			new RegExp(`#[ \\t]*define[ \\t]+${match[0]}\\(`).test(text.slice(macro[0], match.index + match[0].length + 1));
		if (defines || (!macro && depth <= 0)) continue;
		found.push({
			name: match[0],
			line: text.slice(0, match.index).split('\n').length,
			args: countArguments(
				text,
				match.index +
					match[0].length +
					(/^\s*/.exec(text.slice(match.index + match[0].length)) as RegExpExecArray)[0].length,
			),
		});
	}
	return found;
}
