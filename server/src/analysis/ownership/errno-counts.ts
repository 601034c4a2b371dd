/** Counts that may be a negative errno where they are released. */
import type { Expr, FunctionIR } from '../../syntax/ir.js';
import { isUnsigned } from '../integers.js';
import { variableType } from '../variables.js';
import { bare, everywhere, place } from '../walk.js';

/** A signed number, as far as the function shows. */
function isSigned(fn: FunctionIR, expr: Expr): boolean {
	const at = bare(expr);
	if (at.kind === 'number') return !/u/i.test(at.text);
	const type = at.kind === 'name' ? variableType(fn, at.name) : undefined;
	return type !== undefined && type.pointers === 0 && /^(?:const )?(?:int|long|ssize_t|s32|s64)$/.test(type.base);
}

/**
 * The function tells an errno from a count by a test that the signs of a path do not show: an order against an unsigned
 * number, where an errno is a large one, or a switch with ranges.
 */
export function isToldOtherwise(fn: FunctionIR, name: string): boolean {
	if (isUnsigned(variableType(fn, name))) return true;
	let found = false;
	everywhere(fn, (expr) => {
		if (expr.kind !== 'binary' || !/^[<>]=?$/.test(expr.op)) return;
		const [mine, other] = place(bare(expr.left)) === name ? [expr.left, expr.right] : [expr.right, expr.left];
		if (place(bare(mine)) === name && !isSigned(fn, other)) found = true;
	});
	const heads = new Set(fn.loops.flatMap((loop) => loop.heads));
	return found || fn.blocks.some(({ id, test, successors }) => !test && successors.length > 1 && !heads.has(id));
}
