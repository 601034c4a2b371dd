/**
 * Arrays that a loop fills call by call, each asking for pages that are left: `get(addr, nr - done, flags, pages + done)`,
 * `get(addr, min(left, 512), flags, pages + done)` where `left` began as the number of all.
 */
import type { Expr, FunctionIR } from '../../syntax/ir.js';
import { memoize } from '../../syntax/memoize.js';
import type { ApiCall } from '../context.js';
import { canonicalText } from '../path-conditions.js';
import { isLocal } from '../variables.js';
import { assignedBy, bare, everywhere, valuesOf } from '../walk.js';

/** What the pages are put at: the index of `pages + done` and `&pages[done]`. */
function indexOf(pages: Expr): Expr | undefined {
	const at = bare(pages);
	if (at.kind === 'binary' && at.op === '+') return at.right;
	const entry = at.kind === 'unary' && at.op === '&' ? bare(at.operand) : undefined;
	return entry?.kind === 'index' ? entry.index : undefined;
}

/** `min(left, 512)`, `left < 512 ? left : 512`, a variable that was set to it: what one call asks for at most. */
function limits(fn: FunctionIR, count: Expr): readonly Expr[] {
	const at = bare(count);
	if (at.kind === 'call' && /^(?:min|min_t|umin)$/.test(at.name)) return at.args.slice(-2).map(bare);
	if (at.kind === 'conditional') return at.whenTrue ? [bare(at.whenTrue), bare(at.whenFalse)] : [];
	const [value, ...more] = at.kind === 'name' && isLocal(fn, at.name) ? valuesOf(fn, at.name) : [];
	const inner = value && more.length === 0 ? bare(value) : undefined;
	return inner?.kind === 'call' || inner?.kind === 'conditional' ? [at, ...limits(fn, inner)] : [at];
}

/** `left -= got`, `done += got`: what a place is moved by, as text. */
const movesOf = memoize((fn: FunctionIR): ReadonlyMap<string, readonly string[]> => {
	const found = new Map<string, string[]>();
	everywhere(fn, (expr) => {
		const left = assignedBy(expr);
		const name = left && canonicalText(left);
		if (name === undefined || expr.kind !== 'assign' || expr.op === '=') return;
		const move = `${expr.op} ${canonicalText(expr.right)}`;
		if (!found.get(name)?.push(move)) found.set(name, [move]);
	});
	return found;
});

/** What a variable began as that goes down by what the index goes up. */
function beginningOf(fn: FunctionIR, left: Expr, index: string): Expr | undefined {
	if (left.kind !== 'name') return undefined;
	const [down, ...others] = movesOf(fn).get(left.name) ?? [];
	const ups = movesOf(fn).get(index);
	if (others.length > 0 || ups?.length !== 1 || down?.replace('-=', '+=') !== ups[0] || down === ups[0])
		return undefined;
	// one value is what it began as, the other what it goes down by
	const values = valuesOf(fn, left.name);
	const value = values.find((one) => `+= ${canonicalText(one)}` !== ups[0]);
	return values.length === 2 ? value : undefined;
}

/** The number of pages of the whole array, where a call asks for those that are left of it. */
export function totalOf(taking: ApiCall): Expr | undefined {
	const count = taking.arg('count');
	const pages = taking.arg('pages');
	const index = pages && indexOf(pages);
	const done = index && canonicalText(index);
	const { fn } = taking;
	if (!count || !fn || done === undefined) return undefined;
	for (const left of limits(fn, count)) {
		if (left.kind === 'binary' && left.op === '-' && done === canonicalText(left.right)) return left.left;
		const whole = beginningOf(fn, left, done);
		if (whole) return whole;
	}
	return undefined;
}
