import { ENTRY_WALKS, WALK_COUNTS, WALKS } from '../../kernel/page-flow.js';
import type { Block, Expr, FunctionIR, Loop, Range, Step } from '../../syntax/ir.js';
import { tells } from '../format-arguments.js';
import { contradict, factOf } from '../path-conditions.js';
import { localOf, variableType } from '../variables.js';
import { bare, isNull, parts, place, weightOf } from '../walk.js';
import { Worklist } from '../worklist.js';
import { acquire, isPageResult } from './acquire.js';
import { judgeBeyond } from './beyond.js';
import { isRemoval } from './entries.js';
import { judgeEntries } from './entry-counts.js';
import { escapePages, recordParameterEffect } from './escape.js';
import { derivedFrom, evaluate, refine } from './evaluate.js';
import {
	type Event,
	type Exit,
	type FunctionResult,
	FunctionWalk,
	type LoopEffect,
	type SummaryProvider,
} from './function-walk.js';
import { holdingsAt, invalidateVariable, mentioned, sameIndex } from './invalidate.js';
import { isPageOfList, readList } from './listing.js';
import { atEnd, bound, extent, extentOf, isInEveryPass, loopsHeadedBy } from './loops.js';
import { overNullOf } from './null-entries.js';
import { walkEntries, walkList } from './page-lists.js';
import { isSolePin, judgeSweep, judgeSweptAgain } from './release.js';
import { noteReleasedUse } from './released-uses.js';
import { releaseAll } from './repeated.js';
import {
	ANY,
	constantsOf,
	expressionKey,
	merge,
	NEG,
	NO_LISTS,
	OwnershipState,
	POS,
	type TrackedResource,
	UNKNOWN,
} from './state.js';
import { assignment, move } from './transfer-assignment.js';
import { callOf } from './transfer-call.js';
import { givenBack } from './transfer-return.js';
import { judgeUntakenLoop } from './untaken.js';

/** States of one block, and steps of one function, beyond which the function is given up. */
const MOST_STATES = 64;
const MOST_STEPS = 12_000;
/** Values of a state beyond which those of the steps that are done are dropped at once, not at the end of the block. */
const MANY_VALUES = 200;
/** States within an expression that are kept apart although they differ only in values. */
const MOST_ARMS = 16;
/** Rounds in which what loops do to every element is found. */
const MOST_ROUNDS = 4;

export function transferOperands(body: FunctionWalk, state: OwnershipState, expr: Expr): OwnershipState[] {
	return parts(expr).reduce(
		(states, part) => eachOf(body, states, (now) => transferExpression(body, now, part)),
		[state],
	);
}

/** Mostly there is one. */
function eachOf(
	body: FunctionWalk,
	states: OwnershipState[],
	next: (state: OwnershipState) => OwnershipState[],
): OwnershipState[] {
	return states.length === 1 ? next(states[0] as OwnershipState) : joinArms(body, states.flatMap(next));
}

/** States within an expression, which double at each `&&`, `||` and `?:`: where there are many, those with the same key are one. */
function joinArms(body: FunctionWalk, states: OwnershipState[]): OwnershipState[] {
	if (states.length <= MOST_ARMS) return states;
	const joined = new Map<string, OwnershipState>();
	for (const state of states) {
		const key = state.key();
		const old = joined.get(key);
		joined.set(key, old ? merge(old, state) : state);
	}
	const { effort } = body.fn;
	if (joined.size > MOST_STATES || !effort.spend(states.length * (states[0] as OwnershipState).size)) {
		effort.giveUp();
		return [];
	}
	return [...joined.values()];
}

/** Evaluate an expression: its effects, in the order C has them. */
export function transferExpression(body: FunctionWalk, state: OwnershipState, expr: Expr): OwnershipState[] {
	switch (expr.kind) {
		case 'conditional': {
			const arms: OwnershipState[] = [];
			for (const tested of transferExpression(body, state, expr.test))
				for (const truth of [true, false]) {
					const arm = truth ? expr.whenTrue : expr.whenFalse;
					const now = tested.clone();
					if (!refine(now, expr.test, truth)) continue;
					for (const after of arm ? transferExpression(body, now, arm) : [now]) {
						after.values.set(expressionKey(expr), arm ? evaluate(after, arm) : { signs: NEG | POS });
						arms.push(after);
					}
				}
			return joinArms(body, arms);
		}
		case 'binary':
			if (expr.op === '&&' || expr.op === '||') {
				const arms = transferExpression(body, state, expr.left).flatMap((left) => {
					const goesOn = left.clone();
					const stops = refine(left, expr.left, expr.op === '||') ? [left] : [];
					return refine(goesOn, expr.left, expr.op === '&&')
						? [...stops, ...transferExpression(body, goesOn, expr.right)]
						: stops;
				});
				return joinArms(body, arms);
			}
			break;
		case 'call':
			return eachOf(body, transferOperands(body, state, expr), (now) => {
				noteReleasedUse(body, now, expr);
				return callOf(body, now, expr);
			});
		case 'field':
			if (isPageOfList(expr) && expr.field !== 'bv_page') readList(body, state, expr.object, expr);
			break;
		case 'assign':
			if (isPageOfList(bare(expr.left)))
				return eachOf(body, transferExpression(body, state, expr.right), (now) =>
					assignment(body, now, expr.left, expr.op, expr.right),
				);
			return eachOf(body, transferOperands(body, state, expr), (now) =>
				assignment(body, now, expr.left, expr.op, expr.right),
			);
		case 'unary':
			if (expr.op === '++' || expr.op === '--')
				return transferOperands(body, state, expr).map((now) => {
					const before = evaluate(now, expr.operand);
					move(now, expr.operand, expr.op === '++' ? POS : NEG);
					const isPostfix = expr.operand.start === expr.start;
					now.values.set(expressionKey(expr), isPostfix ? before : evaluate(now, expr.operand));
					return now;
				});
	}
	return transferOperands(body, state, expr);
}

export function leaveFunction(body: FunctionWalk, state: OwnershipState, at: Range, value: Expr | undefined): void {
	const api = value && body.around.apiCall(bare(value));
	if (api && isPageResult(api))
		acquire(body, state, api, { place: expressionKey(bare(value)), shape: 'address', index: undefined });
	const returned = value ? evaluate(state, value) : UNKNOWN;
	const given = givenBack(body, state, value);
	if (value) {
		for (const id of mentioned(state, value)) state.update(id, { countInspected: true });
		if (!given.carries) escapePages(body, state, value, undefined);
		const carried = derivedFrom(state, value);
		if (carried) state.update(carried, { status: 'escaped' });
	}
	const kept = value && returned.form === 'whole' ? returned.result : undefined;
	const computed = value && kept === undefined ? returned.result : undefined;
	// pages were put there: the pointer is a valid one
	const signs = given.pages.length > 0 ? POS : value ? returned.signs : ANY;
	const isForwarded = value !== undefined && bare(value).kind === 'name' && returned.unknown === true;
	const unlikely = isForwarded && returned.signs === POS;
	const numbers = value && constantsOf(returned);
	const result = kept;
	const { start, end } = at;
	body.exits.push({ start, end, state, signs, numbers, result, computed, isForwarded, unlikely, given });
}

/** `{ .pages = pages }`: the same array has two names from here on. */
function sharesPointer(body: FunctionWalk, item: Expr): boolean {
	const at = bare(item);
	if (at.kind === 'list') return at.items.some((one) => sharesPointer(body, one));
	const local = at.kind === 'name' ? localOf(body.fn, at.name) : undefined;
	return local !== undefined && local.type.pointers > 1;
}

/** Return a value: each arm of a choice is a way out of its own. */
function leaveWith(body: FunctionWalk, state: OwnershipState, at: Range, value: Expr | undefined): OwnershipState[] {
	const choice = value && bare(value);
	if (choice?.kind === 'conditional' && choice.whenTrue) {
		const arms = [choice.whenTrue, choice.whenFalse];
		return transferExpression(body, state, choice.test).flatMap((tested) =>
			arms.flatMap((arm, i) => {
				const now = tested.clone();
				return refine(now, choice.test, i === 0) ? leaveWith(body, now, at, arm) : [];
			}),
		);
	}
	const after = value ? transferExpression(body, state, value) : [state];
	for (const now of after) leaveFunction(body, now, at, value);
	return after;
}

/** A pass of a loop macro begins: its variables have other values. */
function passOf(body: FunctionWalk, state: OwnershipState, { macro, args }: Step & { kind: 'each' }): void {
	const entries = ENTRY_WALKS.get(macro);
	const [moving, over] = (entries ?? WALKS.get(macro) ?? []).map((position) => args[position]);
	const count = args[WALK_COUNTS.get(macro) ?? -1];
	for (const arg of args) {
		const at = bare(arg);
		if (at.kind === 'name' && arg !== over && arg !== count && variableType(body.fn, at.name))
			invalidateVariable(state, at.name);
	}
	if (!moving || !over) return;
	const cursor = addressed(moving);
	if (cursor === undefined || variableType(body.fn, cursor)?.base === 'struct folio_iter')
		readList(body, state, over, moving);
	else if (entries) walkEntries(state, cursor, over);
	else walkList(state, cursor, over);
}

/** The variable that `cursor` or `&cursor` names. */
function addressed(expr: Expr): string | undefined {
	const at = bare(expr);
	const target = at.kind === 'unary' && at.op === '&' ? bare(at.operand) : at;
	return target.kind === 'name' ? target.name : undefined;
}

export function transferStep(body: FunctionWalk, state: OwnershipState, step: Step): OwnershipState[] {
	switch (step.kind) {
		case 'declare': {
			const after = step.init ? transferExpression(body, state, step.init) : [state];
			const { start, end, name } = step.variable;
			const left: Expr = { start, end, kind: 'name', name };
			if (step.init && step.init.kind !== 'list') {
				const { init } = step;
				return after.flatMap((now) => assignment(body, now, left, '=', init));
			}
			for (const now of after) {
				invalidateVariable(now, name);
				if (step.init)
					for (const item of step.init.kind === 'list' ? step.init.items : []) escapePages(body, now, item, undefined);
				const shares = step.init?.kind === 'list' && step.init.items.some((item) => sharesPointer(body, item));
				const fresh = step.init && isZeroList(step.init) ? 'zeroed' : 'raw';
				now.values.set(name, { signs: ANY, fresh, published: shares ? true : undefined });
			}
			return after;
		}
		case 'return':
			return leaveWith(body, state, step, step.value);
		case 'each': {
			let states = [state];
			for (const arg of step.args) states = states.flatMap((now) => transferExpression(body, now, arg));
			for (const now of states) passOf(body, now, step);
			return states;
		}
		default:
			return transferExpression(body, state, step.expr);
	}
}

export function finishSweep(
	body: FunctionWalk,
	state: OwnershipState,
	loop: Loop,
	name: string,
	sweep: LoopEffect,
): void {
	const held = holdingsAt(state, name);
	const end = bound(loop);
	const count = extentOf(body.fn, loop);
	const swept = (): void => {
		const { call, kinds } = sweep;
		if (!call || sweep.status !== 'released' || end === undefined || !isInEveryPass(body.fn, loop, call)) return;
		const overNull = overNullOf(body.fn, loop, name, sweep);
		const release = { call, inner: call, kinds, count: undefined, walksPast: false, overNull, remembers: false };
		releaseAll(body, state, name, end, release);
	};
	if (count && sweep.status === 'released' && sweep.call) judgeEntries(body, state, name, count, sweep.call);
	if (held.length === 0) {
		judgeUntakenLoop(body, state, loop, name, sweep);
		swept();
		const overNull = overNullOf(body.fn, loop, name, sweep);
		recordParameterEffect(body, state, name, { ...sweep, overNull }, end);
		return;
	}
	if (sweep.status === 'released' && end !== undefined)
		for (const holding of held) {
			judgeSweep(body, state, holding, loop, sweep, end);
		}
	const far = extent(body.fn, loop);
	if (sweep.status === 'released' && far !== undefined)
		for (const holding of held) judgeSweptAgain(body, state, holding, name, loop, sweep, far);
	if (held.every(isSolePin) && !body.mixed.has(name)) swept();
	finishEntries(body, state, held, name, loop, sweep);
	for (const holding of held) {
		if (isRemovedIn(body.fn, loop) && (holding.entries || holding.place !== name)) continue;
		if (holding.status === 'released' && sweep.status === 'released') continue;
		const { position } = holding;
		const missed =
			position?.side === 'above' ||
			(position?.side === 'at' && end !== undefined && sameIndex(state, end, position.of));
		if (missed) state.update(holding.id, { missedByRelease: sweep.call, earlier: false });
		else if (holding.status === 'escaped') {
			// who got them in between may have a reference of his own
			if (sweep.status === 'released')
				state.update(holding.id, { status: 'released', released: sweep.call, shared: true });
		} else
			state.update(holding.id, {
				status: sweep.status,
				released: sweep.status === 'released' ? sweep.call : holding.released,
			});
	}
}

/** Entries of a container that a loop has gone through: what it also takes out is there no more. */
function finishEntries(
	body: FunctionWalk,
	state: OwnershipState,
	held: readonly TrackedResource[],
	name: string,
	loop: Loop,
	{ status, call, kinds }: LoopEffect,
): void {
	const entries = held.filter((holding) => holding.entries || holding.place !== name);
	if (entries.length === 0 || status !== 'released' || !call) return;
	if (isRemovedIn(body.fn, loop))
		for (const { id } of entries)
			state.update(id, { status: 'released', released: call, lists: NO_LISTS, shared: true });
	else state.released = new Map(state.released).set(name, { call, count: extent(body.fn, loop), kinds });
}

function isRemovedIn(fn: FunctionIR, loop: Loop): boolean {
	return fn.calls.some(({ name, start }) => loop.start <= start && start < loop.end && isRemoval(name));
}

/** At the ordinary end of a loop everything it went through has been done. */
export function alongEdge(body: FunctionWalk, block: Block, next: number, state: OwnershipState): OwnershipState {
	for (const loop of loopsHeadedBy(body.fn, block.id)) {
		const ended = atEnd(body.fn, loop);
		const fact = ended && factOf(ended, loop.exit === next);
		if (fact && !contradict(state.facts, new Map([fact]))) state.facts = new Map(state.facts).set(...fact);
		if (loop.exit !== next) continue;
		judgeBeyond(body, state, loop);
		for (const [name, sweep] of body.sweeps.get(loop) ?? []) finishSweep(body, state, loop, name, sweep);
	}
	return state;
}

/** States on the edges out of a block. */
export function transferBlock(body: FunctionWalk, block: Block, entry: OwnershipState): [number, OwnershipState][] {
	let states = [entry];
	for (const step of block.steps) {
		states = eachOf(body, states, (state) => transferStep(body, state, step));
		for (const state of states) {
			if (!body.fn.effort.spend(state.size)) return [];
			if (state.values.size > MANY_VALUES) state.dropTemporaries();
		}
	}
	const { test } = block;
	if (!test) {
		if (block.successors.length === 0 && block.steps.at(-1)?.kind !== 'return' && !block.stops)
			for (const state of states)
				leaveFunction(body, state, { start: body.fn.body.end - 1, end: body.fn.body.end }, undefined);
		return states.flatMap((state) =>
			forEdges(block, state).map(([next, after]): [number, OwnershipState] => [
				next,
				alongEdge(body, block, next, after),
			]),
		);
	}
	const isHead = loopsHeadedBy(body.fn, block.id).length > 0;
	const isOnlyTold = comparesNumbers(test) && tellsOnly(body.fn, block);
	const tested = eachOf(body, states, (state) => transferExpression(body, state, test));
	return tested.flatMap((state) =>
		forEdges(block, state).flatMap(([next, after], i): [number, OwnershipState][] => {
			const { possiblyInfeasible: doubtful } = after;
			if (!isOnlyTold && !refine(after, test, i === 0)) return [];
			// a loop over an object ends because what it calls changes that
			if (isHead) after.possiblyInfeasible = doubtful;
			after.note(test, { kind: 'branch', truth: i === 0 });
			return [[next, alongEdge(body, block, next, after)]];
		}),
	);
}

/** Two numbers are compared: what a sign says is another matter. */
function comparesNumbers(test: Expr): boolean {
	const at = bare(test);
	return (
		at.kind === 'binary' &&
		/^(?:==|!=|<|>|<=|>=)$/.test(at.op) &&
		bare(at.left).kind !== 'number' &&
		bare(at.right).kind !== 'number'
	);
}

/** Whatever the test says, the function goes on alike: one arm prints a message at most. */
function tellsOnly({ blocks }: FunctionIR, { successors }: Block): boolean {
	/** Where an arm leads that does nothing else. */
	const after = (id: number): number | undefined => {
		const arm = blocks[id];
		const isQuiet = arm?.steps.every((step) =>
			step.kind === 'declare'
				? !step.init || place(step.init) !== undefined
				: step.kind === 'eval' && step.expr.kind === 'call' && tells(step.expr),
		);
		return isQuiet && !arm?.test && arm?.successors.length === 1 ? arm.successors[0] : undefined;
	};
	const [yes, no] = successors;
	if (yes === undefined || no === undefined) return false;
	const [afterYes, afterNo] = [after(yes), after(no)];
	return afterYes === no || afterNo === yes || (afterYes !== undefined && afterYes === afterNo);
}

/** A state for each edge out of a block; the last one is `state` itself, which nobody else needs any more. */
function forEdges({ successors }: Block, state: OwnershipState): [number, OwnershipState][] {
	return successors.map((next, i) => [next, i === successors.length - 1 ? state : state.clone()]);
}

/** A state at the entry of a block, and what leaving it came upon. */
interface Visit {
	readonly block: Block;
	state: OwnershipState;
	events: readonly Event[];
	exits: readonly Exit[];
}

/** Steps it takes to go through a block and to hand a state along its edges; `leave` counts what its own steps look at. */
function costOf({ fn }: FunctionWalk, { block, state }: Visit): number {
	return weightOf(fn, block.id) + state.size * (1 + block.successors.length);
}

/** How much is known of the whole function that counts from its start. */
function learnt({ filled, mixed, entered }: FunctionWalk): number {
	return filled.size + mixed.size + entered.size;
}

/**
 * @param isLast no round follows
 * @returns false when the function has too many states
 */
function explore(body: FunctionWalk, isLast: boolean): boolean {
	const { blocks } = body.fn;
	const seen: Map<string, Visit>[] = blocks.map(() => new Map());
	const pending = new Worklist<Visit>(body.fn);
	const arrive = (id: number, state: OwnershipState): boolean => {
		state.dropTemporaries();
		const here = seen[id] as Map<string, Visit>;
		const key = state.key();
		let visit = here.get(key);
		if (visit) {
			const merged = merge(visit.state, state);
			if (merged === visit.state) return true;
			visit.state = merged;
		} else {
			visit = { block: blocks[id] as Block, state, events: [], exits: [] };
			here.set(key, visit);
		}
		pending.add(id, visit);
		return here.size <= MOST_STATES;
	};
	const { effort } = body.fn;
	const go = (visit: Visit): [number, OwnershipState][] => {
		body.events = [];
		body.exits = [];
		const left = transferBlock(body, visit.block, visit.state.clone());
		visit.events = body.events;
		visit.exits = body.exits;
		return left;
	};
	if (blocks.length === 0) return true;
	const entry = new OwnershipState();
	entry.pageParameters = body.given;
	entry.tables = body.tables;
	entry.switchSubjects = body.kept;
	arrive(0, entry);
	const filled = learnt(body);
	let steps = 0;
	for (let visit = pending.next(); visit; visit = pending.next()) {
		if (steps++ > MOST_STEPS || !effort.spend(costOf(body, visit))) return false;
		for (const [next, after] of go(visit)) if (!arrive(next, after)) return false;
	}
	if (effort.isGivenUp) return false;
	// the next round begins anew
	if (body.grown && !isLast) return true;
	const visits = seen.flatMap((here) => [...here.values()]);
	// what was found on the way counts from the start
	if (body.grown || learnt(body) > filled) for (const visit of visits) go(visit);
	body.events = visits.flatMap(({ events }) => events);
	body.exits = visits.flatMap(({ exits }) => exits);
	return true;
}

export function solveDisjunctive(body: FunctionWalk): FunctionResult {
	for (let round = 0; round < MOST_ROUNDS; round++) {
		body.grown = false;
		if (!explore(body, round === MOST_ROUNDS - 1)) return { fn: body.fn, exits: [], events: [], limitExceeded: true };
		if (!body.grown) break;
	}
	return { fn: body.fn, exits: body.exits, events: body.events, limitExceeded: false };
}

/** `{}` or `{ 0 }` */
function isZeroList(init: Expr): boolean {
	return (
		init.kind === 'list' && (init.items.length === 0 || (init.items.length === 1 && isNull(init.items[0] as Expr)))
	);
}

/** Follow every path of `fn`; a function with too many is given up. */
export function walkFunction(fn: FunctionIR, around: SummaryProvider): FunctionResult {
	return solveDisjunctive(new FunctionWalk(fn, around));
}
