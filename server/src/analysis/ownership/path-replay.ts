/** One path of the walk once more, step by step: what each step did to the pages of one holding. */
import type { Block, CallExpr, Expr, FunctionIR, Loop, Range, Step } from '../../syntax/ir.js';
import { refine } from './evaluate.js';
import { FunctionWalk, type SummaryProvider } from './function-walk.js';
import { alongEdge, solveDisjunctive, transferExpression, transferStep } from './solve-disjunctive.js';
import { OwnershipState, type TrackedResource } from './state.js';
import { isAcquire, type TraceStep, traceSteps } from './trace.js';

/** Steps of one replay beyond which the path is told from its trace alone. */
const MOST_STEPS = 4000;

/** A place on the path. */
export interface PathStep extends Range {
	/** `branch`: a test and its answer; `pass`: a loop macro goes on or ends; `jump`: one of several cases; `step`: something happened to the pages. */
	readonly kind: 'branch' | 'pass' | 'jump' | 'step';
	/** Answer of the test; for a loop macro, whether it goes on. */
	readonly truth: boolean | undefined;
	/** The call that gave pages back, whether or not it was right. */
	readonly release: Released | undefined;
	/** What is known of the pages behind it; undefined before they are taken and when their place was overwritten. */
	readonly holding: TrackedResource | undefined;
}

interface Released {
	readonly call: CallExpr;
	/** The releasing call itself, which may stand in a helper that `call` leads to. */
	readonly inner: CallExpr;
	/** Number of pages it is told to release, where that is a constant. */
	readonly pages: number | undefined;
}

interface Goal {
	readonly id: string;
	/** The step it ends in, or the closing brace. */
	readonly at: Range;
	readonly state: OwnershipState;
	readonly holding: TrackedResource | undefined;
	/** `holding` is what the step found, not what it left. */
	readonly before: boolean;
}

/** Branches of a trace in the order they were taken. */
function branchesOf(trace: TraceStep | undefined): TraceStep[] {
	return traceSteps(trace).filter(({ event }) => event.kind === 'branch');
}

function isSame(a: TrackedResource | undefined, b: TrackedResource | undefined): boolean {
	return (
		a?.status === b?.status &&
		a?.outcome === b?.outcome &&
		a?.place === b?.place &&
		a?.earlier === b?.earlier &&
		a?.missedByRelease === b?.missedByRelease &&
		a?.shared === b?.shared
	);
}

/** What the walk says of a place by itself; the rest is read from the state. */
type Sign = Pick<PathStep, 'kind' | 'truth'>;

/** A chain of stations, newest first. */
interface Link {
	readonly station: PathStep;
	readonly before: Link | undefined;
}

interface Point {
	readonly block: number;
	/** Branches of the goal that are behind. */
	readonly passed: number;
	readonly state: OwnershipState;
	readonly path: Link | undefined;
}

class Replay {
	private readonly body: FunctionWalk;
	private readonly goal: Goal;
	private readonly branches: readonly TraceStep[];
	/** Take an edge that the values on this path speak against: where paths met, the walk knew less. */
	private readonly forced: boolean;
	private readonly seen = new Set<string>();
	private steps = 0;

	constructor(body: FunctionWalk, goal: Goal, forced: boolean) {
		this.body = body;
		this.goal = goal;
		this.branches = branchesOf(goal.state.trace);
		this.forced = forced;
	}

	run(): readonly PathStep[] | undefined {
		const entry = new OwnershipState();
		entry.pageParameters = this.body.given;
		entry.switchSubjects = this.body.kept;
		const pending: Point[] = [{ block: 0, passed: 0, state: entry, path: undefined }];
		for (let point = pending.pop(); point; point = pending.pop()) {
			const key = `${point.block} ${point.passed} ${point.state.key()}`;
			if (this.seen.has(key)) continue;
			this.seen.add(key);
			const next = this.pass(point);
			if (!Array.isArray(next)) return next ? unwind(next.path) : undefined;
			pending.push(...next.reverse());
			if (this.steps > MOST_STEPS) return undefined;
		}
		return undefined;
	}

	private holding(state: OwnershipState): TrackedResource | undefined {
		return state.holdings.get(this.goal.id);
	}

	private follow(point: Point, at: Range, state: OwnershipState, station?: Sign, release?: Released): Point {
		const before = this.holding(point.state);
		const after = this.holding(state);
		const retaken = state.trace !== point.state.trace && isAcquire(state.trace, this.goal.id);
		if (!station && isSame(before, after) && !retaken && release === undefined) return { ...point, state };
		const own = state.trace && state.trace !== point.state.trace && state.trace.about === this.goal.id;
		const { start, end } = own && !station ? (state.trace as TraceStep) : at;
		const kept: PathStep = { kind: 'step', truth: undefined, ...station, release, start, end, holding: after };
		return { ...point, state, path: { station: kept, before: point.path } };
	}

	/** The call that has just released pages of this holding. */
	private released(state: OwnershipState): Released | undefined {
		const { id } = this.goal;
		if (!state.holdings.has(id)) return undefined;
		for (const event of this.body.events)
			if (event.kind === 'release' && event.holding.id === id)
				return { call: event.release, inner: event.inner, pages: event.pages };
		return undefined;
	}

	/** The goal lies in this step, and every branch on the way to it is behind. */
	private isGoal(step: Range, point: Point): boolean {
		const { at } = this.goal;
		return step.start <= at.start && at.end <= step.end && point.passed === this.branches.length;
	}

	private pass(from: Point): Point | Point[] | undefined {
		const { body } = this;
		const block = body.fn.blocks[from.block] as Block;
		let points = [{ ...from, state: from.state.clone() }];
		for (const step of block.steps) {
			this.steps++;
			const after: Point[] = [];
			for (const point of points) {
				body.events = [];
				for (const state of transferStep(body, point.state.clone(), step)) {
					const next = this.follow(point, rangeOf(step), state, undefined, this.released(state));
					if (this.isGoal(step, next) && this.fits(this.goal.before ? point.state : state)) return next;
					after.push(next);
				}
			}
			points = after;
		}
		for (const point of points) point.state.dropTemporaries();
		if (block.test) return points.flatMap((point) => this.branch(point, block, block.test as Expr));
		if (block.successors.length === 0) {
			const end = { start: body.fn.body.end - 1, end: body.fn.body.end };
			const last = block.steps.at(-1)?.kind !== 'return' && !block.stops;
			return (last && points.find((point) => this.isGoal(end, point) && this.fits(point.state))) || [];
		}
		return points.flatMap((point) =>
			block.successors.map((to) => {
				const state = alongEdge(body, block, to, point.state.clone());
				const next = { ...point, block: to };
				const turn = turnOf(body.fn, block, to);
				return turn ? this.follow(next, turn, state, turn.station) : this.follow(next, edgeRange(block), state);
			}),
		);
	}

	/** The pages fare as the walk found them. */
	private fits(state: OwnershipState): boolean {
		const here = this.holding(state);
		const { holding } = this.goal;
		return here?.status === holding?.status && here?.outcome === holding?.outcome;
	}

	private branch(point: Point, block: Block, test: Expr): Point[] {
		const wanted = this.branches[point.passed];
		if (!wanted || wanted.start !== test.start || wanted.end !== test.end) return [];
		const truth = wanted.event.kind === 'branch' && wanted.event.truth;
		const to = block.successors[truth ? 0 : 1];
		if (to === undefined) return [];
		const station = { kind: 'branch' as const, truth };
		return transferExpression(this.body, point.state.clone(), test).flatMap((evaluated) => {
			const acted = this.follow(point, test, evaluated);
			let after = evaluated.clone();
			if (!refine(after, test, truth)) {
				if (!this.forced) return [];
				after = evaluated.clone();
			}
			const state = alongEdge(this.body, block, to, after);
			const next = this.follow({ ...acted, block: to, passed: point.passed + 1 }, test, state, station);
			state.dropTemporaries();
			return [next];
		});
	}
}

/** A declaration's step is its variable alone. */
function rangeOf(step: Step): Range {
	return step.kind === 'declare' && step.init ? { start: step.start, end: step.init.end } : step;
}

function edgeRange(block: Block): Range {
	const last = block.steps.at(-1);
	return last ? { start: last.start, end: last.end } : { start: 0, end: 0 };
}

/** A way that no test decides: a loop macro that goes on or ends, a case of a switch. */
function turnOf(fn: FunctionIR, block: Block, to: number): (Range & { readonly station: Sign }) | undefined {
	if (block.successors.length < 2) return undefined;
	const head = block.steps.at(-1);
	const loop: Loop | undefined = fn.loops.find((one) => one.heads.includes(block.id));
	if (loop && head?.kind === 'each')
		return { start: head.start, end: head.end, station: { kind: 'pass', truth: to !== loop.exit } };
	const first = fn.blocks[to]?.steps[0] ?? fn.blocks[to]?.test;
	return first && { start: first.start, end: first.end, station: { kind: 'jump', truth: undefined } };
}

function unwind(path: Link | undefined): PathStep[] {
	const found: PathStep[] = [];
	for (let at = path; at; at = at.before) found.push(at.station);
	return found.reverse();
}

/** Paths of one function, walked again when somebody asks how they went. */
export class PathReplay {
	private readonly body: FunctionWalk;
	private readonly ready: boolean;

	constructor(fn: FunctionIR, around: SummaryProvider) {
		this.body = new FunctionWalk(fn, around);
		this.ready = !solveDisjunctive(this.body).limitExceeded;
	}

	/**
	 * Stations of the path to `goal`, from the entry of the function.
	 * @returns undefined when the path cannot be gone again
	 */
	stations(goal: Goal): readonly PathStep[] | undefined {
		if (!this.ready) return undefined;
		return new Replay(this.body, goal, false).run() ?? new Replay(this.body, goal, true).run();
	}
}
