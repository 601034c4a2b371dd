/** Whether a function takes user pages, itself or in a function of the file that it calls. */
import { acquires } from '../kernel/acquiring.js';
import type { FunctionIR } from '../syntax/ir.js';
import type { FileContext } from './context.js';

/** Helpers that are asked in turn. */
const MAX_DEPTH = 3;

export function takesPages(file: FileContext, fn: FunctionIR, depth = 0): boolean {
	if (file.callsOf(fn).some(({ api }) => acquires(api.record))) return true;
	if (depth >= MAX_DEPTH) return false;
	return fn.calls.some(({ name }) => {
		const callee = file.ir.defined.has(name) ? file.ir.lookup(name) : undefined;
		return callee !== undefined && callee !== fn && takesPages(file, callee, depth + 1);
	});
}
