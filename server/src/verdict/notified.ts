/** Whether the user of some pages is told when the page tables change. */

import type { ApiCall, FileContext } from '../analysis/context.js';
import type { Uses } from '../analysis/derived-values/index.js';
import { INVALIDATES, TOLD } from '../kernel/sinks/index.js';
import type { FunctionIR, Range } from '../syntax/ir.js';
import { memoize } from '../syntax/memoize.js';

/** Functions that are followed from the callbacks. */
const MOST_FUNCTIONS = 40;
/** What every function has to do with: no sign that two of them speak of the same object. */
const EVERYWHERE =
	/^struct (?:page|folio|mm_struct|vm_area_struct|task_struct|device|file|inode|list_head|work_struct|mmu_\w+|interval_tree_node|rb_node|mutex|scatterlist|sg_table)$/;

/** A function that is given a notifier. */
const TAKES_NOTIFIER = /\b(\w+)\s*\([^(){};]*\bstruct mmu_(?:interval_)?notifier\s*\*/g;

/** Callbacks for changes of the page tables, what they call in this file, and who else deals with their objects. */
const callbacksOf = memoize((file: FileContext): readonly FunctionIR[] => {
	const found = new Map<string, FunctionIR>();
	const pending = [...file.text.matchAll(INVALIDATES), ...file.text.matchAll(TAKES_NOTIFIER)].map(
		(match) => match[1] as string,
	);
	for (let name = pending.pop(); name !== undefined && found.size < MOST_FUNCTIONS; name = pending.pop()) {
		const fn = found.has(name) ? undefined : file.ir.lookup(name);
		if (!fn) continue;
		found.set(name, fn);
		pending.push(...fn.calls.map((call) => call.name));
	}
	const direct = [...found.values()];
	const tags = new Set(direct.flatMap(typesOf).map((type) => type.replace(/^struct /, '')));
	return [...new Set([...direct, ...[...tags].flatMap((tag) => file.ir.naming(tag))])].slice(0, MOST_FUNCTIONS);
});

function typesOf(fn: FunctionIR): string[] {
	return [...fn.params, ...fn.locals]
		.map(({ type }) => type.base)
		.filter((base) => /^struct /.test(base) && !EVERYWHERE.test(base));
}

/** The functions that deal with the pages: the one that takes them, who calls it, and those a use stands in. */
function involved(file: FileContext, { fn }: ApiCall, { uses }: Uses): FunctionIR[] {
	if (!fn) return [];
	const names = new Set(uses.filter(({ byField }) => !byField).map((use) => use.function));
	return [fn, ...file.ir.callers(fn.name), ...[...names].flatMap((name) => file.ir.lookup(name) ?? [])];
}

/**
 * Where the user of the pages is told; undefined when it is not.
 * @param isKept a device reaches the pages, an object keeps them or their address, or the CPU writes them: then the notifier must be about them,
 * and not about something else in the file
 */
export function toldOf(file: FileContext, call: ApiCall, uses: Uses, isKept: boolean): Range | undefined {
	if (!uses.told || !isKept) return uses.told;
	const functions = involved(file, call, uses);
	const asks = functions.find((fn) => file.slice(fn.body).search(TOLD) >= 0);
	if (asks) return asks.nameRange;
	const names = new Set(functions.map(({ name }) => name));
	const types = new Set(functions.flatMap(typesOf));
	return callbacksOf(file).find((fn) => names.has(fn.name) || typesOf(fn).some((type) => types.has(type)))?.nameRange;
}
