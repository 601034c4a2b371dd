/** Arrays that a loop fills call by call, each asking for the pages that are left: `get(addr, nr - done, flags, pages + done)`. */
import type { Expr } from '../../syntax/ir.js';
import type { ApiCall } from '../context.js';
import { canonicalText } from '../path-conditions.js';
import { bare } from '../walk.js';

/** What the pages are put at: the index of `pages + done` and `&pages[done]`. */
function indexOf(pages: Expr): Expr | undefined {
	const at = bare(pages);
	if (at.kind === 'binary' && at.op === '+') return at.right;
	const entry = at.kind === 'unary' && at.op === '&' ? bare(at.operand) : undefined;
	return entry?.kind === 'index' ? entry.index : undefined;
}

/** The number of pages of the whole array, where a call asks for those that are left of it. */
export function totalOf(taking: ApiCall): Expr | undefined {
	const count = taking.arg('count');
	const pages = taking.arg('pages');
	const left = count && bare(count);
	const index = pages && indexOf(pages);
	if (left?.kind !== 'binary' || left.op !== '-' || !index) return undefined;
	const done = canonicalText(left.right);
	return done !== undefined && done === canonicalText(index) ? left.left : undefined;
}
