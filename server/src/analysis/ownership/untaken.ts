/** Releases of pages that the path has not taken: the call that takes them failed, or it has not come to it yet. */
import type { CallExpr, Loop } from '../../syntax/ir.js';
import type { ApiCall } from '../context.js';
import { written } from '../facts.js';
import { isLocal, variableType } from '../variables.js';
import { bare, everywhere, isNull, isVariable, place, rootOf } from '../walk.js';
import type { Body, Release, Sweep } from './body.js';
import { bound, isInEveryPass, loopsAround } from './loops.js';
import { placeOf, type Spot } from './places.js';
import { ANY, type Holding, POS, type State, UNKNOWN, type Value, ZERO } from './state.js';
import { targetOf } from './taking.js';
import { worth } from './values.js';

/** Nobody but this function has the place, as far as the path shows. */
function isPrivate(body: Body, state: State, name: string): boolean {
	const root = rootOf(name);
	return isLocal(body.fn, root) && !body.shadowed.has(root) && !state.values.get(root)?.published;
}

/** Something other than a call of the family puts a page there. */
function isSetOtherwise(body: Body, name: string): boolean {
	let found = false;
	everywhere(body.fn, (expr) => {
		if (expr.kind !== 'assign' || place(expr.left) !== name || isNull(expr.right)) return;
		found ||= body.around.apiCall(bare(expr.right)) === undefined;
	});
	return found;
}

/** The one page is released although the call gave none. */
export function judgeNothing(body: Body, state: State, holding: Holding, spot: Spot, release: Release): void {
	const { place: name, single, askedConstant, position, behind, counted, shared, earlier, taking } = holding;
	if (state.doubtful || shared || earlier || release.remembers || body.filled.has(name)) return;
	// an extraction that did not pin is no failed one
	if (taking.api.record.takes === 'extracted') return;
	const pages = taking.arg('pages');
	const first = askedConstant === 1 && !position && !counted && !behind && pages !== undefined && place(pages) === name;
	const one = single || (spot.shape === 'element' && first);
	if (!one || name.includes('->') || name.includes('[]') || !isPrivate(body, state, name)) return;
	// the path has asked whether there is a page
	const { signs } = state.values.get(name) ?? UNKNOWN;
	if ((signs & ZERO) === 0 && (signs & POS) !== 0) return;
	if (isSetOtherwise(body, name)) return;
	body.events.push({ kind: 'overrun', holding, release: release.call, why: 'nothing', state });
}

/** The call of this function that takes pages into the place. One in a loop may be meant to run at least once: that is none. */
function takingOf(body: Body, state: State, name: string, release: CallExpr): ApiCall | undefined {
	for (const call of body.fn.calls) {
		const api = body.around.apiCall(call);
		const pages = api && api.api.record.takes !== 'none' && api.api.record.group !== 'release' && api.arg('pages');
		if (!pages || isNull(pages) || targetOf(state, api, pages)?.place !== name) continue;
		return loopsAround(body.fn, call.start, release.start).length === 0 ? api : undefined;
	}
	return undefined;
}

/** Memory that has been allocated or declared on this path, and that nobody has put anything into. */
function isUntouched(body: Body, state: State, name: string): boolean {
	const value = state.values.get(name);
	if (!isVariable(name) || !isPrivate(body, state, name) || value?.fresh !== 'raw' || body.filled.has(name))
		return false;
	// one page that was allocated is a page
	return (
		variableType(body.fn, name)?.pointers !== 1 || variableType(body.fn, name)?.array === true || value.signs === ANY
	);
}

/** The number of pages is one that the path knows to be above 0, or the one that the taking call asks for. */
function isSome(state: State, count: Value, text: string | undefined, taking: ApiCall): boolean {
	if (count.signs === POS) return true;
	const asked = taking.arg('count');
	const isAsked =
		asked !== undefined && text !== undefined && (written(asked) === text || placeOf(state, asked) === text);
	return isAsked && (count.signs & ZERO) !== 0 && count.constant === undefined && count.result === undefined;
}

/** A release of all pages, or of the one page, before the call that takes them. */
export function judgeUntaken(body: Body, state: State, spot: Spot, release: Release): void {
	const { place: name, shape } = spot;
	if (state.doubtful || release.remembers || shape === 'element' || shape === 'from') return;
	const { count } = release;
	if (!count && (shape !== 'whole' || variableType(body.fn, name)?.pointers !== 1)) return;
	if (!isUntouched(body, state, name)) return;
	const taking = takingOf(body, state, name, release.call);
	if (!taking || (count && !isSome(state, worth(state, count), written(count), taking))) return;
	body.events.push({ kind: 'untaken', place: name, taking, release: release.call, state });
}

/** The same by a loop that releases one page a pass. */
export function judgeUntakenLoop(body: Body, state: State, loop: Loop, name: string, { call, status }: Sweep): void {
	const end = bound(loop);
	if (state.doubtful || !call || status !== 'released' || end === undefined || !isUntouched(body, state, name)) return;
	const taking = takingOf(body, state, name, call);
	const value = state.values.get(end) ?? { signs: POS | ZERO };
	if (!taking || !isSome(state, value, end, taking) || !isInEveryPass(body.fn, loop, call)) return;
	body.events.push({ kind: 'untaken', place: name, taking, release: call, state });
}
