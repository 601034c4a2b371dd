/** Arrays of pages that are filled from their first element on. */
import type { Expr, FunctionIR } from '../syntax/ir.js';
import type { ApiCall, FileContext } from './context.js';
import { keyOf, locate, type PagePlace } from './page-places.js';
import { takenInto } from './points-to-constraints.js';
import { isLocal } from './variables.js';
import { bare, everywhere, isNull, valuesOf } from './walk.js';

/** All that is stored in the place is stored from its start on: nothing is added to what was there. */
export function fillsFromStart(file: FileContext, takings: ReadonlyMap<number, ApiCall>, at: PagePlace): boolean {
	const key = keyOf(at);
	const { root } = at;
	const isIt = (expr: Expr, fn: FunctionIR): boolean => {
		const found = locate(expr, fn, file.ir);
		return found !== undefined && keyOf(found) === key;
	};
	const functions = root.kind === 'variable' ? [root.fn] : file.ir.naming(at.path.at(-1) ?? root.name);
	return (
		[...takings.values()].every((taking) => isWhole(takenInto(taking))) &&
		functions.every((fn) => {
			let fills = fn.hasNoSyntaxErrors;
			everywhere(fn, (expr) => {
				if (expr.kind === 'assign' && !isNull(expr.right) && isIt(expr.left, fn))
					fills &&= !isAppended(fn, bare(expr.left));
			});
			return fills;
		})
	);
}

/** `req->pages`, `&req->pages`, `&page`: an array from its start. */
export function isWhole(pages: Expr | undefined): boolean {
	const at = pages && bare(pages);
	const inner = at?.kind === 'unary' && at.op === '&' ? bare(at.operand) : at;
	if (inner?.kind === 'index') return isNull(inner.index);
	return inner !== undefined && /^(?:name|field)$/.test(inner.kind);
}

/** The element is counted from a number that comes from somewhere else. */
export function isAppended(fn: FunctionIR, left: Expr): boolean {
	if (left.kind !== 'index') return false;
	const index = bare(left.index);
	if (index.kind === 'number') return index.value !== 0;
	if (index.kind !== 'name' || !isLocal(fn, index.name)) return true;
	return !valuesOf(fn, index.name).every((value) => isZero(bare(value)));
}

function isZero(at: Expr): boolean {
	return at.kind === 'number' && at.value === 0;
}
