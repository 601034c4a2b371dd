/** Callers that get the pages of a function: through an array they pass, or through what it returns. */
import { allCalls } from '../analysis/callers.js';
import type { FileContext } from '../analysis/context.js';
import { levelOfType } from '../analysis/page-places.js';
import { bare, parts, place, postorder, rootOf, roots } from '../analysis/walk.js';
import type { CallExpr, Expr, FunctionIR } from '../syntax/ir.js';

/** Callers of callers that are followed. */
const DEEPEST = 6;

/** Parameter of `fn` that an expression starts with, when it is pages itself; -1 when there is none. */
export function pageParameter(fn: FunctionIR, expr: Expr): number {
	let at = bare(expr);
	while (at.kind === 'index' || (at.kind === 'unary' && /^[&*]$/.test(at.op)) || at.kind === 'binary')
		at = bare(at.kind === 'index' ? at.object : at.kind === 'binary' ? at.left : at.operand);
	return pageParameterNamed(fn, rootOf(place(at) ?? ''));
}

/** The same by name. */
export function pageParameterNamed(fn: FunctionIR, name: string): number {
	return fn.params.findIndex((param) => param.name === name && levelOfType(param.type) !== 'none');
}

/** The function whose callers cannot all be seen, and who have the pages it was given in a parameter; undefined when there is none. */
export function unseenCaller(file: FileContext, fn: FunctionIR, position: number, depth = 0): FunctionIR | undefined {
	// of a function of another file, the calls for whose sake it was linked
	const sites = file.unit.isOwn(fn) ? allCalls(file, fn) : [];
	if (!sites || depth > DEEPEST) return fn;
	for (const site of sites) {
		const arg = site.call.args[position];
		const above = arg ? pageParameter(site.fn, arg) : -1;
		const unseen = above < 0 ? undefined : unseenCaller(file, site.fn, above, depth + 1);
		if (unseen) return unseen;
	}
	return undefined;
}

function mentions(expr: Expr, wanted: (part: Expr) => boolean): boolean {
	return wanted(expr) || parts(expr).some((part) => mentions(part, wanted));
}

/** Variables and fields that the value of a call is assigned to. */
export function assignedFrom(fn: FunctionIR, call: CallExpr): readonly string[] {
	const found: string[] = [];
	const isIt = (expr: Expr): boolean => expr.start === call.start && expr.kind === 'call';
	for (const block of fn.blocks) {
		for (const step of block.steps) {
			if (step.kind === 'declare' && step.init && mentions(step.init, isIt)) found.push(step.variable.name);
			for (const root of roots(step))
				postorder(root, (expr) => {
					const name = expr.kind === 'assign' && mentions(expr.right, isIt) ? place(expr.left) : undefined;
					if (name !== undefined) found.push(name);
				});
		}
		if (block.test)
			postorder(block.test, (expr) => {
				const name = expr.kind === 'assign' && mentions(expr.right, isIt) ? place(expr.left) : undefined;
				if (name !== undefined) found.push(name);
			});
	}
	return found;
}

/** The function returns the value of the call. */
function passesOn(fn: FunctionIR, call: CallExpr): boolean {
	const names = new Set(assignedFrom(fn, call));
	const isIt = (expr: Expr): boolean =>
		(expr.kind === 'call' && expr.start === call.start) || (expr.kind === 'name' && names.has(expr.name));
	return fn.blocks.some((block) =>
		block.steps.some((step) => step.kind === 'return' && step.value !== undefined && mentions(step.value, isIt)),
	);
}

/** Calls whose value is the pages that `fn` returns; undefined where some are not seen. */
export function receivers(
	file: FileContext,
	fn: FunctionIR,
	depth = 0,
): readonly { readonly fn: FunctionIR; readonly call: CallExpr }[] | undefined {
	const sites = file.unit.isOwn(fn) ? allCalls(file, fn) : [];
	if (!sites || depth > DEEPEST) return undefined;
	const found = [...sites];
	for (const site of sites) {
		if (!passesOn(site.fn, site.call)) continue;
		const further = receivers(file, site.fn, depth + 1);
		if (!further) return undefined;
		found.push(...further);
	}
	return found;
}
