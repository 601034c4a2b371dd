/** Which elements a loop goes through. */
import type { Expr, FunctionIR, Loop } from '../../syntax/ir.js';
import { memoize } from '../../syntax/memoize.js';
import { bare, place } from '../walk.js';

/** Place the index stays below: `for (i = 0; i < n; i++)` goes through the elements below "n". */
export function bound(loop: Loop): string | undefined {
	const test = loop.test && bare(loop.test);
	const init = loop.init && bare(loop.init);
	if (test?.kind !== 'binary' || (test.op !== '<' && test.op !== '!=')) return undefined;
	const index = place(test.left);
	if (index === undefined || !startsAtZero(init, index)) return undefined;
	return place(test.right);
}

function startsAtZero(init: Expr | undefined, index: string): boolean {
	if (init?.kind === 'comma') return init.items.some((item) => startsAtZero(bare(item), index));
	if (init?.kind !== 'assign' || init.op !== '=' || place(init.left) !== index) return false;
	const value = bare(init.right);
	return value.kind === 'number' && value.value === 0;
}

const loopsByHead = memoize((fn: FunctionIR): ReadonlyMap<number, readonly Loop[]> => {
	const byHead = new Map<number, Loop[]>();
	for (const loop of fn.loops)
		for (const head of loop.heads) if (!byHead.get(head)?.push(loop)) byHead.set(head, [loop]);
	return byHead;
});

/** Loops whose ordinary end the test of a block decides, outer first. */
export function loopsHeadedBy(fn: FunctionIR, block: number): readonly Loop[] {
	return loopsByHead(fn).get(block) ?? [];
}

/** Loops around `at` that do not also contain `outside`, outer first. */
export function loopsAround(fn: FunctionIR, at: number, outside: number | undefined): readonly Loop[] {
	const contains = (loop: Loop, offset: number): boolean => loop.start <= offset && offset < loop.end;
	return fn.loops.filter((loop) => contains(loop, at) && (outside === undefined || !contains(loop, outside)));
}
