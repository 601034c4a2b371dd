/** `#define` lines as the preprocessor reads them: names, parameters and tokens. */
import type { Range } from '../ir.js';
import type { SiblingFile } from '../linked-unit.js';
import { memoize } from '../memoize.js';
import { Token, type Tokens, tokenize, tokenText } from '../tokens.js';

/** Tokens of one body; longer ones are tables and code generators. */
const LONGEST_BODY = 2_000;
/** Macros within macros. */
const DEEPEST_MACRO = 64;

export interface BodyToken {
	readonly kind: Token;
	readonly text: string;
	/** White space stands before it. */
	readonly isSpaced: boolean;
}

export interface Macro {
	readonly name: string;
	/** undefined for an object-like macro. */
	readonly params: readonly string[] | undefined;
	/** What the body calls the arguments beyond the parameters; undefined where there may be none. */
	readonly rest: string | undefined;
	readonly body: readonly BodyToken[];
	/** Brackets of the body match, and it is not too long. */
	readonly isWhole: boolean;
	/** Header it stands in; undefined for the file itself. */
	readonly from: SiblingFile | undefined;
	/** The whole line, in its file. */
	readonly range: Range;
}

const HEAD = /^#\s*define\s+(\w+)(?:\(([^)]*)\))?/;

/** @returns undefined where the line defines nothing */
export function readDefinition(line: string, range: Range, from: SiblingFile | undefined): Macro | undefined {
	const plain = line.replace(/\\\r?\n/g, ' ');
	const head = HEAD.exec(plain);
	if (!head?.[1]) return undefined;
	const names = head[2]
		?.replace(/\/\*.*?\*\//g, ' ')
		.split(',')
		.map((name) => name.trim())
		.filter(Boolean);
	const last = names?.at(-1);
	const rest = last?.endsWith('...') ? last.slice(0, -3).trim() || '__VA_ARGS__' : undefined;
	// a `#` in the first place of a line would be a directive
	const tokens = tokenize(`;${plain.slice(head[0].length)}`);
	return {
		name: head[1],
		params: rest === undefined ? names : names?.slice(0, -1),
		rest,
		body: bodyOf(tokens),
		isWhole: tokens.count <= LONGEST_BODY && isBalanced(tokens),
		from,
		range,
	};
}

function bodyOf(tokens: Tokens): readonly BodyToken[] {
	const body: BodyToken[] = [];
	for (let i = 1; i < Math.min(tokens.count, LONGEST_BODY); i++)
		body.push({
			kind: tokens.kinds[i] as Token,
			text: tokenText(tokens, i),
			isSpaced: (tokens.starts[i] as number) > (tokens.ends[i - 1] as number),
		});
	return body;
}

const CLOSER: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };

function isBalanced(tokens: Tokens): boolean {
	const open: string[] = [];
	for (let i = 1; i < tokens.count; i++) {
		if (tokens.kinds[i] !== Token.Punct) continue;
		const char = tokenText(tokens, i);
		const closer = CLOSER[char];
		if (closer) open.push(closer);
		else if (')]}'.includes(char) && open.pop() !== char) return false;
	}
	return open.length === 0;
}

/** The token stands beside `##`. */
function isPasted(body: readonly BodyToken[], i: number): boolean {
	const is = (at: number): boolean => body[at]?.text === '#' && body[at + 1]?.text === '#';
	return is(i + 1) || is(i - 2);
}

/** `#define get_user_pages get_user_pages_backport`, a function of the same header: it does what the kernel's does. */
export function isBackport({ name, params, body, from }: Macro): boolean {
	const [only, ...more] = body;
	if (!from || params || only?.kind !== Token.Name || more.length > 0 || only.text === name) return false;
	return new RegExp(`\\b${only.text}\\s*\\([^;{]*\\)\\s*\\{`).test(from.text);
}

/** The macros that are defined where the preprocessor has come to. */
export class MacroTable {
	private readonly macros = new Map<string, Macro>();
	/** Names that are known to be undefined. */
	private readonly absent = new Set<string>();
	/** Names that only some configurations define. */
	private readonly open = new Set<string>();
	private leading = new Map<Macro, boolean>();
	private readonly isTarget: (name: string, from: SiblingFile | undefined) => boolean;
	private readonly isPart: (part: string) => boolean;

	/**
	 * @param isTarget a macro that comes to this name is of interest; `from`: where the macro stands
	 * @param isPart the beginning or the end of such a name, which a macro makes whole by `##`
	 */
	constructor(isTarget: (name: string, from: SiblingFile | undefined) => boolean, isPart: (part: string) => boolean) {
		this.isTarget = isTarget;
		this.isPart = isPart;
	}

	get(name: string): Macro | undefined {
		return this.macros.get(name);
	}

	/** @param certain false in an arm that may not be compiled */
	define(macro: Macro, certain: boolean): void {
		if (!certain && this.macros.has(macro.name)) return;
		this.macros.set(macro.name, macro);
		this.absent.delete(macro.name);
		if (certain) this.open.delete(macro.name);
		else this.open.add(macro.name);
		this.leading = new Map();
	}

	undefine(name: string, certain: boolean): void {
		if (!certain) {
			this.open.add(name);
			return;
		}
		this.macros.delete(name);
		this.open.delete(name);
		this.absent.add(name);
		this.leading = new Map();
	}

	/** A file defines the name, but not for this kernel: unknown so far, it is undefined. */
	expect(name: string): void {
		if (!this.macros.has(name) && !this.open.has(name)) this.absent.add(name);
	}

	/** Whether the name is defined; undefined where nobody says. */
	isDefined(name: string): boolean | undefined {
		if (this.open.has(name)) return undefined;
		if (this.macros.has(name)) return true;
		return this.absent.has(name) ? false : undefined;
	}

	/** The macro stands for something that is of interest, by itself or through others. */
	leads(macro: Macro, depth = 0): boolean {
		const known = this.leading.get(macro);
		if (known !== undefined) return known;
		if (depth > DEEPEST_MACRO) return false;
		// macros that call each other
		this.leading.set(macro, false);
		const leads =
			macro.isWhole &&
			macro.body.some(({ kind, text }, i) => {
				if (kind !== Token.Name) return false;
				if (text === macro.name) return this.isTarget(text, macro.from);
				if (isPasted(macro.body, i) && this.isPart(text)) return true;
				const inner = this.macros.get(text);
				return this.isTarget(text, macro.from) || (inner !== undefined && this.leads(inner, depth + 1));
			});
		this.leading.set(macro, leads);
		return leads;
	}
}

/** All preprocessor lines of a header, which is read again for each file that includes it. */
export const tokensOf = memoize((file: SiblingFile): Tokens => tokenize(file.text));
