/** `#if` groups: their arms, nesting, and what can be said of their conditions for one kernel. */
import type { Range } from './ir.js';
import { Token, type Tokens, tokenText } from './tokens.js';

/** "no": never compiled for this kernel; "yes": always; "maybe": depends on the configuration. */
export type Truth = 'yes' | 'no' | 'maybe';

export interface Arm {
	/** Token index of the `#if`/`#elif`/`#else` line. */
	readonly directive: number;
	/** Token range of the arm's content, end exclusive. */
	readonly first: number;
	readonly last: number;
	readonly truth: Truth;
	/** A test of the kernel version or of a feature macro, not of the configuration. */
	readonly compat: boolean;
}

export interface Group {
	readonly arms: readonly Arm[];
	/** Token index of `#endif`, or the token count when there is none. */
	readonly end: number;
	readonly parent: Group | undefined;
}

export interface Conditions {
	readonly groups: readonly Group[];
	/** The group whose `#if` is this token. */
	readonly byToken: ReadonlyMap<number, Group>;
}

/** What conditions are evaluated for. */
export interface Configuration {
	/** Kernel version, "6.12.117". */
	readonly version: string;
	/** Macros as a compiler's command line defines them; undefined: it undefines that one. Of all others nothing is known. */
	readonly macros?: Macros | undefined;
}

export type Macros = ReadonlyMap<string, string | undefined>;

/** What decides a condition. */
interface Known {
	/** Of the kernel version, see `versionCode`. */
	readonly code: number;
	readonly macros: Macros;
}

const NO_MACROS: Macros = new Map();

/** A kernel version as the number of KERNEL_VERSION(a, b, c). */
export function versionCode(version: string): number {
	const [a = 0, b = 0, c = 0] = version.split('.').map((part) => Number.parseInt(part, 10) || 0);
	return (a << 16) + (b << 8) + Math.min(c, 255);
}

const DIRECTIVE = /^#\s*(\w+)\s*([\s\S]*)$/;

/** Name and rest of a preprocessor line; comments in the rest stay. */
export function directive(text: string): { word: string; rest: string } {
	const match = DIRECTIVE.exec(text);
	return { word: match?.[1] ?? '', rest: (match?.[2] ?? '').replace(/\\\r?\n/g, ' ') };
}

function stripComments(text: string): string {
	const bare = text.replace(/\/\*[\s\S]*?(\*\/|$)/g, ' ').replace(/\/\/.*$/gm, ' ');
	// with one blank at most between two words, the patterns below try few ways to share them out
	return bare.replace(/\s+/g, ' ');
}

const NEVER = /^(?:0|__cplusplus|defined\s*\(?\s*__cplusplus\s*\)?|false)$/;

/** Names that every kernel build defines, or none, and those of the command line. */
function defined(name: string, macros: Macros): Truth {
	if (macros.has(name)) return macros.get(name) === undefined ? 'no' : 'yes';
	return name === '__cplusplus' ? 'no' : name === '__KERNEL__' ? 'yes' : 'maybe';
}

function not(value: Truth): Truth {
	return value === 'yes' ? 'no' : value === 'no' ? 'yes' : 'maybe';
}

/** One comparison, number or name of a condition. */
function atom(text: string, known: Known): Truth {
	const t = text.trim();
	if (/^\d+[uUlL]*$/.test(t)) return Number.parseInt(t, 10) ? 'yes' : 'no';
	const name = /^defined\s*\(?\s*(\w+)\s*\)?$/.exec(t);
	if (name) return defined(name[1] as string, known.macros);
	const enabled = /^IS_(?:ENABLED|BUILTIN|REACHABLE)\s*\(\s*(\w+)\s*\)$/.exec(t);
	if (enabled) return known.macros.get(enabled[1] as string) === '1' ? 'yes' : 'maybe';
	if (known.macros.has(t)) {
		const value = numberOf(t, known);
		return value === undefined ? 'maybe' : value ? 'yes' : 'no';
	}
	const [, left = '', op = '', right = ''] = /^(.+?)\s*(<=|>=|<|>|==|!=)\s*(.+)$/.exec(t) ?? [];
	const [a, b] = [numberOf(left, known), numberOf(right, known)];
	if (a === undefined || b === undefined) return 'maybe';
	const holds: Readonly<Record<string, boolean>> = {
		'<': a < b,
		'>': a > b,
		'<=': a <= b,
		'>=': a >= b,
		'==': a === b,
		'!=': a !== b,
	};
	return holds[op] ? 'yes' : 'no';
}

/** One side of a comparison of kernel versions or numbers; undefined when it is something else. */
function numberOf(text: string, { code, macros }: Known): number | undefined {
	if (text === 'LINUX_VERSION_CODE') return code;
	// an identifier that is no macro is 0 to the preprocessor
	if (macros.has(text)) return numberIn(macros.get(text) ?? '0');
	const version = /^KERNEL_VERSION\s*\(\s*(\d+)\s*,\s*(\d+)\s*,\s*(\d+)\s*\)$/.exec(text);
	if (version) return versionCode(version.slice(1).join('.'));
	return numberIn(text);
}

/** A number in C without a sign; undefined for anything else. */
function numberIn(text: string): number | undefined {
	const digits = /^(0[xX][\da-fA-F]+|\d+)[uUlL]*$/.exec(text.trim())?.[1];
	if (digits === undefined) return undefined;
	return /^0\d/.test(digits) ? Number.parseInt(digits, 8) : Number(digits);
}

/** Split at `operator` outside parentheses. */
function split(text: string, operator: '||' | '&&'): string[] {
	const parts: string[] = [];
	let depth = 0;
	let from = 0;
	for (let i = 0; i < text.length; i++) {
		if (text[i] === '(') depth++;
		else if (text[i] === ')') depth--;
		else if (depth === 0 && text.startsWith(operator, i)) {
			parts.push(text.slice(from, i));
			i++;
			from = i + 1;
		}
	}
	parts.push(text.slice(from));
	return parts;
}

function enclosed(text: string): boolean {
	if (!text.startsWith('(')) return false;
	let depth = 0;
	for (let i = 0; i < text.length; i++) {
		if (text[i] === '(') depth++;
		else if (text[i] === ')' && --depth === 0) return i === text.length - 1;
	}
	return false;
}

/** Nesting beyond this is answered with "maybe". */
const DEEPEST = 12;

/** What `condition` is by what is known. */
function evaluate(condition: string, known: Known, depth = 0): Truth {
	const text = condition.trim();
	if (depth > DEEPEST) return 'maybe';
	if (NEVER.test(text)) return 'no';
	const any = split(text, '||');
	if (any.length > 1) {
		const values = any.map((part) => evaluate(part, known, depth + 1));
		return values.includes('yes') ? 'yes' : values.every((v) => v === 'no') ? 'no' : 'maybe';
	}
	const all = split(text, '&&');
	if (all.length > 1) {
		const values = all.map((part) => evaluate(part, known, depth + 1));
		return values.includes('no') ? 'no' : values.every((v) => v === 'yes') ? 'yes' : 'maybe';
	}
	if (text.startsWith('!') && !text.startsWith('!=')) return not(evaluate(text.slice(1), known, depth + 1));
	if (enclosed(text)) return evaluate(text.slice(1, -1), known, depth + 1);
	return atom(text, known);
}

const CONFIGURATION =
	/\b(?:CONFIG_\w+|IS_ENABLED|IS_REACHABLE|IS_BUILTIN|IS_MODULE|defined|__KERNEL__|DEBUG\w*|\w+_DEBUG\w*)\b/g;

/** The condition asks for a version or a feature, so its arms are for different kernels. */
function isCompat(condition: string): boolean {
	if (/LINUX_VERSION_CODE|KERNEL_VERSION|RHEL_|HAVE_|COMPAT_|SUSE|UBUNTU|_H$/.test(condition)) return true;
	return /[A-Za-z_]/.test(condition.replace(CONFIGURATION, ''));
}

/** An include guard or a default definition: `#ifndef X` with `#define X` right after it. */
function definesNext(tokens: Tokens, i: number, name: string): boolean {
	if (tokens.kinds[i + 1] !== Token.Directive) return false;
	const next = directive(tokenText(tokens, i + 1));
	return next.word === 'define' && /^\w+/.exec(next.rest)?.[0] === name;
}

interface Opening {
	directive: number;
	condition: string;
	truth: Truth;
}

/** Find all groups of the file. An `#if` without its `#endif` reaches to the end, a stray `#endif` is ignored. */
export function conditions(tokens: Tokens, { version, macros = NO_MACROS }: Configuration): Conditions {
	const known: Known = { code: versionCode(version), macros };
	const groups: Group[] = [];
	const byToken = new Map<number, Group>();
	const stack: {
		arms: Opening[];
		parent: Group | undefined;
		slot: { arms: Arm[]; end: number; parent: Group | undefined };
	}[] = [];

	const close = (end: number): void => {
		const top = stack.pop();
		if (!top) return;
		const { arms, slot } = top;
		const asked = arms.some((arm) => isCompat(arm.condition));
		let certain = false;
		arms.forEach((arm, i) => {
			const truth: Truth = certain ? 'no' : arm.truth;
			if (truth === 'yes') certain = true;
			slot.arms.push({
				directive: arm.directive,
				first: arm.directive + 1,
				last: arms[i + 1]?.directive ?? end,
				truth,
				compat: asked,
			});
		});
		slot.end = end;
	};

	for (let i = 0; i < tokens.count; i++) {
		if (tokens.kinds[i] !== Token.Directive) continue;
		const { word, rest } = directive(tokenText(tokens, i));
		const top = stack.at(-1);
		if (word === 'if' || word === 'ifdef' || word === 'ifndef') {
			const bare = stripComments(rest).trim();
			const name = /^\w+/.exec(bare)?.[0] ?? '';
			const guard = word === 'ifndef' && !macros.has(name) && definesNext(tokens, i, name);
			const condition = word === 'if' ? bare : guard ? '1' : `${word === 'ifndef' ? '!' : ''}defined(${name})`;
			const slot = { arms: [] as Arm[], end: tokens.count, parent: top?.slot };
			groups.push(slot);
			byToken.set(i, slot);
			stack.push({ arms: [{ directive: i, condition, truth: evaluate(condition, known) }], parent: top?.slot, slot });
		} else if (top && /^(?:elif|elifdef|elifndef|else)$/.test(word)) {
			const bare = stripComments(rest).trim();
			const condition =
				word === 'elif' ? bare : word === 'else' ? '1' : `${word === 'elifndef' ? '!' : ''}defined(${bare})`;
			top.arms.push({
				directive: i,
				condition: word === 'else' ? '' : condition,
				truth: word === 'else' ? 'yes' : evaluate(condition, known),
			});
		} else if (word === 'endif') close(i);
	}
	while (stack.length) close(tokens.count);
	// an arm after only "maybe" arms is itself "maybe": `#else` is not certain then
	for (const group of groups) {
		const arms = group.arms as readonly { truth: Truth }[];
		let doubt = false;
		for (const arm of arms) {
			if (arm.truth === 'yes' && doubt) arm.truth = 'maybe';
			if (arm.truth === 'maybe') doubt = true;
		}
	}
	return { groups, byToken };
}

/** Groups whose `#if` is one of the tokens [first, last), in the order they open. */
export function groupsBetween({ groups }: Conditions, first: number, last: number): readonly Group[] {
	const from = (token: number): number => {
		let low = 0;
		let high = groups.length;
		while (low < high) {
			const mid = (low + high) >> 1;
			if ((groups[mid]?.arms[0]?.directive ?? 0) < token) low = mid + 1;
			else high = mid;
		}
		return low;
	};
	return groups.slice(from(first), from(last));
}

/** Text ranges of the arms that test for versions or features and are not ruled out. */
export function compatRanges(tokens: Tokens, { groups }: Conditions): Range[] {
	return groups.flatMap((group) =>
		group.arms
			.filter((arm) => arm.compat && arm.truth === 'maybe' && arm.last > arm.first)
			.map((arm) => ({ start: tokens.starts[arm.first] as number, end: tokens.ends[arm.last - 1] as number })),
	);
}
