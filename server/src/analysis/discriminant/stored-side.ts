/** What a value that is stored in a discriminant makes it: true, false, one of the constants of an enumeration. */
import type { Expr, FunctionIR } from '../../syntax/ir.js';
import { variableType } from '../variables.js';
import { bare, isFieldOfName, isNull, place, postorder, roots } from '../walk.js';
import type { Discriminant, Side } from './question.js';

const CONSTANT = /^(?!NULL$)[A-Z][A-Z0-9_]+$/;

export function constantOf(expr: Expr): string | undefined {
	const at = bare(expr);
	return at.kind === 'name' && CONSTANT.test(at.name) ? at.name : undefined;
}

/** Where a value puts the discriminant. */
export function sideOf(text: string, by: Discriminant, fn: FunctionIR, value: Expr): Side | 'unknown' {
	if (by.isAny) return 'here';
	const { constant, truth } = by;
	const at = bare(value);
	const holds = constant === undefined ? truthOf(fn, at, value.start) : equals(text, at, constant);
	if (holds === undefined) return 'unknown';
	return holds === truth ? 'here' : 'elsewhere';
}

/** Two enumerators of one enum that gives no numbers are different ones. */
function equals(text: string, at: Expr, constant: string): boolean | undefined {
	const stored = constantOf(at);
	if (stored === undefined || stored === constant) return stored === undefined ? undefined : true;
	const lists = [...text.matchAll(/\benum\b[^{};]*\{([^{}=]*)\}/g)].map(([, body = '']) => new Set(body.match(/\w+/g)));
	return lists.some((names) => names.has(stored) && names.has(constant)) ? false : undefined;
}

function truthOf(fn: FunctionIR, at: Expr, where: number): boolean | undefined {
	if (isNull(at)) return false;
	if (at.kind === 'number') return at.value === 1 ? true : undefined;
	if (at.kind === 'unary' && at.op === '&')
		return bare(at.operand).kind === 'name' || isFieldOfName(at.operand) ? true : undefined;
	if (at.kind !== 'name') return undefined;
	if (at.name === 'true' || at.name === 'false') return at.name === 'true';
	return isDereferenced(fn, at.name, where) ? true : undefined;
}

/** What a pointer points to is used in the same block, in which the pointer keeps its value. */
function isDereferenced(fn: FunctionIR, name: string, where: number): boolean {
	if ((variableType(fn, name)?.pointers ?? 0) === 0) return false;
	return fn.blocks.some(({ steps }) => {
		if (!steps.some(({ start, end }) => start <= where && where < end)) return false;
		let [used, changed] = [false, false];
		for (const step of steps)
			for (const root of roots(step))
				postorder(root, (expr) => {
					if (expr.kind === 'field' && expr.arrow && place(expr.object) === name) used = true;
					if (expr.kind === 'assign' && place(expr.left) === name) changed = true;
				});
		return used && !changed;
	});
}
