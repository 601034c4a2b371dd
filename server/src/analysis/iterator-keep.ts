/** Whether an iterator stays what it is, over the same memory and of the same kind, in a function and in those it is passed to. */
import { readsOnly, STORES } from '../kernel/function-models.js';
import { KEEPS_ITERATORS } from '../kernel/iterator-kinds.js';
import type { CallExpr, Expr, FunctionIR } from '../syntax/ir.js';
import type { FileContext } from './context.js';
import { madeBy } from './iterator-makers.js';
import { variableType } from './variables.js';
import { bare, everywhere, place, rootOf } from './walk.js';

/** Functions that are gone through. */
const DEEPEST = 5;

const KNOWN = new WeakMap<FunctionIR, Map<string, boolean>>();

/** The call moves the iterator on at most. @param position of the iterator among the arguments */
export function keepsIterator(file: FileContext, call: CallExpr, position: number, depth = 0): boolean {
	const made = madeBy(call);
	if (made) return made.iter !== call.args[position];
	const callee = file.ir.lookup(call.name);
	if (!callee) {
		const isDefined = file.ir.defined.has(call.name);
		return !isDefined && (KEEPS_ITERATORS.test(call.name) || readsOnly(call.name) || !!file.kernel.api(call.name));
	}
	const param = callee.params[position];
	if (!param || depth >= DEEPEST || param.type.pointers !== 1) return false;
	return leavesIterator(file, callee, param.name, depth + 1);
}

/** Nothing in the function makes its parameter `name` another iterator, or has another name for it. */
export function leavesIterator(file: FileContext, fn: FunctionIR, name: string, depth = 0): boolean {
	const known = KNOWN.get(fn) ?? new Map<string, boolean>();
	KNOWN.set(fn, known);
	let leaves = known.get(name);
	if (leaves === undefined) {
		known.set(name, true);
		leaves =
			fn.hasNoSyntaxErrors && !fn.locals.some((local) => local.name === name) && !isTouched(file, fn, name, depth);
		known.set(name, leaves);
	}
	return leaves;
}

/** Another variable or a field gets the address of the iterator: by that it may be made another one. */
export function isAliased(fn: FunctionIR, name: string): boolean {
	let aliased = false;
	const isIt = (expr: Expr): boolean => {
		const at = bare(expr);
		if (at.kind === 'unary' && at.op === '&') return place(at.operand) === name;
		return at.kind === 'name' && at.name === name && (variableType(fn, name)?.pointers ?? 0) > 0;
	};
	everywhere(fn, (part) => {
		if (part.kind === 'assign' && isIt(part.right)) aliased = true;
		if (part.kind === 'list' && part.items.some(isIt)) aliased = true;
	});
	return (
		aliased ||
		fn.blocks.some(({ steps }) => steps.some((step) => step.kind === 'declare' && step.init && isIt(step.init)))
	);
}

function isTouched(file: FileContext, fn: FunctionIR, name: string, depth: number): boolean {
	if (isAliased(fn, name)) return true;
	let touched = false;
	everywhere(fn, (part) => {
		if (part.kind === 'assign') {
			const left = bare(part.left);
			const target = left.kind === 'unary' && left.op === '*' ? left.operand : left;
			if (rootOf(place(target) ?? '') === name) touched = true;
		} else if (part.kind === 'unary' && part.op === '&') {
			if (rootOf(place(part.operand) ?? '') === name) touched = true;
		} else if (part.kind === 'call')
			part.args.forEach((arg, i) => {
				if (place(arg) === name && !keepsIterator(file, part, i, depth)) touched = true;
				// `swap(*iter, other)`
				if (STORES.has(part.name) && rootOf(place(arg) ?? '') === name) touched = true;
			});
	});
	return touched;
}
