/** Whether an extraction pinned: only from iterators of user space. */
import { canonicalText, type PathConditions } from '../path-conditions.js';
import type { OwnershipState, TrackedResource } from './state.js';

/** Questions whose "yes" means that the iterator is of user space, and those whose "yes" means that it is not. */
const USER = /^(?:iov_iter_extract_will_pin|user_backed_iter|iter_is_ubuf|iter_is_iovec)\((.*)\)$/;
const KERNEL = /^iov_iter_is_(?:kvec|bvec|xarray|folioq|pipe)\((.*)\)$/;
/** Questions whose "no" means that it is not. */
const EXACT = /^(?:iov_iter_extract_will_pin|user_backed_iter)\(/;

/** What a fact says of this extraction. */
function answer(fact: string, truth: boolean, iter: string): 'pin' | 'none' | undefined {
	if (USER.exec(fact)?.[1] === iter) return truth ? 'pin' : EXACT.test(fact) ? 'none' : undefined;
	return truth && KERNEL.exec(fact)?.[1] === iter ? 'none' : undefined;
}

function settled(holding: TrackedResource, facts: PathConditions): Partial<TrackedResource> | undefined {
	if (holding.kind !== 'extracted' || holding.outcome === 'none') return undefined;
	const arg = holding.acquire.arg('iter');
	const iter = arg && canonicalText(arg);
	if (iter === undefined) return undefined;
	for (const [fact, truth] of facts) {
		const found = answer(fact, truth, iter);
		if (found) return found === 'pin' ? { kind: 'pin' } : { outcome: 'none' };
	}
	return undefined;
}

/** The answer cannot be: another question about the iterator of an extraction has shown that it pinned. */
export function deniesExtraction(state: OwnershipState, [fact, truth]: readonly [string, boolean]): boolean {
	return [...state.holdings.values()].some(({ kind, acquire: taking }) => {
		if (kind !== 'pin' || taking.api.record.takes !== 'extracted') return false;
		const arg = taking.arg('iter');
		const iter = arg && canonicalText(arg);
		return iter !== undefined && answer(fact, truth, iter) === 'none';
	});
}

/** Decide what the tests on the path say of the extractions that are held. */
export function refineExtractions(state: OwnershipState): void {
	for (const holding of state.holdings.values()) {
		const change = settled(holding, state.facts);
		if (change) state.update(holding.id, change);
	}
}
