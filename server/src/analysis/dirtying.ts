/** Whether anything in a file may mark the pages of a taking call dirty. */

import { dirties } from '../kernel/dirtying.js';
import type { CallExpr, Expr, FunctionIR } from '../syntax/ir.js';
import { memoize } from '../syntax/memoize.js';
import type { ApiCall, FileContext } from './context.js';
import { isAllTaken, originOf } from './points-to-query.js';
import { isLocal, isParameter } from './variables.js';
import { bare, valuesOf } from './walk.js';

interface Dirtying {
	readonly fn: FunctionIR;
	readonly call: CallExpr;
}

const WORD = /\b(?=\w*dirt(?:y|ied))\w+|\b(?:bio_release_pages|drm_gem_put_pages)\b/gi;

/** `false`, `0` */
function isFalse(expr: Expr | undefined): boolean {
	const at = expr && bare(expr);
	return (at?.kind === 'number' && at.value === 0) || (at?.kind === 'name' && at.name === 'false');
}

/** Every call of the file that may dirty pages. */
const dirtyingOf = memoize((file: FileContext): readonly Dirtying[] => {
	const names = new Set([...file.text.matchAll(WORD)].map(([name]) => name).filter(dirties));
	return [...names].flatMap((name) => {
		const condition = dirties(name)?.condition;
		return file.ir
			.callers(name)
			.flatMap((fn) => fn.calls.filter((call) => call.name === name).map((call) => ({ fn, call })))
			.filter(({ call }) => condition === undefined || !isFalse(call.args[condition]));
	});
});

/** Two page variables of one function that each get one value, from a call of their own: what is done to one is not done to the other. */
function areApart(fn: FunctionIR, one: Expr | undefined, other: Expr | undefined): boolean {
	const own = (expr: Expr | undefined): Expr | undefined => {
		const at = expr && bare(expr);
		if (at?.kind !== 'name' || !isLocal(fn, at.name) || isParameter(fn, at.name)) return undefined;
		const [value, ...others] = valuesOf(fn, at.name);
		const call = value && others.length === 0 ? bare(value) : undefined;
		return call?.kind === 'call' ? call : undefined;
	};
	const [first, second] = [own(one), own(other)];
	return first !== undefined && second !== undefined && first !== second;
}

/**
 * Something in the file marks pages of `taken` dirty, or pages that may be those.
 * @param released of these, those that a call of a function releases
 */
export function mayBeDirtied(
	file: FileContext,
	taken: ApiCall,
	released?: { readonly fn: FunctionIR; readonly call: CallExpr },
): boolean {
	return dirtyingOf(file).some(({ fn, call }) => {
		fn.effort.spend(1);
		if (fn === released?.fn && areApart(fn, call.args[0], released.call.args[0])) return false;
		// a helper of the file is judged by what it does itself
		if (file.ir.defined.has(call.name)) return false;
		return call.args.slice(0, 2).every((arg) => {
			const origin = originOf(file, fn, arg);
			return origin.taken.has(taken) || !isAllTaken(origin);
		});
	});
}
