/** Pages of user space that turn out to be the driver's own: everything done with them stands behind `page == dev->page`. */

import type { CallExpr, FunctionIR } from '../syntax/ir.js';
import { pagesArgument } from './acquired-into.js';
import type { ApiCall, FileContext } from './context.js';
import { type Use, usesOf } from './derived-values/index.js';
import { testsAt } from './path-tests.js';
import { bare, isNull, place } from './walk.js';

/** Uses that say nothing of who owns the page. */
const HARMLESS: ReadonlySet<Use['kind']> = new Set(['page-only', 'released']);

/** The page is known to be another one that the driver has, on every path to the call. */
function isComparedAt(fn: FunctionIR, call: CallExpr, page: string): boolean {
	return [...testsAt(fn, call).values()].some(({ test, truth }) => {
		const at = bare(test);
		if (at.kind !== 'binary' || (at.op !== '==' && at.op !== '!=') || !truth) return false;
		const [left, right] = [place(at.left), place(at.right)];
		const other = left === page ? at.right : right === page ? at.left : undefined;
		return other !== undefined && !isNull(other) && place(other) !== undefined;
	});
}

/** The one page that the call takes is used only where it was found to be one that the driver keeps. */
export function isAdopted(file: FileContext, taking: ApiCall): boolean {
	const { fn } = taking;
	const pages = pagesArgument(taking);
	const at = pages && bare(pages);
	const page = at?.kind === 'unary' && at.op === '&' ? place(at.operand) : undefined;
	if (!fn || page === undefined) return false;
	const uses = usesOf(file, taking).uses.filter(({ kind }) => !HARMLESS.has(kind));
	return (
		uses.length > 0 &&
		uses.every((use) => {
			const call =
				use.function === fn.name ? fn.calls.find(({ nameRange }) => nameRange.start === use.start) : undefined;
			return call !== undefined && isComparedAt(fn, call, page);
		})
	);
}
