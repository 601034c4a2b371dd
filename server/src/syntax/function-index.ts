/** Functions of other files, cut out as they stand there. */
import { type Configuration, conditions } from './conditions.js';
import type { Fragment, SiblingFile } from './linked-unit.js';
import { type Item, outline } from './outline.js';
import { isName, isPunct, type Tokens, tokenize, tokenText } from './tokens.js';

/** A function of another file. */
export interface IndexedFunction {
	readonly name: string;
	readonly from: SiblingFile;
	readonly isStatic: boolean;
	/** Names it calls. */
	readonly calls: ReadonlySet<string>;
	readonly piece: Fragment;
	/** Whether it has the word, and the word as a field (`x->word`, `x.word`). */
	names(word: string): boolean;
	usesField(field: string): boolean;
}

/** All functions of one other file by name. */
class Shelf {
	readonly functions = new Map<string, IndexedFunction[]>();

	constructor(from: SiblingFile, configuration: Configuration) {
		const tokens = tokenize(from.text);
		for (const item of outline(tokens, conditions(tokens, configuration))) {
			if (item.kind !== 'function') continue;
			const shelved = shelve(from, tokens, item);
			const known = this.functions.get(shelved.name);
			if (known) known.push(shelved);
			else this.functions.set(shelved.name, [shelved]);
		}
	}
}

/** Quick look, without reading the text: a line that starts in column 0 has the name before a bracket. Prototypes pass as well. */
export function mayDefine(text: string, name: string): boolean {
	for (let at = text.indexOf(name); at >= 0; at = text.indexOf(name, at + name.length)) {
		const line = text.lastIndexOf('\n', at) + 1;
		if (!/[A-Za-z_]/.test(text[line] as string)) continue;
		if (at > line && /\w/.test(text[at - 1] as string)) continue;
		if (/^\s*\(/.test(text.slice(at + name.length, at + name.length + 3))) return true;
	}
	return false;
}

/** Quick look: the text has the field of a struct of that name. */
export function mayUse(text: string, record: string, field: string): boolean {
	return (
		text.includes(record.replace(/^(?:struct|union) /, '')) &&
		(text.includes(`->${field}`) || text.includes(`.${field}`))
	);
}

const SHELVES = new WeakMap<SiblingFile, Map<string, Shelf>>();

/** @param configuration whose arms of `#if` are read */
export function functionIndexOf(
	neighbour: SiblingFile,
	configuration: Configuration,
): ReadonlyMap<string, readonly IndexedFunction[]> {
	let shelves = SHELVES.get(neighbour);
	if (!shelves) {
		shelves = new Map();
		SHELVES.set(neighbour, shelves);
	}
	const key = JSON.stringify([configuration.version, ...(configuration.macros ?? [])]);
	let shelf = shelves.get(key);
	if (!shelf) {
		shelf = new Shelf(neighbour, configuration);
		shelves.set(key, shelf);
	}
	return shelf.functions;
}

function shelve(from: SiblingFile, tokens: Tokens, item: Item): IndexedFunction {
	const words = new Set<string>();
	const calls = new Set<string>();
	const fields = new Set<string>();
	for (let i = item.first; i < item.last; i++) {
		if (!isName(tokens, i)) continue;
		const word = tokenText(tokens, i);
		words.add(word);
		if (i <= item.body) continue;
		const arrow = isPunct(tokens, i - 1, '>') && isPunct(tokens, i - 2, '-');
		if (arrow || isPunct(tokens, i - 1, '.')) fields.add(word);
		else if (isPunct(tokens, i + 1, '(')) calls.add(word);
	}
	const { isStatic, piece } = cut(from, tokens, item);
	return {
		name: tokenText(tokens, item.name),
		from,
		isStatic,
		calls,
		piece,
		names: (word) => words.has(word),
		usesField: (field) => fields.has(field),
	};
}

function cut(from: SiblingFile, tokens: Tokens, item: Item): { isStatic: boolean; piece: Fragment } {
	const start = tokens.starts[item.first] as number;
	let text = from.text.slice(start, tokens.ends[item.last - 1]);
	let isStatic = false;
	for (let i = item.first; i < item.name; i++) {
		if (!isName(tokens, i) || tokenText(tokens, i) !== 'static') continue;
		const at = (tokens.starts[i] as number) - start;
		text = `${text.slice(0, at)}      ${text.slice(at + 6)}`;
		isStatic = true;
	}
	return { isStatic, piece: { from, start, text } };
}
