/** Loops that give back every element: after their ordinary end nothing is held, also where they ran no pass. */
import type { CallExpr, Expr, FunctionIR, Loop } from '../../syntax/ir.js';
import { memoize } from '../../syntax/memoize.js';
import { callsByBlock } from '../call-blocks.js';
import { bare } from '../walk.js';
import { definitions } from './paths.js';

export interface ReleasingLoop {
	/** Truth of the test on the edge that leaves the loop. */
	readonly exitOn: boolean;
	readonly releases: readonly CallExpr[];
}

/** Tests that end such a loop. */
export const releasingLoops = memoize(search);

function search(fn: FunctionIR, isRelease: (call: CallExpr) => boolean): ReadonlyMap<Expr, ReleasingLoop> {
	const found = new Map<Expr, ReleasingLoop>();
	const all = fn.calls.filter(isRelease);
	for (const loop of fn.loops) {
		if (goesOn(fn, loop)) continue;
		const releases = all.filter(
			(call) => call.start >= loop.start && call.end <= loop.end && everyPass(fn, loop, call),
		);
		if (releases.length === 0) continue;
		for (const head of loop.heads) {
			const block = fn.blocks[head];
			if (!block?.test) continue;
			found.set(block.test, { exitOn: block.successors[0] === loop.exit, releases });
		}
	}
	return found;
}

/** `while (i < n)` whose index comes from another loop: it gives back the rest alone. */
function goesOn(fn: FunctionIR, loop: Loop): boolean {
	const test = loop.test && bare(loop.test);
	if (loop.init || test?.kind !== 'binary' || !/^(?:<|<=|!=)$/.test(test.op)) return false;
	const index = bare(test.left);
	if (index.kind !== 'name') return false;
	const values = definitions(fn).get(index.name) ?? [];
	return values.some((value) => value && value.start < loop.start && !(bare(value).kind === 'number'));
}

/** No way through the body comes back to a head without the call. */
function everyPass(fn: FunctionIR, loop: Loop, call: CallExpr): boolean {
	const heads = new Set(loop.heads);
	const seen = new Set(callsByBlock(fn).ofCall(call));
	const pending = loop.heads
		.flatMap((head) => fn.blocks[head]?.successors ?? [])
		.filter((next) => next !== loop.exit && !heads.has(next));
	for (let id = pending.pop(); id !== undefined; id = pending.pop()) {
		if (heads.has(id)) return false;
		if (seen.has(id) || id === loop.exit) continue;
		seen.add(id);
		pending.push(...(fn.blocks[id]?.successors ?? []));
	}
	return true;
}
