/** Ways out of a function on which pages are left that nobody holds. */

import type { Expr, FunctionIR, Range } from '../../syntax/ir.js';
import { memoize } from '../../syntax/memoize.js';
import type { ApiCall } from '../context.js';
import { canonicalText } from '../path-conditions.js';
import { isParameter, variableType } from '../variables.js';
import { bare, parts, place, rootOf } from '../walk.js';
import { CallerContract, fails } from './contract.js';
import type { Exit, FunctionResult } from './function-walk.js';
import { outlivingList } from './page-lists.js';
import type { OwnershipState, TrackedResource } from './state.js';
import { isAcquire } from './trace.js';

export interface Leak {
	readonly fn: FunctionIR;
	readonly holding: TrackedResource;
	readonly exit: Exit;
	/** The pages are what a call for more had obtained. */
	readonly short: boolean;
	/** They lie in a place that others know: what those may do about them counts. */
	readonly isShared: boolean;
	/** Other exits on which they leak as well. */
	readonly others: readonly Exit[];
}

/** Exits of one leak that are told. */
const MOST_EXITS = 6;

/** Cleanups that give memory back, not pages. */
const MEMORY = /^k?v?free/;

/** Nothing outside this function knows the place, or the function has shown that cleaning up is its own business. */
function isOwn(fn: FunctionIR, state: OwnershipState, holding: TrackedResource, exit: Exit): boolean {
	const root = rootOf(holding.place);
	if (isParameter(fn, root)) return holding.missedByRelease !== undefined && fails(fn, exit.signs);
	const type = variableType(fn, root);
	if (!type) return false;
	const value = state.values.get(root);
	if (value?.published) return false;
	const rest = holding.place.slice(root.length);
	if (rest.startsWith('->')) return value?.fresh !== undefined && !rest.slice(2).includes('->');
	if (rest.includes('->') || rest.includes('[]')) return false;
	// a member that points somewhere: into memory of this function only when that was allocated here
	const member = rest === '' ? undefined : state.values.get(holding.place);
	if (member && member.fresh === undefined) return false;
	if (rest === '' && type.pointers > 0 && !type.array && !holding.single) return value?.fresh !== undefined;
	return true;
}

/** Variables that are cleaned up by something other than a free of their memory. */
const cleanupsOf = memoize(
	(fn: FunctionIR): ReadonlySet<string> =>
		new Set(
			fn.blocks.flatMap(({ steps }) =>
				steps.flatMap((step) =>
					step.kind === 'declare' && step.cleanup !== undefined && !MEMORY.test(step.cleanup) ? step.variable.name : [],
				),
			),
		),
);

/** The variable, or one that stands for the same pages. */
function isCleanedUp(fn: FunctionIR, { aliases }: OwnershipState, { place }: TrackedResource): boolean {
	const cleanups = cleanupsOf(fn);
	if (cleanups.size === 0) return false;
	return (
		cleanups.has(rootOf(place)) ||
		[...aliases].some(([local, alias]) => alias.place === place && !alias.address && cleanups.has(local))
	);
}

/** The tests of WARN_ON() and its kin: the author says that they are never true. */
const assertedIn = memoize((fn: FunctionIR): readonly Expr[] =>
	fn.calls.flatMap(({ name, args }) => (/^WARN(?:_ON)?(?:_ONCE)?$/.test(name) ? (args[0] ?? []) : [])),
);

/** The path goes on from the acquisition through a test that is never true by what the code says. */
function isBehindWarning(fn: FunctionIR, { state }: Exit, { id }: TrackedResource): boolean {
	const asserted = assertedIn(fn);
	if (asserted.length === 0) return false;
	const judged = new Set<Expr>();
	for (let at = state.trace; at && !isAcquire(at, id); at = at.before) {
		const { event } = at;
		const test = event.kind === 'branch' ? asserted.find((one) => isWithin(at, one)) : undefined;
		// the last part that was looked at decides what the whole test came to
		if (event.kind !== 'branch' || !test || judged.has(test)) continue;
		judged.add(test);
		if (event.truth !== isNegated(test, at)) return true;
	}
	return false;
}

function isWithin({ start, end }: Range, outer: Range): boolean {
	return outer.start <= start && end <= outer.end;
}

/** The part of a test at `at` stands below an odd number of `!`. */
function isNegated(test: Expr, at: Range): boolean {
	const inner = bare(test);
	if (inner.kind === 'unary' && inner.op === '!') return !isNegated(inner.operand, at);
	if (inner.kind !== 'binary' || !/^(?:&&|\|\|)$/.test(inner.op)) return false;
	const part = [inner.left, inner.right].find((side) => isWithin(at, side));
	return part !== undefined && isNegated(part, at);
}

/** The first exit on which each taking call's pages are left behind, with the others. */
export function leaksOf({ fn, exits }: FunctionResult): Leak[] {
	const found = new Map<string, Leak & { readonly others: Exit[] }>();
	const contract = new CallerContract(fn, exits);
	for (const exit of exits) {
		if (exit.unlikely || exit.state.possiblyInfeasible) continue;
		for (const holding of exit.state.holdings.values()) {
			// an extraction that nobody asked about may have pinned nothing
			if (holding.status !== 'held' || holding.outcome === 'none' || holding.shared || holding.kind === 'extracted')
				continue;
			const isPrivate = holding.unreachable !== undefined || isOwn(fn, exit.state, holding, exit);
			// whoever knows the address they are pinned at can release them, but where the function says that it took none
			if (holding.kind === 'iova' && !fails(fn, exit.signs)) continue;
			if (!(isPrivate || contract.isBroken(exit, holding)) || isCleanedUp(fn, exit.state, holding)) continue;
			if (outlivingList(fn, exit.state, holding) !== undefined) continue;
			const short = holding.outcome === 'partial';
			if (!short && isBehindWarning(fn, exit, holding)) continue;
			const key = `${holding.acquire.call.start} ${short} ${isPrivate}`;
			const known = found.get(key);
			if (!known) found.set(key, { fn, holding, exit, short, isShared: !isPrivate, others: [] });
			else if (
				known.others.length < MOST_EXITS &&
				![known.exit, ...known.others].some(({ start }) => start === exit.start)
			)
				known.others.push(exit);
		}
	}
	return [...found.values()];
}

/** Success without a look at how many pages there are: only the sign of the number was tested. */
export interface UncheckedPartial {
	readonly fn: FunctionIR;
	readonly holding: TrackedResource;
	readonly exit: Exit;
}

/** What the call asks for is a number that may not be reached, and that only its result tells. */
function isCountable(fn: FunctionIR, { acquire: taking, call, asked, askedConstant, goal }: TrackedResource): boolean {
	const { meaning, group } = taking.api.record;
	if (meaning === 'pages') return /^(?:get|pin)$/.test(group) && (askedConstant ?? 2) > 1 && asked !== undefined;
	return meaning === 'bytes' && goal !== undefined && call === taking.call && !asksIterator(fn, taking);
}

/** One page at most is asked for, or the iterator is asked afterwards how far it has come. */
function asksIterator(fn: FunctionIR, taking: ApiCall): boolean {
	const pages = taking.arg('maxpages');
	const size = taking.arg('maxsize');
	const limit = (expr: Expr | undefined): string => (expr && canonicalText(expr)) ?? '';
	if (limit(pages) === '1' || /^(?:PAGE_SIZE|SIZE_MAX|LONG_MAX|INT_MAX|MAX_RW_COUNT)$/.test(limit(size))) return true;
	const iter = taking.arg('iter');
	const root = rootOf((iter && place(bare(iter).kind === 'unary' ? (parts(bare(iter))[0] as Expr) : iter)) ?? '');
	const { start, end } = taking.call;
	if (fn.loops.some((loop) => loop.start <= start && start < loop.end)) return true;
	return fn.calls.some((call) => call.start > end && call.args.some((arg) => mentions(arg, root)));
}

function mentions(expr: Expr, name: string): boolean {
	return expr.kind === 'name' ? expr.name === name : parts(expr).some((part) => mentions(part, name));
}

/** The first such way out of each taking call. */
export function uncheckedPartialsOf({ fn, exits }: FunctionResult): UncheckedPartial[] {
	const found = new Map<string, UncheckedPartial>();
	// who uses the number on one path knows of it
	const counted = new Set(
		exits.flatMap(({ state }) =>
			[...state.holdings.values()].flatMap((h) => (h.countInspected === true && h.outcome !== 'none' ? h.id : [])),
		),
	);
	for (const exit of exits) {
		if (fails(fn, exit.signs)) continue;
		for (const holding of exit.state.holdings.values()) {
			const { record } = holding.acquire.api;
			if (holding.outcome !== 'some' || counted.has(holding.id) || holding.earlier || !holding.returnsCount) continue;
			if (holding.countInspected) continue;
			if (record.name.endsWith('_fast_only') || holding.single || !isCountable(fn, holding)) continue;
			if (!found.has(holding.id)) found.set(holding.id, { fn, holding, exit });
		}
	}
	return [...found.values()];
}
