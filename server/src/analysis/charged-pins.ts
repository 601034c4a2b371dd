/** Whether the pages of a taking call are charged to the user's limit of locked memory, which is for those that stay. */
import { CHARGED_COUNTERS, CHARGES } from '../kernel/locked-memory.js';
import type { Expr, FunctionIR, Range } from '../syntax/ir.js';
import { memoize } from '../syntax/memoize.js';
import type { FileContext } from './context.js';
import { bare, everywhere, isNull } from './walk.js';

/** `mm->pinned_vm`, `&user->locked_vm` */
function isCounter(expr: Expr | undefined): boolean {
	const at = expr && bare(expr);
	const inner = at?.kind === 'unary' && at.op === '&' ? bare(at.operand) : at;
	return inner?.kind === 'field' && CHARGED_COUNTERS.has(inner.field);
}

/** Where the function itself adds to such a counter. */
const chargeIn = memoize((fn: FunctionIR): Range | undefined => {
	let found: Range | undefined;
	everywhere(fn, (expr) => {
		if (expr.kind === 'assign' && expr.op === '+=' && isCounter(expr.left)) found ??= expr;
		if (expr.kind !== 'call') return;
		const charge = CHARGES.get(expr.name);
		if (charge === undefined) return;
		const counter = charge.counter === undefined || isCounter(expr.args[charge.counter]);
		const adds = charge.adds === undefined ? undefined : expr.args[charge.adds];
		const takesBack = adds !== undefined && (isNull(adds) || (adds.kind === 'name' && adds.name === 'false'));
		if (counter && !takesBack) found ??= expr.nameRange;
	});
	return found;
});

/** Where the taking function charges pages, or a helper of the file that it calls. */
export function chargeOf(file: FileContext, fn: FunctionIR): Range | undefined {
	const own = chargeIn(fn);
	if (own) return own;
	for (const { name } of fn.calls) {
		const helper = file.ir.lookup(name);
		const found = helper && chargeIn(helper);
		if (found) return found;
	}
	return undefined;
}
