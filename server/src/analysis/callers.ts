/** Who may call a function of this file. */
import type { CallExpr, FunctionIR } from '../syntax/ir.js';
import type { FileContext } from './context.js';

/** Text of a file without comments and export lines, where every name left is used. */
const CODE = new WeakMap<FileContext, string>();

function codeOf(file: FileContext): string {
	let code = CODE.get(file);
	if (code === undefined) {
		code = file.text
			.replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*/g, ' ')
			.replace(/\b(?:EXPORT_SYMBOL|ALLOW_ERROR_INJECTION|NOKPROBE_SYMBOL)\w*\s*\([^)]*\)/g, ' ');
		CODE.set(file, code);
	}
	return code;
}

/** The function's name stands somewhere without a call behind it: in a table of methods, as a callback. */
export function isAddressTaken(file: FileContext, name: string): boolean {
	return new RegExp(`(?<![\\w".>])${name}\\b(?!\\s*[(:"])`).test(codeOf(file));
}

/** Other modules may call the function. */
export function isExported(file: FileContext, name: string): boolean {
	return new RegExp(`\\bEXPORT_SYMBOL\\w*\\s*\\(\\s*${name}\\b`).test(file.text);
}

export interface CallSite {
	readonly fn: FunctionIR;
	readonly call: CallExpr;
}

/** The calls of `name` that this file shows. */
export function callsOf(file: FileContext, name: string): readonly CallSite[] {
	return file.ir
		.callers(name)
		.flatMap((fn) => fn.calls.filter((call) => call.name === name).map((call) => ({ fn, call })));
}

/** Every call of a static function that is only ever called by its name; undefined when others may call it. */
export function allCalls(file: FileContext, fn: FunctionIR): readonly CallSite[] | undefined {
	return fn.isStatic && !isAddressTaken(file, fn.name) ? callsOf(file, fn.name) : undefined;
}
