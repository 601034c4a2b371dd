import type { FunctionIR } from '../syntax/ir.js';

/** A macro with all its lines; its name. */
export const DEFINES = /^[\t ]*#[\t ]*define[\t ]+(\w+)(?:\\\r?\n|[^\r\n])*/gm;

/** A macro that the function uses names the variable, without being given it. */
export function isNamedByMacro(text: string, fn: FunctionIR, variable: string): boolean {
	const word = new RegExp(`\\b${variable}\\b`);
	return [...text.matchAll(DEFINES)].some(([line, name]) => {
		const [, params = '', body = ''] = /^[^\n]*?define[\t ]+\w+(\([^)]*\))?([\s\S]*)$/.exec(line) ?? [];
		const isFree = word.test(body) && !word.test(params);
		return isFree && new RegExp(`\\b${name}\\b`).test(text.slice(fn.body.start, fn.body.end));
	});
}

/** A macro of this name is defined in the text. */
export function definesMacro(text: string, name: string): boolean {
	return new RegExp(`^[\\t ]*#[\\t ]*define[\\t ]+${name}\\b`, 'm').test(text);
}
