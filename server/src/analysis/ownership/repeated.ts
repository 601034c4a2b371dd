/** Releases of a place that follow each other with nothing written to it in between, whoever has taken the pages. */
import { ALLOCATORS, FREES, readsOnly } from '../../kernel/function-models.js';
import { LIST_READERS } from '../../kernel/page-flow.js';
import type { CallExpr } from '../../syntax/ir.js';
import { canonicalText, wordOf } from '../path-conditions.js';
import { isVariable, rootOf } from '../walk.js';
import type { FunctionWalk, Release } from './function-walk.js';
import { placeOf, within } from './page-operands.js';
import { NO_RELEASES, type Released } from './released-places.js';
import type { OwnershipState } from './state.js';

/** Something was stored into the place `name`: what was said of it, or of a number of that name, holds no more. */
export function forgetReleases(state: OwnershipState, name: string): void {
	if (state.released.size === 0) return;
	const root = rootOf(name);
	const isKept = ([place, { count }]: readonly [string, Released]): boolean =>
		!within(place, name) &&
		!within(name, place) &&
		!(count !== undefined && (count === name || within(count, name) || (isVariable(name) && wordOf(root).test(count))));
	state.released = new Map([...state.released].filter(isKept));
}

/** They let others run, who may store new pages. */
const LETS_OTHERS_RUN = /lock|wait|complet|sched|sleep|mutex|spin|delay|^(?:up|down)(?:_|$)/;

/** The call leaves what was released as it is; of a function that is followed, what it does is told later. */
function isQuiet({ around }: FunctionWalk, name: string): boolean {
	if (FREES.has(name) || ALLOCATORS.test(name) || LIST_READERS.has(name)) return true;
	return (readsOnly(name) && !LETS_OTHERS_RUN.test(name)) || (name !== '' && around.summary(name) !== undefined);
}

/** A function that is not followed may have stored new pages anywhere. */
export function forgetReleasesBy(body: FunctionWalk, state: OwnershipState, call: CallExpr): void {
	if (state.released.size > 0 && !isQuiet(body, call.name)) state.released = NO_RELEASES;
}

/** A helper releases what it is given, and nothing in it can have stored other pages there. */
function isPlain(body: FunctionWalk, { call, inner }: Release): boolean {
	if (call === inner) return true;
	const helper = body.around.summary(call.name)?.fn;
	return helper?.calls.every((one) => body.around.apiCall(one) !== undefined || isQuiet(body, one.name)) === true;
}

/** The place has no other name that depends on an index. */
function isCertain(name: string): boolean {
	return !name.includes('[]') && !name.startsWith('@');
}

/** Tell of a release of all that another call has released before, of the same number. */
export function tellAgain(
	body: FunctionWalk,
	state: OwnershipState,
	name: string,
	count: string | undefined,
	release: Release,
): void {
	const before = state.released.get(name);
	const again = before && before.call !== release.call && before.count === count && !release.remembers;
	if (!again || state.possiblyInfeasible || !isPlain(body, release)) return;
	// `put_page(page); unpin_user_page(page);` gives a further reference back as well
	if (![...release.kinds].some((kind) => before.kinds.has(kind))) return;
	body.events.push({
		kind: 'again',
		place: name,
		first: before.call,
		release: release.call,
		inner: release.inner,
		kinds: release.kinds,
		state,
	});
}

/**
 * All pages of a place are released: remember it, and tell when that was so before.
 * @param count place of the number, or the number itself, of pages; undefined for one page
 */
export function releaseAll(
	body: FunctionWalk,
	state: OwnershipState,
	name: string,
	count: string | undefined,
	release: Release,
): void {
	if (!isCertain(name) || body.shadowed.has(rootOf(name))) return;
	tellAgain(body, state, name, count, release);
	state.released = new Map(state.released).set(name, { call: release.call, count, kinds: release.kinds });
}

/** How the number of a release is kept: by its place, else as it is written. */
export function countName(state: OwnershipState, { count }: Release): string | undefined {
	return count && (placeOf(state, count) ?? canonicalText(count));
}
