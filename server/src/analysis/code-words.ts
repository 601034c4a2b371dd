/** Words that stand in the code of a file, not in its comments and strings. */
import type { Range } from '../syntax/ir.js';

/** @returns a pattern for comments and strings, or one of the words; further ones to be passed over may be added in front */
export function scanner(words: RegExp, before = ''): RegExp {
	return new RegExp(
		`${before}/\\*[^]*?(?:\\*/|(?![\\s\\S]))|//[^\\n]*|"(?:\\\\.|[^"\\\\\\n])*"?|(${words.source})`,
		'gm',
	);
}

/** The first place where one of the words stands in the code; undefined when none does. */
export function inCode(text: string, words: RegExp): Range | undefined {
	for (const match of text.matchAll(scanner(words))) {
		if (match[0].startsWith('/*') || match[0].startsWith('//') || match[0].startsWith('"')) continue;
		return { start: match.index, end: match.index + match[0].length };
	}
	return undefined;
}
