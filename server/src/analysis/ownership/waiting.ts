/** Fields of objects in which pages wait once the functions that took them have succeeded. */
import type { FunctionIR } from '../../syntax/ir.js';
import type { Event, Exit, Walked } from './body.js';
import { isFailure } from './contract.js';
import { keyOn, lastField } from './fields.js';
import type { Holding } from './state.js';

export interface Waiting {
	readonly record: string;
	readonly field: string;
	/** "struct umem:.pgs" */
	readonly key: string;
	readonly holding: Holding;
	readonly exit: Exit;
	/** Functions that take pages into it. */
	readonly takers: ReadonlyMap<FunctionIR, Walked>;
	/** Releases of pages that an earlier call of a taker has left there. */
	readonly earlier: readonly { readonly fn: FunctionIR; readonly release: Event & { readonly kind: 'field' } }[];
}

/** The pages are still in the field, and known there only; or in the object that the function returns. */
export function isKept({ given }: Exit, holding: Holding): boolean {
	const { lists, shared, unreachable, kind, status } = holding;
	const isHeld = status === 'held' || (status === 'gone' && given.pages.some(({ id }) => id === holding.id));
	return isHeld && lists.size === 0 && !shared && !unreachable && kind !== 'extracted';
}

/** Fields that hold the pages at every exit which does not fail. */
export function waitingFields(walked: readonly Walked[]): Waiting[] {
	type Mutable = Omit<Waiting, 'takers' | 'earlier'> & { takers: Map<FunctionIR, Walked> };
	const found = new Map<string, Mutable>();
	const others = new Set<string>();
	const earlier = new Map<string, Waiting['earlier'][number][]>();
	for (const one of walked) {
		const { fn, exits, events, bounded } = one;
		for (const exit of exits) {
			if (bounded || isFailure(fn, exit)) continue;
			for (const holding of exit.state.holdings.values()) {
				const key = keyOn(fn, exit.state, holding.place);
				const field = lastField(holding.place);
				if (key === undefined || field === undefined || holding.outcome === 'none') continue;
				if (!isKept(exit, holding)) others.add(key);
				const [record = ''] = key.split(':');
				const known = found.get(key) ?? { record, field, key, holding, exit, takers: new Map() };
				found.set(key, known);
				known.takers.set(fn, one);
			}
		}
		for (const event of events) {
			if (event.kind !== 'field' || event.takes || event.key === undefined) continue;
			const releases = earlier.get(event.key) ?? [];
			earlier.set(event.key, releases);
			releases.push({ fn, release: event });
		}
	}
	return [...found.values()].flatMap((one) =>
		others.has(one.key) ? [] : [{ ...one, earlier: earlier.get(one.key) ?? [] }],
	);
}
