/** Whether an iterator over user memory reaches a call: shown by where the iterator comes from, not by what it is on each path. */
import { MESSAGE_ITERATOR, USER_MAKERS } from '../kernel/iterator-kinds.js';
import type { Expr, FunctionIR } from '../syntax/ir.js';
import { callsOf, isAddressTaken } from './callers.js';
import type { FileContext } from './context.js';
import { iteratorName } from './iterator-kind.js';
import { madeBy } from './iterator-makers.js';
import { parameterAt } from './variables.js';
import { bare, everywhere } from './walk.js';

/** Callers and stores that are asked in turn. */
const DEEPEST = 6;

/** Expressions that were asked before. */
type Seen = Set<Expr>;

/**
 * The iterator may be one over user memory, as its source in this file shows.
 * @returns false where that is not seen: callers of other files may pass any
 */
export function mayBeOfUsers(
	file: FileContext,
	fn: FunctionIR,
	iter: Expr,
	seen: Seen = new Set(),
	depth = 0,
): boolean {
	if (depth > DEEPEST || seen.has(iter)) return false;
	seen.add(iter);
	const at = pointee(iter);
	if (at.kind === 'field') return at.field === MESSAGE_ITERATOR || isStoredFromUsers(file, at.field, seen, depth);
	const name = iteratorName(at);
	if (name === undefined) return false;
	const position = parameterAt(fn, name);
	if (position < 0) return isMadeFor(fn, name) || isLocalFromUsers(file, fn, name, seen, depth);
	if (isIterMethod(file, fn)) return true;
	return callsOf(file, fn.name).some((site) => {
		const arg = site.fn === fn ? undefined : site.call.args[position];
		return arg !== undefined && mayBeOfUsers(file, site.fn, arg, seen, depth + 1);
	});
}

function pointee(expr: Expr): Expr {
	const at = bare(expr);
	return at.kind === 'unary' && at.op === '&' ? bare(at.operand) : at;
}

/** `->read_iter()` and `->write_iter()`, by their type: read() and write() pass iterators over user memory. */
function isIterMethod(file: FileContext, { name, params }: FunctionIR): boolean {
	const [first, second] = params;
	return first?.type.base === 'struct kiocb' && second?.type.base === 'struct iov_iter' && isAddressTaken(file, name);
}

function isMadeFor(fn: FunctionIR, name: string): boolean {
	return fn.calls.some((call) => {
		const made = USER_MAKERS.has(call.name) ? madeBy(call) : undefined;
		return made !== undefined && iteratorName(made.iter) === name;
	});
}

function isLocalFromUsers(file: FileContext, fn: FunctionIR, name: string, seen: Seen, depth: number): boolean {
	return fn.blocks.some(({ steps }) =>
		steps.some(
			(step) =>
				step.kind === 'declare' &&
				step.variable.name === name &&
				step.init !== undefined &&
				mayBeOfUsers(file, fn, step.init, seen, depth + 1),
		),
	);
}

function isStoredFromUsers(file: FileContext, field: string, seen: Seen, depth: number): boolean {
	return file.ir.naming(field).some((other) => {
		let found = false;
		everywhere(other, (part) => {
			const left = part.kind === 'assign' ? bare(part.left) : undefined;
			if (found || part.kind !== 'assign' || left?.kind !== 'field' || left.field !== field) return;
			found = mayBeOfUsers(file, other, part.right, seen, depth + 1);
		});
		return (
			found ||
			other.calls.some((call) => {
				const made = USER_MAKERS.has(call.name) ? madeBy(call) : undefined;
				const into = made && pointee(made.iter);
				return into?.kind === 'field' && into.field === field;
			})
		);
	});
}
