/** Declarations of loop variables that no loop is left for. */
import type { Edit } from '../rules/rule.js';
import type { FunctionIR } from '../syntax/ir.js';
import { Token, type Tokens, tokenize, tokenText } from '../syntax/tokens.js';
import { pathTo, statementsOf } from './statements.js';

function occurrences(tokens: Tokens, name: string): number[] {
	const found: number[] = [];
	for (let i = 0; i < tokens.count; i++) {
		const text = tokenText(tokens, i);
		if (tokens.kinds[i] === Token.Name ? text === name : tokens.kinds[i] === Token.Directive && text.includes(name))
			found.push(tokens.starts[i] as number);
	}
	return found;
}

/** Range of whole lines from `start` to `end`; the blank line behind them as well where they were all the declarations. */
function lines(text: string, start: number, end: number): { start: number; end: number } | undefined {
	const from = text.lastIndexOf('\n', start - 1) + 1;
	const behind = /^[^\S\n]*\n/.exec(text.slice(end));
	if (text.slice(from, start).trim() !== '' || !behind) return undefined;
	let to = end + behind[0].length;
	const opens = /\{[^\S\n]*\r?\n$/.test(text.slice(0, from));
	const blank = opens ? /^[^\S\n]*\n/.exec(text.slice(to)) : null;
	if (blank) to += blank[0].length;
	return { start: from, end: to };
}

/**
 * Take the declaration of `name` out of `fn` when nothing but it is left.
 * @param edits what is changed in the function, as offsets of `text`
 */
export function dropUnused(text: string, fn: FunctionIR, name: string, edits: readonly Edit[]): Edit | undefined {
	const left = occurrences(tokenize(text, fn.body.start, fn.body.end), name).filter(
		(at) => !edits.some(({ start, end }) => start <= at && at < end),
	);
	const [only, other] = left;
	if (only === undefined || other !== undefined) return undefined;
	const root = statementsOf(text, fn.body);
	const declaration = root && pathTo(root, only).at(-1);
	if (declaration?.kind !== 'simple') return undefined;
	const { start, end } = declaration;
	const written = text.slice(start, end);
	// an initialiser may do something, brackets make it more than a list of names
	if (/[(){}[\]]|\/[*/]/.test(written)) return undefined;
	const names = written.slice(0, -1).split(',');
	if (names.length === 1) {
		const whole = lines(text, start, end);
		return whole && { ...whole, text: '' };
	}
	let at = start;
	for (const [i, part] of names.entries()) {
		if (at <= only && only < at + part.length) {
			if (i > 0) return { start: at - 1, end: at + part.length, text: '' };
			const next = /^\s*/.exec(names[1] as string)?.[0].length ?? 0;
			return { start: only, end: at + part.length + 1 + next, text: '' };
		}
		at += part.length + 1;
	}
	return undefined;
}
