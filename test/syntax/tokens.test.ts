import { expect, test } from 'vitest';
import { tokenize, tokenText } from '../../server/src/syntax/tokens.js';

function tokensOf(text: string): string[] {
	const tokens = tokenize(text);
	return Array.from({ length: tokens.count }, (_, i) => tokenText(tokens, i));
}

test.each([
	['letters of any language', 'größe 页 𝒻n $x', ['größe', '页', '𝒻n', '$x']],
	['white space and line separators', 'a\xa0b\u2028c\u2029d\ufeffe', ['a', 'b', 'c', 'd', 'e']],
	['controls of terminals', 'a\x85b\x9bc', ['a', '\x85', 'b', '\x9b', 'c']],
	['marks of direction', 'a\u202eb\u2066c', ['a', '\u202e', 'b', '\u2066', 'c']],
	['halves of characters', 'a\ud800b\udc00c', ['a', '\ud800', 'b', '\udc00', 'c']],
	['a half before a whole one', '\ud800\ud835\udcbb', ['\ud800', '\ud835\udcbb']],
])('names: %s', (_, text, expected) => {
	expect(tokensOf(text)).toEqual(expected);
});
