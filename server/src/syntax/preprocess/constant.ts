/** The value of an `#if`: what is known of it where the preprocessor has come to. */
import { ASKED_NAMES, type AskedName } from '../../kernel/asked-names.js';
import type { Kernel } from '../../kernel/types.js';
import { type Truth, versionCode } from '../conditions.js';
import { Token, tokenize, tokenText } from '../tokens.js';
import type { Macro, MacroTable } from './macros.js';

/** Macros within macros, and brackets within brackets. */
const DEEPEST = 40;
/** Tokens of one test with its macros replaced. */
const MOST_TOKENS = 2_000;

/** undefined: depends on what is not seen. */
type Value = number | undefined;

/** Releases of distributions, which only their own kernels define. */
const VENDOR = /(?:^|_)(?:RHEL|CENTOS|SUSE|SLES?|UBUNTU|UTS_UBUNTU|OPENSUSE|ORACLE|UEK|AMZN)\w*(?:_|$)/;
/** Tests of the version by a macro that stands in no file that is seen: LINUX_VER_MIN(5,6,0). */
const VERSION_TEST = /(?:^|_)K?VER(?:SION)?_(?:(MIN|GE|GEQ|GTE|AT_LEAST|ATLEAST)|(MAX|LT|BEFORE|LESS_THAN))$/;

const SUFFIX = /_(?:PRESENT|EXISTS?|AVAILABLE|DEFINED|FUNC(?:TION)?|SYMBOL|EXPORTED|DECLARED)$/;
const ASKS = /(?:^|_)(?:HAVE|HAS|HAVING|WITH|USE|EXPORTS?)_/;
const DENIES = /(?:^|_)(?:NO|NOT|LACKS?|MISSING|WITHOUT|OLD)_/;

const ASKED: ReadonlyMap<string, AskedName> = new Map(ASKED_NAMES.map((asked) => [asked.name, asked]));

function isThere({ since, until }: AskedName, code: number): boolean {
	return code >= versionCode(since) && (until === undefined || code < versionCode(until));
}

/** What a test of one name asks for when it is made of a function's: HAVE_PIN_USER_PAGES_FAST, X_PIN_USER_PAGES_PRESENT. */
function askedFunction(name: string, kernel: Kernel): boolean | undefined {
	if (name !== name.toUpperCase() || name.startsWith('CONFIG_') || DENIES.test(name)) return undefined;
	const bare = name.replace(SUFFIX, '');
	if (bare === name && !ASKS.test(name)) return undefined;
	// the longest name of a function that ends it
	for (let at = 0; at >= 0; at = bare.indexOf('_', at) + 1 || -1) {
		const asked = bare.slice(at).toLowerCase();
		const api = kernel.api(asked);
		if (api) return at === 0 && bare === name ? undefined : api.signature !== undefined;
		const other = ASKED.get(asked);
		if (other) return isThere(other, versionCode(kernel.version));
	}
	return undefined;
}

export class ConstantReader {
	private readonly kernel: Kernel;
	private readonly table: MacroTable;
	private readonly code: number;
	/** What alternatives that were chosen say about a name. */
	private readonly settled: ReadonlyMap<string, boolean>;
	/** Something that was read since the last question is what names suggest, not what a version or a header says. */
	isGuess = false;

	constructor(kernel: Kernel, table: MacroTable, settled: ReadonlyMap<string, boolean>) {
		this.kernel = kernel;
		this.table = table;
		this.code = versionCode(kernel.version);
		this.settled = settled;
	}

	truth(condition: string): Truth {
		this.isGuess = false;
		const value = new Expression(condition, this).value();
		return value === undefined ? 'maybe' : value ? 'yes' : 'no';
	}

	isDefined(name: string): boolean | undefined {
		if (name === '__KERNEL__' || name === 'LINUX_VERSION_CODE' || name === 'KERNEL_VERSION') return true;
		if (name === '__cplusplus') return false;
		const told = this.table.isDefined(name);
		if (told !== undefined) return told;
		const guess =
			this.settled.get(name) ?? askedFunction(name, this.kernel) ?? (this.isForeign(name) ? false : undefined);
		if (guess !== undefined) this.isGuess = true;
		return guess;
	}

	macro(name: string): Macro | undefined {
		return this.table.isDefined(name) ? this.table.get(name) : undefined;
	}

	/** Value of a name that is no macro in sight. */
	name(name: string): Value {
		if (name === 'LINUX_VERSION_CODE') return this.code;
		if (name === 'true') return 1;
		if (name === 'false') return 0;
		const defined = this.isDefined(name);
		// a test that is defined by the build is mostly defined as 1
		return defined === undefined ? undefined : Number(defined);
	}

	call(name: string, args: readonly Value[]): Value {
		if (name === 'KERNEL_VERSION') return versionOf(args);
		this.isGuess = true;
		if (this.isForeign(name)) return 0;
		const [, least, most] = VERSION_TEST.exec(name) ?? [];
		const version = args.length >= 2 && args.length <= 3 ? versionOf(args) : undefined;
		if (version === undefined) return undefined;
		if (least) return Number(this.code >= version);
		return most ? Number(this.code < version) : undefined;
	}

	/** Only the kernels of a distribution have it, and this is none. */
	private isForeign(name: string): boolean {
		return this.kernel.origin !== 'tree' && VENDOR.test(name) && !name.startsWith('CONFIG_');
	}
}

function versionOf([a, b, c = 0]: readonly Value[]): Value {
	return a === undefined || b === undefined ? undefined : (a << 16) + (b << 8) + Math.min(c, 255);
}

interface Word {
	readonly kind: Token;
	readonly text: string;
}

const LEVELS: readonly (readonly string[])[] = [
	['||'],
	['&&'],
	['|'],
	['^'],
	['&'],
	['==', '!='],
	['<=', '>=', '<', '>'],
	['<<', '>>'],
	['+', '-'],
	['*', '/', '%'],
];

/** One test, read with its macros. */
class Expression {
	private readonly reader: ConstantReader;
	private words: Word[];
	private at = 0;
	private depth = 0;
	private made = 0;

	constructor(text: string, reader: ConstantReader) {
		this.reader = reader;
		this.words = wordsOf(text);
	}

	value(): Value {
		const value = this.conditional();
		return this.at >= this.words.length ? value : undefined;
	}

	private get text(): string {
		return this.words[this.at]?.text ?? '';
	}

	private takes(text: string): boolean {
		if (this.text !== text) return false;
		this.at++;
		return true;
	}

	private conditional(): Value {
		const test = this.binary(0);
		if (!this.takes('?')) return test;
		const yes = this.conditional();
		if (!this.takes(':')) return undefined;
		const no = this.conditional();
		return test === undefined ? (yes === no ? yes : undefined) : test ? yes : no;
	}

	private binary(level: number): Value {
		const operators = LEVELS[level];
		if (!operators) return this.unary();
		let left = this.binary(level + 1);
		while (operators.includes(this.text)) {
			const operator = this.text;
			this.at++;
			left = combined(operator, left, this.binary(level + 1));
		}
		return left;
	}

	private unary(): Value {
		if (++this.depth > DEEPEST * LEVELS.length) {
			this.at = this.words.length + 1;
			return undefined;
		}
		try {
			const operators: Readonly<Record<string, (value: number) => number>> = {
				'!': (value) => Number(!value),
				'-': (value) => -value,
				'+': (value) => value,
				'~': (value) => ~value,
			};
			const operator = operators[this.text];
			if (operator) {
				this.at++;
				const value = this.unary();
				return value === undefined ? undefined : operator(value);
			}
			return this.primary();
		} finally {
			this.depth--;
		}
	}

	private primary(): Value {
		if (this.takes('(')) {
			const value = this.conditional();
			return this.takes(')') ? value : undefined;
		}
		const word = this.words[this.at++];
		if (word?.kind === Token.Number) {
			const digits = word.text.replace(/[uUlL]+$/, '');
			return /^0[0-7]+$/.test(digits)
				? Number.parseInt(digits, 8)
				: Number.isNaN(Number(digits))
					? undefined
					: Number(digits);
		}
		if (word?.kind !== Token.Name) return undefined;
		if (word.text === 'defined') {
			const bracket = this.takes('(');
			const name = this.words[this.at++]?.text ?? '';
			if (bracket) this.takes(')');
			const defined = this.reader.isDefined(name);
			return defined === undefined ? undefined : Number(defined);
		}
		return this.named(word.text);
	}

	private named(name: string): Value {
		const macro = this.reader.macro(name);
		const args = this.text === '(' ? this.args() : undefined;
		if (!macro)
			return args
				? this.reader.call(
						name,
						args.map((arg) => this.nested(arg)),
					)
				: this.reader.name(name);
		if (macro.params && args?.length !== macro.params.length) return undefined;
		const given = new Map((macro.params ?? []).map((param, i) => [param, args?.[i] ?? []]));
		const body = macro.body.flatMap((token) => {
			const arg = token.kind === Token.Name ? given.get(token.text) : undefined;
			return arg ? [PAREN, ...arg, THESIS] : [token];
		});
		// an object-like macro leaves the brackets behind it to what it stands for
		const own =
			macro.params || !args ? body : [...body, PAREN, ...args.flatMap((arg, i) => (i ? [COMMA, ...arg] : arg)), THESIS];
		return this.nested(glued(own));
	}

	/** The value of other words, in the same place. */
	private nested(words: readonly Word[]): Value {
		this.made += words.length;
		if (++this.depth > DEEPEST || this.made > MOST_TOKENS) {
			this.depth--;
			return undefined;
		}
		const [had, at] = [this.words, this.at];
		this.words = [...words];
		this.at = 0;
		const value = this.value();
		this.words = had;
		this.at = at;
		this.depth--;
		return value;
	}

	/** The words of the arguments of a call, behind which reading goes on. */
	private args(): Word[][] {
		const args: Word[][] = [[]];
		let depth = 0;
		for (; this.at < this.words.length; this.at++) {
			const word = this.words[this.at] as Word;
			if (word.text === '(' && depth++ === 0) continue;
			if (word.text === ')' && --depth === 0) {
				this.at++;
				break;
			}
			if (word.text === ',' && depth === 1) args.push([]);
			else args.at(-1)?.push(word);
		}
		return args;
	}
}

const PAREN: Word = { kind: Token.Punct, text: '(' };
const THESIS: Word = { kind: Token.Punct, text: ')' };
const COMMA: Word = { kind: Token.Punct, text: ',' };

function combined(operator: string, a: Value, b: Value): Value {
	if (operator === '&&') return a === 0 || b === 0 ? 0 : a === undefined || b === undefined ? undefined : 1;
	if (operator === '||') return a || b ? 1 : a === undefined || b === undefined ? undefined : 0;
	if (a === undefined || b === undefined) return undefined;
	switch (operator) {
		case '|':
			return a | b;
		case '^':
			return a ^ b;
		case '&':
			return a & b;
		case '==':
			return Number(a === b);
		case '!=':
			return Number(a !== b);
		case '<=':
			return Number(a <= b);
		case '>=':
			return Number(a >= b);
		case '<':
			return Number(a < b);
		case '>':
			return Number(a > b);
		case '<<':
			return a << b;
		case '>>':
			return a >> b;
		case '+':
			return a + b;
		case '-':
			return a - b;
		case '*':
			return a * b;
		default:
			return b === 0 ? undefined : operator === '/' ? Math.trunc(a / b) : a % b;
	}
}

function wordsOf(text: string): Word[] {
	// without a token before it, a `#` would begin a directive
	const tokens = tokenize(`;${text}`);
	const words: Word[] = [];
	for (let i = 1; i < tokens.count; i++) words.push({ kind: tokens.kinds[i] as Token, text: tokenText(tokens, i) });
	return glued(words);
}

const DOUBLE: ReadonlySet<string> = new Set(['||', '&&', '==', '!=', '<=', '>=', '<<', '>>']);

/** Operators of two characters as one word. */
function glued(words: readonly Word[]): Word[] {
	const out: Word[] = [];
	for (const word of words) {
		const last = out.at(-1);
		const both = last && last.kind === Token.Punct && word.kind === Token.Punct ? last.text + word.text : '';
		if (DOUBLE.has(both)) out.splice(-1, 1, { kind: Token.Punct, text: both });
		else out.push(word);
	}
	return out;
}
