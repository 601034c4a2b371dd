/** Walks over IR expressions. */

import { ENTRY_WALKS, WALKS } from '../kernel/page-flow.js';
import type { Expr, FunctionIR, Step } from '../syntax/ir.js';
import { unwrap } from '../syntax/lower.js';
import { memoize } from '../syntax/memoize.js';

export type Assignment = Extract<Expr, { kind: 'assign' }>;

/** Direct parts of an expression, in the order C evaluates or writes them. */
export function parts(expr: Expr): readonly Expr[] {
	switch (expr.kind) {
		case 'call':
			return expr.name ? expr.args : [expr.callee, ...expr.args];
		case 'unary':
		case 'cast':
			return [expr.operand];
		case 'binary':
			return [expr.left, expr.right];
		case 'assign':
			return [expr.right, expr.left];
		case 'conditional':
			return expr.whenTrue ? [expr.test, expr.whenTrue, expr.whenFalse] : [expr.test, expr.whenFalse];
		case 'field':
			return [expr.object];
		case 'index':
			return [expr.object, expr.index];
		case 'comma':
		case 'list':
		case 'other':
			return expr.items;
		default:
			return [];
	}
}

/** All expressions of a step. */
export function roots(at: Step | Expr): readonly Expr[] {
	switch (at.kind) {
		case 'eval':
			return [at.expr];
		case 'declare':
			return at.init ? [at.init] : [];
		case 'return':
			return at.value ? [at.value] : [];
		case 'each':
			return at.args;
		default:
			return [at];
	}
}

/** Visit `expr` and everything inside, inner parts first (evaluation order). */
export function postorder(expr: Expr, visit: (expr: Expr) => void): void {
	for (const part of parts(expr)) postorder(part, visit);
	visit(expr);
}

interface Weights {
	readonly blocks: Int32Array;
	readonly all: number;
}

const weightsOf = memoize((fn: FunctionIR): Weights => {
	const blocks = new Int32Array(fn.blocks.length);
	let all = 0;
	for (const { id, steps, test } of fn.blocks) {
		let count = 1;
		const add = (): void => {
			count++;
		};
		for (const step of steps) for (const root of roots(step)) postorder(root, add);
		if (test) postorder(test, add);
		blocks[id] = count;
		all += count;
	}
	return { blocks, all };
});

/** Steps that one look at everything in a block takes. */
export function weightOf(fn: FunctionIR, block: number): number {
	return weightsOf(fn).blocks[block] ?? 0;
}

/** Visit every expression of a function, inner parts first, block by block. */
export function everywhere(fn: FunctionIR, visit: (expr: Expr) => void): void {
	fn.effort.spend(weightsOf(fn).all);
	for (const block of fn.blocks) {
		for (const step of block.steps) for (const root of roots(step)) postorder(root, visit);
		if (block.test) postorder(block.test, visit);
	}
}

/**
 * Fold `visit` over `expr` in evaluation order; what only one arm of `?:`, `&&` or `||` does is joined with not doing it.
 * @param visit state after an expression whose parts are evaluated already
 */
export function evaluate<S>(state: S, expr: Expr, visit: (state: S, expr: Expr) => S, join: (a: S, b: S) => S): S {
	const into = (now: S, part: Expr): S => evaluate(now, part, visit, join);
	if (expr.kind === 'conditional') {
		const tested = into(state, expr.test);
		const yes = expr.whenTrue ? into(tested, expr.whenTrue) : tested;
		const no = into(tested, expr.whenFalse);
		return visit(yes === no ? yes : join(yes, no), expr);
	}
	if (expr.kind === 'binary' && (expr.op === '&&' || expr.op === '||')) {
		const left = into(state, expr.left);
		const right = into(left, expr.right);
		return visit(left === right ? left : join(left, right), expr);
	}
	return visit(parts(expr).reduce(into, state), expr);
}

/** Without parentheses, casts and truth macros. */
export function bare(expr: Expr): Expr {
	let at = unwrap(expr);
	while (at.kind === 'cast') at = unwrap(at.operand);
	return at;
}

/**
 * A name for the place an expression denotes: "pages", "umem->pgs", "ctx.pages[]".
 * Undefined when it is none that can be followed (a call, arithmetic on two variables).
 */
export function place(expr: Expr): string | undefined {
	const at = bare(expr);
	switch (at.kind) {
		case 'name':
			return at.name;
		case 'field': {
			const object = place(at.object);
			return object && `${object}${at.arrow ? '->' : '.'}${at.field}`;
		}
		case 'index': {
			const object = place(at.object);
			return object && `${object}[]`;
		}
		case 'unary':
			return at.op === '*' ? suffix(place(at.operand), '[]') : undefined;
		default:
			return undefined;
	}
}

function suffix(text: string | undefined, end: string): string | undefined {
	return text === undefined ? undefined : text + end;
}

/** The expression is NULL or a literal 0 (also cast). */
export function isNull(expr: Expr): boolean {
	const at = bare(expr);
	return (at.kind === 'name' && at.name === 'NULL') || (at.kind === 'number' && at.value === 0);
}

/** `object->field` or `object.field` of a variable. */
export function isFieldOfName(expr: Expr): boolean {
	return expr.kind === 'field' && expr.object.kind === 'name';
}

/** What the initialiser of a variable stores into its fields: `ctx.pages` and `pages` for `struct ctx ctx = { .pages = pages }`. */
export function* initialised(step: Step): Generator<readonly [field: Expr, value: Expr]> {
	if (step.kind !== 'declare' || step.init?.kind !== 'list') return;
	const { start, end, name } = step.variable;
	for (const [i, item] of step.init.items.entries()) {
		const field = step.init.fields[i];
		const object: Expr = { start, end, kind: 'name', name };
		if (field !== undefined && item.kind !== 'list')
			yield [{ start: item.start, end: item.end, kind: 'field', object, field, arrow: false }, item];
	}
}

/** What an expression gives a value computed from its old one: of `++` and `--`. */
export function movedBy(expr: Expr): Expr | undefined {
	return expr.kind === 'unary' && (expr.op === '++' || expr.op === '--') ? expr.operand : undefined;
}

/** What an expression changes: of an assignment, `++`, `--`. */
export function assignedBy(expr: Expr): Expr | undefined {
	return expr.kind === 'assign' ? expr.left : movedBy(expr);
}

/** What an expression changes, or lets others change by its address: of an assignment, `++`, `--`, `&`. */
export function modifiedBy(expr: Expr): Expr | undefined {
	return assignedBy(expr) ?? (expr.kind === 'unary' && expr.op === '&' ? expr.operand : undefined);
}

/** What is assigned to a place of this name in the function, and what a variable of the name is declared with. */
export function valuesOf(fn: FunctionIR, name: string): Expr[] {
	const values: Expr[] = [];
	for (const { steps } of fn.blocks)
		for (const step of steps)
			if (step.kind === 'declare' && step.variable.name === name && step.init) values.push(step.init);
	for (const { right } of assignmentsByPlace(fn).get(name) ?? []) values.push(right);
	return values;
}

/** What loop macros of the function walk with a variable of this name as cursor or entry. */
export function walkedIn(fn: FunctionIR, name: string): Expr[] {
	const found: Expr[] = [];
	for (const { steps } of fn.blocks)
		for (const step of steps) {
			if (step.kind !== 'each') continue;
			const [moving, over] = WALKS.get(step.macro) ?? ENTRY_WALKS.get(step.macro) ?? [];
			const cursor = moving === undefined ? undefined : step.args[moving];
			const at = cursor && bare(cursor);
			const variable = at?.kind === 'unary' && at.op === '&' ? at.operand : at;
			const list = over === undefined ? undefined : step.args[over];
			if (variable && list && place(variable) === name) found.push(list);
		}
	return found;
}

/** Assignments of a function by the place they are made to, in the order of `everywhere()`. */
export const assignmentsByPlace = memoize((fn: FunctionIR): ReadonlyMap<string, readonly Assignment[]> => {
	const found = new Map<string, Assignment[]>();
	everywhere(fn, (expr) => {
		const name = expr.kind === 'assign' ? place(expr.left) : undefined;
		if (expr.kind !== 'assign' || name === undefined) return;
		const known = found.get(name);
		if (known) known.push(expr);
		else found.set(name, [expr]);
	});
	return found;
});

/** Variable a place starts with: "umem" of "umem->pgs". */
export function rootOf(name: string): string {
	return name.slice(0, wordEnd(name) || name.length);
}

/** The place is a variable, not something in one or behind it. */
export function isVariable(name: string): boolean {
	return name !== '' && wordEnd(name) === name.length;
}

/** Where the letters, digits and "_" end that a name starts with. */
function wordEnd(name: string): number {
	let end = 0;
	for (; end < name.length; end++) {
		const code = name.charCodeAt(end);
		const isOfWord =
			(code >= 97 && code <= 122) || (code >= 65 && code <= 90) || (code >= 48 && code <= 57) || code === 95;
		if (!isOfWord) break;
	}
	return end;
}
