/** The iterator that pages were extracted from, where the object that has the pages keeps it: whoever releases them asks it. */
import { callsOf, isAddressTaken } from '../analysis/callers.js';
import type { ApiCall, FileContext } from '../analysis/context.js';
import { typeOfExpr } from '../analysis/integers.js';
import { keepsIterator } from '../analysis/iterator-keep.js';
import { isLocal, parameterAt, variableType } from '../analysis/variables.js';
import { bare, everywhere, isNull, place, rootOf } from '../analysis/walk.js';
import { ALLOCATORS } from '../kernel/callees.js';
import type { CallExpr, Expr, FunctionIR } from '../syntax/ir.js';
import { isStillThere } from './room.js';

/** A field that is an iterator, or points to one. */
interface IteratorField {
	readonly record: string;
	readonly field: string;
	readonly isPointer: boolean;
}

type Field = Expr & { readonly kind: 'field' };

function fieldOf(expr: Expr | undefined): Field | undefined {
	const at = expr && bare(expr);
	return at?.kind === 'field' ? at : undefined;
}

function recordOf(file: FileContext, fn: FunctionIR, { object }: Field): string | undefined {
	return typeOfExpr(object, fn, file.ir)?.base;
}

/**
 * The iterator as an argument in `fn`, where pages of the object are released.
 * @param isOurs only pages that were taken from it come to the release
 * @returns undefined where the object does not have it, or may have another one by then
 */
export function keptIterator(
	file: FileContext,
	taking: ApiCall,
	taker: FunctionIR,
	{ fn, call, isOurs }: { readonly fn: FunctionIR; readonly call: CallExpr; readonly isOurs: boolean },
): string | undefined {
	const iter = taking.arg('iter');
	const at = iter && bare(iter);
	const isPointer = !(at?.kind === 'unary' && at.op === '&');
	const field = fieldOf(at?.kind === 'unary' && at.op === '&' ? at.operand : at);
	const record = field && recordOf(file, taker, field);
	if (!field || !record || bare(field.object).kind !== 'name') return undefined;
	const kept: IteratorField = { record, field: field.field, isPointer };
	if (!isSetOnce(file, kept, isOurs)) return undefined;
	const object = [...fn.params, ...fn.locals].find(({ type }) => type.base === record && type.pointers === 1);
	if (!object || !isNamedThrough(call, object.name) || !isStillThere(fn, call, object.name)) return undefined;
	return `${isPointer ? '' : '&'}${object.name}->${field.field}`;
}

/** The pages that are released are those of the object. */
function isNamedThrough(call: CallExpr, name: string): boolean {
	return call.args.some((arg) => rootOf(place(arg) ?? '') === name);
}

/** The field gets an iterator when its object is new, and nothing makes that another one. */
function isSetOnce(file: FileContext, kept: IteratorField, isOurs: boolean): boolean {
	return file.ir.naming(kept.field).every((fn) => {
		let once = fn.clean;
		const isIt = (expr: Expr): boolean => {
			const field = fieldOf(expr);
			return field?.field === kept.field && recordOf(file, fn, field) === kept.record;
		};
		everywhere(fn, (expr) => {
			if (expr.kind === 'assign' && isIt(expr.left)) once &&= isForNew(file, fn, kept, expr, isOurs);
			if (expr.kind === 'call')
				expr.args.forEach((arg, i) => {
					const at = bare(arg);
					const inner = at.kind === 'unary' && at.op === '&' ? at.operand : at;
					if (isIt(inner)) once &&= keepsIterator(file, expr, i);
				});
		});
		return once;
	});
}

/** The object has no pages yet, and is gone before the iterator is. */
function isForNew(
	file: FileContext,
	fn: FunctionIR,
	kept: IteratorField,
	store: Expr & { readonly kind: 'assign' },
	isOurs: boolean,
): boolean {
	const name = place((bare(store.left) as Field).object);
	if (name === undefined || store.op !== '=' || !isCleared(fn, name, store.start)) return false;
	if (!kept.isPointer) return true;
	if (isNull(store.right)) return isOurs;
	const object = parameterAt(fn, name);
	const source = bare(store.right);
	const iterator = source.kind === 'name' ? parameterAt(fn, source.name) : -1;
	if (object < 0 || iterator < 0) return false;
	// an object that lives no longer than the function that has the iterator
	return (
		!isAddressTaken(file, fn.name) &&
		callsOf(file, fn.name).every(
			(site) =>
				isAutomatic(site.fn, kept.record, site.call.args[object]) && (isOurs || !isNone(site.call.args[iterator])),
		)
	);
}

function isNone(expr: Expr | undefined): boolean {
	return expr === undefined || isNull(expr);
}

/** `&cs` of `struct fuse_copy_state cs;` */
function isAutomatic(fn: FunctionIR, record: string, arg: Expr | undefined): boolean {
	const at = arg && bare(arg);
	if (at?.kind !== 'unary' || at.op !== '&') return false;
	const inner = bare(at.operand);
	if (inner.kind !== 'name' || !isLocal(fn, inner.name)) return false;
	const type = variableType(fn, inner.name);
	return type?.base === record && type.pointers === 0;
}

/** The object is allocated, or zeroed as a whole, before the store. */
function isCleared(fn: FunctionIR, name: string, before: number): boolean {
	let cleared = false;
	const makes = (value: Expr): boolean => {
		const at = bare(value);
		return at.kind === 'call' && ALLOCATORS.test(at.name);
	};
	everywhere(fn, (expr) => {
		if (expr.start >= before) return;
		if (expr.kind === 'assign' && place(expr.left) === name && makes(expr.right)) cleared = true;
		if (expr.kind === 'call' && expr.name === 'memset' && place(expr.args[0] as Expr) === name) cleared = true;
	});
	for (const { steps } of fn.blocks)
		for (const step of steps)
			if (step.kind === 'declare' && step.variable.name === name && step.init)
				if (makes(step.init) || step.init.kind === 'list') cleared = true;
	return cleared;
}
