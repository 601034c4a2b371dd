/** One C file: text -> IR, keeping across edits what did not change. */
import { callsNamed } from './calls.js';
import { type Conditions, type Configuration, compatRanges, conditions } from './conditions.js';
import { Effort, FileEffort } from './effort.js';
import { grouped } from './grouped.js';
import type { CType, FileIR, FunctionIR, MacroIR } from './ir.js';
import { lowerFunction } from './lower.js';
import { normaliseFunction } from './macro-normalisation.js';
import { readMacro } from './macros.js';
import { type Item, outline } from './outline.js';
import type { CParser, Parsed } from './parser.js';
import { readingsOf } from './readings.js';
import { readRecord, readTypedef } from './records.js';
import { Token, type Tokens, tokenize, tokenText } from './tokens.js';

/** Words of which each is looked for in the text; beyond that all of them are read at once. */
const MANY_WORDS = 32;
/** Bracket nesting that is not given to the parser at all. */
const DEEPEST_BRACKETS = 200;
/** Operators in a row, without an operand between, that are not given to the parser: its recovery from errors takes long there. */
const LONGEST_OPERATORS = 100;
/** Tokens of one function beyond which it is left unread; the longest of the kernel has some 20,000. */
const LONGEST_FUNCTION = 60_000;
/** UTF-16 units of one name; compilers must tell apart the first 63. */
const LONGEST_NAME = 500;

interface Reading {
	readonly item: Item;
	readonly functions: readonly FunctionIR[];
}

interface Kept {
	readonly parsed: Parsed;
	used: boolean;
}

export class SourceFile {
	/** Trees of the last call by function name, variant and occurrence. */
	private kept = new Map<string, Kept>();
	private readonly parser: CParser;

	constructor(parser: CParser) {
		this.parser = parser;
	}

	/**
	 * Read `text`.
	 * @param configuration that `#if` is evaluated for
	 * @param words matches (globally) every word that makes a function worth reading
	 */
	read(text: string, configuration: Configuration, words: RegExp): FileIR {
		for (const kept of this.kept.values()) kept.used = false;
		const file = new Reader(this.parser, this.kept, text, configuration, words).ir();
		return file;
	}

	/** Free what the last text no longer needs. Call when the IR has been used. */
	sweep(): void {
		for (const [key, kept] of this.kept) {
			if (kept.used) continue;
			kept.parsed.dispose();
			this.kept.delete(key);
		}
	}

	dispose(): void {
		for (const kept of this.kept.values()) kept.parsed.dispose();
		this.kept = new Map();
	}
}

class Reader {
	private readonly parser: CParser;
	private readonly kept: Map<string, Kept>;
	private readonly tokens: Tokens;
	private readonly conditions: Conditions;
	private readonly items: readonly Item[];
	private readonly functionItems: readonly Item[];
	private readonly readings = new Map<Item, Reading>();
	private readonly fields = new Map<string, Map<string, CType>>();
	private readonly unread: string[] = [];
	private readonly occurrences = new Map<string, number>();
	private readonly named = new Map<string, readonly FunctionIR[]>();
	private readonly knowers = new Map<string, readonly FunctionIR[]>();
	private readonly calling = new Map<string, readonly FunctionIR[]>();
	/** Functions by the words in their bodies; made when many words have been asked for. */
	private words: ReadonlyMap<string, readonly Item[]> | undefined;
	private byName: ReadonlyMap<string, readonly Item[]> | undefined;
	private readonly text: string;
	private readonly effort: FileEffort;
	/** Token indices of our words, ascending. */
	private readonly wanted: readonly number[];

	constructor(parser: CParser, kept: Map<string, Kept>, text: string, configuration: Configuration, words: RegExp) {
		this.parser = parser;
		this.kept = kept;
		this.text = text;
		this.effort = new FileEffort(text.length);
		this.tokens = tokenize(text);
		this.conditions = conditions(this.tokens, configuration);
		this.items = outline(this.tokens, this.conditions);
		this.functionItems = this.items.filter((item) => item.kind === 'function');
		this.wanted = this.find(words);
	}

	ir(): FileIR {
		const functions = this.functionItems
			.filter((item) => this.wantedIn(item).length > 0)
			.flatMap((item) => this.functionsOf(item));
		return {
			effort: this.effort,
			functions,
			callers: (name) => this.callers(name),
			naming: (word) => this.naming(word),
			knowing: (tag) => this.knowing(tag),
			lookup: (name) => this.lookup(name),
			around: (offset) => {
				const item = this.functionAt(upTo(this.tokens, offset));
				return item && tokenText(this.tokens, item.name);
			},
			unread: this.unread,
			macros: this.macros(),
			defined: new Set(this.functionItems.map((item) => tokenText(this.tokens, item.name))),
			field: (record, field) => this.field(record, field),
			typedefs: this.types,
			compat: compatRanges(this.tokens, this.conditions),
		};
	}

	/** Name and directive tokens that one of the words stands in. */
	private find(words: RegExp): number[] {
		const { tokens } = this;
		const found: number[] = [];
		let last = -1;
		for (const match of this.text.matchAll(words)) {
			const at = tokenAt(tokens, match.index);
			if (at < 0 || at === last) continue;
			if (tokens.kinds[at] !== Token.Name && tokens.kinds[at] !== Token.Directive) continue;
			found.push(at);
			last = at;
		}
		return found;
	}

	private wantedIn(item: Item): number[] {
		return this.wanted
			.slice(lowerBound(this.wanted, item.first), lowerBound(this.wanted, item.last))
			.filter((i) => this.tokens.kinds[i] === Token.Name);
	}

	private macros(): MacroIR[] {
		return this.items
			.filter((item) => item.kind === 'macro' && this.wanted[lowerBound(this.wanted, item.first)] === item.first)
			.flatMap((item) => readMacro(this.parser, this.tokens, item) ?? []);
	}

	private functionsOf(item: Item): readonly FunctionIR[] {
		let reading = this.readings.get(item);
		if (!reading) {
			reading = { item, functions: this.readFunction(item) };
			this.readings.set(item, reading);
		}
		return reading.functions;
	}

	private readFunction(item: Item): FunctionIR[] {
		const { tokens } = this;
		const name = tokenText(tokens, item.name);
		// of others it would depend on what was asked before
		const tell = () => this.wantedIn(item).length > 0 && this.unread.push(name);
		if (isBeyond(tokens, item)) {
			tell();
			return [];
		}
		const occurrence = this.occurrences.get(name) ?? 0;
		this.occurrences.set(name, occurrence + 1);
		const functions: FunctionIR[] = [];
		const span = this.range(item.first, item.last);
		const { choices: readings, incomplete } = readingsOf(tokens, this.conditions, item, this.wantedIn(item));
		if (incomplete) this.unread.push(name);
		for (const choices of readings) {
			const variant = functions.length;
			const soft = normaliseFunction(tokens, this.conditions, item, choices);
			const parsed = this.parse(`${name}#${occurrence}#${variant}`, soft.text);
			if (parsed.tooDeep) {
				tell();
				continue;
			}
			functions.push(
				lowerFunction({
					text: this.text,
					base: soft.base,
					root: parsed.root,
					name,
					nameRange: this.range(item.name, item.name + 1),
					body: this.range(item.body, item.last),
					range: span,
					clean: parsed.errors === 0,
					variant,
					typedefs: this.types,
					effort: new Effort(this.effort, name, span.end - span.start),
				}),
			);
			if (parsed.errors && variant === 0) tell();
		}
		return functions;
	}

	/** The tree of this function from the last text, edited, or a fresh one. */
	private parse(key: string, soft: string): Parsed {
		const kept = this.kept.get(key);
		if (kept?.parsed.text === soft) {
			kept.used = true;
			return kept.parsed;
		}
		const parsed = this.parser.parse(soft, kept?.parsed);
		kept?.parsed.dispose();
		this.kept.set(key, { parsed, used: true });
		return parsed;
	}

	private naming(name: string): readonly FunctionIR[] {
		let functions = this.named.get(name);
		if (!functions) {
			functions = this.itemsNaming(name).flatMap((item) => this.functionsOf(item));
			this.named.set(name, functions);
		}
		return functions;
	}

	private knowing(tag: string): readonly FunctionIR[] {
		let functions = this.knowers.get(tag);
		if (!functions) {
			functions = this.itemsWith(tag, true).flatMap((item) => this.functionsOf(item));
			this.knowers.set(tag, functions);
		}
		return functions;
	}

	private callers(name: string): readonly FunctionIR[] {
		let callers = this.calling.get(name);
		if (!callers) {
			callers = this.naming(name).filter((fn) => callsNamed(fn, name).length > 0);
			this.calling.set(name, callers);
		}
		return callers;
	}

	private itemsNaming(name: string): readonly Item[] {
		// the parser puts empty names where some are missing
		if (name === '') return [];
		if (this.named.size < MANY_WORDS) return this.itemsWith(name);
		this.words ??= this.itemsByWord();
		return this.words.get(name) ?? [];
	}

	private itemsByWord(): ReadonlyMap<string, readonly Item[]> {
		const { tokens } = this;
		const words = new Map<string, Item[]>();
		for (const item of this.functionItems)
			for (let i = item.body; i < item.last; i++) {
				if (tokens.kinds[i] !== Token.Name) continue;
				const word = tokenText(tokens, i);
				const items = words.get(word);
				if (!items) words.set(word, [item]);
				else if (items.at(-1) !== item) items.push(item);
			}
		return words;
	}

	/** @param withHead also where the word stands among the parameters */
	private itemsWith(name: string, withHead = false): Item[] {
		const { tokens } = this;
		const items = new Set<Item>();
		// One pass over the text: a file has hundreds of functions, and the name stands in few of them.
		for (let at = this.text.indexOf(name); at >= 0; at = this.text.indexOf(name, at + name.length)) {
			const i = tokenAt(tokens, at);
			if (i < 0 || tokens.kinds[i] !== Token.Name || tokenText(tokens, i) !== name) continue;
			const item = this.functionAt(i);
			if (item && (withHead || item.body <= i)) items.add(item);
		}
		return [...items];
	}

	/** The function a token stands in; functions stand in the order of the text and do not overlap. */
	private functionAt(token: number): Item | undefined {
		let low = 0;
		let high = this.functionItems.length - 1;
		while (low <= high) {
			const mid = (low + high) >> 1;
			const item = this.functionItems[mid] as Item;
			if (item.first > token) high = mid - 1;
			else if (item.last <= token) low = mid + 1;
			else return item;
		}
		return undefined;
	}

	private lookup(name: string): FunctionIR | undefined {
		this.byName ??= grouped(this.functionItems, (item) => tokenText(this.tokens, item.name));
		const items = this.byName.get(name) ?? [];
		return items.length === 1 ? this.functionsOf(items[0] as Item)[0] : undefined;
	}

	private field(record: string, field: string): CType | undefined {
		let fields = this.fields.get(record);
		if (!fields) {
			fields = new Map();
			for (const item of this.items) {
				if (item.kind !== 'record' || tokenText(this.tokens, item.name) !== record) continue;
				fields = readRecord(this.parser, this.tokens, this.conditions, item);
				break;
			}
			this.fields.set(record, fields);
		}
		return fields.get(field);
	}

	private known: ReadonlyMap<string, CType> | undefined;

	/** typedef name -> type. */
	private get types(): ReadonlyMap<string, CType> {
		this.known ??= this.typedefs();
		return this.known;
	}

	private typedefs(): Map<string, CType> {
		const types = new Map<string, CType>();
		for (const item of this.items) {
			const found = item.kind === 'typedef' ? readTypedef(this.tokens, item) : undefined;
			if (found) types.set(found.name, found.type);
		}
		return types;
	}

	private range(first: number, last: number): { start: number; end: number } {
		return { start: this.tokens.starts[first] as number, end: this.tokens.ends[last - 1] as number };
	}
}

/** Index of the token that contains `offset`, or -1. */
function tokenAt(tokens: Tokens, offset: number): number {
	let low = 0;
	let high = tokens.count - 1;
	while (low <= high) {
		const mid = (low + high) >> 1;
		if ((tokens.starts[mid] as number) > offset) high = mid - 1;
		else if ((tokens.ends[mid] as number) <= offset) low = mid + 1;
		else return mid;
	}
	return -1;
}

/** Index of the last token that starts at `offset` or before, or -1. */
function upTo(tokens: Tokens, offset: number): number {
	let low = 0;
	let high = tokens.count;
	while (low < high) {
		const mid = (low + high) >> 1;
		if ((tokens.starts[mid] as number) <= offset) low = mid + 1;
		else high = mid;
	}
	return low - 1;
}

/** First position in an ascending list whose value is not below `value`. */
function lowerBound(list: readonly number[], value: number): number {
	let low = 0;
	let high = list.length;
	while (low < high) {
		const mid = (low + high) >> 1;
		if ((list[mid] as number) < value) low = mid + 1;
		else high = mid;
	}
	return low;
}

/** The function is longer, deeper or has longer names than any that people write. */
function isBeyond(tokens: Tokens, item: Item): boolean {
	if (item.last - item.first > LONGEST_FUNCTION) return true;
	let depth = 0;
	let operators = 0;
	for (let i = item.first; i < item.last; i++) {
		const start = tokens.starts[i] as number;
		if (tokens.kinds[i] === Token.Name && (tokens.ends[i] as number) - start > LONGEST_NAME) return true;
		if (tokens.kinds[i] !== Token.Punct) {
			operators = 0;
			continue;
		}
		const char = tokens.text[start] as string;
		operators = '+-*/%&|^~!<>=?:'.includes(char) ? operators + 1 : 0;
		if (operators > LONGEST_OPERATORS) return true;
		if ('([{'.includes(char)) depth++;
		else if (')]}'.includes(char)) depth--;
		if (depth > DEEPEST_BRACKETS) return true;
	}
	return false;
}
