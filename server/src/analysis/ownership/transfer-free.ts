/** Memory that names pages is freed, or the pointer to it overwritten: pages that nothing else names are unreachable. */
import { FREES } from '../../kernel/function-models.js';
import { LIST_FREES } from '../../kernel/page-flow.js';
import type { CallExpr, Range } from '../../syntax/ir.js';
import { isParameter } from '../variables.js';
import { rootOf } from '../walk.js';
import type { FunctionWalk } from './function-walk.js';
import { dropLists } from './page-lists.js';
import { listAt, listNamed, placeOf, within } from './page-operands.js';
import { type OwnershipState, type TrackedResource, ZERO } from './state.js';

/** `kvfree(obj->pages)`, `kmem_cache_free(cache, obj)` */
export function freeMemory(body: FunctionWalk, state: OwnershipState, call: CallExpr): void {
	const arg = call.args[FREES.get(call.name) ?? 0];
	const name = arg && (LIST_FREES.has(call.name) ? listAt(state, listNamed(call, arg)) : placeOf(state, arg));
	if (name !== undefined) freePlace(body, state, name, call);
}

/** The memory `name` points to is freed. */
export function freePlace(body: FunctionWalk, state: OwnershipState, name: string, call: CallExpr): void {
	if (state.values.get(name)?.signs === ZERO) return;
	dropLists(state, name);
	for (const holding of state.holdings.values())
		if (isIn(state, holding, name)) loseTrack(state, holding, { ...call.nameRange, callee: call.name });
	if (isParameter(body.fn, rootOf(name))) state.freed.set(name, call);
}

/** The place gets another pointer: what was freed there is there no more, and a private array that it named cannot be found again. */
export function overwritePlace(state: OwnershipState, name: string, isCleared: boolean, at: Range): void {
	if (!isCleared) for (const place of state.freed.keys()) if (within(place, name)) state.freed.delete(place);
	// an element is another one each time
	if (name.includes('[]')) return;
	const memory = state.values.get(name);
	const isPrivate = memory?.fresh !== undefined && !memory.published;
	for (const holding of state.holdings.values())
		if (holding.place === name && (holding.single ? isOnlyName(state, holding) : isPrivate))
			loseTrack(state, holding, { start: at.start, end: at.end, callee: undefined });
}

/** Nothing else on the path leads to the page. */
function isOnlyName(state: OwnershipState, { id, outcome, lists, kind }: TrackedResource): boolean {
	if (outcome !== 'all' && outcome !== 'some') return false;
	return kind !== 'extracted' && lists.size === 0 && ![...state.values.values()].some(({ carries }) => carries === id);
}

/** The pages are named by this memory, or by a pointer in it that has no other name; memory behind further pointers may have others. */
function isIn(state: OwnershipState, holding: TrackedResource, name: string): boolean {
	if (!within(holding.place, name)) return false;
	if (holding.place === name) return !holding.single;
	if (holding.place.slice(name.length).includes('->', 1)) return false;
	const memory = state.values.get(holding.place);
	return holding.single || (memory?.fresh !== undefined && !memory.published);
}

function loseTrack(state: OwnershipState, holding: TrackedResource, at: TrackedResource['unreachable']): void {
	// the address of the pins is no pointer
	if (holding.status === 'held' && holding.kind !== 'iova' && !holding.unreachable)
		state.update(holding.id, { unreachable: at });
}
