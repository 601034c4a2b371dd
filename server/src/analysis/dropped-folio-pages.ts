/** Pages of one folio merged into a single entry without a count: the others are left in an array that nobody goes through again. */
import { FREES } from '../kernel/function-models.js';
import type { CallExpr, Expr, FunctionIR, Loop, Range } from '../syntax/ir.js';
import type { ApiCall, FileContext } from './context.js';
import { asksNeighbour, contains, expressions, grown, some } from './merged-page-runs.js';
import { takes } from './ownership/ownership.js';
import { isLocal, parameterAt, variableType } from './variables.js';
import { bare, place, rootOf } from './walk.js';

export interface Dropped {
	readonly taken: ApiCall;
	readonly array: string;
	/** Function with the loop. */
	readonly by: FunctionIR;
	/** The test on which a page is passed over. */
	readonly test: Range;
}

/** A loop that keeps one page of each run. */
interface Keeping {
	readonly fn: FunctionIR;
	readonly loop: Loop;
	readonly array: string;
	readonly test: Expr;
}

/** Arrays of pages that `expr` reads an element of. */
function elementOf(fn: FunctionIR, expr: Expr): string | undefined {
	let found: string | undefined;
	some(expr, (at) => {
		const name = at.kind === 'index' ? place(at.object) : undefined;
		const type = name === undefined ? undefined : variableType(fn, name);
		if (type?.base === 'struct page' && type.pointers + (type.array ? 1 : 0) === 2) found = name;
		return found !== undefined;
	});
	return found;
}

/** Assignments and declarations in a loop, as [left, right]. */
function storesIn(fn: FunctionIR, loop: Loop): [Expr, Expr][] {
	return fn.blocks.flatMap((block) =>
		block.steps.flatMap((step): [Expr, Expr][] => {
			if (!contains(loop, step)) return [];
			if (step.kind === 'declare' && step.init) {
				const { start, end, name } = step.variable;
				return [[{ start, end, kind: 'name', name }, step.init]];
			}
			return step.kind === 'eval' && step.expr.kind === 'assign' && step.expr.op === '='
				? [[step.expr.left, step.expr.right]]
				: [];
		}),
	);
}

function keepingOf(file: FileContext, fn: FunctionIR, loop: Loop): Keeping | undefined {
	const stores = storesIn(fn, loop);
	const views = new Map<string, string>();
	for (const [left, right] of stores) {
		const at = bare(left);
		const array = elementOf(fn, right);
		if (at.kind === 'name' && array) views.set(at.name, array);
	}
	const kept = stores.flatMap(([left, right]) => {
		const at = bare(left);
		const from = bare(right);
		const array = elementOf(fn, from) ?? (from.kind === 'name' ? views.get(from.name) : undefined);
		return at.kind === 'index' && array && place(at.object) !== array ? [{ array, index: at.index }] : [];
	});
	const [first] = kept;
	if (!first || kept.length > 1) return undefined;
	const test = fn.blocks.find(
		({ test: t }) => t && contains(loop, t) && t !== loop.test && asksNeighbour(file, fn, t),
	)?.test;
	if (!test || fn.calls.some((call) => contains(loop, call) && file.apiCall(call)?.api.record.group === 'release'))
		return undefined;
	// a count of anything but the entries may say how many pages each stands for
	const indices = new Set<string>();
	some(first.index, (at) => at.kind === 'name' && indices.add(at.name) && false);
	const counts = expressions(fn).some(
		(root) =>
			contains(loop, root) &&
			some(root, (at) => {
				const target = grown(at);
				const name = target && place(target);
				return name !== undefined && !indices.has(name) && !isUpdate(loop, at);
			}),
	);
	return counts ? undefined : { fn, loop, array: first.array, test };
}

function isUpdate(loop: Loop, at: Expr): boolean {
	return loop.update !== undefined && contains(loop.update, at);
}

/** Behind `from` the array is only freed. */
function isForgotten(fn: FunctionIR, array: string, from: number): boolean {
	if (!isLocal(fn, array)) return false;
	const mentions = (expr: Expr): boolean => some(expr, (at) => at.kind === 'name' && at.name === array);
	const isFree = (root: Expr): boolean => {
		const at = bare(root);
		return at.kind === 'call' && FREES.has(at.name);
	};
	return !expressions(fn).some((root) => root.start >= from && mentions(root) && !isFree(root));
}

/** The array is filled by this call, and the only thing done with it is the loop. */
function taker(file: FileContext, fn: FunctionIR, array: string, from: Range): ApiCall | undefined {
	if (!isForgotten(fn, array, from.end)) return undefined;
	return file.callsOf(fn).find((call) => {
		const pages = call.arg('pages');
		return takes(call) && call.call.start < from.start && pages && place(pages) === array;
	});
}

function argument(call: CallExpr, fn: FunctionIR, name: string): string | undefined {
	const arg = call.args[parameterAt(fn, name)];
	return arg && place(arg);
}

/** Taking calls whose pages are merged so. */
export function droppedPages(file: FileContext): Dropped[] {
	const loops = file.ir
		.naming('page_folio')
		.flatMap((fn) => (fn.hasNoSyntaxErrors ? fn.loops.map((loop) => ({ fn, loop })) : []));
	return loops.flatMap(({ fn, loop }): Dropped[] => {
		const keeping = keepingOf(file, fn, loop);
		if (!keeping) return [];
		const { array, test } = keeping;
		const here = taker(file, fn, rootOf(array), loop);
		if (here) return [{ taken: here, array, by: fn, test }];
		return file.ir.callers(fn.name).flatMap((caller) =>
			caller.calls.flatMap((call): Dropped[] => {
				const name = call.name === fn.name ? argument(call, fn, array) : undefined;
				const taken = name === undefined ? undefined : taker(file, caller, name, call);
				return taken && name !== undefined ? [{ taken, array: name, by: fn, test }] : [];
			}),
		);
	});
}
