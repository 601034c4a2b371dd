/** Proof that the discriminant is up to date wherever control leaves a function that stores it or the pages. */
import type { Expr, FunctionIR, Step } from '../../syntax/ir.js';
import { solve, statesAt, TOO_LARGE, visitStates } from '../dataflow.js';
import { isWrittenAsMemory } from '../record-memory.js';
import { isSetOnce } from '../single-definition.js';
import { evaluate, roots } from '../walk.js';
import type { FieldUses } from './field-uses.js';
import { OriginDomain } from './origin-domain.js';
import { isUpToDate, type OriginStates } from './origin-state.js';
import type { Side } from './question.js';

/** Each function leaves the field up to date, where it was when the function was entered. */
export class Proof {
	private readonly uses: FieldUses;

	constructor(uses: FieldUses) {
		this.uses = uses;
	}

	/** The release gets nothing but user pages, or nothing but others, which the function has stored before. */
	heldAt(): Side | undefined {
		const { fn, call } = this.uses.asked;
		if (
			!fn.hasNoSyntaxErrors ||
			!this.uses.isOneObject(fn) ||
			isWrittenAsMemory(this.uses.asked.file, this.uses.holder.record)
		)
			return undefined;
		const flow = new OriginDomain(this.uses, fn);
		const states = statesAt(fn, flow).get(call);
		if (!states || flow.isLost) return undefined;
		const held = new Set([...states.values()].map(({ content }) => content));
		held.delete('none');
		if (held.size !== 1) return undefined;
		return held.has('user') ? 'here' : held.has('other') ? 'elsewhere' : undefined;
	}

	/** @param side on which the user pages are */
	holds(side: Side): boolean {
		const isStrict = this.uses.by?.isAny === true || this.hasOtherRelease();
		if (isWrittenAsMemory(this.uses.asked.file, this.uses.holder.record)) return false;
		return [...this.uses.functions].every(
			(fn) => fn.hasNoSyntaxErrors && this.uses.isOneObject(fn) && this.keeps(fn, side, isStrict),
		);
	}

	/** Pages on the wrong side would be released in another way, and not only stay as they are. */
	hasOtherRelease(): boolean {
		return [...this.uses.functions].some((fn) =>
			fn.calls.some((call) => call.start !== this.uses.asked.call.start && this.uses.isReleased(fn, call)),
		);
	}

	private keeps(fn: FunctionIR, side: Side, isStrict: boolean): boolean {
		const flow = new OriginDomain(this.uses, fn);
		const entries = solve(fn, flow);
		if (entries === TOO_LARGE || flow.isLost) return false;
		let kept = true;
		const check = (states: OriginStates): void => {
			for (const state of states.values())
				kept &&= (this.uses.by?.isAny && state.content === 'other') || isUpToDate(state, side, isStrict);
		};
		const visit = (states: OriginStates, at: Step | Expr): void => {
			if (at.kind === 'return') check(states);
			for (const root of roots(at))
				evaluate(
					states,
					root,
					(now, expr) => {
						if (expr.kind === 'call' && this.uses.touches(fn, expr)) check(now);
						return flow.visit(now, expr);
					},
					(a, b) => flow.join(a, b),
				);
		};
		visitStates(fn, flow, entries, visit, check);
		return kept && !flow.isLost;
	}

	/** Between the test and the release nothing is done with the object, and it is the same one. */
	isStillTested(fn: FunctionIR, object: string): boolean {
		return isSetOnce(fn, object) && !fn.calls.some((call) => this.uses.touches(fn, call));
	}
}
