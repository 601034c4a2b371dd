/** A conversion as a semantic patch for Coccinelle: the same code for the same code, in the functions it was found in. */
import type { Conversion, Hunk } from './plan.js';

function marked(mark: '+' | '-' | ' ', code: string): string {
	// a blank line that is marked is no code to Coccinelle
	const lines = code.split(/\r?\n/).filter((line) => line.trim() !== '');
	return lines.map((line) => `${mark} ${line.trim()}`).join('\n');
}

/** What stays is context: Coccinelle prints it as it was. */
function changed({ before, after }: Hunk): string {
	if (after === '') return marked('-', before);
	if (after.startsWith(before)) return `${marked(' ', before)}\n${marked('+', after.slice(before.length))}`;
	if (after.endsWith(before)) return `${marked('+', after.slice(0, -before.length))}\n${marked(' ', before)}`;
	return `${marked('-', before)}\n${marked('+', after)}`;
}

/** One rule for what a function changes, wherever it stands in it. */
function rule(name: string, fn: string, hunks: readonly Hunk[]): string {
	const arms = hunks.length === 1 ? changed(hunks[0] as Hunk) : `(\n${hunks.map(changed).join('\n|\n')}\n)`;
	return `@${name}@\nidentifier fn = {${fn}};\n@@\nfn(...)\n{\n<...\n${arms}\n...>\n}\n`;
}

/** Declarations go when what needed them is gone. */
function dropped(name: string, fn: string, { before }: Hunk): string {
	return `@${name}@\nidentifier fn = {${fn}};\n@@\nfn(...)\n{\n...\n${marked('-', before)}\n...\n}\n`;
}

/** One more parameter, behind all others. */
function extended(name: string, fn: string, { after }: Hunk): string {
	return `@${name}@\nidentifier fn = {${fn}};\nparameter list ps;\n@@\nfn(ps\n${marked('+', after)}\n )\n{\n...\n}\n`;
}

/** One more field of a struct. */
function kept(name: string, record: string, hunk: Hunk): string {
	return `@${name}@\n@@\nstruct ${record} {\n...\n${changed(hunk)}\n...\n};\n`;
}

/** `struct page *in[8], *out[8];`: Coccinelle reads no list of declarators. */
function isList({ before }: Hunk): boolean {
	let bare = before;
	for (let last = ''; last !== bare; bare = bare.replace(/\([^()]*\)|\{[^{}]*\}|\[[^[\]]*\]/g, '')) last = bare;
	return bare.includes(',');
}

function byHand(hunk: Hunk): string {
	const lines = changed(hunk).split('\n');
	return [`// by hand, in ${hunk.function}():`, ...lines.map((line) => `//   ${line}`), ''].join('\n');
}

/** A rule for each kind of change of one function: expressions and statements cannot be arms of one choice. */
function rulesOf(fn: string, hunks: readonly Hunk[]): string[] {
	const of = (kind: Hunk['kind']): Hunk[] => hunks.filter((hunk) => hunk.kind === kind);
	const numbered = (name: string, i: number): string => `${fn}_${name}${i > 0 ? i : ''}`;
	const unused = of('declaration').filter((hunk) => hunk.after === '' && !isList(hunk));
	const declared = of('declaration').filter((hunk) => hunk.after !== '' && !isList(hunk));
	const within: readonly (readonly [name: string, hunks: readonly Hunk[]])[] = [
		['calls', of('expression')],
		['statements', of('statement')],
		['declarations', declared],
	];
	return [
		...of('field').map((hunk, i) => kept(numbered('field', i), fn, hunk)),
		...of('parameter').map((hunk, i) => extended(numbered('parameter', i), fn, hunk)),
		...within.flatMap(([name, some]) => (some.length > 0 ? [rule(`${fn}_${name}`, fn, some)] : [])),
		...[...of('declaration').filter(isList), ...of('hand')].map(byHand),
		...unused.map((hunk, i) => dropped(numbered('unused', i), fn, hunk)),
	];
}

/** Names that are types to the kernel and nothing to C. */
const TYPE = /\b(?:\w+_t|(?:__)?[us](?:8|16|32|64)|__[bl]e(?:16|32|64)|ulong|uint)\b(?!\s*\()/g;
/** Of these, what Coccinelle knows itself. */
const KNOWN = new Set(['size_t', 'ssize_t', 'ptrdiff_t']);

/** Type names that Coccinelle has to be told of. */
function typesIn(hunks: readonly Hunk[]): string[] {
	const code = hunks.map(({ before, after }) => `${before}\n${after}`).join('\n');
	return [...new Set(code.match(TYPE))].filter((type) => !KNOWN.has(type));
}

/**
 * One semantic patch for all conversions; hunks of one function that are alike are one.
 * @returns text of a .cocci file, "" for no conversion
 */
export function semanticPatch(conversions: readonly Conversion[]): string {
	const types = typesIn(conversions.flatMap(({ hunks }) => hunks));
	const seen = new Set<string>();
	const named = new Map<string, number>();
	/** Two conversions may change one function, and no two rules have one name. */
	const renamed = (rule: string): string =>
		rule.replace(/^@(\w+)@/, (_, name: string) => {
			const count = (named.get(name) ?? 0) + 1;
			named.set(name, count);
			return count === 1 ? `@${name}@` : `@${name}_${count}@`;
		});
	const patches = conversions.map(({ hunks, title, notes }) => {
		const functions = new Map<string, Hunk[]>();
		for (const hunk of hunks) {
			const key = `${hunk.function} ${hunk.before}`;
			if (seen.has(key)) continue;
			seen.add(key);
			functions.set(hunk.function, [...(functions.get(hunk.function) ?? []), hunk]);
		}
		const rules = [...functions].flatMap(([fn, all]) => rulesOf(fn, all)).map(renamed);
		return `${[title, ...notes].map((line) => `// ${line}`).join('\n')}\n\n${rules.join('\n')}`;
	});
	const [first = '', ...rest] = patches;
	// a type that is told of in the first rule is known in all others
	const told = types.length > 0 ? first.replace(/^identifier /m, `typedef ${types.join(', ')};\nidentifier `) : first;
	return [told, ...rest].join('\n');
}
