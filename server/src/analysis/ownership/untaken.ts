/** Releases of pages that the path has not taken: the call that takes them failed, or it has not come to it yet. */
import { acquires } from '../../kernel/acquiring.js';
import { ALLOCATORS, FREES, readsOnly, VIEWS } from '../../kernel/function-models.js';
import { CURSORS, LIST_READERS } from '../../kernel/page-flow.js';
import type { CallExpr, Expr, FunctionIR, Loop } from '../../syntax/ir.js';
import { memoize } from '../../syntax/memoize.js';
import { callsByBlock } from '../call-blocks.js';
import { canonicalText } from '../path-conditions.js';
import { isLocal, isParameter, parameterAt, variableType } from '../variables.js';
import { assignmentsByPlace, bare, isNull, isVariable, place, postorder, rootOf } from '../walk.js';
import { targetOf } from './acquire.js';
import { evaluate } from './evaluate.js';
import { fillingsOf } from './fillings.js';
import type { FunctionWalk, LoopEffect, Release } from './function-walk.js';
import { extent, isInEveryPass, loopsAround } from './loops.js';
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
	/** How many it asks for, in the words of this function: one of these. */
	readonly asked: readonly Expr[];
	/** No way leads from it, or from where its pages are put into the place, to the release. */
	readonly isAhead: boolean;
}

type Found = Omit<Taking, 'isAhead'>;

/** It takes them itself, or by a function of the file. */
function takingBy(body: FunctionWalk, state: OwnershipState, name: string, call: CallExpr): Found | undefined {
	const api = body.around.apiCall(call);
	if (api) {
		const pages = acquires(api.api.record) && api.arg('pages');
		const isHere = pages && !isNull(pages) && targetOf(state, api, pages)?.place === name;
		const asked = api.arg('count');
		return isHere ? { call, asked: asked ? [asked] : [] } : undefined;
	}
	const summary = call.name ? body.around.summary(call.name) : undefined;
	for (const { takes } of summary?.cases ?? [])
		for (const { place: inner, asked } of takes) {
			if (!summary || mapped(state, summary.fn, call, inner)?.place !== name) continue;
			const arg = asked === undefined ? undefined : call.args[parameterAt(summary.fn, asked)];
			return { call, asked: arg ? [arg] : call.args };
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
function takingByWay(body: FunctionWalk, state: OwnershipState, name: string, call: CallExpr): Found | undefined {
	const page = sourcesOf(body, state, name);
	const all = new Set([...page, ...[...page].flatMap((one) => [...sourcesOf(body, state, one)])]);
	all.delete(name);
	return [...all].some((one) => takingBy(body, state, one, call)) ? { call, asked: [] } : undefined;
}

/** Its pages, or one page after the other, are put into the list by a store or a call of the function. */
function takingForList(body: FunctionWalk, state: OwnershipState, name: string, call: CallExpr): Found | undefined {
	const { fn, around } = body;
	for (const { list, page } of fillingsOf(fn)) {
		const at = list === name && page !== undefined ? takingBy(body, state, page, call) : undefined;
		if (at) return at;
	}
	// a function of the file does both
	const callee = around.apiCall(call) || !call.name ? undefined : around.summary(call.name)?.fn;
	if (!callee) return undefined;
	const lists = new Set(fillingsOf(callee).map(({ list }) => list));
	const isTaken = callee.calls.some((inner) => {
		const api = around.apiCall(inner);
		const pages = api && acquires(api.api.record) ? api.arg('pages') : undefined;
		if (pages) lists.add(arrayOf(pages) ?? '');
		return pages !== undefined;
	});
	if (!isTaken) return undefined;
	const isHere = [...lists].some(
		(list) => isParameter(callee, rootOf(list)) && mapped(state, callee, call, list)?.place === name,
	);
	return isHere ? { call, asked: call.args } : undefined;
}

/** `pages` of `pages + n` and `&pages[n]` */
function arrayOf(expr: Expr): string | undefined {
	const at = bare(expr);
	if (at.kind === 'binary') return arrayOf(at.left);
	const inner = at.kind === 'unary' && at.op === '&' ? bare(at.operand) : at;
	return inner.kind === 'index' ? place(inner.object) : place(inner);
}

/** Calls of the function that take pages, by themselves or by a function of the file: the few that are asked for each release. */
const acquiringCalls = memoize(({ fn, around }: FunctionWalk): readonly CallExpr[] =>
	fn.calls.filter((call) => {
		const api = around.apiCall(call);
		if (api) return acquires(api.api.record);
		const callee = call.name ? around.summary(call.name) : undefined;
		return (
			callee?.cases.some(({ takes }) => takes.length > 0) ||
			callee?.fn.calls.some((inner) => {
				const within = around.apiCall(inner);
				return within !== undefined && acquires(within.api.record);
			})
		);
	}),
);

/** No way leads from the call, or from where an entry of the list is set, to the release. */
function isAheadOf({ fn }: FunctionWalk, call: CallExpr, name: string, release: CallExpr): boolean {
	const blocks = callsByBlock(fn);
	const fills = fillingsOf(fn).flatMap(({ list, block }) => (list === name ? [block] : []));
	const from = new Set([...blocks.ofCall(call), ...fills]);
	const to = blocks.ofCall(release);
	const seen = new Set(from);
	const pending = [...from];
	fn.effort.spend(fn.blocks.length);
	for (let id = pending.pop(); id !== undefined; id = pending.pop()) {
		if (to.includes(id)) return false;
		for (const next of fn.blocks[id]?.successors ?? [])
			if (!seen.has(next)) {
				seen.add(next);
				pending.push(next);
			}
	}
	return true;
}

/** Numbers that loops around a call come to, which may ask for what is left in each pass. */
function passesAround({ fn }: FunctionWalk, call: CallExpr, release: CallExpr): readonly Expr[] {
	return loopsAround(fn, call.start, release.start).flatMap(({ test }) => {
		const at = test && bare(test);
		return at?.kind === 'binary' ? [at.left, at.right] : [];
	});
}

/** The call of this function that takes pages into the place. One in a loop may be meant to run at least once: that is none. */
function takingOf(body: FunctionWalk, state: OwnershipState, name: string, release: CallExpr): Taking | undefined {
	for (const call of acquiringCalls(body)) {
		if (call === release) continue;
		const direct = takingBy(body, state, name, call) ?? takingByWay(body, state, name, call);
		const taking = direct ?? takingForList(body, state, name, call);
		if (!taking) continue;
		const isAhead = isAheadOf(body, call, name, release);
		const isInLoop = loopsAround(body.fn, call.start, release.start).length > 0;
		if (!isAhead && (isInLoop || (!direct && hasCome(state, call)))) return undefined;
		return { call, isAhead, asked: [...taking.asked, ...passesAround(body, call, release)] };
	}
	return undefined;
}

/** The path has come to the call. */
function hasCome({ holdings }: OwnershipState, call: CallExpr): boolean {
	return [...holdings.values()].some((holding) => holding.call === call || holding.acquire.call === call);
}

/** The function sets the entries to zero, or makes a list of it that has no pages. */
function isCleared(fn: FunctionIR, name: string): boolean {
	return fn.calls.some(
		({ name: callee, args: [into] }) => /^(?:sg_init_table|memset)$/.test(callee) && into && place(bare(into)) === name,
	);
}

/** The call may store pages anywhere that its arguments lead to; one that takes or releases them is followed. */
function mayStore({ around }: FunctionWalk, call: CallExpr): boolean {
	const { name } = call;
	const isReader = readsOnly(name) || LIST_READERS.has(name) || CURSORS.has(name);
	return !(around.apiCall(call) || FREES.has(name) || ALLOCATORS.test(name) || isReader);
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
	{ call: taking, isAhead }: Taking,
	release: Release,
): boolean {
	const root = rootOf(name);
	const isFilled = !isAhead && (body.filled.has(name) || body.filled.has(root));
	if (isFilled || body.shadowed.has(root) || name.includes('[]')) return false;
	const value = state.values.get(name);
	const isBlank = release.overNull === 'never';
	const holds = (fresh: Value['fresh']): boolean =>
		(fresh === 'raw' && (isBlank || !isCleared(body.fn, name))) || (fresh === 'zeroed' && isBlank);
	if (isVariable(name)) {
		const type = variableType(body.fn, name);
		const isPage = /^struct (?:page|folio)$/.test(type?.base ?? '') && type?.pointers === 1;
		const isArray = !isPage || type?.array === true;
		// one page that was allocated is a page
		const isUnset = value?.fresh === 'raw' && !isCleared(body.fn, name);
		const isUnused = isUnset ? isArray || value.signs === ANY : isArray && holds(value?.fresh);
		return isUnused && isPrivate(body, state, name);
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
	const names = asked.flatMap((one) => [canonicalText(one), placeOf(state, one)]);
	const isAsked = [text, count.copyOf].some((name) => name !== undefined && names.includes(name));
	return isAsked && (count.signs & ZERO) !== 0 && count.constant === undefined && count.result === undefined;
}

/** Numbers that a function of the file is told, which goes through the entries. */
function numbersGiven({ fn }: FunctionWalk, { call, inner }: Release): readonly Expr[] {
	return call === inner ? [] : call.args.filter((arg) => variableType(fn, place(bare(arg)) ?? '')?.pointers === 0);
}

/** A release of all pages, or of the one page, before the call that takes them. */
export function judgeUntaken(body: FunctionWalk, state: OwnershipState, spot: PageOperand, release: Release): void {
	const { place: name, shape } = spot;
	if (state.possiblyInfeasible || release.remembers || shape === 'element' || shape === 'from') return;
	const counts = release.count ? [release.count] : numbersGiven(body, release);
	if (counts.length === 0 && (shape !== 'whole' || variableType(body.fn, name)?.pointers !== 1)) return;
	const taking = takingOf(body, state, name, release.call);
	if (!taking || !isUntouched(body, state, name, taking, release)) return;
	const isOfSome = (one: Expr): boolean => isSome(state, evaluate(state, one), canonicalText(one), taking);
	if (counts.length > 0 && !counts.some(isOfSome)) return;
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
	const end = extent(body.fn, loop);
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
