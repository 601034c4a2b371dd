/** Words in the bodies of a file's macros: what a function does through one of them is not seen where it is named. */
import { memoize } from '../syntax/memoize.js';
import { Token, tokenize, tokenText } from '../syntax/tokens.js';
import type { FileContext } from './context.js';

export const macroWords = memoize(({ text }: FileContext): ReadonlySet<string> => {
	const tokens = tokenize(text);
	const words = new Set<string>();
	for (let i = 0; i < tokens.count; i++) {
		if (tokens.kinds[i] !== Token.Directive) continue;
		const directive = tokenText(tokens, i);
		if (/^#\s*define\b/.test(directive)) for (const word of directive.match(/\w+/g) ?? []) words.add(word);
	}
	return words;
});
