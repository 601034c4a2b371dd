/**
 * What the headers of a kernel tree say about the family: pure text in, plain data out.
 * Broken, half-written or foreign text gives fewer declarations, never an exception.
 */
import { API_NAMES } from '../kernel/apis/index.js';
import { parameterList, returnType, splitArguments } from '../kernel/declaration.js';
import type { FlagDefinition, Prototype, TreeDeclarations } from '../kernel/types.js';

export type { TreeDeclarations } from '../kernel/types.js';

/** Headers of a tree that declare the family, relative to its root; each may be missing. */
export const treeHeaders: readonly string[] = [
	'include/linux/mm.h',
	'include/linux/mm_types.h',
	'include/linux/uio.h',
	'include/linux/pagewalk.h',
	'include/linux/bio.h',
	'include/linux/netfs.h',
	'include/linux/vfio.h',
	'include/rdma/ib_umem.h',
	'mm/internal.h',
];

/** Comments, strings and `#if 0` arms become blanks of the same length; line ends stay. */
export function blankInert(text: string): string {
	const bare = text.replace(
		/\/\*[\s\S]*?(?:\*\/|$)|\/\/(?:\\\n|[^\n])*|"(?:\\[\s\S]|[^"\\\n])*"?|'(?:\\[\s\S]|[^'\\\n])*'?/g,
		blank,
	);
	return bare.replace(
		/^[ \t]*#[ \t]*if[ \t]+0\b[^\n]*\n([\s\S]*?)(?:^[ \t]*#[ \t]*(endif|else|elif)\b|(?![\s\S]))/gm,
		(whole, arm: string, end: string | undefined) => {
			// An inner #if would end the arm too early: leave such an arm alone.
			return end === undefined || /^[ \t]*#[ \t]*if/m.test(arm) ? whole : blank(whole);
		},
	);
}

/** UTF-16 units of a parameter list. */
const LONGEST_PARAMETERS = 4000;

const ATTRIBUTE = /__attribute__\s*\(\((?:[^()]|\([^()]*\))*\)\)|__(?:printf|alloc_size|nonnull|malloc)\s*\([^()]*\)/g;
const DIRECTIVE = /^[ \t]*#(?:\\\r?\n|[^\n])*/gm;

function blank(part: string): string {
	return part.replace(/[^\n]/g, ' ');
}

/** Offset behind the parenthesis that closes the one at `open`; -1 when none does. */
function closing(text: string, open: number): number {
	let depth = 0;
	for (let i = open; i < text.length; i++) {
		const c = text[i];
		if (c === '(') depth++;
		else if (c === ')' && --depth === 0) return i + 1;
		else if (c === ';' || c === '{') return -1;
	}
	return -1;
}

/** The text between the previous declaration and `name`. */
function before(text: string, name: number): string {
	let from = name;
	while (from > 0 && !';{}'.includes(text[from - 1] as string)) from--;
	return text.slice(from, name);
}

function prototypesOf(text: string, header: string, wanted: ReadonlySet<string>): Prototype[] {
	const found: Prototype[] = [];
	for (const match of text.matchAll(/^[ \t]*#[ \t]*define[ \t]+(\w+)(\([^)\n]*\))?/gm)) {
		const name = match[1] as string;
		if (!wanted.has(name)) continue;
		const params = match[2] && splitArguments(match[2].slice(1, -1)).map((param) => ({ type: '', name: param }));
		found.push({ name, returns: '', params: params || undefined, header, macro: true });
	}
	const code = text.replace(DIRECTIVE, blank);
	for (const match of code.matchAll(/\b([A-Za-z_]\w*)\s*\(/g)) {
		const name = match[1] as string;
		if (!wanted.has(name)) continue;
		const returns = returnType(before(code, match.index));
		const open = match.index + match[0].length - 1;
		const end = closing(code, open);
		if (returns === undefined || end < 0 || end - open > LONGEST_PARAMETERS) continue;
		const params = parameterList(code.slice(open + 1, end - 1));
		if (params && /^\s*(?:[A-Za-z_]\w*\b\s*)*[;{]/.test(code.slice(end, end + 200))) {
			found.push({ name, returns, params, header, macro: false });
		}
	}
	return found;
}

/** Value of a constant expression of integers, `BIT()`, `<<`, `|`, `+` and names already known. */
function constant(text: string, known: ReadonlyMap<string, number>): number | undefined {
	const tokens = text.match(/0[xX][\da-fA-F]+|\d+|[A-Za-z_]\w*|<<|\||\+|\(|\)|\S/g) ?? [];
	let at = 0;
	const primary = (): number => {
		const token = tokens[at++] ?? '';
		if (token === '(') {
			const value = either();
			return tokens[at++] === ')' ? value : Number.NaN;
		}
		if (/^\d/.test(token)) {
			while (/^[uUlL]+$/.test(tokens[at] ?? '')) at++;
			return /^0[0-7]+$/.test(token) ? Number.parseInt(token, 8) : Number(token);
		}
		if (/^_?BIT(?:_ULL|UL)?$/.test(token) && tokens[at] === '(') return 2 ** primary();
		return known.get(token) ?? Number.NaN;
	};
	const binary = (operators: readonly string[], next: () => number, apply: (a: number, b: number) => number) => () => {
		let value = next();
		while (operators.includes(tokens[at] ?? '')) {
			at++;
			value = apply(value, next());
		}
		return value;
	};
	const sum = binary(['+'], primary, (a, b) => a + b);
	const shift = binary(['<<'], sum, (a, b) => a * 2 ** b);
	const either: () => number = binary(['|'], shift, (a, b) => (Number.isNaN(a + b) ? Number.NaN : (a | b) >>> 0));
	const value = either();
	return at === tokens.length && Number.isSafeInteger(value) ? value : undefined;
}

function flagsOf(text: string, header: string): FlagDefinition[] {
	const found: FlagDefinition[] = [];
	const known = new Map<string, number>();
	const add = (name: string, value: number | undefined) => {
		if (value !== undefined) known.set(name, value);
		found.push({ name, value, header });
	};
	for (const match of text.matchAll(/^[ \t]*#[ \t]*define[ \t]+(FOLL_\w+)[ \t]+((?:\\\n|[^\n])*)/gm)) {
		add(match[1] as string, constant((match[2] as string).replace(/\\\n/g, ' '), known));
	}
	for (const list of text.matchAll(/\benum\b[^{};]{0,200}\{([^{}]*)\}/g)) {
		if (!/\bFOLL_/.test(list[1] as string)) continue;
		let previous: number | undefined = -1;
		for (const entry of splitArguments(list[1] as string)) {
			const match = /^(\w+)\s*(?:=([\s\S]*))?$/.exec(entry);
			if (!match) continue;
			previous = match[2] === undefined ? previous && previous + 1 : constant(match[2], known);
			if (/^FOLL_/.test(match[1] as string)) add(match[1] as string, previous);
		}
	}
	return found;
}

/**
 * Reads the declarations of the family out of a tree's headers.
 * @param version what the top Makefile says; undefined when it does not say
 * @param headers text by path relative to the tree root (see treeHeaders); those a tree does not have are left out
 */
export function readDeclarations(
	version: { readonly version: string } | undefined,
	headers: ReadonlyMap<string, string>,
	wanted: ReadonlySet<string> = API_NAMES,
): TreeDeclarations {
	const prototypes = new Map<string, Prototype>();
	const flags = new Map<string, FlagDefinition>();
	for (const [path, raw] of headers) {
		const text = blankInert(raw).replace(ATTRIBUTE, blank);
		for (const found of prototypesOf(text, path, wanted)) {
			// The first declaration counts: later ones are the arms for other configurations.
			if (!prototypes.has(found.name) || prototypes.get(found.name)?.macro) prototypes.set(found.name, found);
		}
		for (const found of flagsOf(text, path)) if (!flags.has(found.name)) flags.set(found.name, found);
	}
	return {
		version: version?.version,
		headers: [...headers.keys()],
		prototypes: [...prototypes.values()],
		flags: [...flags.values()],
	};
}
