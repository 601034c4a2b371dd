/** Places and calls that a conversion is about. */
import { callsOf } from '../analysis/callers.js';
import type { FileContext } from '../analysis/context.js';
import type { Told } from '../analysis/discriminant/question.js';
import type { CallExpr, Expr, FunctionIR, Range } from '../syntax/ir.js';

/** A call that gives pages back or marks them dirty. */
export interface PageCall {
	readonly fn: FunctionIR;
	readonly call: CallExpr;
	/** The pages it is about. */
	readonly pages: Expr;
	/** Other pages have the same place: this tells them apart. */
	readonly told?: Told;
	/** When to mark them dirty, which nothing does so far: the third argument of unpin_user_pages_dirty_lock(). */
	readonly dirty?: string;
}

/** Calls of these names in the file and what it is linked with, each place once. */
export function* callsNamed(file: FileContext, names: Iterable<string>): Generator<{ fn: FunctionIR; call: CallExpr }> {
	for (const name of names) {
		if (file.ir.defined.has(name)) continue;
		const seen = new Set<number>();
		for (const { fn, call } of callsOf(file, name))
			if (!seen.has(call.start)) {
				seen.add(call.start);
				yield { fn, call };
			}
	}
}

export function at({ start, end }: Range, message: string): Range & { readonly message: string } {
	return { start, end, message };
}
