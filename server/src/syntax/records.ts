/** Structs and typedefs of one file, read on demand. */
import type { Conditions } from './conditions.js';
import type { CType } from './ir.js';
import { normaliseItem } from './macro-normalisation.js';
import type { Item } from './outline.js';
import type { CParser, PlainNode } from './parser.js';
import { isName, isPunct, type Tokens, tokenText } from './tokens.js';
import { baseType, declared } from './types.js';

/** Field types of one struct or union; those of anonymous inner ones count as its own. */
export function readRecord(parser: CParser, tokens: Tokens, conditions: Conditions, item: Item): Map<string, CType> {
	const fields = new Map<string, CType>();
	const soft = normaliseItem(tokens, conditions, item);
	const parsed = parser.parse(soft.text);
	const text = (node: PlainNode): string => tokens.text.slice(soft.base + node.start, soft.base + node.end);
	const pending = [parsed.root];
	for (let node = pending.pop(); node; node = pending.pop()) {
		if (node.type === 'field_declaration') {
			const base = baseType(node, text);
			for (const c of node.children) {
				const found = c.field === 'declarator' ? declared(c, text) : undefined;
				if (found) fields.set(found.name, { base, pointers: found.pointers, array: found.array });
			}
		}
		pending.push(...node.children);
	}
	parsed.dispose();
	return fields;
}

/** `typedef unsigned int foo_t;` gives foo_t; function and record typedefs give nothing. */
export function readTypedef(tokens: Tokens, item: Item): { name: string; type: CType } | undefined {
	const last = item.last - 2;
	if (last <= item.first + 1 || !isName(tokens, last)) return undefined;
	const words: string[] = [];
	let pointers = 0;
	for (let i = item.first + 1; i < last; i++) {
		if (isName(tokens, i)) words.push(tokenText(tokens, i));
		else if (isPunct(tokens, i, '*')) pointers++;
		else return undefined;
	}
	return {
		name: tokenText(tokens, last),
		type: { base: words.filter((w) => w !== 'const' && w !== 'volatile').join(' '), pointers, array: false },
	};
}
