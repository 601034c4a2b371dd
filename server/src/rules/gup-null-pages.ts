import { pagesArgument } from '../analysis/acquired-into.js';
import type { ApiCall, FileContext } from '../analysis/context.js';
import { bare, isNull } from '../analysis/walk.js';
import { wordsOf } from '../kernel/acquiring.js';
import { refusalText } from '../kernel/refusals.js';
import type { Expr, Range } from '../syntax/ir.js';
import type { Rule } from './rule.js';

/** The part of the argument that is NULL: itself, an arm of a choice, or a variable that is NULL on every path. */
function nullIn(file: FileContext, call: ApiCall, pages: Expr): Range | undefined {
	const at = bare(pages);
	if (at.kind === 'conditional')
		return (at.whenTrue && nullIn(file, call, at.whenTrue)) ?? nullIn(file, call, at.whenFalse);
	if (isNull(at)) return pages;
	const value =
		at.kind === 'name' && call.fn?.hasNoSyntaxErrors ? file.values.variable(call.fn, call.call, at.name) : undefined;
	return value?.every((a) => a.number === 0) ? pages : undefined;
}

export const gupNullPages: Rule = {
	meta: {
		id: 'gup-null-pages',
		title: 'NULL pages where an array is required',
		severity: 'error',
		needles: wordsOf(({ group }) => group === 'pin' || group === 'get'),
		fix: 'none',
		versioned: false,
	},
	check(file, report) {
		for (const call of file.calls) {
			const { group, fast } = call.api.record;
			if (group !== 'pin' && group !== 'get') continue;
			// without FOLL_GET the other functions fault in and keep nothing, which is legal
			const asks = file.kernel.atLeast('6.3') && call.flags?.every((value) => value.bits.has('FOLL_GET')) === true;
			if (group === 'get' && !fast && !asks) continue;
			const pages = pagesArgument(call);
			const missing = pages && nullIn(file, call, pages);
			if (!pages || !missing) continue;
			const effect = file.kernel.atLeast('6.3')
				? `it ${refusalText(call.call.name, file.kernel.release)}`
				: group === 'pin'
					? file.kernel.atLeast('6.0')
						? `it ${refusalText(call.call.name, file.kernel.release)}`
						: 'the pins are leaked'
					: 'it leaks the reference or writes through NULL';
			const right =
				group === 'pin'
					? 'pass an array'
					: !fast
						? 'drop FOLL_GET to only fault pages in'
						: 'use fault_in_readable() or fault_in_writeable()';
			report({
				start: missing.start,
				end: missing.end,
				message: `${call.call.name}() requires a pages array; with NULL ${effect}; ${right}`,
			});
		}
	},
};
