/** Arrays, scatterlists and arrays of bio_vecs that a function fills with pages, entry by entry, wherever it is with its paths. */
import { VIEWS } from '../../kernel/function-models.js';
import { CURSORS } from '../../kernel/page-flow.js';
import { listCall } from '../../kernel/sinks/index.js';
import type { Expr, FunctionIR } from '../../syntax/ir.js';
import { memoize } from '../../syntax/memoize.js';
import { bare, isVariable, movedBy, place, postorder, roots, valuesOf, walkedIn } from '../walk.js';

/** An entry of `list` gets the page, or one of the pages, that `page` names; something else where it is undefined. */
export interface Filling {
	readonly list: string;
	readonly page: string | undefined;
	/** Block of the store, or of the call that makes it. */
	readonly block: number;
}

/** Cursors of cursors that are followed. */
const LONGEST_CHAIN = 3;

export const fillingsOf = memoize((fn: FunctionIR): readonly Filling[] => {
	const found: Filling[] = [];
	for (const { id: block, steps, test } of fn.blocks) {
		const add = (into: Expr | undefined, page: Expr | undefined): void => {
			if (!into || !page) return;
			for (const list of listsNamed(fn, into)) found.push({ list, page: pageNamed(page), block });
		};
		const visit = (expr: Expr): void => {
			if (expr.kind === 'assign' && isEntry(bare(expr.left))) add(expr.left, expr.right);
			const row = expr.kind === 'call' ? listCall(expr.name) : undefined;
			if (expr.kind === 'call' && row?.into !== undefined) add(expr.args[row.into], expr.args[row.from]);
		};
		for (const at of test ? [...steps, test] : steps) for (const root of roots(at)) postorder(root, visit);
	}
	return found;
});

function isEntry(left: Expr): boolean {
	return (
		left.kind === 'index' ||
		(left.kind === 'unary' && left.op === '*') ||
		(left.kind === 'field' && left.field === 'bv_page')
	);
}

/** `page`, `pages[i]`, `page_folio(page)` */
function pageNamed(expr: Expr): string | undefined {
	const at = bare(expr);
	if (at.kind === 'call') return VIEWS.has(at.name) && at.args[0] ? pageNamed(at.args[0]) : undefined;
	return place(at)?.replace(/(?:\[\])+$/, '');
}

/** The list itself: of `list[i]`, `&list[i]`, `list[i].bv_page`, and of a cursor in it. */
function listsNamed(fn: FunctionIR, expr: Expr, depth = 0): readonly string[] {
	const at = bare(expr);
	if (at.kind === 'unary' && at.op === '&') return listsNamed(fn, at.operand, depth);
	if (at.kind === 'binary' && at.op === '+') return listsNamed(fn, at.left, depth);
	if (at.kind === 'call') return CURSORS.has(at.name) && at.args[0] ? listsNamed(fn, at.args[0], depth) : [];
	if (at.kind === 'unary' && at.op === '*') return listsNamed(fn, at.operand, depth);
	const moved = movedBy(at);
	if (moved) return listsNamed(fn, moved, depth);
	const name = place(at)?.replace(/(?:\[\])*(?:(?:->|\.)bv_page)?$/, '');
	if (name === undefined) return [];
	const behind = isVariable(name) && depth < LONGEST_CHAIN ? walkedBy(fn, name) : [];
	return [name, ...new Set(behind.flatMap((list) => listsNamed(fn, list, depth + 1)))];
}

/** What a cursor is set to, or goes through in a loop, other than itself. */
function walkedBy(fn: FunctionIR, cursor: string): readonly Expr[] {
	return [...valuesOf(fn, cursor).filter((value) => bare(value).kind !== 'call'), ...walkedIn(fn, cursor)];
}
