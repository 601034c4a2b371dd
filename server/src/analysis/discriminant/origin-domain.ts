/** Where the pages are from that a field holds: alternatives, each with what the discriminant says. */
import type { CallExpr, Expr, FunctionIR, Loop, Step } from '../../syntax/ir.js';
import { isWhole } from '../array-fills.js';
import type { DataflowAnalysis } from '../dataflow.js';
import { levelOf } from '../page-places.js';
import { takenInto } from '../points-to-constraints.js';
import { originOf } from '../points-to-query.js';
import { elementOf } from '../single-definition.js';
import { isLocal } from '../variables.js';
import { bare, evaluate, everywhere, isFieldOfName, isNull, place, roots } from '../walk.js';
import type { FieldUses } from './field-uses.js';
import { absentPage, endsOf, isPossible } from './origin-edges.js';
import {
	added,
	type Content,
	ENTRY,
	local,
	type OriginState,
	type OriginStates,
	result,
	textOf,
} from './origin-state.js';
import type { Asked } from './question.js';

/** More alternatives than this prove nothing. */
const MAX_STATES = 64;
export class OriginDomain implements DataflowAnalysis<OriginStates> {
	readonly entry: OriginStates;
	/** More alternatives than are followed. */
	isLost = false;
	private readonly uses: FieldUses;
	private readonly fn: FunctionIR;
	private readonly asked: Asked;
	/** Tests of loops that release the pages, with the outcome that ends the loop. */
	private readonly ends: ReadonlyMap<Expr, boolean>;
	/** Of loops that fill the place from its start: where they end at once, nothing was there. */
	private readonly filled: ReadonlyMap<Expr, boolean>;
	private readonly isFilledFromStart: boolean;

	constructor(uses: FieldUses, fn: FunctionIR) {
		this.uses = uses;
		this.fn = fn;
		this.asked = uses.asked;
		this.entry = new Map([[textOf(ENTRY), ENTRY]]);
		this.ends = new Map(fn.loops.filter((loop) => this.releasesAll(loop)).flatMap((loop) => endsOf(fn, loop)));
		this.isFilledFromStart = uses.fillsFromStart(fn);
		const fills = this.isFilledFromStart ? fn.loops.filter((loop) => this.stores(loop)) : [];
		this.filled = new Map(fills.flatMap((loop) => endsOf(fn, loop)));
	}

	/** `for (i = 0; i < req->nr; i++)`, `while (i--)`: each pass releases, and none is left out. */
	private releasesAll({ start, end, init, test, update }: Loop): boolean {
		const { text } = this.asked.file;
		const isIn = (call: CallExpr): boolean => start <= call.start && call.start < end;
		if (!this.fn.calls.some((call) => isIn(call) && this.uses.isReleased(this.fn, call))) return false;
		if (/\b(?:continue|break|goto|return)\b/.test(text.slice(start, end))) return false;
		const at = test && bare(test);
		if (at?.kind === 'unary') return at.op === '--' && !init && !update;
		const first = init && bare(init);
		const bound = at?.kind === 'binary' && at.op === '<' ? bare(at.right) : undefined;
		return first?.kind === 'assign' && isNull(first.right) && bound !== undefined && isFieldOfName(bound);
	}

	/** The loop stores pages there, from the first place on. */
	private stores({ start, end }: Loop): boolean {
		let found = false;
		everywhere(this.fn, (expr) => {
			if (expr.start < start || expr.start >= end) return;
			if (expr.kind === 'assign' && this.uses.isHolder(this.fn, expr.left) && !isNull(expr.right)) found = true;
		});
		return found;
	}

	step(states: OriginStates, step: Step): OriginStates {
		let now = states;
		for (const root of roots(step)) now = this.test(now, root);
		if (step.kind !== 'declare' || !step.init) return now;
		const { name } = step.variable;
		const value = step.init;
		if (this.isPages(value)) return this.each(now, (state) => local(state, name, this.content(state, value)));
		return this.each(now, (state) => this.result(state, name, value));
	}

	test(states: OriginStates, test: Expr): OriginStates {
		return evaluate(
			states,
			test,
			(now, expr) => this.visit(now, expr),
			(a, b) => this.join(a, b),
		);
	}

	visit(states: OriginStates, expr: Expr): OriginStates {
		if (expr.kind === 'call') return this.call(states, expr);
		return expr.kind === 'assign' ? this.assign(states, expr.left, expr.right) : states;
	}

	private call(states: OriginStates, call: CallExpr): OriginStates {
		const { fn, uses } = this;
		if (uses.isReleased(fn, call))
			return call.args.some((arg) => isElement(fn, arg))
				? states
				: this.each(states, (state) => ({ ...state, content: 'none' }));
		if (uses.touches(fn, call)) return this.each(states, ({ locals, results }) => ({ ...ENTRY, locals, results }));
		const taking = this.asked.takings.get(call.start);
		const pages = taking && takenInto(taking);
		if (!pages) return states;
		const at = bare(pages);
		const name = place(at.kind === 'unary' ? at.operand : at);
		const isHolder = uses.isHolder(fn, pages);
		return this.split(states, isHolder, (state) => {
			if (isHolder) return { ...state, content: added(state.content, 'user', isWhole(pages)) };
			return name && isLocal(fn, name) ? local(state, name, 'user') : state;
		});
	}

	/** A taking call: with the pages, and as it fails. */
	private split(states: OriginStates, isHolder: boolean, taken: (state: OriginState) => OriginState): OriginStates {
		const found = new Map<string, OriginState>();
		for (const state of states.values()) {
			const after = taken(state);
			// had something been there, it would have been lost
			const failed: OriginState =
				isHolder && state.content === 'entry' && after.content === 'user' ? { ...state, content: 'none' } : state;
			for (const next of [result(after, '', 'taken'), result(failed, '', 'none'), result(failed, '', 'error')])
				found.set(textOf(next), next);
		}
		return found;
	}

	/** `name` has a value: the result of a taking call, or another one. */
	private result(state: OriginState, name: string, value: Expr): OriginState {
		const at = bare(value);
		const outcome =
			at.kind === 'call' && this.asked.takings.has(at.start)
				? state.results.get('')
				: at.kind === 'name'
					? state.results.get(at.name)
					: undefined;
		return result(state, name, outcome);
	}

	private assign(states: OriginStates, left: Expr, right: Expr): OriginStates {
		const { fn, uses } = this;
		if (uses.isDiscriminant(fn, left))
			return this.each(states, (state) => ({ ...state, side: uses.sideOf(fn, right) }));
		if (uses.isHolder(fn, left)) {
			const isElement = bare(left).kind === 'index';
			return this.each(states, (state) => {
				const stored = this.content(state, right);
				return { ...state, content: isElement ? added(state.content, stored, this.isFilledFromStart) : stored };
			});
		}
		const name = place(left);
		if (name === undefined || !isLocal(fn, name)) return states;
		if (!this.isPages(left)) return this.each(states, (state) => this.result(state, name, right));
		return this.each(states, (state) => local(state, name, this.content(state, right)));
	}

	private isPages(expr: Expr): boolean {
		const level = levelOf(bare(expr), this.fn, this.asked.file.ir);
		return level === 'page' || level === 'array';
	}

	/** What the value of an expression is, once it is stored. */
	private content(state: OriginState, value: Expr): Content {
		if (isNull(value)) return 'none';
		const name = place(value);
		const known = name === undefined ? undefined : state.locals.get(name);
		if (known) return known;
		if (this.uses.isHolder(this.fn, value)) return 'mixed';
		const { taken, other } = originOf(this.asked.file, this.fn, value);
		const ours = [...taken].filter(({ call }) => this.asked.takings.has(call.start)).length;
		if (ours > 0) return other || ours < taken.size ? 'mixed' : 'user';
		return 'other';
	}

	assume(states: OriginStates, test: Expr, truth: boolean): OriginStates | undefined {
		const possible = new Map([...states].filter(([, state]) => isPossible(state.results, test, truth)));
		return possible.size === 0 ? undefined : this.known(possible, test, truth);
	}

	private known(states: OriginStates, test: Expr, truth: boolean): OriginStates {
		if (this.ends.get(test) === truth) return this.each(states, (state) => ({ ...state, content: 'none' }));
		if (this.filled.get(test) === truth)
			return this.each(states, (state) => (state.content === 'entry' ? { ...state, content: 'none' } : state));
		const absent = absentPage(test, truth);
		if (!absent) return states;
		if (this.uses.isHolder(this.fn, absent))
			return bare(absent).kind === 'index' ? states : this.each(states, (state) => ({ ...state, content: 'none' }));
		const name = place(absent);
		return name === undefined
			? states
			: this.each(states, (state) => (state.locals.has(name) ? local(state, name, 'none') : state));
	}

	private each(states: OriginStates, change: (state: OriginState) => OriginState): OriginStates {
		const found = new Map<string, OriginState>();
		for (const state of states.values()) {
			const next = change(state);
			found.set(textOf(next), next);
		}
		return found;
	}

	join(a: OriginStates, b: OriginStates): OriginStates {
		if (a === b) return a;
		const all = new Map([...a, ...b]);
		if (all.size <= MAX_STATES) return all;
		this.isLost = true;
		return a;
	}

	size(states: OriginStates): number {
		return states.size;
	}

	equal(a: OriginStates, b: OriginStates): boolean {
		return a.size === b.size && [...a.keys()].every((text) => b.has(text));
	}
}

/** One of many: the others stay. */
function isElement(fn: FunctionIR, arg: Expr): boolean {
	const at = bare(elementOf(fn, arg) ?? arg);
	return at.kind === 'index' || (at.kind === 'unary' && at.op === '*');
}
