/** Releases of pages that the path has not taken: the call that takes them failed, or it has not come to it yet. */
import { acquires } from '../../kernel/acquiring.js';
import { ALLOCATORS, FREES, readsOnly, VIEWS } from '../../kernel/function-models.js';
import type { CallExpr, Expr, FunctionIR, Loop } from '../../syntax/ir.js';
import { memoize } from '../../syntax/memoize.js';
import { callsByBlock } from '../call-blocks.js';
import { canonicalText } from '../path-conditions.js';
import { isLocal, isParameter, parameterAt, variableType } from '../variables.js';
import { assignmentsByPlace, bare, isNull, isVariable, place, postorder, rootOf } from '../walk.js';
import { targetOf } from './acquire.js';
import { evaluate } from './evaluate.js';
import type { FunctionWalk, LoopEffect, Release } from './function-walk.js';
import { bound, isInEveryPass, loopsAround } from './loops.js';
import { overNullOf } from './null-entries.js';
import { type PageOperand, pageOperandOf, placeOf } from './page-operands.js';
import { ANY, type OwnershipState, POS, type TrackedResource, UNKNOWN, type Value, ZERO } from './state.js';
import { mapped } from './summary.js';

/** Nobody but this function has the place, as far as the path shows. */
function isPrivate(body: FunctionWalk, state: OwnershipState, name: string): boolean {
	const root = rootOf(name);
	return isLocal(body.fn, root) && !body.shadowed.has(root) && !state.values.get(root)?.published;
}

/** Something other than a call of the family puts a page there. */
function isSetOtherwise(body: FunctionWalk, name: string): boolean {
	let found = body.fn.blocks.some(({ steps }) =>
		steps.some((step) => step.kind === 'declare' && step.variable.name === name && step.init && !isNull(step.init)),
	);
	for (const { right } of assignmentsByPlace(body.fn).get(name) ?? [])
		found ||= !isNull(right) && body.around.apiCall(bare(right)) === undefined;
	return found;
}

/** A variable, or a field of an object that has been made here. */
function isOfOwnObject({ values }: OwnershipState, name: string): boolean {
	const [root, field, ...more] = name.split('->');
	return field === undefined || (more.length === 0 && values.get(root as string)?.fresh !== undefined);
}

/** The one page is released although the call gave none. */
export function judgeNothing(
	body: FunctionWalk,
	state: OwnershipState,
	holding: TrackedResource,
	spot: PageOperand,
	release: Release,
): void {
	const {
		place: name,
		single,
		askedConstant,
		position,
		beforePointer: behind,
		countInspected: counted,
		shared,
		earlier,
		acquire: taking,
	} = holding;
	if (state.possiblyInfeasible || shared || earlier || release.remembers || body.filled.has(name)) return;
	// an extraction that did not pin is no failed one
	if (taking.api.record.takes === 'extracted') return;
	const pages = taking.arg('pages');
	const first = askedConstant === 1 && !position && !counted && !behind && pages !== undefined && place(pages) === name;
	const one = single || (spot.shape === 'element' && first);
	if (!one || name.includes('[]') || !isPrivate(body, state, name) || !isOfOwnObject(state, name)) return;
	// the path has asked whether there is a page
	const { signs } = state.values.get(name) ?? UNKNOWN;
	if ((signs & ZERO) === 0 && (signs & POS) !== 0) return;
	if (isSetOtherwise(body, name)) return;
	body.events.push({ kind: 'overrun', holding, release: release.call, why: 'nothing', state });
}

/** A call of this function that takes pages into a place. */
interface Taking {
	readonly call: CallExpr;
	/** How many it asks for, in the words of this function. */
	readonly asked: Expr | undefined;
}

/** It takes them itself, or by a function of the file. */
function takingBy(body: FunctionWalk, state: OwnershipState, name: string, call: CallExpr): Taking | undefined {
	const api = body.around.apiCall(call);
	if (api) {
		const pages = acquires(api.api.record) && api.arg('pages');
		const isHere = pages && !isNull(pages) && targetOf(state, api, pages)?.place === name;
		return isHere ? { call, asked: api.arg('count') } : undefined;
	}
	const summary = call.name ? body.around.summary(call.name) : undefined;
	for (const { takes } of summary?.cases ?? [])
		for (const { place: inner, asked } of takes) {
			if (!summary || mapped(state, summary.fn, call, inner)?.place !== name) continue;
			return { call, asked: asked === undefined ? undefined : call.args[parameterAt(summary.fn, asked)] };
		}
	return undefined;
}

/** Places that a page variable gets its page from: `page = pages[0]`, `folio = page_folio(page)`. */
function sourcesOf(body: FunctionWalk, state: OwnershipState, name: string): ReadonlySet<string> {
	const found = new Set<string>();
	if (!isVariable(name) || variableType(body.fn, name)?.pointers !== 1) return found;
	for (const { right } of assignmentsByPlace(body.fn).get(name) ?? []) {
		const at = bare(right);
		if (at.kind === 'index' || (at.kind === 'call' && VIEWS.has(at.name)))
			found.add(pageOperandOf(state, at)?.place ?? name);
	}
	return found;
}

/** It takes the page by way of another variable. */
function takingByWay(body: FunctionWalk, state: OwnershipState, name: string, call: CallExpr): Taking | undefined {
	const page = sourcesOf(body, state, name);
	const all = new Set([...page, ...[...page].flatMap((one) => [...sourcesOf(body, state, one)])]);
	all.delete(name);
	return [...all].some((one) => takingBy(body, state, one, call)) ? { call, asked: undefined } : undefined;
}

/** Calls of the function that take pages, by themselves or by a function of the file: the few that are asked for each release. */
const acquiringCalls = memoize(({ fn, around }: FunctionWalk): readonly CallExpr[] =>
	fn.calls.filter((call) => {
		const api = around.apiCall(call);
		if (api) return acquires(api.api.record);
		return (call.name ? around.summary(call.name) : undefined)?.cases.some(({ takes }) => takes.length > 0);
	}),
);

/** The call of this function that takes pages into the place. One in a loop may be meant to run at least once: that is none. */
function takingOf(body: FunctionWalk, state: OwnershipState, name: string, release: CallExpr): Taking | undefined {
	for (const call of acquiringCalls(body)) {
		const taking =
			call === release ? undefined : (takingBy(body, state, name, call) ?? takingByWay(body, state, name, call));
		if (taking) return loopsAround(body.fn, call.start, release.start).length === 0 ? taking : undefined;
	}
	return undefined;
}

/** The call may store pages anywhere that its arguments lead to; one that takes or releases them is followed. */
function mayStore({ around }: FunctionWalk, call: CallExpr): boolean {
	const { name } = call;
	return !(around.apiCall(call) || FREES.has(name) || ALLOCATORS.test(name) || readsOnly(name));
}

/** The object goes to a function that may put pages into it, other than these two. */
function isHandedOut(body: FunctionWalk, root: string, taking: CallExpr, release: CallExpr): boolean {
	return body.fn.calls.some(
		(call) =>
			call.name !== taking.name &&
			call.name !== release.name &&
			mayStore(body, call) &&
			call.args.some(
				(arg) => rootOf(place(bare(arg)) ?? '') === root || (bare(arg).kind === 'unary' && mentions(arg, root)),
			),
	);
}

function mentions(expr: Expr, name: string): boolean {
	let found = false;
	postorder(expr, (at) => {
		found ||= at.kind === 'name' && at.name === name;
	});
	return found;
}

/** Blocks of `fn` on ways from its entry to a block of `to` that avoid the blocks of `around`. */
function between(fn: FunctionIR, around: ReadonlySet<number>, to: ReadonlySet<number>): ReadonlySet<number> {
	const before = predecessors(fn);
	const reach = (from: readonly number[], next: (id: number) => readonly number[]): ReadonlySet<number> => {
		const seen = new Set(from);
		const pending = [...from];
		for (let id = pending.pop(); id !== undefined; id = pending.pop())
			for (const other of next(id)) {
				if (seen.has(other) || around.has(other)) continue;
				seen.add(other);
				pending.push(other);
			}
		return seen;
	};
	fn.effort.spend(2 * fn.blocks.length);
	const ahead = reach([0], (id) => fn.blocks[id]?.successors ?? []);
	const back = reach([...to], (id) => before[id] ?? []);
	return new Set([...ahead].filter((id) => back.has(id)));
}

const predecessors = memoize((fn: FunctionIR): readonly (readonly number[])[] => {
	const found = fn.blocks.map((): number[] => []);
	for (const { id, successors } of fn.blocks) for (const next of successors) found[next]?.push(id);
	return found;
});

/** Nobody on the way here can have filled an object that others know: the one function that might has failed. */
function isUnfilled(body: FunctionWalk, state: OwnershipState, taking: CallExpr, release: CallExpr): boolean {
	const blocks = callsByBlock(body.fn);
	const way = between(body.fn, new Set(blocks.ofCall(taking)), new Set(blocks.ofCall(release)));
	const strangers = body.fn.calls.filter(
		(call) =>
			call !== release && mayStore(body, call) && blocks.ofCall(call).some((id) => way.has(id)) && call.args.length > 0,
	);
	const hasFailed = [...state.values].some(
		([name, { unknown, signs }]) => isVariable(name) && unknown && !(signs & ZERO),
	);
	return strangers.length === 0 || (strangers.length === 1 && hasFailed);
}

/** Memory that has been allocated or declared on this path, and that nobody has put anything into. */
function isUntouched(
	body: FunctionWalk,
	state: OwnershipState,
	name: string,
	{ call: taking }: Taking,
	release: Release,
): boolean {
	const root = rootOf(name);
	if (body.filled.has(name) || body.filled.has(root) || body.shadowed.has(root) || name.includes('[]')) return false;
	const value = state.values.get(name);
	const holds = (fresh: Value['fresh']): boolean =>
		fresh === 'raw' || (fresh === 'zeroed' && release.overNull === 'never');
	if (isVariable(name)) {
		const type = variableType(body.fn, name);
		const isArray = type?.pointers !== 1 || type.array === true;
		// one page that was allocated is a page
		const isBlank = value?.fresh === 'raw' ? isArray || value.signs === ANY : isArray && holds(value?.fresh);
		return isBlank && isPrivate(body, state, name);
	}
	if (!/^\w+->[\w.]+$/.test(name)) return false;
	const object = state.values.get(root);
	const isOwn = isLocal(body.fn, root) && object?.fresh !== undefined && !object.published;
	if (value)
		return (
			holds(value.fresh) &&
			!value.published &&
			(isOwn || (isParameter(body.fn, root) && isUnfilled(body, state, taking, release.call)))
		);
	return isOwn && holds(object.fresh) && !isHandedOut(body, root, taking, release.call);
}

/** The number of pages is one that the path knows to be above 0, or the one that the taking call asks for. */
function isSome(state: OwnershipState, count: Value, text: string | undefined, { asked }: Taking): boolean {
	if (count.signs === POS) return true;
	const names = asked === undefined ? [] : [canonicalText(asked), placeOf(state, asked)];
	const isAsked = [text, count.copyOf].some((name) => name !== undefined && names.includes(name));
	return isAsked && (count.signs & ZERO) !== 0 && count.constant === undefined && count.result === undefined;
}

/** A release of all pages, or of the one page, before the call that takes them. */
export function judgeUntaken(body: FunctionWalk, state: OwnershipState, spot: PageOperand, release: Release): void {
	const { place: name, shape } = spot;
	if (state.possiblyInfeasible || release.remembers || shape === 'element' || shape === 'from') return;
	const { count } = release;
	if (!count && (shape !== 'whole' || variableType(body.fn, name)?.pointers !== 1)) return;
	const taking = takingOf(body, state, name, release.call);
	if (!taking || !isUntouched(body, state, name, taking, release)) return;
	if (count && !isSome(state, evaluate(state, count), canonicalText(count), taking)) return;
	body.events.push({ kind: 'untaken', place: name, taking: taking.call, release: release.call, state });
}

/** The same by a loop that releases one page a pass. */
export function judgeUntakenLoop(
	body: FunctionWalk,
	state: OwnershipState,
	loop: Loop,
	name: string,
	sweep: LoopEffect,
): void {
	const { call, status, kinds } = sweep;
	const end = bound(loop);
	if (state.possiblyInfeasible || !call || status !== 'released' || end === undefined) return;
	const taking = takingOf(body, state, name, call);
	if (!taking || !isInEveryPass(body.fn, loop, call)) return;
	const overNull = overNullOf(body.fn, loop, name, sweep);
	const release = { call, inner: call, kinds, count: undefined, walksPast: false, overNull, remembers: false };
	if (!isUntouched(body, state, name, taking, release)) return;
	const value = state.values.get(end) ?? { signs: POS | ZERO };
	if (isSome(state, value, end, taking))
		body.events.push({ kind: 'untaken', place: name, taking: taking.call, release: call, state });
}
