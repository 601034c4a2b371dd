/** Variables that one statement gives their value. */
import type { Expr, FunctionIR } from '../syntax/ir.js';
import { isLocal, isParameter } from './variables.js';
import { assignedBy, bare, everywhere, place, valuesOf } from './walk.js';

/** `page = req->pages[i];`: what a local page stands for, where it is stored once. */
export function elementOf(fn: FunctionIR, pages: Expr): Expr | undefined {
	const at = bare(pages);
	if (at.kind !== 'name' || !isLocal(fn, at.name)) return undefined;
	const values = valuesOf(fn, at.name);
	return values.length === 1 ? values[0] : undefined;
}

/** A parameter that stays what it is, or a variable that is set at the start and never again. */
export function isSetOnce(fn: FunctionIR, name: string): boolean {
	let changes = 0;
	everywhere(fn, (expr) => {
		const at = assignedBy(expr);
		if (at && place(at) === name) changes += expr.kind === 'assign' ? 1 : 2;
	});
	for (const { steps } of fn.blocks)
		for (const step of steps) {
			if (step.kind === 'declare' && step.init && step.variable.name === name) changes++;
			// a loop macro makes its variable another object each time
			if (step.kind === 'each' && step.args.some((arg) => place(arg) === name)) changes += 2;
		}
	if (isParameter(fn, name)) return changes === 0;
	const again = fn.blocks.some(({ successors }) => successors.includes(0));
	const first = fn.blocks[0]?.steps.some(
		(step) =>
			(step.kind === 'declare' && step.init && step.variable.name === name) ||
			(step.kind === 'eval' && step.expr.kind === 'assign' && place(step.expr.left) === name),
	);
	return changes === 0 || (changes === 1 && first === true && !again);
}
