/** Whether somebody who calls a function holds the lock of the page it works on. */

import { KILLABLE_LOCKS, LOCKS, TRY_LOCKS, UNLOCKS } from '../kernel/page-locks.js';
import type { CallExpr, Expr, FunctionIR } from '../syntax/ir.js';
import { memoize } from '../syntax/memoize.js';
import { callsOf } from './callers.js';
import type { FileContext } from './context.js';
import { isPageLocked } from './page-lock.js';
import { parameterAt } from './variables.js';
import { bare } from './walk.js';

/** Callers that are asked in turn. */
const DEEPEST = 4;
/** Calls looked at for one question. */
const MOST_CALLS = 400;

const LOCKING = [LOCKS, TRY_LOCKS, KILLABLE_LOCKS];

/** The function unlocks a page it has not locked itself. */
const unlocksOnly = memoize(
	(fn: FunctionIR): boolean =>
		fn.calls.some((call) => UNLOCKS.has(call.name)) &&
		!fn.calls.some((call) => LOCKING.some((names) => names.has(call.name))),
);

/** `page` as the caller writes it: parameter by argument. */
function asPassed(page: Expr, fn: FunctionIR, call: CallExpr): Expr | undefined {
	const at = bare(page);
	if (at.kind === 'name') return call.args[parameterAt(fn, at.name)];
	if (at.kind === 'field' || at.kind === 'index') {
		const object = asPassed(at.object, fn, call);
		return object && { ...at, object };
	}
	if (at.kind === 'call' && at.args[0]) {
		const inner = asPassed(at.args[0], fn, call);
		return inner && { ...at, args: [inner, ...at.args.slice(1)] };
	}
	return undefined;
}

/** The page `page` of `fn` denotes, argument of `at`, is or may be locked there. */
export function mayBeLocked(file: FileContext, fn: FunctionIR, at: CallExpr, page: Expr): boolean {
	return isLocked(file, fn, at, page, 0, { calls: MOST_CALLS });
}

/** @param left calls that may still be looked at */
function isLocked(
	file: FileContext,
	fn: FunctionIR,
	at: CallExpr,
	page: Expr,
	depth: number,
	left: { calls: number },
): boolean {
	// with so many callers there may well be one that has locked it
	if (left.calls-- === 0) return true;
	if (isPageLocked(fn, at, page) || unlocksOnly(fn)) return true;
	if (depth >= DEEPEST) return false;
	return callsOf(file, fn.name).some((site) => {
		const arg = site.fn === fn ? undefined : asPassed(page, fn, site.call);
		return arg !== undefined && isLocked(file, site.fn, site.call, arg, depth + 1, left);
	});
}
