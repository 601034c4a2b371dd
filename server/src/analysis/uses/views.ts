/** Calls that only give another view of what they are given. */
import { viewOf } from '../../kernel/sinks/index.js';
import type { CallExpr } from '../../syntax/ir.js';
import type { Eyes } from './eyes.js';
import { ADDRESS, type Kinds, LIST, NONE, viewed } from './kinds.js';

/** What the result of a call is a view of, without effects. */
export function callView(eyes: Eyes, call: CallExpr): Kinds {
	const own = eyes.frame.results.get(call);
	if (own) return own.returns;
	if (eyes.frame.trace.file.ir.defined.has(call.name)) return NONE;
	const view = viewOf(call.name);
	const from = view && call.args[view.from];
	if (!from) return NONE;
	const kinds = eyes.glance(from);
	if (kinds !== NONE) return viewed(view.view, kinds);
	// the address of a table of addresses
	return view.view === 'address' && eyes.reaches(from) & (ADDRESS | LIST) ? ADDRESS : NONE;
}
