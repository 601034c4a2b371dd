/** One function, followed once: what holds the pages at each point, what is done with them, what is left at the end. */
import type { Expr, FunctionIR, Range, Step } from '../../syntax/ir.js';
import { callsByBlock } from '../call-blocks.js';
import { type DataflowAnalysis, type Sources, solve, TOO_LARGE, visitStates } from '../dataflow.js';
import { typeOfExpr } from '../integers.js';
import { isParameter, variableType } from '../variables.js';
import { bare, initialised, place, rootOf } from '../walk.js';
import { callIn, transferCall } from './call-transfer.js';
import { ExpressionTransfer } from './expression-transfer.js';
import type { Frame, FunctionSummary, Seed, Tracker } from './frame.js';
import { type DerivationSet, LIST, NONE, PAGE } from './kinds.js';
import { type ReleasingLoop, releasingLoops } from './loops.js';
import { outcomeOf, type Zero } from './outcome.js';
import { type Aliases, aliasesOf } from './paths.js';
import {
	type Derivation,
	type DerivationState,
	EMPTY,
	equalStates,
	isEmpty,
	joinEntries,
	joinStates,
	released,
} from './state.js';
import type { Use } from './use.js';

/** Each expression is asked for its place, its value and what its fields hold. */
const STEPS_EACH = 3;

export class FunctionPass implements Frame {
	readonly fn: FunctionIR;
	readonly trace: Tracker;
	readonly reason: Seed;
	readonly depth: number;
	readonly aliases: Aliases;
	/** Where each place got what it holds. */
	readonly assigned = new Map<string, Range>();
	/** Parameters that were given another value: theirs is no longer the caller's. */
	readonly rebound = new Set<string>();
	/** What calls of functions of this file, and the taking call, returned. */
	readonly results = new Map<Expr, Pick<FunctionSummary, 'returns' | 'returned'>>();
	/** What is done with the pages is noted: the states are known. */
	isRecording = false;
	private readonly loops: ReadonlyMap<Expr, ReleasingLoop>;

	constructor(trace: Tracker, fn: FunctionIR, reason: Seed, depth: number) {
		this.trace = trace;
		this.fn = fn;
		this.reason = reason;
		this.depth = depth;
		this.aliases = aliasesOf(fn);
		this.loops = releasingLoops(fn, (call) => trace.mayRelease(call));
	}

	/** Follow the function; what is done with the pages goes to the trace. */
	run(): FunctionSummary {
		const entry: DerivationState = this.reason.entry ? { ...EMPTY, places: this.reason.entry, held: true } : EMPTY;
		const flow: DataflowAnalysis<DerivationState> = {
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
		if (entries === TOO_LARGE) this.trace.markIncomplete();
		this.isRecording = true;
		const exit = new ExitStates(this);
		const visit = (state: DerivationState, at: Step | Expr): void => {
			if (at.kind === 'return') exit.add(state, at.value);
			else if (isStep(at)) this.step(state, at);
			else this.seen(state, at);
		};
		visitStates(this.fn, flow, entries, visit, (state) => exit.add(state, undefined));
		const effects = exit.effects();
		this.isRecording = false;
		return effects;
	}

	/** Until it has pages the function does nothing to them: they come with the calls it is followed for. */
	private sources(): Sources<DerivationState> | undefined {
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
	zeroOf(value: Expr | undefined, state: DerivationState): Zero {
		const { returnType } = this.fn;
		if (returnType.pointers > 0 || /^(?:bool|_Bool)$/.test(returnType.base)) return 'failure';
		const at = value && bare(value);
		if (at?.kind === 'number' && at.value === 0) return 'success';
		if (at && state.result !== undefined && place(at) === state.result) return this.zero();
		return 'unknown';
	}

	private seen(state: DerivationState, expr: Expr): ExpressionTransfer {
		const transfer = new ExpressionTransfer(this, state, transferCall);
		transfer.evaluate(expr);
		return transfer;
	}

	private step(state: DerivationState, step: Step): DerivationState {
		switch (step.kind) {
			case 'eval':
				return this.seen(state, step.expr).state;
			case 'return':
				return step.value ? this.seen(state, step.value).state : state;
			case 'declare': {
				const transfer = new ExpressionTransfer(this, state, transferCall);
				const { variable, init } = step;
				if (init)
					transfer.assign({ start: variable.start, end: variable.end, kind: 'name', name: variable.name }, init, step);
				for (const [field, value] of initialised(step)) transfer.assign(field, value, value);
				return transfer.state;
			}
			default: {
				const transfer = new ExpressionTransfer(this, state, transferCall);
				transfer.each(step.macro, step.args);
				return transfer.state;
			}
		}
	}

	private assume(state: DerivationState, test: Expr, truth: boolean): DerivationState {
		const loop = this.loops.get(test);
		if (loop?.exitOn === truth && state.held) {
			const transfer = new ExpressionTransfer(this, state, transferCall);
			if (loop.releases.some((call) => call.args.some((arg) => (transfer.evaluatePure(arg) & (PAGE | LIST)) !== 0)))
				return released(state);
		}
		if (!truth && new ExpressionTransfer(this, state, transferCall).evaluatePure(test) & PAGE) return released(state);
		const outcome = outcomeOf(test, truth, state.result, callIn(test, this.reason), this.zero());
		if (outcome === 'failed') return released(state);
		return outcome === 'short' ? { ...state, held: false } : state;
	}
}

function isStep(at: Step | Expr): at is Step {
	return at.kind === 'eval' || at.kind === 'declare' || at.kind === 'return' || at.kind === 'each';
}

/** What is held where the function returns, over all paths. */
class ExitStates {
	private readonly places = new Map<string, Derivation>();
	private readonly returned = new Map<string, Derivation>();
	private returns: DerivationSet = NONE;
	private held = false;
	private readonly zeros = new Set<Zero>();
	private readonly frame: FunctionPass;

	constructor(frame: FunctionPass) {
		this.frame = frame;
	}

	add(before: DerivationState, value: Expr | undefined): void {
		const transfer = new ExpressionTransfer(this.frame, before, transferCall);
		if (value) this.returns |= transfer.evaluate(value);
		const { state } = transfer;
		this.held ||= state.held;
		if (state.held) this.zeros.add(this.frame.zeroOf(value, state));
		for (const [path, entry] of state.places) this.places.set(path, joinEntries(this.places.get(path), entry));
		if (!value) return;
		for (const [rest, entry] of transfer.carried(value))
			this.returned.set(rest, joinEntries(this.returned.get(rest), entry));
	}

	effects(): FunctionSummary {
		const { places, returned, returns, held, frame } = this;
		const outside = [...places].filter(
			([path]) => !frame.rebound.has(path) && (frame.isParam(rootOf(path)) || !frame.isOwn(rootOf(path))),
		);
		frame.trace.left(frame, places);
		const [zero = 'unknown'] = this.zeros.size === 1 ? this.zeros : [];
		return { places: new Map(outside), returns, returned, held, zero };
	}
}
