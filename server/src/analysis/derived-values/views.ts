/** Calls that only give another view of what they are given. */
import { viewOf } from '../../kernel/sinks/index.js';
import type { CallExpr, Expr } from '../../syntax/ir.js';
import type { Frame } from './frame.js';
import { ADDRESS, type DerivationSet, LIST, NONE, viewed } from './kinds.js';

/** Values of expressions, without their effects. */
interface PureTransfer {
	readonly frame: Frame;
	evaluatePure(expr: Expr): DerivationSet;
	evaluateWithFields(expr: Expr): DerivationSet;
}

/** What the result of a call is a view of, without effects. */
export function callView(transfer: PureTransfer, call: CallExpr): DerivationSet {
	const own = transfer.frame.results.get(call);
	if (own) return own.returns;
	if (transfer.frame.trace.file.ir.defined.has(call.name)) return NONE;
	const view = viewOf(call.name);
	const from = view && call.args[view.from];
	if (!from) return NONE;
	const kinds = transfer.evaluatePure(from);
	if (kinds !== NONE) return viewed(view.view, kinds);
	// the address of a table of addresses
	return view.view === 'address' && transfer.evaluateWithFields(from) & (ADDRESS | LIST) ? ADDRESS : NONE;
}
