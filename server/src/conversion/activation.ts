/**
 * Whether pages that a function releases were taken during the same activation of it, so that what its iterator says is about
 * them: never what an earlier call has left in an object.
 */

import { fillsFromStart } from '../analysis/array-fills.js';
import type { ApiCall, FileContext } from '../analysis/context.js';
import { type DataflowAnalysis, solve, statesAt, visitStates } from '../analysis/dataflow.js';
import { flowIndex } from '../analysis/flow-index.js';
import { isCarrier, keyOf, locate, type PagePlace } from '../analysis/page-places.js';
import { originAt } from '../analysis/points-to-query.js';
import { isSetOnce } from '../analysis/single-definition.js';
import { isParameter, variableType } from '../analysis/variables.js';
import { bare, evaluate, everywhere, isNull, place, rootOf, roots } from '../analysis/walk.js';
import { REQUEST_PARTS } from '../kernel/function-models.js';
import { PAGE_ALLOCATORS } from '../kernel/page-flow.js';
import type { CallExpr, Expr, FunctionIR, Step } from '../syntax/ir.js';

/** Functions that are gone through. */
const DEEPEST = 5;
/** More places than this are not gone through. */
const MOST_PLACES = 60;

/** The taking calls, and who reaches them. */
export interface Takers {
	readonly file: FileContext;
	/** The call takes the pages, by itself or through functions it calls. */
	takes(fn: FunctionIR, call: CallExpr): boolean;
	/** By their start. */
	readonly takings: ReadonlyMap<number, ApiCall>;
}

/** The pages of a release in `fn` come from a taking call of the activation that releases them. */
export function areTakenHere(takers: Takers, fn: FunctionIR, release: CallExpr, pages: Expr): boolean {
	const at = locate(pages, fn, takers.file.ir);
	if (!at) return false;
	const older = new Sources(takers, fn).olderThan(at);
	return older?.every((place) => isTakenBefore(takers, fn, release, place)) ?? false;
}

/** Follows pages back to where they may have been before the function was called. */
class Sources {
	private readonly takers: Takers;
	private readonly fn: FunctionIR;
	private readonly seen = new Set<string>();
	private readonly older: PagePlace[] = [];

	constructor(takers: Takers, fn: FunctionIR) {
		this.takers = takers;
		this.fn = fn;
	}

	/** Places of callers and of objects that were there before; undefined where one is not seen. */
	olderThan(at: PagePlace): readonly PagePlace[] | undefined {
		return this.follow(at, false) ? this.older : undefined;
	}

	/**
	 * @param given the place is a parameter that stands for an array of the caller: only what the callee puts there counts
	 * @param isOtherName the place stands for what has been looked at: only what comes into it by this name counts
	 */
	private follow(at: PagePlace, given: boolean, isOtherName = false): boolean {
		const { file } = this.takers;
		const key = `${keyOf(at)} ${at.through?.name}`;
		if (this.seen.has(key)) return true;
		this.seen.add(key);
		if (this.seen.size > MOST_PLACES) return false;
		const known = isOtherName ? undefined : this.isOlder(at, given);
		if (known !== undefined) return known;
		return flowIndex(file)
			.at(at)
			.every(({ into, from, how }) => {
				if (keyOf(into) !== keyOf(at)) return this.follow(into, given, true);
				if (from.kind === 'place') return !this.isOurs(from.place) || this.follow(from.place, how === 'given');
				return from.kind !== 'returned' || !this.isOurs(at);
			});
	}

	/** @returns undefined where what comes to the place has to be asked */
	private isOlder(at: PagePlace, given: boolean): boolean | undefined {
		const { root, through } = at;
		if (root.kind === 'global') return false;
		if (root.kind === 'variable') {
			if (given || isLocalOf(this.takers.file, root.fn, root.name)) return undefined;
			if (root.fn !== this.fn) return false;
			this.older.push(at);
			return true;
		}
		if (!through) return false;
		if (isFresh(this.takers.file, through.fn, through.name)) return undefined;
		if (through.fn !== this.fn) return false;
		this.older.push(at);
		return true;
	}

	private isOurs(at: PagePlace): boolean {
		const fn = at.root.kind === 'variable' ? at.root.fn : this.fn;
		return [...originAt(this.takers.file, fn, at).taken].some(({ call }) => this.takers.takings.has(call.start));
	}
}

/** A variable that is another one in each activation. */
function isLocalOf({ text }: FileContext, fn: FunctionIR, name: string): boolean {
	const local = fn.locals.filter((one) => one.name === name);
	return (
		local.length > 0 &&
		!isParameter(fn, name) &&
		local.every(({ start }) => !/\bstatic\b/.test(/[^;{}]*$/.exec(text.slice(0, start))?.[0] ?? ''))
	);
}

/** An object that the function has on its stack or allocates itself, and fills itself: nothing was in it before. */
export function isFresh(file: FileContext, fn: FunctionIR, name: string, depth = 0): boolean {
	const type = variableType(fn, name);
	if (!type || depth > DEEPEST || !isLocalOf(file, fn, name)) return false;
	const isPointer = type.pointers > 0 && !type.array;
	const isRecord = /^struct /.test(type.base) && !isCarrier(type);
	let fresh = true;
	const set = (value: Expr): void => {
		fresh &&= isPointer ? isNewMemory(file, fn, value, depth) : value.kind === 'list' || isNull(value);
	};
	everywhere(fn, (expr) => {
		if (expr.kind === 'assign' && expr.op === '=' && place(expr.left) === name) set(expr.right);
		if (isPointer && expr.kind === 'unary' && expr.op === '&' && place(expr.operand) === name) fresh = false;
		if (expr.kind === 'call' && /^(?:__)?mem(?:cpy|move)$/.test(expr.name) && isRecord) {
			const into = expr.args[0] && bare(expr.args[0]);
			const object = into?.kind === 'unary' && into.op === '&' ? into.operand : into;
			if (object && place(object) === name) fresh = false;
		}
		if (expr.kind === 'assign' && isPointer && isRecord && expr.right.kind !== 'list') {
			const left = bare(expr.left);
			if (left.kind === 'unary' && left.op === '*' && place(left.operand) === name) fresh = false;
		}
	});
	for (const { steps } of fn.blocks)
		for (const step of steps) {
			if (step.kind === 'declare' && step.variable.name === name && step.init) set(step.init);
			if (step.kind === 'each' && step.args.some((arg) => place(arg) === name)) fresh = false;
		}
	return fresh;
}

/** The result of an allocator, or an address in memory that is fresh. */
function isNewMemory(file: FileContext, fn: FunctionIR, value: Expr, depth: number): boolean {
	const at = bare(value);
	if (isNull(at)) return true;
	switch (at.kind) {
		case 'call':
			return isNewOf(file, fn, at, depth);
		case 'cast':
			return isNewMemory(file, fn, at.operand, depth);
		case 'binary':
			return /^[+-]$/.test(at.op) && isNewMemory(file, fn, at.left, depth);
		case 'name':
			return isFresh(file, fn, at.name, depth + 1);
		case 'unary': {
			const root = at.op === '&' ? rootOf(place(at.operand) ?? '') : '';
			return root !== '' && !leadsOut(at.operand) && isFresh(file, fn, root, depth + 1);
		}
		default:
			return false;
	}
}

/** The call allocates, or gives a part of memory that is fresh. */
function isNewOf(file: FileContext, fn: FunctionIR, { name, args }: CallExpr, depth: number): boolean {
	const [first] = args;
	if (name === 'sg_next' || REQUEST_PARTS.has(name))
		return first !== undefined && isNewMemory(file, fn, first, depth + 1);
	const callee = file.ir.lookup(name);
	if (!callee) return /alloc/.test(name) && !file.ir.defined.has(name) && !PAGE_ALLOCATORS.test(name);
	if (depth >= DEEPEST || !callee.hasNoSyntaxErrors) return false;
	return callee.blocks.every(({ steps }) =>
		steps.every((step) => step.kind !== 'return' || !step.value || isNewMemory(file, callee, step.value, depth + 1)),
	);
}

/** `&a->b->c`: what another pointer leads to is not part of the object. */
function leadsOut(expr: Expr): boolean {
	const at = bare(expr);
	if (at.kind === 'index') return leadsOut(at.object);
	if (at.kind !== 'field') return at.kind !== 'name';
	const object = bare(at.object);
	return object.kind === 'name' ? false : at.arrow || leadsOut(object);
}

/**
 * On every way to the release pages were taken into the place of the same object, from its start: so it was empty before, or what
 * was there would have been lost.
 */
function isTakenBefore(takers: Takers, fn: FunctionIR, release: CallExpr, at: PagePlace): boolean {
	const name = at.root.kind === 'variable' ? at.root.name : at.through?.name;
	if (name === undefined || !isSetOnce(fn, name) || !fillsFromStart(takers.file, takers.takings, at)) return false;
	return statesAt(fn, takenFlow(takers, fn, name, 0)).get(release) === true;
}

/** Whether pages were taken for what `name` stands for, on every path. */
function takenFlow(takers: Takers, fn: FunctionIR, name: string, depth: number): DataflowAnalysis<boolean> {
	const isIt = (arg: Expr): boolean => {
		let at = bare(arg);
		if (at.kind === 'unary' && at.op === '&') at = bare(at.operand);
		return at.kind !== 'index' && rootOf(place(at) ?? '') === name;
	};
	const visit = (taken: boolean, expr: Expr): boolean =>
		taken || (expr.kind === 'call' && expr.args.some(isIt) && alwaysTakes(takers, fn, expr, isIt, depth));
	const flow: DataflowAnalysis<boolean> = {
		entry: false,
		step: (taken, step) => roots(step).reduce((now, root) => flow.test(now, root), taken),
		test: (taken, test) => evaluate(taken, test, visit, flow.join),
		assume: (taken) => taken,
		join: (a, b) => a && b,
		equal: (a, b) => a === b,
		size: () => 1,
	};
	return flow;
}

/** The call tries to take pages whatever happens: it does not return before. */
function alwaysTakes(
	takers: Takers,
	fn: FunctionIR,
	call: CallExpr,
	isIt: (arg: Expr) => boolean,
	depth: number,
): boolean {
	if (takers.takings.has(call.start)) return true;
	const callee = depth < DEEPEST && takers.takes(fn, call) ? takers.file.ir.lookup(call.name) : undefined;
	const param = callee?.params[call.args.findIndex(isIt)]?.name;
	if (!callee?.hasNoSyntaxErrors || param === undefined || !isSetOnce(callee, param)) return false;
	const flow = takenFlow(takers, callee, param, depth + 1);
	return exitsOf(callee, flow).every((taken) => taken);
}

/** The states in which a function is left; one that takes too long to solve may be left in any. */
function exitsOf(fn: FunctionIR, flow: DataflowAnalysis<boolean>): readonly boolean[] {
	const found: boolean[] = [];
	const entries = solve(fn, flow);
	const atReturn = (taken: boolean, at: Step | Expr): void => {
		if (at.kind === 'return') found.push(flow.step(taken, at));
	};
	visitStates(fn, flow, entries, atReturn, (taken) => found.push(taken));
	return found.length > 0 ? found : [false];
}
