/** Calls that make an iterator anew. */
import { KERNEL_MAKERS, OTHER_MAKERS, USER_MAKERS } from '../kernel/iterator-kinds.js';
import type { CallExpr, Expr } from '../syntax/ir.js';

export type IteratorKind = 'user' | 'kernel' | 'unknown';

/** The iterator a call makes anew, and of which kind; undefined when it makes none. */
export function madeBy(call: CallExpr): { readonly iter: Expr; readonly kind: IteratorKind } | undefined {
	for (const [makers, kind] of [
		[USER_MAKERS, 'user'],
		[KERNEL_MAKERS, 'kernel'],
		[OTHER_MAKERS, 'unknown'],
	] as const) {
		const at = makers.get(call.name);
		const iter = at === undefined ? undefined : call.args.at(at);
		if (iter) return { iter, kind };
	}
	return undefined;
}
