/** Loops over all pages that were asked for, on a path that only knows that there are some. */
import { pageReader } from '../../kernel/page-readers.js';
import type { Expr, Loop } from '../../syntax/ir.js';
import { memoize } from '../../syntax/memoize.js';
import { bare, everywhere, place, postorder } from '../walk.js';
import type { FunctionWalk } from './function-walk.js';
import { mentioned, sameIndex } from './invalidate.js';
import { bound, lastBound } from './loops.js';
import { isZeroed } from './release.js';
import type { OwnershipState, TrackedResource } from './state.js';

/** Arrays whose elements each loop of a function reads. */
const readIn = memoize((body: FunctionWalk['fn']): ReadonlyMap<Loop, ReadonlySet<string>> => {
	const found = new Map<Loop, Set<string>>(body.loops.map((loop) => [loop, new Set()]));
	everywhere(body, (expr) => {
		const array = expr.kind === 'index' ? place(expr.object) : undefined;
		if (array === undefined) return;
		for (const [loop, names] of found) if (loop.start <= expr.start && expr.end <= loop.end) names.add(array);
	});
	return found;
});

/** Arrays of whose elements each loop of a function reads where or what the page is: not of one that is NULL. */
const pagesReadIn = memoize((body: FunctionWalk['fn']): ReadonlyMap<Loop, ReadonlySet<string>> => {
	const found = new Map<Loop, Set<string>>(body.loops.map((loop) => [loop, new Set()]));
	for (const call of body.calls) {
		const read = pageReader(call.name);
		const arg = read && call.args[read.at];
		const element = arg && bare(arg);
		const array = element?.kind === 'index' ? place(element.object) : undefined;
		if (array === undefined) continue;
		for (const [loop, names] of found) if (loop.start <= call.start && call.end <= loop.end) names.add(array);
	}
	return found;
});

/** A test inside the loop looks at the entry or at the number obtained. */
function asks(body: FunctionWalk, state: OwnershipState, loop: Loop, { id, place: name }: TrackedResource): boolean {
	return body.fn.blocks.some(({ id: block, test }) => {
		if (!test || loop.heads.includes(block) || test.start < loop.start || test.end > loop.end) return false;
		return mentioned(state, test).includes(id) || reads(test, name);
	});
}

function reads(test: Expr, array: string): boolean {
	let found = false;
	postorder(test, (expr) => {
		if (expr.kind === 'index' && place(expr.object) === array) found = true;
	});
	return found;
}

/** At its ordinary end the loop has gone through entries that may never have been filled. */
export function judgeBeyond(body: FunctionWalk, state: OwnershipState, loop: Loop): void {
	const end = bound(loop) ?? lastBound(loop);
	const arrays = end === undefined ? undefined : readIn(body.fn).get(loop);
	if (end === undefined || !arrays?.size || state.possiblyInfeasible) return;
	for (const holding of state.holdings.values()) {
		const { outcome, asked, countInspected: counted, place: name, status, earlier, returnsCount: told } = holding;
		if (outcome !== 'some' || asked === undefined || counted || earlier || !told || status === 'escaped') continue;
		if (holding.position || holding.single || holding.askedConstant === 1 || !arrays.has(name)) continue;
		if (holding.acquire.api.record.meaning !== 'pages' || body.filled.has(name)) continue;
		if (isZeroed(state, name) && !pagesReadIn(body.fn).get(loop)?.has(name)) continue;
		if (loop.start < holding.call.start && holding.call.start < loop.end) continue;
		if (!sameIndex(state, end, asked) || asks(body, state, loop, holding)) continue;
		body.events.push({ kind: 'beyond', holding, loop, state });
	}
}
