/** Refinement of a state by a test: `!`, `&&` and `||` are taken apart, in the order in which C evaluates them. */
import type { Expr } from '../syntax/ir.js';
import { unwrap } from '../syntax/lower.js';

interface Refinement<S> {
	/** By a test without such operators. */
	atom(state: S, test: Expr, truth: boolean): S;
	join(a: S, b: S): S;
}

/** The state in which a test comes out as `truth`. */
export function refineBy<S>(by: Refinement<S>, state: S, test: Expr, truth: boolean): S {
	const at = unwrap(test);
	if (at.kind === 'unary' && at.op === '!') return refineBy(by, state, at.operand, !truth);
	if (at.kind !== 'binary' || (at.op !== '&&' && at.op !== '||')) return by.atom(state, at, truth);
	const left = refineBy(by, state, at.left, truth);
	if ((at.op === '&&') === truth) return refineBy(by, left, at.right, truth);
	return by.join(left, refineBy(by, state, at.right, truth));
}
