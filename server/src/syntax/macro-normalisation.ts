/**
 * Kernel C made readable for a C grammar at the same length, so that every offset stays true.
 * Only the active tokens of one item are copied; comments, directives and other `#if` arms become blanks.
 */

import type { Conditions, Group } from './conditions.js';
import { chosenArm, type Item, isDefiner } from './outline.js';
import { isName, isPunct, Token, type Tokens, tokenText } from './tokens.js';
import {
	ANNOTATIONS,
	ANNOTATIONS_WITH_ARGUMENTS,
	BLOCK_MACRO,
	LOOP_MACRO,
	OPERATOR_CALLS,
	STATEMENT_KEYWORDS,
	TAKES_TYPE,
	TYPE_KEYWORDS,
	TYPEOF,
} from './words.js';

/** Arms to read instead of the default ones. */
export type Choices = ReadonlyMap<Group, number>;

export interface Soft {
	/** Text for the parser; its offset 0 is `base` in the file. */
	readonly text: string;
	readonly base: number;
	/** UTF-16 units of active tokens that became blanks. */
	readonly blanked: number;
}

/** Token indices of an item that are compiled under `choices`, directives left out. */
export function activeTokens(tokens: Tokens, conditions: Conditions, item: Item, choices: Choices): Int32Array {
	const active = new Int32Array(item.last - item.first);
	let count = 0;
	/** Jump targets: at this directive, go on at that token. */
	const jumps = new Map<number, number>();
	for (let i = item.first; i < item.last; ) {
		if (tokens.kinds[i] !== Token.Directive) {
			active[count++] = i++;
			continue;
		}
		const group = conditions.byToken.get(i);
		if (group) {
			const arm = chosenArm(group, choices.get(group));
			if (arm) {
				jumps.set(arm.last, group.end + 1);
				i = arm.first;
			} else i = group.end + 1;
			continue;
		}
		i = jumps.get(i) ?? i + 1;
	}
	return active.subarray(0, count);
}

const SPACE = 32;

class Softener {
	private readonly out: Uint16Array;
	private readonly base: number;
	blanked = 0;
	private readonly tokens: Tokens;
	/** Active token indices; everything below works on positions in this list. */
	private readonly list: Int32Array;
	/** Position of the closing bracket for each opening one. */
	private readonly close: Int32Array;

	constructor(tokens: Tokens, list: Int32Array) {
		this.tokens = tokens;
		this.list = list;
		this.base = list.length ? (tokens.starts[list[0] as number] as number) : 0;
		const end = list.length ? (tokens.ends[list[list.length - 1] as number] as number) : 0;
		// one unit more than the item, for a semicolon after a final macro call
		this.out = new Uint16Array(end - this.base + 1).fill(SPACE);
		for (const i of list)
			for (let c = tokens.starts[i] as number; c < (tokens.ends[i] as number); c++)
				this.out[c - this.base] = tokens.text.charCodeAt(c);
		this.close = matchBrackets(tokens, list);
	}

	text(): Soft {
		let text = '';
		for (let i = 0; i < this.out.length; i += 8192)
			text += String.fromCharCode.apply(null, this.out.subarray(i, i + 8192) as unknown as number[]);
		return { text, base: this.base, blanked: this.blanked };
	}

	private word(at: number): string {
		const i = this.list[at];
		return i === undefined ? '' : tokenText(this.tokens, i);
	}

	private punct(at: number, char: string): boolean {
		const i = this.list[at];
		return i !== undefined && isPunct(this.tokens, i, char);
	}

	private name(at: number): boolean {
		const i = this.list[at];
		return i !== undefined && isName(this.tokens, i);
	}

	private string(at: number): boolean {
		return this.tokens.kinds[this.list[at] as number] === Token.String;
	}

	private start(at: number): number {
		return this.tokens.starts[this.list[at] as number] as number;
	}

	private end(at: number): number {
		return this.tokens.ends[this.list[at] as number] as number;
	}

	/** Write `text` over the token, padded with blanks; it must not be longer. */
	private put(at: number, text: string): void {
		const from = this.start(at) - this.base;
		const length = this.end(at) - this.start(at);
		if (text.length > length) return;
		for (let k = 0; k < length; k++) this.out[from + k] = k < text.length ? text.charCodeAt(k) : SPACE;
		this.blanked += length - text.length;
	}

	/** Write one character into a gap between tokens; false when there is no gap at that offset. */
	private fill(offset: number, char: string): boolean {
		const at = offset - this.base;
		if (this.out[at] !== SPACE) return false;
		this.out[at] = char.charCodeAt(0);
		return true;
	}

	private blank(from: number, to = from): void {
		for (let at = from; at <= to; at++) this.put(at, '');
	}

	/** Make one identifier of everything from one token to another. */
	private weld(from: number, to: number): void {
		const first = this.start(from) - this.base;
		const last = this.end(to) - this.base;
		for (let k = first; k < last; k++) {
			const c = this.out[k] as number;
			const word = (c >= 48 && c <= 57) || (c >= 65 && c <= 90) || (c >= 97 && c <= 122);
			if (!word) this.out[k] = 95;
		}
		const head = this.out[first] as number;
		if (head >= 97 && head <= 122) this.out[first] = head - 32;
	}

	private static closeOf(close: Int32Array, at: number, limit: number): number {
		const c = close[at] as number;
		return c < 0 ? limit : c;
	}

	/** Position of a token index in the active list, or -1. */
	position(token: number): number {
		let low = 0;
		let high = this.list.length - 1;
		while (low <= high) {
			const mid = (low + high) >> 1;
			const value = this.list[mid] as number;
			if (value === token) return mid;
			if (value < token) low = mid + 1;
			else high = mid - 1;
		}
		return -1;
	}

	header(name: number, params: number, body: number): void {
		const definer = params >= 1 && isDefiner(this.word(params - 1)) && name === params + 1;
		if (definer) this.definer(params, name, body);
		else if (name === 0) this.bareMacro(params);
		else this.returnType(name);
		const close = Softener.closeOf(this.close, params, body - 1);
		for (let at = params + 1; at < close; at++) at = this.annotation(at);
		for (let at = close + 1; at < body; at++) this.put(at, '');
	}

	/** `SYSCALL_DEFINE2(name, type, arg, type, arg)` becomes `int name(type arg, type arg)`. */
	private definer(params: number, name: number, body: number): void {
		for (let at = 0; at < params - 1; at++) this.put(at, '');
		this.put(params - 1, 'int');
		this.put(params, '');
		const close = Softener.closeOf(this.close, params, body - 1);
		let odd = false;
		let depth = 0;
		for (let at = name + 1; at < close; at++) {
			if (this.punct(at, '(')) depth++;
			else if (this.punct(at, ')')) depth--;
			else if (depth === 0 && this.punct(at, ',')) {
				if (at === name + 1) this.put(at, '(');
				else if (odd) this.put(at, '');
				odd = !odd;
			}
		}
		if (!this.punct(name + 1, ',')) this.fill(this.end(name), '(') || this.put(close, '');
	}

	/** `TEST_F(a, b)` before a body: a function of no arguments. */
	private bareMacro(params: number): void {
		if (this.word(0).length >= 5) this.put(0, 'int x');
		const close = Softener.closeOf(this.close, params, params);
		for (let at = params + 1; at < close; at++) if (!this.name(at) && !this.punct(at, ',')) return;
		for (let at = params + 1; at < close; at++) this.put(at, '');
	}

	/** Keep storage class and one type before the name; drop everything that annotates. */
	private returnType(name: number): void {
		const plain: number[] = [];
		let keyword = false;
		for (let at = 0; at < name; at++) {
			if (!this.name(at)) {
				if (this.punct(at, '(')) {
					const close = Softener.closeOf(this.close, at, name - 1);
					// arguments of an annotation or of a macro that makes a type
					this.blank(at, Math.min(close, name - 1));
					at = close;
				}
				continue;
			}
			const word = this.word(at);
			if (word === 'struct' || word === 'union' || word === 'enum') {
				keyword = true;
				at++;
			} else if (TYPE_KEYWORDS.has(word)) keyword ||= word !== 'const' && word !== 'volatile';
			else if (word === 'static' || word === 'extern' || word === 'inline') continue;
			else if (/^__inline(__)?$/.test(word)) this.put(at, 'inline');
			else if (ANNOTATIONS.has(word) || ANNOTATIONS_WITH_ARGUMENTS.has(word)) this.put(at, '');
			else plain.push(at);
		}
		const kept = keyword ? undefined : plain.at(-1);
		for (const at of plain) if (at !== kept) this.put(at, '');
	}

	/** Blank the annotation at `at`, if one is there; returns the last position it covers. */
	private annotation(at: number): number {
		if (!this.name(at)) return at;
		const word = this.word(at);
		if (ANNOTATIONS_WITH_ARGUMENTS.has(word) && this.punct(at + 1, '(')) {
			const close = Softener.closeOf(this.close, at + 1, this.list.length - 1);
			this.blank(at, close);
			return close;
		}
		if (ANNOTATIONS.has(word) && !this.punct(at + 1, '(')) this.put(at, '');
		return at;
	}

	body(from: number): void {
		const { list } = this;
		for (let at = from; at < list.length; at++) {
			if (!this.name(at)) {
				this.operator(at);
				continue;
			}
			const after = this.annotation(at);
			if (after !== at) {
				at = after;
				continue;
			}
			const word = this.word(at);
			if (word === '__label__') this.put(at, 'int');
			else if (/^__(?:inline|const|volatile|signed|extension|restrict|asm)__$/.test(word) && !this.punct(at + 1, '('))
				this.put(at, '');
			else if (this.unknownAnnotation(at, word)) this.put(at, '');
			else if (word === '__auto_type') this.put(at, 'auto_type');
			else if (word === 'static' && /^[A-Z][A-Z0-9_]+$/.test(this.word(at + 1)) && this.punct(at + 2, '('))
				this.put(at, '');
			else if (OPERATOR_CALLS.has(word))
				this.put(at, this.punct(at + 1, '(') ? (OPERATOR_CALLS.get(word) as string) : '');
			if (!this.punct(at + 1, '(') && !/^(?:__)?asm(?:__|_inline)?$/.test(word)) continue;
			at = this.callLike(at, word);
		}
	}

	/** `foo_t name __ALIGNED;` and `char __counted *p`: a name that annotates a declaration. */
	private unknownAnnotation(at: number, word: string): boolean {
		if (!/^_*[A-Z][A-Z0-9_]*$|^__[a-z]/.test(word) || !this.name(at - 1)) return false;
		if (this.punct(at + 1, '*'))
			return word.startsWith('__') && /^(?:char|int|long|short|void|unsigned|signed|bool)$/.test(this.word(at - 1));
		const ends = this.punct(at + 1, ';') || (this.punct(at + 1, '=') && !this.punct(at + 2, '='));
		return (
			ends &&
			this.name(at - 2) &&
			!/^(?:struct|union|enum|const|static|unsigned|signed|long|return|goto|else)$/.test(this.word(at - 2))
		);
	}

	/** `&&label`, `case 1 ... 3`, casts before a sign: what the grammar reads otherwise. */
	private operator(at: number): void {
		if (this.punct(at, '&') && this.punct(at + 1, '&') && this.start(at + 1) === this.end(at) && this.name(at + 2)) {
			const before = at > 0 ? this.word(at - 1) : '';
			if (before === '=' || before === ',' || before === '(' || before === '{' || before === 'goto') this.put(at, '');
		} else if (this.punct(at, '.') && this.punct(at + 1, '.') && this.punct(at + 2, '.')) {
			this.put(at, '|');
			this.blank(at + 1, at + 2);
		} else if (this.punct(at, '(') && this.name(at + 1)) this.cast(at);
	}

	/** `(u64)&x` reads as `u64 & x`: give the cast a type the grammar knows. */
	private cast(open: number): void {
		let last = open + 1;
		while (this.punct(last + 1, '*')) last++;
		if (!this.punct(last + 1, ')')) return;
		const word = this.word(open + 1);
		if (last === open + 1 && this.isOperand(open)) {
			this.put(open, '');
			this.put(last + 1, '');
			return;
		}
		if (last > open + 1 && !this.punct(open - 1, ')')) {
			if (!TYPE_KEYWORDS.has(word) && this.operand(last + 2) && !this.name(open - 1))
				this.put(open + 1, word.length >= 4 ? 'char' : 'int');
			return;
		}
		if (/^_*[us](?:8|16|32|64)$|_t$/.test(word) && /[&*(+-]/.test(this.word(last + 2)))
			this.put(open + 1, word.length >= 4 ? 'char' : word.length === 3 ? 'int' : word);
	}

	/** `(x) && y`, `(flags) & FOLL_WRITE`: a name in brackets that is no type, for no address is taken of what follows. */
	private isOperand(open: number): boolean {
		if (this.punct(open - 1, ')') || (this.name(open - 1) && this.word(open - 1) !== 'return')) return false;
		const at = open + 3;
		if (!this.punct(at, '&')) return false;
		if (this.punct(at + 1, '&')) return this.start(at + 1) === this.end(at);
		return (
			/^[A-Z][A-Z0-9]*_[A-Z0-9_]+$/.test(this.word(at + 1)) && !/^_*[us](?:8|16|32|64)$|_t$/.test(this.word(open + 1))
		);
	}

	/** A token that begins an operand stands at `at`. */
	private operand(at: number): boolean {
		return this.name(at) || /^[&*(]/.test(this.word(at));
	}

	/** A statement may begin at `at`. */
	private statementStart(at: number): boolean {
		const before = this.word(at - 1);
		return (
			before === ';' ||
			before === '{' ||
			before === '}' ||
			before === ')' ||
			before === 'else' ||
			before === 'do' ||
			(before === ':' && !this.conditionalColon(at - 1))
		);
	}

	/** The `:` belongs to `?:`. */
	private conditionalColon(at: number): boolean {
		for (let k = at - 1; k >= 0; k--) {
			const word = this.word(k);
			if (word === '?') return true;
			if (word === ';' || word === '{' || word === '}' || word === 'case') return false;
		}
		return false;
	}

	/** A name with an argument list at `at`; returns the position to go on from. */
	private callLike(at: number, word: string): number {
		if (/^(?:__)?asm(?:__|_inline)?$/.test(word)) return this.assembler(at);
		const close = Softener.closeOf(this.close, at + 1, this.list.length - 1);
		if (TYPEOF.has(word)) {
			this.weld(at, close);
			return close;
		}
		if (this.pointerType(at + 1, close)) return close;
		if (STATEMENT_KEYWORDS.has(word) || TAKES_TYPE.has(word)) return at;
		if (this.statementStart(at)) {
			if (this.wrapsStatements(at + 1, close)) {
				this.put(at, '');
				this.put(at + 1, '{');
				this.put(close, '}');
				return at + 1;
			}
			this.statementMacro(at, word, close);
		}
		this.arguments(at + 1, close);
		return at;
	}

	/** `void (*)(int err)`, `int (*)[4]`: a type without a name, as in a cast, and no call. */
	private pointerType(open: number, close: number): boolean {
		if (!this.punct(open + 1, '*') || !(this.punct(close + 1, '(') || this.punct(close + 1, '['))) return false;
		for (let at = open + 2; at < close; at++)
			if (!this.punct(at, '*') && !/^(?:const|volatile|restrict|__restrict)$/.test(this.word(at))) return false;
		return true;
	}

	/** `asm volatile goto (...)` becomes an empty call. */
	private assembler(at: number): number {
		let open = at + 1;
		while (this.name(open)) this.put(open++, '');
		if (!this.punct(open, '(')) return at;
		const close = Softener.closeOf(this.close, open, this.list.length - 1);
		this.put(at, 'Asm');
		this.blank(open + 1, close - 1);
		return close;
	}

	/** `DEBUG(x = 1; y();)`: the argument is a block. */
	private wrapsStatements(open: number, close: number): boolean {
		if (/^(?:if|for|while|do|switch)$/.test(this.word(open + 1))) return true;
		for (let at = open + 1; at < close; at++) {
			const bracket = this.close[at] as number;
			if (bracket > at) at = bracket;
			else if (this.punct(at, ';')) return true;
		}
		return false;
	}

	/** A macro that heads a block or a loop, or one that brings its own semicolon. */
	private statementMacro(at: number, word: string, close: number): void {
		const next = close + 1;
		if (this.punct(next, '{')) this.put(at, BLOCK_MACRO.test(word) || word.length < 5 ? 'if' : 'while');
		else if (LOOP_MACRO.test(word) && !/^while_/.test(word)) this.put(at, 'while');
		else if (BLOCK_MACRO.test(word) && this.name(next)) this.put(at, 'if');
		else if (
			this.punct(next, '}') ||
			(this.name(next) && this.newLine(close, next) && !ANNOTATIONS.has(this.word(next)))
		)
			this.fill(this.end(close), ';');
	}

	private newLine(from: number, to: number): boolean {
		return this.tokens.text.slice(this.end(from), this.start(to)).includes('\n');
	}

	/** Types, operators and statements as macro arguments become names. */
	private arguments(open: number, close: number): void {
		let first = open + 1;
		for (let at = open + 1; at <= close; at++) {
			const bracket = this.close[at] as number;
			if (bracket > at) {
				at = Math.min(bracket, close);
				if (at < close) continue;
			}
			if (at !== close && !this.punct(at, ',')) continue;
			if (at > first) this.argument(first, at - 1);
			else if (at !== open + 1 || this.punct(at, ',')) this.fill(this.start(at) - 1, '0');
			first = at + 1;
		}
	}

	/** `KERN_ERR PREFIX "text" __stringify(X)`: the grammar knows a name next to a string, not two. */
	private glueStrings(first: number, last: number): boolean {
		let names = 0;
		let calls = 0;
		let kept = -1;
		for (let at = first; at <= last; at++) {
			if (this.string(at)) kept = kept < 0 ? at : kept;
			else if (!this.name(at)) return false;
			else {
				names++;
				if (!this.punct(at + 1, '(')) continue;
				at = Softener.closeOf(this.close, at + 1, last);
				calls++;
			}
		}
		if (kept < 0 || names + calls < 2) return false;
		for (let at = first; at <= last; at++) if (at !== kept) this.put(at, '');
		return true;
	}

	private argument(first: number, last: number): void {
		const word = this.word(first);
		if (this.name(first) && (TYPE_KEYWORDS.has(word) || STATEMENT_KEYWORDS.has(word))) {
			for (let at = first; at <= last; at++) if (!this.name(at) && !this.punct(at, '*')) return;
			this.weld(first, last);
			return;
		}
		if (this.glueStrings(first, last)) return;
		let tail = last;
		while (tail > first && this.punct(tail, '*')) this.put(tail--, '');
		let onlyOperators = true;
		for (let at = first; at <= last && onlyOperators; at++) onlyOperators = /^[<>=!&|+*/%^-]$/.test(this.word(at));
		if (onlyOperators) {
			this.put(first, '0');
			this.blank(first + 1, last);
		}
	}
}

/** For each opening bracket its closing position, -1 elsewhere or where it stays open. */
function matchBrackets(tokens: Tokens, list: Int32Array): Int32Array {
	const close = new Int32Array(list.length).fill(-1);
	const stack: number[] = [];
	for (let at = 0; at < list.length; at++) {
		const i = list[at] as number;
		if (tokens.kinds[i] !== Token.Punct) continue;
		const char = tokens.text[tokens.starts[i] as number] as string;
		if ('([{'.includes(char)) stack.push(at);
		else if (')]}'.includes(char)) {
			const open = stack.pop();
			if (open !== undefined) close[open] = at;
		}
	}
	return close;
}

/** Soften one function under the given choice of `#if` arms. */
export function normaliseFunction(tokens: Tokens, conditions: Conditions, item: Item, choices: Choices): Soft {
	const softener = new Softener(tokens, activeTokens(tokens, conditions, item, choices));
	const body = softener.position(item.body);
	const params = softener.position(item.params);
	const name = softener.position(item.name);
	if (body >= 0 && params >= 0 && name >= 0) {
		softener.header(name, params, body);
		softener.body(body);
	} else softener.body(0);
	return softener.text();
}

/** Soften any other item: a record or a typedef. */
export function normaliseItem(tokens: Tokens, conditions: Conditions, item: Item): Soft {
	const softener = new Softener(tokens, activeTokens(tokens, conditions, item, new Map()));
	softener.body(0);
	return softener.text();
}

/**
 * Soften tokens that are no item of a file (the body of a macro).
 * @param tokens tokens of that text alone
 */
export function normaliseTokens(tokens: Tokens): Soft {
	const list = new Int32Array(tokens.count).map((_, i) => i);
	const softener = new Softener(tokens, list);
	softener.body(0);
	return softener.text();
}
