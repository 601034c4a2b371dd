/** Edges of tests on which a taking call has failed, or got less than was asked for. */

import { FLIPPED, NEGATED } from '../../syntax/canonical.js';
import type { CallExpr, Expr } from '../../syntax/ir.js';
import { unwrap } from '../../syntax/lower.js';
import { bare, isNull } from '../walk.js';
import { pathOf } from './paths.js';

export type Outcome = 'failed' | 'short' | undefined;

/** What zero means: of a count, a pointer or a bool that nothing was taken; of an errno that all was. */
export type Zero = 'failure' | 'success' | 'unknown';

const NO_ALIASES = new Map();
const IS_ERROR = new Set(['IS_ERR', 'IS_ERR_OR_NULL', 'IS_ERR_VALUE', 'PTR_ERR_OR_ZERO']);

/** The expression is the result: the variable that has it, or the call itself. */
function isResult(expr: Expr, result: string | undefined, call: CallExpr | undefined): boolean {
	const at = bare(expr);
	if (at === call) return true;
	if (at.kind === 'assign') return bare(at.right) === call || isResult(at.left, result, call);
	return result !== undefined && pathOf(at, NO_ALIASES)?.text === result;
}

/**
 * What an edge of a test tells about the result.
 * @param result variable that has it
 * @param call the call, for tests that contain it
 * @param zero what it means when the result is 0
 */
export function outcomeOf(
	test: Expr,
	truth: boolean,
	result: string | undefined,
	call: CallExpr | undefined,
	zero: Zero,
): Outcome {
	const at = unwrap(test);
	if (at.kind === 'unary' && at.op === '!') return outcomeOf(at.operand, !truth, result, call, zero);
	if (at.kind === 'call' && at !== call)
		return truth && IS_ERROR.has(at.name) && at.args[0] && isResult(at.args[0], result, call) ? 'failed' : undefined;
	if (at.kind === 'binary' && FLIPPED[at.op]) {
		const [left, right] = [isResult(at.left, result, call), isResult(at.right, result, call)];
		if (left === right) return undefined;
		const written = left ? at.op : (FLIPPED[at.op] as string);
		return compared(truth ? written : (NEGATED[written] as string), left ? at.right : at.left, zero);
	}
	if (!isResult(at, result, call)) return undefined;
	return (truth && zero === 'success') || (!truth && zero === 'failure') ? 'failed' : undefined;
}

/** `result op other` holds. */
function compared(op: string, other: Expr, zero: Zero): Outcome {
	const at = bare(other);
	const value = at.kind === 'number' ? at.value : isNull(at) ? 0 : undefined;
	if (at.kind === 'unary' && at.op === '-') return op === '==' ? 'failed' : undefined;
	if (value === undefined) return zero === 'failure' && (op === '<' || op === '!=') ? 'short' : undefined;
	if (op === '<' && value <= 0) return 'failed';
	if (zero !== 'failure') return op === '!=' && value === 0 && zero === 'success' ? 'failed' : undefined;
	switch (op) {
		case '<':
			return value === 1 ? 'failed' : 'short';
		case '<=':
			return value <= 0 ? 'failed' : undefined;
		case '==':
			return value === 0 ? 'failed' : undefined;
		case '!=':
			return value === 1 ? 'failed' : value > 1 ? 'short' : undefined;
		default:
			return undefined;
	}
}
