/**
 * A text as the preprocessor leaves it for one kernel, as far as the family is concerned: macros that come to one of its functions
 * are replaced by what they stand for, and of the alternatives for several kernels only the one that this kernel takes is left.
 * The rest stays as it is: the engine reads a file for all configurations at once.
 */
import { API_NAMES } from '../../kernel/apis/index.js';
import { ALLOCATORS, FREES, PAGE_FREES, REFCOUNT_INCREMENTS } from '../../kernel/function-models.js';
import type { Kernel } from '../../kernel/types.js';
import { type Conditions, conditions, directive, type Group, type Truth } from '../conditions.js';
import type { Range } from '../ir.js';
import type { SiblingFile } from '../linked-unit.js';
import { Token, type Tokens, tokenize, tokenText } from '../tokens.js';
import { armOf, functionsIn, type NamedFunction } from './alternatives.js';
import { ConstantReader } from './constant.js';
import { type Expansion, expansionAt } from './expand.js';
import { isBackport, type Macro, MacroTable, readDefinition, tokensOf } from './macros.js';
import { blanked, OffsetMap, type Replacement, written } from './offsets.js';

/** Headers within headers. */
const DEEPEST_INCLUDE = 24;
/** `#if` within `#if` that is followed; compilers must take 63. */
const DEEPEST_NESTING = 64;

/** The use of a macro that stands for something of the family. */
export interface MacroUse {
	/** Name of the macro at its use, in the text as it was. */
	readonly range: Range;
	readonly name: string;
	/** Names in what it stands for. */
	readonly names: ReadonlySet<string>;
	/** It has no parameters: what follows are the arguments of what it stands for. */
	readonly isObject: boolean;
	/** Header that defines the macro; undefined for the file itself. */
	readonly from: SiblingFile | undefined;
}

/** A function of the family that is named where the kernel does not come to. */
export interface Alternative {
	readonly name: string;
	/** Offset of the name, in the file as it was; -1 in a header. */
	readonly start: number;
	/** The arm that is taken instead, in the file as it was; of a macro its name. */
	readonly instead: Range;
	/** Macros that are defined in the arm that is taken. */
	readonly macros: ReadonlySet<string>;
	/** The test, as written. */
	readonly test: string;
}

export interface Preprocessed {
	readonly map: OffsetMap;
	/** Nothing was replaced. */
	readonly isSame: boolean;
	readonly uses: readonly MacroUse[];
	readonly alternatives: readonly Alternative[];
	/** Arms that were chosen where no version says so, and calls of what a header brings back, in the text as it was. */
	readonly chosen: readonly Range[];
	/** Headers that are included and of which something was left out, as they are left. */
	readonly headers: ReadonlyMap<SiblingFile, SiblingFile>;
}

/** Finds the header that `name` means in a file; undefined where it is not at hand. */
export type Resolve = (name: string, from: string, isAngled: boolean) => SiblingFile | undefined;

/** Functions whose meaning is known by their names: a macro may stand for one. */
export function isKnownFunction(name: string): boolean {
	return (
		API_NAMES.has(name) ||
		ALLOCATORS.test(name) ||
		FREES.has(name) ||
		PAGE_FREES.has(name) ||
		REFCOUNT_INCREMENTS.has(name)
	);
}

/** A macro that comes to such a name is replaced. */
function isTarget(name: string, from: SiblingFile | undefined): boolean {
	if (isKnownFunction(name)) return true;
	if (/^(?:mmap_(?:read|write)_|(?:down|up)_(?:read|write)\b)/.test(name)) return true;
	// those of the file itself keep their names in messages
	return from !== undefined && name.startsWith('FOLL_');
}

/** UTF-16 units that tell the name of a function from others. */
const TELLING_PART = 4;

function isPart(part: string): boolean {
	return part.length >= TELLING_PART && [...API_NAMES].some((name) => name.startsWith(part) || name.endsWith(part));
}

/** What is known while a file and its headers are read, in the order of the preprocessor. */
class State {
	readonly table = new MacroTable(isTarget, isPart);
	/** What the choice of an alternative says about the name it asks for. */
	readonly settled = new Map<string, boolean>();
	/** Arm chosen for a group, by its tests; -1 for none. */
	readonly answers = new Map<string, number>();
	readonly included = new Set<SiblingFile>();
	readonly headers = new Map<SiblingFile, SiblingFile>();
	readonly alternatives: Alternative[] = [];
	readonly reader: ConstantReader;
	readonly kernel: Kernel;
	readonly resolve: Resolve;

	constructor(kernel: Kernel, resolve: Resolve) {
		this.kernel = kernel;
		this.resolve = resolve;
		this.reader = new ConstantReader(kernel, this.table, this.settled);
	}

	include(header: SiblingFile, depth: number): void {
		if (this.included.has(header) || depth > DEEPEST_INCLUDE) return;
		this.included.add(header);
		// what a generated header leaves undefined, autoconf names in a comment
		for (const [, name] of header.text.matchAll(/\/\*\s*#\s*undef\s+(\w+)\s*\*\//g))
			this.table.undefine(name as string, true);
		const walk = new Walk(this, tokensOf(header), header, header.path, depth);
		walk.run();
		const left = walk.replacements.filter(({ parts }) => parts.length === 0);
		const text = left.length === 0 ? header.text : new OffsetMap(header.text, left).text;
		this.headers.set(header, text === header.text ? header : { ...header, text });
	}
}

/** One file, from its first token to its last. */
class Walk {
	readonly replacements: Replacement[] = [];
	readonly uses: MacroUse[] = [];
	readonly chosen: Range[] = [];
	/** Macros of the file itself that were replaced where they are used. */
	readonly replaced = new Set<Macro>();
	private readonly state: State;
	private readonly tokens: Tokens;
	private readonly from: SiblingFile | undefined;
	private readonly path: string;
	private readonly depth: number;
	private readonly groups: Conditions;

	constructor(state: State, tokens: Tokens, from: SiblingFile | undefined, path: string, depth: number) {
		this.state = state;
		this.tokens = tokens;
		this.from = from;
		this.path = path;
		this.depth = depth;
		this.groups = conditions(tokens, { version: state.kernel.version });
	}

	run(): void {
		this.span(0, this.tokens.count, true, 0);
	}

	/** @param certain false in an arm that may not be compiled */
	private span(first: number, last: number, certain: boolean, nesting: number): void {
		const { tokens } = this;
		for (let i = first; i < last; ) {
			if (tokens.kinds[i] === Token.Directive) {
				const group = this.groups.byToken.get(i);
				if (group && nesting < DEEPEST_NESTING) {
					this.group(group, certain, nesting + 1);
					i = group.end + 1;
				} else {
					this.line(i, certain);
					i++;
				}
			} else i = this.use(i) ?? i + 1;
		}
	}

	private line(i: number, certain: boolean): void {
		const { state, tokens } = this;
		const text = tokenText(tokens, i);
		const { word, rest } = directive(text);
		if (word === 'define') {
			const macro = readDefinition(
				text,
				{ start: tokens.starts[i] as number, end: tokens.ends[i] as number },
				this.from,
			);
			if (macro) state.table.define(macro, certain);
		} else if (word === 'undef') state.table.undefine(/^\w+/.exec(rest)?.[0] ?? '', certain);
		else if (word === 'include') {
			const [, quoted, angled] = /^(?:"([^"\n]+)"|<([^>\n]+)>)/.exec(rest) ?? [];
			const name = quoted ?? angled;
			const header = name === undefined ? undefined : state.resolve(name, this.path, quoted === undefined);
			if (header) state.include(header, this.depth + 1);
		}
	}

	/** @returns the token behind the use of a macro at `i`; undefined where there is none */
	private use(i: number): number | undefined {
		const { state, tokens } = this;
		// headers are read for what they define
		if (this.from || tokens.kinds[i] !== Token.Name) return undefined;
		const macro = state.table.get(tokenText(tokens, i));
		if (macro && API_NAMES.has(macro.name) && isBackport(macro))
			this.chosen.push({ start: tokens.starts[i] as number, end: tokens.ends[i] as number });
		if (!macro || !state.table.leads(macro)) return undefined;
		const expansion = expansionAt(tokens, state.table, i);
		if (!expansion) return undefined;
		this.replace(i, macro, expansion);
		return expansion.last;
	}

	private replace(i: number, macro: Macro, { tokens: becomes, last, macros }: Expansion): void {
		const { tokens } = this;
		const range = { start: tokens.starts[i] as number, end: tokens.ends[i] as number };
		const whole = { start: range.start, end: tokens.ends[last - 1] as number };
		this.replacements.push(written(tokens.text, whole, becomes));
		const names = new Set(becomes.filter(({ kind, isOwn }) => kind === Token.Name && !isOwn).map(({ text }) => text));
		this.uses.push({ range, name: macro.name, names, isObject: macro.params === undefined, from: macro.from });
		for (const one of macros) if (!one.from) this.replaced.add(one);
	}

	private group(group: Group, certain: boolean, nesting: number): void {
		const { truths, isGuess } = this.truthsOf(group);
		if (!truths.includes('maybe')) return this.take(group, truths.indexOf('yes'), isGuess, certain, nesting);
		const arm = this.decided(group, truths);
		if (arm !== undefined) return this.take(group, arm, true, certain, nesting);
		for (const [i, { first, last, truth }] of group.arms.entries()) {
			if (truths[i] !== 'no') this.span(first, last, false, nesting);
			else if (truth !== 'no' && last > first) this.blank(first, last);
		}
	}

	/** What is known of the test of each arm; behind one that is certain all are "no". */
	private truthsOf(group: Group): { readonly truths: readonly Truth[]; readonly isGuess: boolean } {
		const { reader } = this.state;
		let isOver = false;
		let isGuess = false;
		const truths = group.arms.map(({ directive: at }, i): Truth => {
			if (isOver) return 'no';
			const test = this.test(at);
			const isPlain = test === undefined || this.isGuard(at, i);
			const truth = isPlain ? 'yes' : reader.truth(test);
			if (!isPlain && reader.isGuess) isGuess = true;
			if (truth === 'yes') isOver = true;
			return truth;
		});
		return { truths, isGuess };
	}

	/** `#ifndef X` before `#define X`: an include guard, or a default. */
	private isGuard(at: number, i: number): boolean {
		const { word, rest } = directive(tokenText(this.tokens, at));
		const next = this.tokens.kinds[at + 1] === Token.Directive ? directive(tokenText(this.tokens, at + 1)) : undefined;
		if (i > 0 || word !== 'ifndef' || next?.word !== 'define') return false;
		const name = /^\w+/.exec(rest)?.[0];
		return (
			name !== undefined &&
			/^\w+/.exec(next.rest)?.[0] === name &&
			this.state.table.isDefined(name) !== true &&
			!API_NAMES.has(name)
		);
	}

	/** The test of an arm as an expression; undefined for `#else`. */
	private test(at: number): string | undefined {
		const { word, rest } = directive(tokenText(this.tokens, at));
		if (word === 'else') return undefined;
		if (word === 'if' || word === 'elif') return rest;
		const name = /^\w+/.exec(rest)?.[0] ?? '';
		return `${/n/.test(word.slice(2)) ? '!' : ''}defined(${name})`;
	}

	/** The arm that the kernel takes where its test does not say; -1 for none of those that are written. */
	private decided(group: Group, truths: readonly Truth[]): number | undefined {
		const { state } = this;
		const key = group.arms.map(({ directive: at }) => this.test(at)?.replace(/\s+/g, ' ').trim() ?? '').join('\n');
		const known = state.answers.get(key);
		if (known !== undefined) return known;
		if (!group.arms.some(({ compat }) => compat)) return undefined;
		const open = group.arms.flatMap((arm, i) => (truths[i] === 'no' ? [] : [{ arm, i }]));
		const arms: (readonly NamedFunction[])[] = open.map(({ arm }) => this.taken(arm.first, arm.last));
		const choice = armOf(state.kernel, truths.includes('yes') ? arms : [...arms, []]);
		if (choice === undefined) return undefined;
		const arm = open[choice]?.i ?? -1;
		state.answers.set(key, arm);
		this.settle(group, arm);
		return arm;
	}

	/** Functions in the tokens [first, last), of alternatives within them those that the kernel would take. */
	private taken(first: number, last: number, nesting = 0): readonly NamedFunction[] {
		const found: NamedFunction[] = [];
		let from = first;
		for (let i = first; i < last; i++) {
			const group = this.groups.byToken.get(i);
			if (!group || nesting >= DEEPEST_NESTING) continue;
			found.push(...functionsIn(this.tokens, from, i));
			const arms = group.arms.map((arm) => this.taken(arm.first, arm.last, nesting + 1));
			const hasElse = this.test(group.arms.at(-1)?.directive ?? i) === undefined;
			const choice = armOf(this.state.kernel, hasElse ? arms : [...arms, []]);
			found.push(...(choice === undefined ? arms.flat() : (arms[choice] ?? [])));
			from = Math.min(group.end + 1, last);
			i = from - 1;
		}
		return [...found, ...functionsIn(this.tokens, from, last)];
	}

	/** What is known of the one name that the first test asks for. */
	private settle(group: Group, arm: number): void {
		const test = this.test(group.arms[0]?.directive ?? 0) ?? '';
		const [, not, name, plain] = /^\s*(!?)\s*(?:defined\s*\(?\s*(\w+)\s*\)?|([A-Za-z_]\w*))\s*$/.exec(test) ?? [];
		const asked = name ?? plain;
		if (asked !== undefined) this.state.settled.set(asked, (arm === 0) === (not === ''));
	}

	/** Leave one arm. @param chosen -1 for none */
	private take(group: Group, chosen: number, isGuess: boolean, certain: boolean, nesting: number): void {
		const { tokens } = this;
		const arm = group.arms[chosen];
		const isKnown = group.arms.every(({ truth }, i) => truth === (i === chosen ? 'yes' : 'no'));
		const [first] = group.arms;
		if (!first) return;
		this.list(group, chosen);
		if (certain) this.leave(group, chosen);
		const end = Math.min(group.end + 1, tokens.count);
		if (isKnown) {
			if (arm) this.span(arm.first, arm.last, certain, nesting);
			return;
		}
		if (!arm) return this.blank(first.directive, end);
		this.blank(first.directive, arm.first);
		if (isGuess && arm.last > arm.first)
			this.chosen.push({ start: tokens.starts[arm.first] as number, end: tokens.ends[arm.last - 1] as number });
		this.span(arm.first, arm.last, certain, nesting);
		if (end > arm.last) this.blank(arm.last, end);
	}

	/** Features that only arms define which are left out: `#if LINUX_VERSION_CODE >= ...`, `#define MODULE_HAS_NEW_CALL`. */
	private leave(group: Group, chosen: number): void {
		const { tokens, state } = this;
		for (const [i, { first, last }] of group.arms.entries())
			for (let at = first; i !== chosen && at < last; at++) {
				const [, name] = (tokens.kinds[at] === Token.Directive && FEATURE.exec(tokenText(tokens, at))) || [];
				if (name !== undefined && !state.kernel.api(name)) state.table.expect(name);
			}
	}

	/** The functions of the arms that are left out. */
	private list(group: Group, chosen: number): void {
		const { tokens, state } = this;
		if (!group.arms.some(({ compat }) => compat)) return;
		const arm = group.arms[chosen];
		const at = (token: number) => (token < tokens.count ? (tokens.starts[token] as number) : tokens.text.length);
		const instead = { start: at(group.arms[0]?.directive ?? 0), end: at(group.end) };
		const macros = new Set<string>();
		if (arm)
			for (let i = arm.first; i < arm.last; i++) {
				const name = tokens.kinds[i] === Token.Directive && /^#\s*define\s+(\w+)/.exec(tokenText(tokens, i))?.[1];
				if (name) macros.add(name);
			}
		for (const [i, other] of group.arms.entries()) {
			if (i === chosen) continue;
			const test = tokenText(tokens, group.arms[0]?.directive ?? 0)
				.replace(/\s+/g, ' ')
				.replace(/\\ /g, '')
				.trim();
			for (const { name, start } of functionsIn(tokens, other.first, other.last))
				state.alternatives.push({
					name,
					start: this.from ? -1 : start,
					instead: this.from ? NOWHERE : instead,
					macros,
					test,
				});
		}
	}

	/** Blanks for the tokens [first, last) and what stands between them. */
	private blank(first: number, last: number): void {
		const { tokens } = this;
		if (last <= first) return;
		this.replacements.push(
			blanked(tokens.text, { start: tokens.starts[first] as number, end: tokens.ends[last - 1] as number }),
		);
	}
}

const NOWHERE: Range = { start: -1, end: -1 };

/** A definition that says no more than that there is something. */
const FEATURE = /^#\s*define\s+([A-Z][A-Z0-9]*_\w+)[ \t]*1?[ \t]*(?:\/[/*].*)?$/s;

/** Whether there is anything that a preprocessor would do. */
function isPlain(text: string): boolean {
	return !/^[ \t]*#[ \t]*(?:define|if|include\b)/m.test(text);
}

/**
 * @param forced headers that the build includes before the first line
 */
export function preprocess(
	file: SiblingFile,
	kernel: Kernel,
	resolve: Resolve,
	forced: readonly SiblingFile[] = [],
): Preprocessed {
	const { text, path } = file;
	const nothing = { isSame: true, uses: [], alternatives: [], chosen: [], headers: new Map() };
	if (isPlain(text) && forced.length === 0) return { map: new OffsetMap(text, []), ...nothing };
	const state = new State(kernel, resolve);
	for (const header of forced) state.include(header, 1);
	const walk = new Walk(state, tokenize(text), undefined, path, 0);
	walk.run();
	// a definition that is read where it is used is no call by itself
	const definitions = [...walk.replaced].map(({ range }) => blanked(text, range));
	const within = (one: Range, other: Range): boolean => other.start <= one.start && one.end <= other.end;
	const all = [
		...walk.replacements,
		...definitions.filter((one) => !walk.replacements.some((other) => within(one, other))),
	];
	all.sort((a, b) => a.start - b.start);
	return {
		map: new OffsetMap(text, all),
		isSame: all.length === 0,
		uses: walk.uses,
		alternatives: state.alternatives,
		chosen: walk.chosen,
		headers: state.headers,
	};
}
