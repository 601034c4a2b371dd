/** One function, followed once: what holds the pages at each point, what is done with them, what is left at the end. */
import type { Block, Expr, FunctionIR, Range, Step } from '../../syntax/ir.js';
import { callsByBlock } from '../call-blocks.js';
import type { ApiCall } from '../context.js';
import { type Flow, replay, type Sources, solve, TOO_LARGE } from '../flow.js';
import { typeOfExpr } from '../integers.js';
import { isParameter, variableType } from '../variables.js';
import { bare, initialised, place, rootOf } from '../walk.js';
import { callIn } from './calls.js';
import { Eyes } from './eyes.js';
import { type Kinds, LIST, NONE, PAGE } from './kinds.js';
import { type ReleasingLoop, releasingLoops } from './loops.js';
import { outcomeOf, type Zero } from './outcome.js';
import { type Aliases, aliasesOf } from './paths.js';
import { EMPTY, type Entry, equalStates, isEmpty, joinEntries, joinStates, released, type State } from './state.js';
import type { Trace } from './trace.js';
import type { Use } from './use.js';

/** What a function leaves behind for its caller. */
export interface Effects {
	/** Places that start with a parameter or a global variable. */
	readonly places: ReadonlyMap<string, Entry>;
	/** What it returns, and what the fields of the returned object hold ("->pages"). */
	readonly returns: Kinds;
	readonly returned: ReadonlyMap<string, Entry>;
	/** On some path out the references are still held. */
	readonly held: boolean;
	/** What it means when it returns 0. */
	readonly zero: Zero;
}

export const NO_EFFECTS: Effects = {
	places: new Map(),
	returns: NONE,
	returned: new Map(),
	held: true,
	zero: 'unknown',
};

/** Why a function is followed. */
export interface Reason {
	/** The taking call itself. */
	readonly site?: ApiCall;
	/** A function of this file that leaves pages to its callers. */
	readonly producer?: { readonly name: string; readonly effects: Effects };
	/** What the caller passes in. */
	readonly entry?: ReadonlyMap<string, Entry>;
	/** Fields that hold the pages. */
	readonly fields?: ReadonlyMap<string, Kinds>;
}

/** Each expression is asked for its place, its value and what its fields hold. */
const STEPS_EACH = 3;

export class Frame {
	readonly fn: FunctionIR;
	readonly trace: Trace;
	readonly reason: Reason;
	readonly depth: number;
	readonly aliases: Aliases;
	/** Where each place got what it holds. */
	readonly assigned = new Map<string, Range>();
	/** Parameters that were given another value: theirs is no longer the caller's. */
	readonly rebound = new Set<string>();
	/** What calls of functions of this file, and the taking call, returned. */
	readonly results = new Map<Expr, Pick<Effects, 'returns' | 'returned'>>();
	/** What is done with the pages is noted: the states are known. */
	isRecording = false;
	private readonly loops: ReadonlyMap<Expr, ReleasingLoop>;

	constructor(trace: Trace, fn: FunctionIR, reason: Reason, depth: number) {
		this.trace = trace;
		this.fn = fn;
		this.reason = reason;
		this.depth = depth;
		this.aliases = aliasesOf(fn);
		this.loops = releasingLoops(fn, (call) => trace.mayRelease(call));
	}

	/** Follow the function; what is done with the pages goes to the trace. */
	run(): Effects {
		const entry: State = this.reason.entry ? { ...EMPTY, places: this.reason.entry, held: true } : EMPTY;
		const flow: Flow<State> = {
			entry,
			step: (state, step) => this.step(state, step),
			test: (state, test) => this.seen(state, test).state,
			assume: (state, test, truth) => this.assume(state, test, truth),
			join: joinStates,
			equal: equalStates,
			size: ({ places }) => places.size,
			stepsEach: STEPS_EACH,
		};
		const entries = solve(this.fn, flow, this.sources());
		if (entries === TOO_LARGE) this.trace.giveUp();
		this.isRecording = true;
		const exit = new Exit(this);
		replay(this.fn, flow, entries, (state, at) => {
			if (at.kind === 'return') exit.add(state, at.value);
			else if (isStep(at)) this.step(state, at);
			else this.seen(state, at);
		});
		for (const [id, state] of entries) {
			const block = this.fn.blocks[id] as Block;
			if (block.stops || block.successors.length > 0 || block.steps.at(-1)?.kind === 'return') continue;
			exit.add(
				block.steps.reduce<State>((now, step) => this.step(now, step), state),
				undefined,
			);
		}
		const effects = exit.effects();
		this.isRecording = false;
		return effects;
	}

	/** Until it has pages the function does nothing to them: they come with the calls it is followed for. */
	private sources(): Sources<State> | undefined {
		const { site, producer, entry, fields } = this.reason;
		if (entry || fields) return undefined;
		const calls = callsByBlock(this.fn);
		const blocks = site ? calls.ofCall(site.call) : producer ? calls.ofName(producer.name) : [];
		return { blocks, isIdle: isEmpty };
	}

	note(use: Omit<Use, 'function' | 'byField'>): void {
		if (this.isRecording) this.trace.note(use, this.fn.name);
	}

	noteAssigned(path: string, range: Range): void {
		if (this.isRecording) this.assigned.set(path, { start: range.start, end: range.end });
	}

	isOwn(name: string): boolean {
		return variableType(this.fn, name) !== undefined;
	}

	isParam(name: string): boolean {
		return isParameter(this.fn, name);
	}

	/** What names a field in other functions: its struct, or the type its path starts from. */
	keysOf(expr: Expr, path: string): readonly string[] {
		let at = bare(expr);
		while (at.kind === 'index' || (at.kind === 'unary' && /^[*&]$/.test(at.op)) || at.kind === 'binary')
			at = bare(at.kind === 'index' ? at.object : at.kind === 'unary' ? at.operand : at.left);
		const keys: string[] = [];
		if (at.kind === 'field') {
			const container = typeOfExpr(at.object, this.fn, this.trace.file.ir);
			if (container?.base) keys.push(`${container.base}.${at.field}`);
		}
		const root = rootOf(path);
		const type = variableType(this.fn, root)?.base ?? (this.isOwn(root) ? undefined : root);
		if (type && path !== root) keys.push(`${type}:${path.slice(root.length)}`);
		else if (!this.isOwn(root)) keys.push(`:${root}`);
		return keys;
	}

	/** What 0 means as the result of the call that takes here. */
	private zero(): Zero {
		const { site, producer } = this.reason;
		if (producer) return producer.effects.zero;
		return site?.api.record.meaning === 'errno' ? 'success' : 'failure';
	}

	/** What 0 means as the result of this function where it returns `value` and the pages are held. */
	zeroOf(value: Expr | undefined, state: State): Zero {
		const { returnType } = this.fn;
		if (returnType.pointers > 0 || /^(?:bool|_Bool)$/.test(returnType.base)) return 'failure';
		const at = value && bare(value);
		if (at?.kind === 'number' && at.value === 0) return 'success';
		if (at && state.result !== undefined && place(at) === state.result) return this.zero();
		return 'unknown';
	}

	private seen(state: State, expr: Expr): Eyes {
		const eyes = new Eyes(this, state);
		eyes.see(expr);
		return eyes;
	}

	private step(state: State, step: Step): State {
		switch (step.kind) {
			case 'eval':
				return this.seen(state, step.expr).state;
			case 'return':
				return step.value ? this.seen(state, step.value).state : state;
			case 'declare': {
				const eyes = new Eyes(this, state);
				const { variable, init } = step;
				if (init)
					eyes.assign({ start: variable.start, end: variable.end, kind: 'name', name: variable.name }, init, step);
				for (const [field, value] of initialised(step)) eyes.assign(field, value, value);
				return eyes.state;
			}
			default: {
				const eyes = new Eyes(this, state);
				eyes.each(step.macro, step.args);
				return eyes.state;
			}
		}
	}

	private assume(state: State, test: Expr, truth: boolean): State {
		const loop = this.loops.get(test);
		if (loop?.exitOn === truth && state.held) {
			const eyes = new Eyes(this, state);
			if (loop.releases.some((call) => call.args.some((arg) => (eyes.glance(arg) & (PAGE | LIST)) !== 0)))
				return released(state);
		}
		if (!truth && new Eyes(this, state).glance(test) & PAGE) return released(state);
		const outcome = outcomeOf(test, truth, state.result, callIn(test, this.reason), this.zero());
		if (outcome === 'failed') return released(state);
		return outcome === 'short' ? { ...state, held: false } : state;
	}
}

function isStep(at: Step | Expr): at is Step {
	return at.kind === 'eval' || at.kind === 'declare' || at.kind === 'return' || at.kind === 'each';
}

/** What is held where the function returns, over all paths. */
class Exit {
	private readonly places = new Map<string, Entry>();
	private readonly returned = new Map<string, Entry>();
	private returns: Kinds = NONE;
	private held = false;
	private readonly zeros = new Set<Zero>();
	private readonly frame: Frame;

	constructor(frame: Frame) {
		this.frame = frame;
	}

	add(before: State, value: Expr | undefined): void {
		const eyes = new Eyes(this.frame, before);
		if (value) this.returns |= eyes.see(value);
		const { state } = eyes;
		this.held ||= state.held;
		if (state.held) this.zeros.add(this.frame.zeroOf(value, state));
		for (const [path, entry] of state.places) this.places.set(path, joinEntries(this.places.get(path), entry));
		if (!value) return;
		for (const [rest, entry] of eyes.carried(value))
			this.returned.set(rest, joinEntries(this.returned.get(rest), entry));
	}

	effects(): Effects {
		const { places, returned, returns, held, frame } = this;
		const outside = [...places].filter(
			([path]) => !frame.rebound.has(path) && (frame.isParam(rootOf(path)) || !frame.isOwn(rootOf(path))),
		);
		frame.trace.left(frame, places);
		const [zero = 'unknown'] = this.zeros.size === 1 ? this.zeros : [];
		return { places: new Map(outside), returns, returned, held, zero };
	}
}
