/** Fields of objects in which pages wait once the functions that took them have succeeded. */
import type { FunctionIR } from '../../syntax/ir.js';
import { isLocal, isParameter } from '../variables.js';
import { isVariable, rootOf } from '../walk.js';
import { isFailure } from './contract.js';
import { isInEntry } from './entries.js';
import { keyOn, lastField } from './fields.js';
import type { Event, Exit, FunctionResult } from './function-walk.js';
import type { TrackedResource } from './state.js';

export interface FieldResidence {
	readonly record: string;
	readonly field: string;
	/** "struct umem:.pgs" */
	readonly key: string;
	/** It is a scatterlist, a table of one or an array of bio_vecs, not an array of pages or a page. */
	readonly isList: boolean;
	/** A scatterlist or another table was made of the array, and is kept beside it. */
	readonly isListed: boolean;
	readonly holding: TrackedResource;
	readonly exit: Exit;
	/** Functions that take pages into it. */
	readonly takers: ReadonlyMap<FunctionIR, FunctionResult>;
	/** Releases of pages that an earlier call of a taker has left there. */
	readonly earlier: readonly { readonly fn: FunctionIR; readonly release: Event & { readonly kind: 'field' } }[];
}

/** The array or page variable is gone or belongs to this function alone: the list is the only way to its pages. */
function isOwnName(fn: FunctionIR, { place, unreachable }: TrackedResource): boolean {
	return unreachable !== undefined || (isVariable(place) && isLocal(fn, place) && !isParameter(fn, place));
}

/** `umem->sgt` was made of `umem->pages`: the tables lie beside the array, in the same object. */
function isBesideArray({ place, lists }: TrackedResource): boolean {
	const root = rootOf(place);
	return place.startsWith(`${root}->`) && [...lists].every((list) => list.startsWith(`${root}->`));
}

/** The place that the pages of a resource are in at an exit, and known in only: an array, a page, a list; undefined where others may have them. */
function placeLeft(fn: FunctionIR, { given }: Exit, holding: TrackedResource): string | undefined {
	const { id, lists, shared, unreachable, kind, status, place, byObject } = holding;
	if (shared || kind === 'extracted' || kind === 'iova') return undefined;
	const [list, ...more] = lists;
	if (list !== undefined && !isBesideArray(holding))
		return status === 'held' && more.length === 0 && isOwnName(fn, holding) ? list : undefined;
	// what the function returns is with its caller
	const isHeld =
		status === 'held' || (status === 'escaped' && (byObject || given.pages.some((page) => page.id === id)));
	return isHeld && !unreachable ? place : undefined;
}

/** The field that the pages of a resource wait in at an exit; undefined where others may have them as well. */
export function keptIn(fn: FunctionIR, exit: Exit, holding: TrackedResource): string | undefined {
	const left = placeLeft(fn, exit, holding);
	return left === undefined ? undefined : keyOfPages(fn, exit, holding, left);
}

/** The field that pages lie in: of the object that is an entry of a container, where one has them. */
function keyOfPages(fn: FunctionIR, { state }: Exit, { entryType }: TrackedResource, name: string): string | undefined {
	const field = entryType === undefined ? undefined : /\[\]->([^[]+)(?:\[\])?$/.exec(name)?.[1];
	return field === undefined ? keyOn(fn, state, name) : `${entryType}:.${field.replaceAll('->', '.')}`;
}

type Growing = Omit<FieldResidence, 'takers' | 'earlier' | 'isListed'> & {
	readonly takers: Map<FunctionIR, FunctionResult>;
	isListed: boolean;
};

/** Exits of one function: fields that pages wait in, and those of whose pages it leaves some elsewhere. */
function collect(one: FunctionResult, found: Map<string, Growing>, others: Set<string>): void {
	const { fn, exits } = one;
	const fields = new Map<string, Set<string>>();
	const lost = new Set<string>();
	for (const exit of exits) {
		if (isFailure(fn, exit)) continue;
		for (const holding of exit.state.holdings.values()) {
			if (holding.outcome === 'none') continue;
			const left = placeLeft(fn, exit, holding);
			const key = keyOfPages(fn, exit, holding, left ?? holding.place);
			const field = lastField(left ?? holding.place);
			// released on this path: nobody else knows them
			if (key === undefined && /^(?:released|partlyReleased)$/.test(holding.status) && !holding.shared) continue;
			if (left === undefined) lost.add(holding.id);
			if (key === undefined || field === undefined) continue;
			if (left === undefined) others.add(key);
			fields.set(holding.id, (fields.get(holding.id) ?? new Set()).add(key));
			const [record = ''] = key.split(':');
			const isListed = left !== undefined && holding.lists.size > 0 && left === holding.place;
			const isList = !isListed && (holding.lists.size > 0 || (holding.entries && !isInEntry(holding.place)));
			const before = found.get(key);
			const known = before ?? { record, field, key, isList, isListed, holding, exit, takers: new Map() };
			if (isListed) known.isListed = true;
			found.set(key, known);
			known.takers.set(fn, one);
		}
	}
	for (const id of lost) for (const key of fields.get(id) ?? []) others.add(key);
}

/** Fields that hold the pages at every exit which does not fail. */
export function waitingFields(walked: readonly FunctionResult[]): FieldResidence[] {
	const found = new Map<string, Growing>();
	const others = new Set<string>();
	const earlier = new Map<string, FieldResidence['earlier'][number][]>();
	for (const one of walked) {
		if (!one.limitExceeded) collect(one, found, others);
		for (const event of one.events) {
			if (event.kind !== 'field' || event.takes || event.key === undefined) continue;
			const releases = earlier.get(event.key) ?? [];
			earlier.set(event.key, releases);
			releases.push({ fn: one.fn, release: event });
		}
	}
	return [...found.values()].flatMap((one) =>
		others.has(one.key) ? [] : [{ ...one, earlier: earlier.get(one.key) ?? [] }],
	);
}
