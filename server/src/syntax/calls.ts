/** The calls of a function by the name of what they call. */

import { grouped } from './grouped.js';
import type { CallExpr, FunctionIR } from './ir.js';
import { memoize } from './memoize.js';

const callsByName = memoize(
	(fn: FunctionIR): ReadonlyMap<string, readonly CallExpr[]> => grouped(fn.calls, ({ name }) => name),
);

/** Direct calls of `name` in `fn`, in the order of the text. */
export function callsNamed(fn: FunctionIR, name: string): readonly CallExpr[] {
	return callsByName(fn).get(name) ?? [];
}
