/** The calls of a function by the name of what they call. */
import { grouped } from './grouped.js';
import type { CallExpr, FunctionIR } from './ir.js';

const KNOWN = new WeakMap<FunctionIR, ReadonlyMap<string, readonly CallExpr[]>>();

/** Direct calls of `name` in `fn`, in the order of the text. */
export function callsNamed(fn: FunctionIR, name: string): readonly CallExpr[] {
	let known = KNOWN.get(fn);
	if (!known) {
		known = grouped(fn.calls, (call) => call.name);
		KNOWN.set(fn, known);
	}
	return known.get(name) ?? [];
}
