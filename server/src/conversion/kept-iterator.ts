/** The iterator that pages were extracted from, where the object that has the pages keeps a pointer to it: whoever releases them asks it. */
import { callsOf, isAddressTaken } from '../analysis/callers.js';
import { escapeOf } from '../analysis/confined.js';
import type { ApiCall, FileContext } from '../analysis/context.js';
import { typeOfExpr } from '../analysis/integers.js';
import { keepsIterator } from '../analysis/iterator-keep.js';
import { isZeroed } from '../analysis/record-memory.js';
import { isLocal, isParameter, parameterAt, variableType } from '../analysis/variables.js';
import { bare, everywhere, initialised, isNull, place, rootOf } from '../analysis/walk.js';
import type { CallExpr, Expr, FunctionIR } from '../syntax/ir.js';
import { isStillThere } from './room.js';

/** A field that points to an iterator. */
interface IteratorField {
	/** "struct example_state" */
	readonly record: string;
	readonly field: string;
	/** Where the pages are. */
	readonly holder: string;
}

type Field = Expr & { readonly kind: 'field' };

/**
 * The iterator as an argument in `fn`, where pages of the object are released.
 *
 * The object lives on the stack of a function whose parameter the iterator is, goes to nobody who is not seen, and gets the
 * iterator once, when it is zeroed or in its initialiser: so it is the same one, and alive, wherever its pages are released.
 * @param isOurs only pages that were taken from it come to the release
 * @returns undefined where that is not shown
 */
export function keptIterator(
	file: FileContext,
	taking: ApiCall,
	taker: FunctionIR,
	{ fn, call, isOurs }: { readonly fn: FunctionIR; readonly call: CallExpr; readonly isOurs: boolean },
): string | undefined {
	const iter = taking.arg('iter');
	const field = iter && bare(iter);
	const holder = call.args.map((arg) => bare(arg)).find((arg) => arg.kind === 'field');
	if (field?.kind !== 'field' || field.object.kind !== 'name' || holder?.kind !== 'field') return undefined;
	const record = typeOfExpr(field.object, taker, file.ir)?.base;
	if (!record || escapeOf(file, record)) return undefined;
	const kept: IteratorField = { record, field: field.field, holder: holder.field };
	if (!isAlwaysSeen(file, kept) || !isSetOnce(file, kept, isOurs)) return undefined;
	const object = [...fn.params, ...fn.locals].find(({ type }) => type.base === record && type.pointers === 1);
	if (!object || rootOf(place(holder) ?? '') !== object.name || !isStillThere(fn, call, object.name)) return undefined;
	return `${object.name}->${field.field}`;
}

function isIt(file: FileContext, fn: FunctionIR, { record, field }: IteratorField, expr: Expr): boolean {
	return expr.kind === 'field' && expr.field === field && typeOfExpr(expr.object, fn, file.ir)?.base === record;
}

/** Every use of the field in the text is one that is followed. */
function isAlwaysSeen(file: FileContext, kept: IteratorField): boolean {
	const ends = new Set<number>();
	for (const fn of file.ir.naming(kept.field))
		everywhere(fn, (expr) => {
			if (isIt(file, fn, kept, expr)) ends.add(expr.end);
			// a field of this name of another record
			else if (expr.kind === 'field' && expr.field === kept.field && typeOfExpr(expr.object, fn, file.ir))
				ends.add(expr.end);
		});
	const code = file.text.replace(/\/\*[\s\S]*?(?:\*\/|$)|\/\/[^\n]*/g, (text) => ' '.repeat(text.length));
	for (const fn of file.ir.naming(kept.field))
		for (const { value } of initialisersOf(fn, kept))
			if (value) ends.add(code.lastIndexOf(kept.field, value.start - 1) + kept.field.length);
	const uses = [...code.matchAll(new RegExp(`(?:->|\\.)\\s*${kept.field}\\b`, 'g'))];
	return uses.every(({ index, 0: use }) => ends.has(index + use.length));
}

/** The field gets an iterator when its object is new, and nothing makes that another one. */
function isSetOnce(file: FileContext, kept: IteratorField, isOurs: boolean): boolean {
	return file.ir.naming(kept.field).every((fn) => {
		let once = fn.hasNoSyntaxErrors;
		everywhere(fn, (expr) => {
			if (expr.kind === 'assign' && isIt(file, fn, kept, bare(expr.left)))
				once &&= isForNew(file, fn, kept, expr, isOurs);
			// another name for the iterator
			if (expr.kind === 'assign' && isIt(file, fn, kept, bare(expr.right))) once = false;
			if (expr.kind === 'unary' && expr.op === '&' && isIt(file, fn, kept, bare(expr.operand))) once = false;
			if (expr.kind === 'list' && expr.items.some((item) => isIt(file, fn, kept, bare(item)))) once = false;
			if (expr.kind === 'call')
				expr.args.forEach((arg, i) => {
					if (isIt(file, fn, kept, bare(arg))) once &&= keepsIterator(file, expr, i);
				});
		});
		for (const { steps } of fn.blocks)
			for (const step of steps)
				if (step.kind === 'declare' && step.init && isIt(file, fn, kept, bare(step.init))) once = false;
		return once && initialisersOf(fn, kept).every(({ value }) => isGivenAtOnce(file, fn, value, isOurs));
	});
}

interface Initialiser {
	readonly value: Expr | undefined;
}

/** Initialisers of objects of the record, each with what it gives the field; undefined: NULL. */
function initialisersOf(fn: FunctionIR, { record, field }: IteratorField): Initialiser[] {
	const steps = fn.blocks.flatMap((block) => block.steps);
	return steps.flatMap((step): Initialiser[] => {
		if (step.kind !== 'declare' || step.init?.kind !== 'list' || step.variable.type.base !== record) return [];
		if (step.variable.type.pointers > 0) return [];
		const values = [...initialised(step)].flatMap(([to, value]) =>
			to.kind === 'field' && to.field === field ? value : [],
		);
		return values.length > 0 ? values.map((value) => ({ value })) : [{ value: undefined }];
	});
}

/** The initialiser of an object gives it the iterator that the function has of its caller. */
function isGivenAtOnce(file: FileContext, fn: FunctionIR, value: Expr | undefined, isOurs: boolean): boolean {
	if (value === undefined || isNull(value)) return isOurs;
	const from = bare(value);
	if (from.kind !== 'name' || !isParameter(fn, from.name) || isLocal(fn, from.name) || !fn.hasNoSyntaxErrors)
		return false;
	return !isChanged(file, fn, from.name, (use) => use.start === from.start);
}

/** The store stands in a function that zeroes the object first, and does nothing with its pages. */
function isForNew(
	file: FileContext,
	fn: FunctionIR,
	kept: IteratorField,
	{ op, left, right, start }: Expr & { readonly kind: 'assign' },
	isOurs: boolean,
): boolean {
	const name = place((bare(left) as Field).object);
	const source = bare(right);
	const object = name === undefined ? -1 : parameterAt(fn, name);
	const iterator = source.kind === 'name' ? parameterAt(fn, source.name) : -1;
	if (
		name === undefined ||
		op !== '=' ||
		object < 0 ||
		iterator < 0 ||
		!isZeroedFirst(file, fn, name, start, kept.record)
	)
		return false;
	if (new RegExp(`\\b${kept.holder}\\b`).test(file.slice(fn.body)) || isAddressTaken(file, fn.name)) return false;
	return callsOf(file, fn.name).every((site) => {
		const from = site.call.args[iterator];
		if (!from || !isAutomatic(site.fn, kept.record, site.call.args[object])) return false;
		return isNull(from) ? isOurs : isOfCaller(file, site.fn, bare(from), fn.name);
	});
}

/** `memset(cs, 0, sizeof(*cs));` as the first thing that is done. */
function isZeroedFirst(file: FileContext, fn: FunctionIR, name: string, before: number, record: string): boolean {
	const first = fn.blocks[0]?.steps.find((step) => step.kind !== 'declare');
	const at = first?.kind === 'eval' ? bare(first.expr) : undefined;
	if (at?.kind !== 'call' || at.start > before || !isZeroed(file, at, record)) return false;
	const [object] = at.args;
	return object !== undefined && place(object) === name;
}

/** The iterator of whoever called: a parameter that stays what it is, given to one object. */
function isOfCaller(file: FileContext, fn: FunctionIR, from: Expr, init: string): boolean {
	if (from.kind !== 'name' || !isParameter(fn, from.name) || isLocal(fn, from.name) || !fn.hasNoSyntaxErrors)
		return false;
	if (isChanged(file, fn, from.name, () => false, init)) return false;
	const sets = fn.calls.filter(({ name }) => name === init);
	return (
		sets.length === 1 &&
		!fn.loops.some((loop) => sets.some((call) => loop.start <= call.start && call.start < loop.end))
	);
}

/**
 * Something else than `init` and functions that keep the kind of an iterator gets it.
 * @param isStore the use that gives it to the object
 */
function isChanged(
	file: FileContext,
	fn: FunctionIR,
	name: string,
	isStore: (use: Expr) => boolean,
	init?: string,
): boolean {
	const isName = (expr: Expr): boolean => expr.kind === 'name' && expr.name === name;
	let [uses, known] = [0, 0];
	everywhere(fn, (expr) => {
		if (isName(expr) && !isStore(expr)) uses++;
		if (expr.kind === 'call')
			expr.args.forEach((arg, i) => {
				if (isName(bare(arg)) && (expr.name === init || keepsIterator(file, expr, i))) known++;
			});
	});
	return uses !== known;
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
