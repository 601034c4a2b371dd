import type { CallExpr, Expr } from '../syntax/ir.js';
import { bare } from './walk.js';

/** Arguments that a call does more with than to print them: what follows a format is printed, by whatever function it is. */
export function nonFormatArguments({ name, args }: CallExpr): readonly Expr[] {
	if (/scanf$/.test(name)) return args;
	const format = args.findIndex((arg) => {
		const at = bare(arg);
		return at.kind === 'string' && at.isFormat;
	});
	return format < 0 ? args : args.slice(0, format);
}

/** Functions and macros that tell of what they are given, and do nothing else with it. */
const TELLING =
	/^(?:printk\w*|WARN\w*|DBG|dump_stack|trace_\w+|\w*_?(?:pr|dev|netdev|drm)_(?:emerg|alert|crit|err|warn|notice|info|cont|debug|dbg|vdbg)\w*|[a-z0-9_]+_(?:err|warn|info|dbg|debug)(?:_ratelimited|_once)?)$/i;

/** The call only tells: a message, a trace, a warning. */
export function tells(call: CallExpr): boolean {
	return TELLING.test(call.name);
}
