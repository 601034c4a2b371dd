import type { ApiCall, FileContext } from '../analysis/context.js';
import type { Origin } from '../analysis/flag-value.js';
import { bare } from '../analysis/walk.js';
import { wordsOf } from '../kernel/acquiring.js';
import { flagFamilyOf } from '../kernel/flag-families.js';
import type { Range } from '../syntax/ir.js';
import { reaches } from './flag-rule.js';
import type { Edit, Fix, Rule } from './rule.js';

/** Blanks between an operand and the brackets around it. */
const REACH = 100;

function inside(inner: Range, outer: Range): boolean {
	return inner.start >= outer.start && inner.end <= outer.end;
}

/** `write` -> `write ? FOLL_WRITE : 0`, `!!x` -> `x ? ...`; always true is FOLL_WRITE itself. */
function asFlags(text: string): string {
	if (text === 'true') return 'FOLL_WRITE';
	return `${/^!!\w+$/.test(text) ? text.slice(2) : text} ? FOLL_WRITE : 0`;
}

/** An expression that a message quotes is no longer than this. */
const LONGEST_QUOTE = 40;

function shortFlags(text: string): string {
	return text.length > LONGEST_QUOTE ? '... ? FOLL_WRITE : 0' : asFlags(text);
}

/** The flag instead of the boolean, in parentheses where it is an operand that has none. */
function wrap(file: FileContext, call: ApiCall, origin: Origin): readonly Fix[] {
	const arg = call.arg('flags');
	if (!arg || origin.macro) return [];
	// written elsewhere: the variable keeps its meaning, the argument is wrapped
	const at = inside(origin, arg) ? origin : bare(arg).kind === 'name' ? arg : undefined;
	if (!at) return [];
	const text = file.slice(at);
	const whole = at.start === arg.start && at.end === arg.end;
	// `a = b`, `a, b` and `a ? b : c` bind weaker than the new `?`
	if (/[^=!<>]=[^=]|,|\?/.test(text.replace(/\([^()]*\)/g, ''))) return [];
	const wrapped = asFlags(text);
	const closed =
		whole ||
		!wrapped.includes('?') ||
		(file.text
			.slice(Math.max(0, at.start - REACH), at.start)
			.trimEnd()
			.endsWith('(') &&
			file.text
				.slice(at.end, at.end + REACH)
				.trimStart()
				.startsWith(')'));
	return [
		{
			title: text === 'true' ? 'Replace with FOLL_WRITE' : `Pass FOLL_WRITE if ${text}`,
			safe: true,
			edits: [{ start: at.start, end: at.end, text: closed ? wrapped : `(${wrapped})` }],
		},
	];
}

/** The flag instead of a number or a boolean that is written in the call; undefined where it is not sure which. */
export function flagsInstead(
	file: FileContext,
	call: ApiCall,
	origin: Origin & { readonly value?: number },
): Edit | undefined {
	if (origin.value === undefined) return wrap(file, call, origin)[0]?.edits[0];
	return origin.value === 1 && !origin.macro ? { start: origin.start, end: origin.end, text: 'FOLL_WRITE' } : undefined;
}

/** Since there is the function: of others the argument was a boolean once. */
function alwaysTakesFlags({ api }: ApiCall): boolean {
	return api.record.signatures.every(({ params }) => params.some(({ role }) => role === 'flags'));
}

export const follFlagsNotFlags: Rule = {
	meta: {
		id: 'foll-flags-not-flags',
		title: 'Number or boolean passed as gup_flags',
		severity: 'warning',
		needles: wordsOf(({ signatures }) => signatures.some(({ params }) => params.some(({ role }) => role === 'flags'))),
		fix: 'safe',
		versioned: true,
	},
	check(file, report) {
		const seen = new Set<number>();
		const once = (at: Origin): boolean => !seen.has(at.start) && Boolean(seen.add(at.start));
		for (const call of file.calls) {
			for (const { literals, booleans, foreign } of call.flags ?? []) {
				for (const literal of literals) {
					if (!once(literal)) continue;
					const one = literal.value === 1;
					const named = flagsInstead(file, call, literal);
					const meant = one
						? 'which works only because FOLL_WRITE == 1; use FOLL_WRITE'
						: 'and their values changed in 6.3; use the flag names';
					report({
						start: literal.start,
						end: literal.end,
						message: `${call.call.name}() takes FOLL_* flags, not the number ${file.slice(literal)}, ${meant}`,
						related: reaches(call, literal),
						everywhere: alwaysTakesFlags(call),
						fixes: named ? [{ title: 'Replace with FOLL_WRITE', safe: true, edits: [named] }] : [],
					});
				}
				for (const origin of booleans) {
					if (!once(origin)) continue;
					report({
						start: origin.start,
						end: origin.end,
						message: `${call.call.name}() takes FOLL_* flags, not a boolean that works only because FOLL_WRITE == 1; use \`${shortFlags(file.slice(origin))}\``,
						related: reaches(call, origin),
						everywhere: alwaysTakesFlags(call),
						fixes: wrap(file, call, origin),
					});
				}
				for (const origin of foreign) {
					if (!once(origin)) continue;
					const { name, macro, start, end } = origin;
					const isWrite = name.endsWith('_WRITE');
					report({
						start,
						end,
						message: `${call.call.name}() takes FOLL_* flags, but ${name}${macro ? ` (through ${macro})` : ''} is one of the ${flagFamilyOf(name)}, whose values differ; use ${isWrite ? 'FOLL_WRITE' : 'the intended FOLL_* flag'}`,
						related: reaches(call, origin),
						everywhere: alwaysTakesFlags(call),
						fixes:
							isWrite && !macro
								? [{ title: 'Replace with FOLL_WRITE', safe: false, edits: [{ start, end, text: 'FOLL_WRITE' }] }]
								: [],
					});
				}
			}
		}
	},
};
