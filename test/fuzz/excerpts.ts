/** Functions of a kernel file that name the family, each cut out with what is around it. */
import { needles } from '../../server/src/engine.js';
import { conditions } from '../../server/src/syntax/conditions.js';
import { type Item, outline } from '../../server/src/syntax/outline.js';
import { isName, type Tokens, tokenize, tokenText } from '../../server/src/syntax/tokens.js';

/** Longer functions are left out: the point is many runs. */
const LONGEST = 6000;
/** Characters of what is cut out with a function. */
const AROUND = 4000;

/** @param version kernel whose `#if` arms are read */
export function excerpts(text: string, version: string): string[] {
	const tokens = tokenize(text);
	const items = outline(tokens, conditions(tokens, { version }));
	const all = items.map((item) => ({ item, code: codeOf(text, tokens, item), name: nameOf(tokens, item) }));
	const named = new Map(all.filter(({ name }) => name !== '').map((one) => [one.name, one]));
	const naming = new Map<string, typeof all>();
	for (const one of all) {
		if (one.item.kind !== 'function') continue;
		for (const word of wordsOf(tokens, one.item)) {
			const known = naming.get(word);
			if (known) known.push(one);
			else naming.set(word, [one]);
		}
	}
	return all.flatMap(({ item, code, name }) => {
		if (item.kind !== 'function' || code.length > LONGEST || !needles.some((needle) => code.includes(needle)))
			return [];
		const together = new Map([[item.first, code]]);
		let room = AROUND;
		const take = (other: (typeof all)[number]): void => {
			if (together.has(other.item.first) || other.code.length > room) return;
			room -= other.code.length;
			together.set(other.item.first, other.code);
		};
		for (const word of wordsOf(tokens, item)) {
			const other = named.get(word);
			if (other) take(other);
		}
		for (const other of naming.get(name) ?? []) take(other);
		return [...together]
			.sort(([a], [b]) => a - b)
			.map(([, code]) => code)
			.join('\n\n')
			.concat('\n');
	});
}

function codeOf(text: string, tokens: Tokens, { first, last }: Item): string {
	return text.slice(tokens.starts[first], tokens.ends[last - 1]);
}

function nameOf(tokens: Tokens, item: Item): string {
	if (item.kind === 'macro') return /^#\s*define\s+(\w+)/.exec(tokenText(tokens, item.first))?.[1] ?? '';
	return item.name < 0 ? '' : tokenText(tokens, item.name);
}

/** Each once. */
function wordsOf(tokens: Tokens, { first, last }: Item): ReadonlySet<string> {
	const words = new Set<string>();
	for (let i = first; i < last; i++) if (isName(tokens, i)) words.add(tokenText(tokens, i));
	return words;
}
