/** What a function does for its callers, by what it returns. */
import type { CallExpr, Expr, FunctionIR } from '../../syntax/ir.js';
import { isParameter, parameterAt } from '../variables.js';
import { assignedBy, bare, parts, place, postorder, rootOf, roots } from '../walk.js';
import { placeOf } from './page-operands.js';
import type { ReturnEffects } from './return-effects.js';
import type { FunctionExit, OwnershipState, ParameterEffect, TrackedResource } from './state.js';

/** One way a function may end. */
export interface SummaryCase {
	/** Signs of the returned value. */
	readonly signs: number;
	/** Numbers it may return; undefined when they are not all known. */
	readonly numbers: readonly number[] | undefined;
	/** Signs of parameters that are what the caller passed, where the way says something of them. */
	readonly params: ReadonlyMap<string, number>;
	/** Holding whose number it returns. */
	readonly result: string | undefined;
	/** Holding with whose number what is returned was computed. */
	readonly computed: string | undefined;
	/** Places that start with a parameter, and what was done with them. */
	readonly touches: ReadonlyMap<string, ParameterEffect>;
	/** Memory that was freed, by places that start with a parameter. */
	readonly freed: ReadonlyMap<string, CallExpr>;
	/** Pages of the caller that it put into lists of the caller. */
	readonly listed: ReadonlyMap<string, ReadonlySet<string>>;
	/** Pages left in places that start with a parameter. */
	readonly takes: readonly TrackedResource[];
	readonly given: ReturnEffects;
	/** How it leaves the function. */
	readonly left: FunctionExit;
}

export interface Summary {
	readonly fn: FunctionIR;
	readonly cases: readonly SummaryCase[];
	/** Parameters of whose objects the function sets a field. */
	readonly changes: ReadonlySet<string>;
	/** Those fields. */
	readonly fields: ReadonlySet<string>;
	/** Parameters whose pointer it may change. */
	readonly writes: ReadonlySet<string>;
}

/** Fields of objects of its parameters that a function sets: `ctx->nr = 0`, `ctx->nr++`. */
export function fieldsSet(fn: FunctionIR): ReadonlySet<string> {
	const found = new Set<string>();
	const visit = (expr: Expr): void => {
		const at = assignedBy(expr);
		const left = at && bare(at);
		const name = left?.kind === 'field' ? place(left) : undefined;
		if (name !== undefined && isParameter(fn, rootOf(name))) found.add(name);
	};
	for (const { steps, test } of fn.blocks)
		for (const at of test ? [...steps, test] : steps) for (const root of roots(at)) postorder(root, visit);
	return found;
}

/**
 * Parameters of whose objects a function sets a field, or hands to one that does.
 * @param fields it sets itself
 * @param summary of a function it calls
 */
export function changesOf(
	fn: FunctionIR,
	fields: ReadonlySet<string>,
	summary: (name: string) => Summary | undefined,
): ReadonlySet<string> {
	const found = new Set([...fields].map(rootOf));
	for (const { name, args } of fn.calls) {
		const given = args.map((arg) => rootOf(place(bare(arg)) ?? ''));
		if (!given.some((root) => isParameter(fn, root))) continue;
		const callee = summary(name);
		given.forEach((root, i) => {
			const param = callee?.fn.params[i];
			if (param && callee.changes.has(param.name) && isParameter(fn, root)) found.add(root);
		});
	}
	return found;
}

/** Parameters whose pointer the function may change, or hand on to one that does: `*pages = NULL`, `refill(pages)`. */
export function writtenThrough(fn: FunctionIR): ReadonlySet<string> {
	const found = new Set<string>();
	const visit = (expr: Expr, isLeft: boolean): void => {
		const at = bare(expr);
		const object = at.kind === 'unary' && at.op === '*' ? bare(at.operand) : at.kind === 'index' ? bare(at.object) : at;
		if (object.kind === 'name') {
			if ((object === at || isLeft) && isParameter(fn, object.name)) found.add(object.name);
			if (at.kind === 'index') visit(at.index, false);
		} else for (const part of parts(at)) visit(part, at.kind === 'assign' && part === at.left);
	};
	for (const { steps, test } of fn.blocks)
		for (const at of test ? [...steps, test] : steps) for (const root of roots(at)) visit(root, false);
	return found;
}

/** A place of the callee in the caller's words. */
export interface Mapped {
	readonly place: string;
	/** Index of the element the callee was given: `&dma[i]`. */
	readonly index: Expr | undefined;
}

/** Put the argument for the parameter a place starts with; undefined when the argument is none that can be followed. */
export function mapped(state: OwnershipState, fn: FunctionIR, call: CallExpr, name: string): Mapped | undefined {
	const root = /^\w+/.exec(name)?.[0];
	const position = parameterAt(fn, root);
	const arg = position < 0 ? undefined : call.args[position];
	if (!arg || root === undefined) return undefined;
	const rest = name.slice(root.length);
	const at = bare(arg);
	if (at.kind !== 'unary' || at.op !== '&') {
		const place = placeOf(state, at);
		return place === undefined ? undefined : { place: place + rest, index: undefined };
	}
	const inner = bare(at.operand);
	const place = placeOf(state, inner);
	if (place === undefined) return undefined;
	const index = inner.kind === 'index' ? inner.index : undefined;
	if (rest.startsWith('->')) return { place: `${place}.${rest.slice(2)}`, index };
	if (rest.startsWith('[]')) return { place: place + rest.slice(2), index };
	return rest === '' ? { place: `&${place}`, index } : undefined;
}
