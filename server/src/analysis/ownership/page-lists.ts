/**
 * Scatterlists, their tables and bio_vec arrays that pages were put into: views while this function alone knows them, owners
 * once somebody else may have them.
 */
import type { Expr, FunctionIR, Range } from '../../syntax/ir.js';
import { isLocal, isParameter, localOf } from '../variables.js';
import { rootOf } from '../walk.js';
import { listAt, within } from './page-operands.js';
import type { OwnershipState, TrackedResource } from './state.js';

/** Resources whose pages are in a list, or in one that is part of an object or has it. */
export function listedIn(state: OwnershipState, list: string): TrackedResource[] {
	return [...state.holdings.values()].filter(({ lists }) => {
		for (const one of lists) if (within(one, list) || within(list, one)) return true;
		return false;
	});
}

/** The list is in an object of the caller or otherwise seen outside: who finds it there has the pages. */
export function outlives(fn: FunctionIR, { values }: OwnershipState, list: string): boolean {
	const root = rootOf(list);
	if (!isLocal(fn, root) || isParameter(fn, root)) return true;
	const type = localOf(fn, root)?.type;
	const value = values.get(root);
	if (!type || value?.published) return true;
	const rest = list.slice(root.length);
	if (type.pointers === 0 || type.array) return rest.includes('->');
	return value?.fresh === undefined || rest.slice(2).includes('->');
}

/** One of the lists that the pages are in is seen outside. */
export function outlivingList(fn: FunctionIR, state: OwnershipState, { lists }: TrackedResource): string | undefined {
	for (const list of lists) if (outlives(fn, state, list)) return list;
	return undefined;
}

/** @param at the store, or the name of the call */
export function addList(
	state: OwnershipState,
	{ id, place, lists }: TrackedResource,
	list: string,
	at: Range,
	callee = '',
): void {
	if (lists.has(list)) return;
	state.update(id, { lists: new Set([...lists, list]) });
	if (!list.startsWith('@')) state.note(at, { kind: 'listed', place, list, callee }, id);
}

/** The memory of a list is freed, or its variable set anew: it names no pages any more. */
export function dropLists(state: OwnershipState, place: string): void {
	for (const { id, lists } of state.holdings.values()) {
		if (lists.size === 0) continue;
		const left = [...lists].filter((list) => !within(list, place));
		if (left.length < lists.size) state.update(id, { lists: new Set(left) });
	}
}

/** A list has another name from here on. */
export function renameLists(state: OwnershipState, from: string, to: string): void {
	for (const { id, lists } of state.holdings.values())
		if ([...lists].some((list) => within(list, from)))
			state.update(id, {
				lists: new Set([...lists].map((list) => (within(list, from) ? to + list.slice(from.length) : list))),
			});
}

/** A variable's memory has another name from here on. */
export function rename(state: OwnershipState, from: string, to: string): void {
	renameLists(state, from, to);
	for (const holding of state.holdings.values())
		if (within(holding.place, from)) state.update(holding.id, { place: to + holding.place.slice(from.length) });
	for (const [key, value] of [...state.values])
		if (key !== from && within(key, from)) state.values.set(to + key.slice(from.length), value);
}

/** `for_each_sg(list, sg, n, i)`: the variable goes through the list. */
export function walkList(state: OwnershipState, variable: string, over: Expr): void {
	const list = listAt(state, over);
	if (list !== undefined && rootOf(list) !== variable) state.aliases.set(variable, { place: list, address: false });
}

/** `xa_for_each(table, i, page)`: the variable is one entry after the other. */
export function walkEntries(state: OwnershipState, variable: string, over: Expr): void {
	const list = listAt(state, over);
	if (list !== undefined && rootOf(list) !== variable)
		state.aliases.set(variable, { place: `${list}[]`, address: false });
}
