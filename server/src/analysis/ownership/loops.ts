/** Which elements a loop goes through. */
import { ENTRY_WALKS, WALK_COUNTS } from '../../kernel/page-flow.js';
import { FLIPPED } from '../../syntax/canonical.js';
import type { CallExpr, Expr, FunctionIR, Loop } from '../../syntax/ir.js';
import { memoize } from '../../syntax/memoize.js';
import { callsByBlock } from '../call-blocks.js';
import { canonicalText } from '../path-conditions.js';
import { bare, everywhere, isVariable, modifiedBy, place } from '../walk.js';

/**
 * Place the index stays below: `for (i = 0; i < n; i++)` goes through the elements below "n", and so do
 * `for (i = n - 1; i >= 0; i--)` and `for (i = n; i-- > 0;)`.
 */
export function bound(loop: Loop): string | undefined {
	const test = oriented(loop.test && bare(loop.test));
	const init = loop.init && bare(loop.init);
	if (test?.kind !== 'binary' || (test.op !== '<' && test.op !== '!='))
		return test && init && boundDownwards(test, init);
	const index = place(test.left);
	if (index === undefined || !startsAtZero(init, index)) return undefined;
	return place(test.right) ?? constant(test.right);
}

/** The same of a loop that begins anywhere: what it goes through last. */
export function lastBound(loop: Loop): string | undefined {
	const test = oriented(loop.test && bare(loop.test));
	const init = loop.init && bare(loop.init);
	const index = test?.kind === 'binary' && test.op === '<' ? place(test.left) : undefined;
	if (test?.kind !== 'binary' || index === undefined || init?.kind !== 'assign' || init.op !== '=') return undefined;
	return place(init.left) === index && bare(init.right).kind === 'number' ? place(test.right) : undefined;
}

/** How far the loop goes: the place its index stays below, the number a macro is told, "*" for all there is. */
export function extent(fn: FunctionIR, loop: Loop): string | undefined {
	const head = fn.blocks[loop.heads[0] ?? -1]?.steps.at(-1);
	if (head?.kind !== 'each') return endsEmpty(loop.test) ? '*' : bound(loop);
	const { macro, args } = head;
	if (ENTRY_WALKS.has(macro) || /^for_each_sgtable_(?:sg|page)$/.test(macro)) return '*';
	const count = args[WALK_COUNTS.get(macro) ?? -1];
	return count && (place(count) ?? constant(count));
}

/** The number that the index of the loop stays below, or that a macro is told. */
export function extentOf(fn: FunctionIR, loop: Loop): Expr | undefined {
	const head = fn.blocks[loop.heads[0] ?? -1]?.steps.at(-1);
	if (head?.kind === 'each') return head.args[WALK_COUNTS.get(head.macro) ?? -1];
	const test = oriented(loop.test && bare(loop.test));
	const index = test?.kind === 'binary' && test.op === '<' ? place(test.left) : undefined;
	return test?.kind === 'binary' && index !== undefined && startsAtZero(loop.init && bare(loop.init), index)
		? test.right
		: undefined;
}

/** `while (!list_empty(&obj->entries))` */
function endsEmpty(test: Expr | undefined): boolean {
	const at = test && bare(test);
	const asked = at?.kind === 'unary' && at.op === '!' ? bare(at.operand) : undefined;
	return asked?.kind === 'call' && /^(?:list|xa|idr)_(?:is_)?empty$/.test(asked.name);
}

/** `ARRAY_SIZE(pages) > i` as `i < ARRAY_SIZE(pages)`: calls have no side in lowered code. */
function oriented(test: Expr | undefined): Expr | undefined {
	if (test?.kind !== 'binary' || constant(test.left) === undefined) return test;
	const op = FLIPPED[test.op];
	return op === undefined ? test : { ...test, op, left: test.right, right: test.left };
}

/** `ARRAY_SIZE(pages)` and numbers: what is no place but stays the same. */
function constant(expr: Expr): string | undefined {
	const at = bare(expr);
	return at.kind === 'number' || (at.kind === 'call' && at.name === 'ARRAY_SIZE') ? canonicalText(at) : undefined;
}

/** Of a loop from the last element to the first. */
function boundDownwards(test: Expr, init: Expr): string | undefined {
	if (init.kind !== 'assign' || init.op !== '=') return undefined;
	const index = place(init.left);
	const from = bare(init.right);
	const [left, op, right] =
		test.kind === 'binary' ? [bare(test.left), test.op, bare(test.right)] : [test, '!=', undefined];
	if (right !== undefined && !isNumber(right, 0)) return undefined;
	// `i-- > 0`, `i--`
	if (left.kind === 'unary' && left.op === '--' && left.operand.start === left.start)
		return (op === '>' || op === '!=') && place(left.operand) === index ? (place(from) ?? constant(from)) : undefined;
	if (op !== '>=' || place(left) !== index) return undefined;
	if (from.kind === 'number' && from.value !== undefined) return String(from.value + 1);
	if (from.kind !== 'binary' || from.op !== '-') return undefined;
	return isNumber(bare(from.right), 1) ? (place(from.left) ?? constant(from.left)) : undefined;
}

function isNumber(expr: Expr, value: number): boolean {
	return expr.kind === 'number' && expr.value === value;
}

function startsAtZero(init: Expr | undefined, index: string): boolean {
	if (init?.kind === 'comma') return init.items.some((item) => startsAtZero(bare(item), index));
	if (init?.kind !== 'assign' || init.op !== '=' || place(init.left) !== index) return false;
	return isNumber(bare(init.right), 0);
}

/** Every pass that comes to its end has gone through the call. */
export function isInEveryPass(fn: FunctionIR, { heads, exit }: Loop, call: CallExpr): boolean {
	const through = new Set(callsByBlock(fn).ofCall(call));
	const pending = heads.flatMap((head) => (fn.blocks[head]?.successors ?? []).filter((next) => next !== exit));
	const seen = new Set(pending);
	for (let id = pending.pop(); id !== undefined; id = pending.pop()) {
		if (through.has(id)) continue;
		if (heads.includes(id) || !fn.effort.spend(1)) return false;
		for (const next of fn.blocks[id]?.successors ?? [])
			if (!seen.has(next)) {
				seen.add(next);
				pending.push(next);
			}
	}
	return through.size > 0;
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

/** Offsets at which a function changes a place, by the place. */
const changes = memoize((fn: FunctionIR): ReadonlyMap<string, readonly Expr[]> => {
	const found = new Map<string, Expr[]>();
	everywhere(fn, (expr) => {
		const left = modifiedBy(expr);
		const name = left && place(left);
		if (name !== undefined) found.set(name, [...(found.get(name) ?? []), expr]);
	});
	return found;
});

/** `i == nr`, as it is at the ordinary end of `for (i = 0; i < nr; i++)` where nothing else changes either. */
export function atEnd(fn: FunctionIR, loop: Loop): Expr | undefined {
	const { init, test } = loop;
	const at = test && bare(test);
	if (at?.kind !== 'binary' || at.op !== '<' || bound(loop) === undefined) return undefined;
	const index = place(at.left);
	const end = place(at.right);
	if (index === undefined || end === undefined || !isVariable(index) || !isVariable(end)) return undefined;
	const within = (name: string): readonly Expr[] =>
		(changes(fn).get(name) ?? []).filter(
			({ start }) => loop.start <= start && start < loop.end && !(init && init.start <= start && start < init.end),
		);
	const [step, ...more] = within(index);
	if (step?.kind !== 'unary' || step.op !== '++' || more.length > 0 || within(end).length > 0) return undefined;
	return { ...at, op: '==' };
}
