/** Ways out of a function on which pages are left that nobody holds. */

import type { Expr, FunctionIR } from '../../syntax/ir.js';
import { memoize } from '../../syntax/memoize.js';
import type { ApiCall } from '../context.js';
import { written } from '../facts.js';
import { isParameter, variableType } from '../variables.js';
import { bare, parts, place, rootOf } from '../walk.js';
import type { Exit, Walked } from './body.js';
import { type Holding, NEG, POS, type State, ZERO } from './state.js';

export interface Leak {
	readonly fn: FunctionIR;
	readonly holding: Holding;
	readonly exit: Exit;
	/** The pages are what a call for more had obtained. */
	readonly short: boolean;
}

/** Cleanups that give memory back, not pages. */
const MEMORY = /^k?v?free/;

/** The function fails on this way out. */
function fails(fn: FunctionIR, signs: number): boolean {
	const { base, pointers } = fn.returnType;
	if (pointers > 0) return !(signs & POS);
	return base !== 'void' && base !== 'bool' && signs !== 0 && !(signs & (ZERO | POS)) && (signs & NEG) !== 0;
}

/** Nothing outside this function knows the place, or the function has shown that cleaning up is its own business. */
function isOwn(fn: FunctionIR, state: State, holding: Holding, exit: Exit): boolean {
	const root = rootOf(holding.place);
	if (isParameter(fn, root)) return holding.spared !== undefined && fails(fn, exit.signs);
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
function isCleanedUp(fn: FunctionIR, { aliases }: State, { place }: Holding): boolean {
	const cleanups = cleanupsOf(fn);
	if (cleanups.size === 0) return false;
	return (
		cleanups.has(rootOf(place)) ||
		[...aliases].some(([local, alias]) => alias.place === place && !alias.address && cleanups.has(local))
	);
}

/** The first way out on which each taking call's pages are left behind. */
export function leaksOf({ fn, exits }: Walked): Leak[] {
	const found = new Map<string, Leak>();
	for (const exit of exits) {
		if (exit.unlikely || exit.state.doubtful) continue;
		for (const holding of exit.state.holdings.values()) {
			// an extraction that nobody asked about may have pinned nothing
			if (holding.status !== 'held' || holding.outcome === 'none' || holding.shared || holding.kind === 'extracted')
				continue;
			if (!isOwn(fn, exit.state, holding, exit) || isCleanedUp(fn, exit.state, holding)) continue;
			const short = holding.outcome === 'short';
			const key = `${holding.taking.call.start} ${short}`;
			if (!found.has(key)) found.set(key, { fn, holding, exit, short });
		}
	}
	return [...found.values()];
}

/** Success without a look at how many pages there are: only the sign of the number was tested. */
export interface Short {
	readonly fn: FunctionIR;
	readonly holding: Holding;
	readonly exit: Exit;
}

/** What the call asks for is a number that may not be reached, and that only its result tells. */
function isCountable(fn: FunctionIR, { taking, call, asked, askedConstant, goal }: Holding): boolean {
	const { meaning, group } = taking.api.record;
	if (meaning === 'pages') return /^(?:get|pin)$/.test(group) && (askedConstant ?? 2) > 1 && asked !== undefined;
	return meaning === 'bytes' && goal !== undefined && call === taking.call && !asksIterator(fn, taking);
}

/** One page at most is asked for, or the iterator is asked afterwards how far it has come. */
function asksIterator(fn: FunctionIR, taking: ApiCall): boolean {
	const pages = taking.arg('maxpages');
	const size = taking.arg('maxsize');
	const limit = (expr: Expr | undefined): string => (expr && written(expr)) ?? '';
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
export function shortOf({ fn, exits }: Walked): Short[] {
	const found = new Map<string, Short>();
	// who uses the number on one path knows of it
	const counted = new Set(
		exits.flatMap(({ state }) =>
			[...state.holdings.values()].flatMap((h) => (h.counted && h.outcome !== 'none' ? h.id : [])),
		),
	);
	for (const exit of exits) {
		if (fails(fn, exit.signs)) continue;
		for (const holding of exit.state.holdings.values()) {
			const { record } = holding.taking.api;
			if (holding.outcome !== 'some' || counted.has(holding.id) || holding.earlier || !holding.told) continue;
			if (record.name.endsWith('_fast_only') || holding.single || !isCountable(fn, holding)) continue;
			if (!found.has(holding.id)) found.set(holding.id, { fn, holding, exit });
		}
	}
	return [...found.values()];
}
