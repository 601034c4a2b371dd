import type { CallExpr, Expr } from '../syntax/ir.js';
import { bare } from './walk.js';

/** Arguments that a call does more with than to print them: what follows a format is printed, by whatever function it is. */
export function unprinted({ name, args }: CallExpr): readonly Expr[] {
	if (/scanf$/.test(name)) return args;
	const format = args.findIndex((arg) => {
		const at = bare(arg);
		return at.kind === 'string' && at.isFormat;
	});
	return format < 0 ? args : args.slice(0, format);
}
