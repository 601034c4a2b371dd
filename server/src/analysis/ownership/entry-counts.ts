/** Releases of more entries of a container than passes of a loop have filled: `put(entries, i + 1)` where the take of pass `i` failed. */
import type { CallExpr, Expr, FunctionIR, Loop } from '../../syntax/ir.js';
import { assignedBy, bare, everywhere, place } from '../walk.js';
import type { FunctionWalk } from './function-walk.js';
import { loopsAround } from './loops.js';
import type { OwnershipState } from './state.js';

/** `x` of `x + 1` */
function oneMoreThan(count: Expr): string | undefined {
	const at = bare(count);
	if (at.kind !== 'binary' || at.op !== '+') return undefined;
	const [left, right] = [bare(at.left), bare(at.right)];
	if (right.kind === 'number' && right.value === 1) return place(left);
	return left.kind === 'number' && left.value === 1 ? place(right) : undefined;
}

function isIn({ start, end }: Loop, at: number): boolean {
	return start <= at && at < end;
}

/** `i++` at the end of each pass, alone or beside others: nothing else in the loop sets it. */
function countsPasses(fn: FunctionIR, { update, ...loop }: Loop, name: string): boolean {
	const at = update && bare(update);
	const moves = (at?.kind === 'comma' ? at.items : at ? [at] : []).map(bare);
	const step = moves.find((move) => move.kind === 'unary' && move.op === '++' && place(move.operand) === name);
	if (!step) return false;
	let others = 0;
	everywhere(fn, (expr) => {
		const target = assignedBy(expr);
		const isStep = expr.start === step.start && expr.end === step.end;
		const isInit = loop.init !== undefined && loop.init.start <= expr.start && expr.end <= loop.init.end;
		if (target && place(target) === name && !isStep && !isInit && loop.start <= expr.start && expr.end <= loop.end)
			others++;
	});
	return others === 0;
}

/** @param count number of entries that `release` releases from the start */
export function judgeEntries(
	body: FunctionWalk,
	state: OwnershipState,
	name: string,
	count: Expr,
	release: CallExpr,
): void {
	const entered = body.entered.get(name);
	const index = entered && oneMoreThan(count);
	const holding = entered && state.holdings.get(entered.id);
	if (index === undefined || !entered || holding?.outcome !== 'none' || holding.shared) return;
	if (state.possiblyInfeasible || body.mixed.has(name)) return;
	const loop = loopsAround(body.fn, holding.call.start, undefined).at(-1);
	if (!loop || !isIn(loop, release.start) || !isIn(loop, entered.at) || !countsPasses(body.fn, loop, index)) return;
	body.events.push({ kind: 'overrun', holding, release, why: 'entry', state });
}
