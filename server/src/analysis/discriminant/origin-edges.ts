/** What the edges of a test show: how a taking call came out, that a page is absent, that a loop is over. */
import type { Expr, FunctionIR, Loop } from '../../syntax/ir.js';
import { bare, isNull, place } from '../walk.js';
import type { OriginState, Outcome } from './origin-state.js';

/** How a comparison with 0 comes out. */
const COMPARED: ReadonlyMap<string, Readonly<Record<Outcome, boolean>>> = new Map([
	['<', { taken: false, none: false, error: true }],
	['<=', { taken: false, none: true, error: true }],
	['>', { taken: true, none: false, error: false }],
	['>=', { taken: true, none: true, error: false }],
	['==', { taken: false, none: true, error: false }],
	['!=', { taken: true, none: false, error: true }],
]);

/** The test may come out like this for the results that are known. */
export function isPossible(results: OriginState['results'], test: Expr, truth: boolean): boolean {
	const at = bare(test);
	if (at.kind === 'unary' && at.op === '!') return isPossible(results, at.operand, !truth);
	const compared = at.kind === 'binary' && isNull(at.right) ? bare(at.left) : at;
	const op = at.kind === 'binary' ? at.op : '!=';
	const outcome = results.get(compared.kind === 'call' ? '' : (place(compared) ?? '?'));
	const known = outcome && (at === compared && at.kind === 'binary' ? undefined : COMPARED.get(op)?.[outcome]);
	return known === undefined || known === truth;
}

export function endsOf(fn: FunctionIR, { heads, exit }: Loop): [Expr, boolean][] {
	return heads.flatMap((id): [Expr, boolean][] => {
		const block = fn.blocks[id];
		if (!block?.test || !block.successors.includes(exit)) return [];
		return [[block.test, block.successors[0] === exit]];
	});
}

/** The expression that an edge of a test shows to be NULL. */
export function absentPage(test: Expr, truth: boolean): Expr | undefined {
	const at = bare(test);
	if (at.kind === 'unary' && at.op === '!') return absentPage(at.operand, !truth);
	if (at.kind === 'binary' && /^[!=]=$/.test(at.op)) {
		if (isNull(at.right)) return absentPage(at.left, (at.op === '!=') === truth);
		return isNull(at.left) ? absentPage(at.right, (at.op === '!=') === truth) : undefined;
	}
	return truth ? undefined : at;
}
