/** Parameters through which a function gives its caller one page: `*result = page`. */
import type { FunctionIR } from '../../syntax/ir.js';
import { memoize } from '../../syntax/memoize.js';
import { bare, everywhere } from '../walk.js';

/** Parameters of the type `struct page **` that are only used as `*result`, and of which `result` itself goes nowhere. */
export const outParameters = memoize((fn: FunctionIR): ReadonlySet<string> => {
	const found = new Set(
		fn.params
			.filter(({ type }) => type.pointers === 2 && !type.array && /^struct (?:page|folio)$/.test(type.base))
			.map(({ name }) => name),
	);
	if (found.size === 0) return found;
	const uses = new Map<string, number>();
	const add = (name: string, by: number): void => {
		uses.set(name, (uses.get(name) ?? 0) + by);
	};
	everywhere(fn, (expr) => {
		if (expr.kind === 'name' && found.has(expr.name)) add(expr.name, 1);
		const target = expr.kind === 'unary' && expr.op === '*' ? bare(expr.operand) : undefined;
		if (target?.kind === 'name' && found.has(target.name)) add(target.name, -1);
	});
	for (const [name, others] of uses) if (others !== 0) found.delete(name);
	return found;
});
