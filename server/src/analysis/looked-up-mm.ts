/** Whether a function has looked up an mm itself, so that nobody who calls it can hold the lock of that mm for it. */

import { MM_LOOKUPS, TASK_LOOKUPS } from '../kernel/mm-lookups.js';
import type { CallExpr, Expr, FunctionIR } from '../syntax/ir.js';
import { isLocal } from './variables.js';
import { bare, isNull, place, rootOf, valuesOf } from './walk.js';

/** What is assigned to a place in the function, NULL left out. */
function assignedTo(fn: FunctionIR, name: string): readonly Expr[] {
	return valuesOf(fn, name)
		.filter((value) => !isNull(value))
		.map(bare);
}

/** Calls of lookups, where nothing else is ever assigned to the place. */
function lookupsOf(fn: FunctionIR, name: string, isLookup: (call: CallExpr) => boolean): readonly CallExpr[] {
	const all = assignedTo(fn, name);
	const calls = all.flatMap((expr) => (expr.kind === 'call' && isLookup(expr) ? expr : []));
	return calls.length === all.length ? calls : [];
}

/** The task may be that of whoever runs this. */
function mayBeCurrent(fn: FunctionIR, task: Expr | undefined): boolean {
	const name = task && place(task);
	if (name === undefined || rootOf(name) === 'current') return true;
	return assignedTo(fn, name).some((expr) => rootOf(place(expr) ?? '') === 'current');
}

/** The call that looked up the mm `mm` of another task in this function; undefined where it may come from elsewhere. */
export function lookupOf(fn: FunctionIR, mm: Expr): CallExpr | undefined {
	const name = place(mm);
	if (name === undefined) return undefined;
	const direct = lookupsOf(fn, name, (call) => {
		const lookup = MM_LOOKUPS.get(call.name);
		return lookup !== undefined && !mayBeCurrent(fn, call.args[lookup.task]);
	})[0];
	if (direct) return direct;
	// `task->mm`, also by way of a variable
	const sources = isLocal(fn, name) ? assignedTo(fn, name).map((expr) => place(expr)) : [name];
	const tasks = new Set(sources.map((source) => /^(\w+)->mm$/.exec(source ?? '')?.[1]));
	const [task] = tasks;
	if (tasks.size !== 1 || task === undefined || !isLocal(fn, task)) return undefined;
	return lookupsOf(fn, task, (call) => TASK_LOOKUPS.has(call.name))[0];
}
