/** Who may call a function of this file. */

import { callsNamed } from '../syntax/calls.js';
import type { CallExpr, FunctionIR } from '../syntax/ir.js';
import { memoize, memoizePairs } from '../syntax/memoize.js';
import type { FileContext } from './context.js';

/** Names of a file by how they are used. */
interface Names {
	/** Without a call behind them. */
	readonly taken: ReadonlySet<string>;
	readonly exported: ReadonlySet<string>;
}

/** What tells the kernel of a function without using it. */
const EXPORT = /\b(?:EXPORT_SYMBOL|ALLOW_ERROR_INJECTION|NOKPROBE_SYMBOL)\w*\s*\([^(){};]*\)/g;
const TAKEN = /(?<![\w".>])[A-Za-z_]\w*\b(?!\s*[(:"])/g;
const EXPORTED = /\bEXPORT_SYMBOL\w*\s*\(\s*(\w+)/g;

function namesOf({ text }: FileContext): Names {
	// without comments and export lines every name left is used
	const code = text.replace(/\/\*[\s\S]*?(?:\*\/|$)|\/\/[^\n]*|\\\r?\n/g, ' ').replace(EXPORT, ' ');
	return {
		taken: new Set(code.match(TAKEN)),
		exported: new Set([...text.matchAll(EXPORTED)].map(([, name]) => name as string)),
	};
}

const names = memoize(namesOf);

/** The function's name stands somewhere without a call behind it: in a table of methods, as a callback. */
export function isAddressTaken(file: FileContext, name: string): boolean {
	return names(file).taken.has(name);
}

/** Other modules may call the function. */
export function isExported(file: FileContext, name: string): boolean {
	return names(file).exported.has(name);
}

export interface CallSite {
	readonly fn: FunctionIR;
	readonly call: CallExpr;
}

/** The calls of `name` that this file shows. */
export const callsOf = memoizePairs((file: FileContext, name: string): readonly CallSite[] =>
	file.ir.callers(name).flatMap((fn) => callsNamed(fn, name).map((call) => ({ fn, call }))),
);

/** Every call of a static function that is only ever called by its name; undefined when others may call it. */
export function allCalls(file: FileContext, fn: FunctionIR): readonly CallSite[] | undefined {
	return fn.isStatic && !isAddressTaken(file, fn.name) ? callsOf(file, fn.name) : undefined;
}
