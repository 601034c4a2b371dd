/** Whether what is held when a function returns is released by somebody else than it. */
import { allCalls, callsOf } from '../analysis/callers.js';
import type { FileContext } from '../analysis/context.js';
import type { ResourceLifecycle } from '../analysis/ownership/lifecycle.js';
import { roots } from '../analysis/walk.js';
import type { Block, CallExpr, FunctionIR } from '../syntax/ir.js';
import { pageParameter } from './callers.js';
import type { PageCall } from './page-calls.js';

/** Callers that are asked in turn. */
const DEEPEST = 6;

/** The function that holds pages when it returns, and its call that took them. */
interface Holder {
	readonly fn: FunctionIR;
	readonly call: CallExpr;
}

/** The function may return while it holds the pages. */
export function staysHeld({ taking, fn, exits }: ResourceLifecycle): boolean {
	// what a caller of it leaks is a bug of its own
	const isHeld = taking.fn?.name === fn.name ? /^(?!none|released)/ : /^(?:kept|handed|returned|shared)$/;
	return exits.some(({ ending }) => isHeld.test(ending.kind));
}

/** The release is reached without going through the function, and the call of it, that hold the pages. */
export function isLater(file: FileContext, { fn, call, pages }: PageCall, holder: Holder): boolean {
	const position = pageParameter(fn, pages);
	if (position < 0) return isIndependent(file, fn, call, holder, 0);
	return callsOf(file, fn.name).some((site) => {
		const arg = site.call.args[position];
		return arg !== undefined && isLater(file, { fn: site.fn, call: site.call, pages: arg }, holder);
	});
}

function isIndependent(file: FileContext, fn: FunctionIR, call: CallExpr, holder: Holder, depth: number): boolean {
	if (fn.name === holder.fn.name) return isReachedWithout(fn, call, holder.call);
	const sites = file.unit.isOwn(fn) && depth < DEEPEST ? allCalls(file, fn) : undefined;
	return (
		!sites || sites.length === 0 || sites.some((site) => isIndependent(file, site.fn, site.call, holder, depth + 1))
	);
}

/** Place of a call among the steps of a block, its test last; -1 where it is in another. */
function positionIn({ steps, test }: Block, { start, end }: CallExpr): number {
	const found = steps.findIndex((step) => roots(step).some((expr) => expr.start <= start && end <= expr.end));
	return found < 0 && test && test.start <= start && end <= test.end ? steps.length : found;
}

/** A path of the function comes to a call and not to another one before it. */
function isReachedWithout(fn: FunctionIR, call: CallExpr, avoided: CallExpr): boolean {
	const seen = new Set([0]);
	for (const id of seen) {
		const block = fn.blocks[id];
		if (!block) continue;
		const [to, past] = [positionIn(block, call), positionIn(block, avoided)];
		if (to >= 0 && (past < 0 || to < past)) return true;
		if (past < 0) for (const next of block.successors) seen.add(next);
	}
	return false;
}
