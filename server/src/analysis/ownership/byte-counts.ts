/** Numbers of pages and of bytes that stand for each other: `nr = DIV_ROUND_UP(len, PAGE_SIZE)`, `got * PAGE_SIZE < len`. */
import type { Expr } from '../../syntax/ir.js';
import { unwrap } from '../../syntax/lower.js';
import { canonicalText } from '../path-conditions.js';
import { bare } from '../walk.js';

function isNamed(expr: Expr, name: string): boolean {
	const at = bare(expr);
	return at.kind === 'name' && at.name === name;
}

export function isPageSize(expr: Expr): boolean {
	return isNamed(expr, 'PAGE_SIZE');
}

export function isPageShift(expr: Expr): boolean {
	return isNamed(expr, 'PAGE_SHIFT');
}

/** The operation turns a number of pages into bytes. */
export function makesBytes(op: string, left: Expr, right: Expr): boolean {
	return (op === '*' && (isPageSize(left) || isPageSize(right))) || (op === '<<' && isPageShift(right));
}

/** The operation turns a number of bytes into pages. */
export function makesPages(op: string, right: Expr): boolean {
	return (op === '/' && isPageSize(right)) || (op === '>>' && isPageShift(right));
}

/** Of how many bytes the expression is the number of pages, as text; undefined when it is none. */
export function bytesOf(expr: Expr): string | undefined {
	const at = unwrap(expr);
	if (at.kind === 'binary') return makesPages(at.op, at.right) ? canonicalText(at.left) : undefined;
	const [first, second] = at.kind === 'call' ? at.args : [];
	if (at.kind !== 'call' || !first) return undefined;
	const rounds = /^(?:DIV_ROUND_UP(?:_ULL)?)$/.test(at.name)
		? second !== undefined && isPageSize(second)
		: at.name === 'PFN_UP';
	return rounds ? canonicalText(first) : undefined;
}
