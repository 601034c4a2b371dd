/** Uses of macros replaced by what they stand for, token by token, each token with the place it comes from. */
import type { Range } from '../ir.js';
import { isPunct, Token, type Tokens, tokenText } from '../tokens.js';
import type { Macro, MacroTable } from './macros.js';

/** Tokens that one use may become. */
const MOST_TOKENS = 4_000;

/** One token of the result. */
export interface Expanded extends Range {
	readonly kind: Token;
	readonly text: string;
	readonly isSpaced: boolean;
	/** `start` and `end` are its own place in the file; else those of the name of the macro it comes from. */
	readonly isOwn: boolean;
	/** Macros it comes from, which it is not read as again. */
	readonly hidden: ReadonlySet<string>;
}

export interface Expansion {
	readonly tokens: readonly Expanded[];
	/** Token index behind the use. */
	readonly last: number;
	/** The macros that were used, that in the file first. */
	readonly macros: readonly Macro[];
}

const NONE: ReadonlySet<string> = new Set();

class Expander {
	private readonly used = new Set<Macro>();
	private readonly tokens: Tokens;
	private readonly table: MacroTable;
	private next: number;
	private made = 0;

	constructor(tokens: Tokens, table: MacroTable, at: number) {
		this.tokens = tokens;
		this.table = table;
		this.next = at;
	}

	run(): Expansion | undefined {
		const out: Expanded[] = [];
		const first = this.next;
		const todo = [this.pull()];
		for (let token = todo.shift(); token; token = todo.shift()) {
			const replaced = this.replaced(token, todo, true);
			if (replaced === undefined) out.push(token);
			else todo.unshift(...replaced);
			if (this.made > MOST_TOKENS) return undefined;
		}
		return this.used.size > 0 && this.next > first
			? { tokens: out, last: this.next, macros: [...this.used] }
			: undefined;
	}

	/** The next token of the file. */
	private pull(): Expanded {
		const { tokens } = this;
		const i = this.next++;
		const start = tokens.starts[i] as number;
		const before = tokens.ends[i - 1] ?? 0;
		return {
			kind: tokens.kinds[i] as Token,
			text: tokenText(tokens, i),
			start,
			end: tokens.ends[i] as number,
			isSpaced: start > before,
			isOwn: true,
			hidden: NONE,
		};
	}

	/** What stands for a token with what follows it; undefined for one that stays. @param isOpen the file goes on behind `rest` */
	private replaced(token: Expanded, rest: Expanded[], isOpen: boolean): readonly Expanded[] | undefined {
		if (token.kind !== Token.Name || token.hidden.has(token.text)) return undefined;
		const macro = this.table.get(token.text);
		if (!macro || !this.table.leads(macro)) return undefined;
		let args: readonly (readonly Expanded[])[] = [];
		if (macro.params || macro.rest !== undefined) {
			const given = this.argumentsOf(rest, isOpen);
			if (!given || !fits(macro, given.args)) return undefined;
			rest.splice(0, given.count);
			args = given.args;
		}
		const result = this.substituted(macro, args, token);
		if (result) this.used.add(macro);
		return result;
	}

	/** The arguments that follow, and how many tokens of `rest` they take; those of the file are put there. */
	private argumentsOf(
		rest: Expanded[],
		isOpen: boolean,
	): { readonly args: readonly (readonly Expanded[])[]; readonly count: number } | undefined {
		const { tokens } = this;
		const had = { length: rest.length, next: this.next };
		const at = (i: number): Expanded | undefined => {
			if (i < rest.length) return rest[i];
			if (!isOpen || this.next >= tokens.count || tokens.kinds[this.next] === Token.Directive) return undefined;
			rest.push(this.pull());
			return rest[i];
		};
		const fail = (): undefined => {
			rest.length = had.length;
			this.next = had.next;
		};
		if (rest.length === 0 && !(isOpen && isPunct(tokens, this.next, '('))) return undefined;
		if (at(0)?.text !== '(') return fail();
		const args: Expanded[][] = [[]];
		let depth = 1;
		for (let i = 1; i < MOST_TOKENS; i++) {
			const token = at(i);
			if (!token) return fail();
			const isPunctuation = token.kind === Token.Punct;
			if (isPunctuation && '([{'.includes(token.text)) depth++;
			else if (isPunctuation && ')]}'.includes(token.text)) depth--;
			if (depth === 0) return { args, count: i + 1 };
			if (depth === 1 && isPunctuation && token.text === ',') args.push([]);
			else args.at(-1)?.push(token);
		}
		return fail();
	}

	private substituted(
		macro: Macro,
		args: readonly (readonly Expanded[])[],
		use: Expanded,
	): readonly Expanded[] | undefined {
		const hidden = new Set([...use.hidden, macro.name]);
		const { params = [], rest, body } = macro;
		const given = new Map(params.map((name, i) => [name, args[i] ?? []]));
		if (rest !== undefined) given.set(rest, joined(args.slice(params.length)));
		const out: Expanded[] = [];
		const own = ({ kind, text, isSpaced }: (typeof body)[number]): Expanded => ({
			kind,
			text,
			isSpaced,
			start: use.start,
			end: use.end,
			isOwn: false,
			hidden,
		});
		for (let i = 0; i < body.length; i++) {
			const token = body[i] as (typeof body)[number];
			const isParam = token.kind === Token.Name && given.has(token.text);
			const isPaste = (at: number): boolean => body[at]?.text === '#' && body[at + 1]?.text === '#';
			if (isPaste(i)) {
				const left = out.at(-1);
				const right = body[i + 2];
				if (!right) return undefined;
				const taken = given.get(right.text);
				// `, ##args` of no arguments takes the comma away
				if (left?.text === ',' && right.text === rest) {
					if (taken?.length === 0) out.pop();
					else out.push(...this.argument(taken ?? []));
				} else {
					const pasted = pasteOf(left, taken ? taken : [own(right)]);
					if (!pasted) return undefined;
					out.splice(-1, 1, ...pasted);
				}
				i += 2;
			} else if (token.text === '#' && macro.params && body[i + 1] && given.has((body[i + 1] as typeof token).text)) {
				out.push({ ...own(token), kind: Token.String, text: '""' });
				i++;
			} else if (isParam) {
				const arg = given.get(token.text) ?? [];
				out.push(...(isPaste(i + 1) ? arg : this.argument(arg)));
			} else out.push(own(token));
			if (out.length > MOST_TOKENS) return undefined;
		}
		this.made += out.length;
		if (this.made > MOST_TOKENS) return undefined;
		return out.map((token) => ({ ...token, hidden: token.isOwn ? union(token.hidden, hidden) : hidden }));
	}

	/** An argument with its own macros replaced. */
	private argument(arg: readonly Expanded[]): readonly Expanded[] {
		const out: Expanded[] = [];
		const todo = [...arg];
		for (let token = todo.shift(); token; token = todo.shift()) {
			const replaced = this.made > MOST_TOKENS ? undefined : this.replaced(token, todo, false);
			if (replaced === undefined) out.push(token);
			else todo.unshift(...replaced);
		}
		return out.map((token, i) => (i === 0 ? { ...token, isSpaced: true } : token));
	}
}

function union(a: ReadonlySet<string>, b: ReadonlySet<string>): ReadonlySet<string> {
	return a.size === 0 ? b : new Set([...a, ...b]);
}

function fits({ params = [], rest }: Macro, args: readonly (readonly Expanded[])[]): boolean {
	const isNone = args.length === 1 && args[0]?.length === 0;
	if (rest !== undefined) return args.length >= params.length;
	return args.length === params.length || (params.length === 0 && isNone);
}

function joined(args: readonly (readonly Expanded[])[]): readonly Expanded[] {
	return args.flatMap((arg, i) => {
		const [first] = arg;
		return i === 0 || !first
			? arg
			: [{ ...first, kind: Token.Punct, text: ',', isSpaced: false, isOwn: false }, ...arg];
	});
}

/** `a ## b` as one name; undefined where it is none. */
function pasteOf(left: Expanded | undefined, right: readonly Expanded[]): readonly Expanded[] | undefined {
	const [first, ...others] = right;
	if (!left) return undefined;
	if (!first) return [left];
	const text = left.text + first.text;
	return /^[A-Za-z_]\w*$/.test(text) ? [{ ...left, kind: Token.Name, text, isOwn: false }, ...others] : undefined;
}

/**
 * The use of a macro at a token, with its arguments, as what it stands for.
 * @returns undefined where it stays as it is
 */
export function expansionAt(tokens: Tokens, table: MacroTable, at: number): Expansion | undefined {
	return new Expander(tokens, table, at).run();
}
