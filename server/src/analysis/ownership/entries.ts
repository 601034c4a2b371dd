/** Pages that were put one by one into a container: a scatterlist, an array, a list of objects, an xarray. */
import type { CallExpr, FunctionIR } from '../../syntax/ir.js';
import { memoize } from '../../syntax/memoize.js';
import { canonicalText } from '../path-conditions.js';
import { everywhere, isVariable, modifiedBy, place, postorder } from '../walk.js';
import type { PageOperand } from './page-operands.js';
import { NO_LISTS, type OwnershipState, type TrackedResource } from './state.js';

/** They take entries out of their container, or free it: a second walk over it does not meet them again. */
const REMOVES =
	/^(?:h?l?list_(?:del|move|splice|cut)|rb_erase|__?xa_(?:erase|destroy)|xa_(?:erase|destroy)|idr_(?:remove|destroy)|radix_tree_delete|sg_free_|sg_init_table|k?v?free)/;

export const removesEntries = memoize((fn: FunctionIR): boolean => fn.calls.some(({ name }) => REMOVES.test(name)));

/** The call or function of the file takes entries out of a container. */
export function isRemoval(name: string): boolean {
	return REMOVES.test(name);
}

/** The spot names entries of a container that has these pages, not the place where they were taken to. */
export function isEntry({ entries, place }: TrackedResource, spot: PageOperand): boolean {
	return entries || place !== spot.place;
}

/** "bufs[]->page": a place in an entry, not the entry. */
export function isInEntry(name: string): boolean {
	return /\[\](?:->|\.)/.test(name);
}

/** Two calls about what lies in an entry of an array name the same entry: it is written alike, and nothing in that changes between them. */
export function isSameEntry(
	fn: FunctionIR,
	{ place: name, entries }: TrackedResource,
	first: CallExpr,
	second: CallExpr,
): boolean {
	// of a container all entries are meant
	if (entries || !isInEntry(name)) return true;
	const written = new Set(first.args.map((arg) => canonicalText(arg)));
	const [from, to] = [Math.min(first.start, second.start), Math.max(first.end, second.end)];
	return second.args.some((arg) => {
		let isConstant = true;
		let changes = false;
		postorder(arg, (at) => {
			if (at.kind !== 'name') return;
			isConstant = false;
			changes ||= (modificationsOf(fn).get(at.name) ?? []).some((start) => from < start && start < to);
		});
		return !isConstant && !changes && written.has(canonicalText(arg));
	});
}

/** Where variables are assigned or given away by address. */
const modificationsOf = memoize((fn: FunctionIR): ReadonlyMap<string, readonly number[]> => {
	const found = new Map<string, number[]>();
	everywhere(fn, (expr) => {
		const target = modifiedBy(expr);
		const name = target && place(target);
		if (name === undefined || !isVariable(name)) return;
		const known = found.get(name);
		if (known) known.push(expr.start);
		else found.set(name, [expr.start]);
	});
	return found;
});

/** Ends the id of pages that a container has from earlier passes. */
const GATHERED = '+';

/** The only container that has the pages. */
function containerOf({ lists, entries, place }: TrackedResource): string | undefined {
	if (entries) return place;
	const [list, ...more] = lists;
	return more.length > 0 || list?.startsWith('@') ? undefined : list;
}

/** Pages as the container alone has them, whose own place gets others. */
export function inContainer(holding: TrackedResource): TrackedResource | undefined {
	const place = containerOf(holding);
	if (place === undefined || holding.unreachable || holding.outcome === 'none') return undefined;
	return {
		...holding,
		id: holding.id + GATHERED,
		place,
		single: holding.entries && holding.single,
		asked: undefined,
		askedConstant: undefined,
		goal: undefined,
		beforePointer: false,
		returnsCount: false,
		outcome: 'all',
		earlier: false,
		position: undefined,
		countInspected: true,
		lists: NO_LISTS,
		entries: true,
	};
}

/** The place that the pages were taken to gets others: those in a container stay there, with what is there already. */
export function gather(state: OwnershipState, holding: TrackedResource): void {
	if (holding.id.endsWith(GATHERED)) return;
	const gathered = inContainer(holding);
	if (!gathered || (gathered.status !== 'held' && gathered.status !== 'partlyReleased')) return;
	const known = state.holdings.get(gathered.id);
	const isStale = !known || known.status === 'released' || known.place !== gathered.place;
	if (isStale || (known.status === 'held' && gathered.status === 'partlyReleased'))
		state.holdings.set(gathered.id, gathered);
}
