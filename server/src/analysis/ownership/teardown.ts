/** Pages that wait in a field of an object, whose memory is freed while nothing in the file ever releases them. */
import { ALLOCATORS, FREES } from '../../kernel/function-models.js';
import { callsNamed } from '../../syntax/calls.js';
import type { CallExpr, Expr, FileIR, FunctionIR } from '../../syntax/ir.js';
import type { FileContext } from '../context.js';
import { typeOfExpr } from '../integers.js';
import { macroWords } from '../macro-words.js';
import { bare, parts, place, valuesOf } from '../walk.js';
import { isFailure } from './contract.js';
import { FailureHelpers, keeps, releasesOwnRun, usesOwnRun } from './failure-paths.js';
import { FieldEffects, readsLists } from './field-effects.js';
import { type FieldResidence, waitingFields } from './field-residence.js';
import type { Exit } from './function-walk.js';
import { ownershipOf } from './ownership.js';
import type { TrackedResource } from './state.js';

/** Functions that name one field, or free memory, and are looked at. */
const MOST_FUNCTIONS = 24;

/** Pages that a teardown leaks. */
export interface Teardown {
	/** As the taking function leaves them. */
	readonly holding: TrackedResource;
	readonly exit: Exit;
	/** The free of the memory that names them, and the function it is in. */
	readonly free: CallExpr;
	readonly fn: FunctionIR;
}

/** A function that frees the memory, where no function of the file may release the pages. */
function teardownOf(file: FileContext, waiting: FieldResidence): Teardown | undefined {
	const { ir } = file;
	const { field, holding, exit, takers } = waiting;
	if (waiting.isListed && readsLists(ir)) return undefined;
	const naming = ir.naming(field);
	if (naming.length > MOST_FUNCTIONS || naming.some(({ hasNoSyntaxErrors: clean }) => !clean)) return undefined;
	const helpers = new FailureHelpers(file, waiting);
	const isOfTakers = (fn: FunctionIR): boolean => takers.has(fn) || helpers.has(fn);
	if (!waiting.earlier.every((release) => isOfFailure(ir, waiting, release, isOfTakers))) return undefined;
	const isClosed = (fn: FunctionIR): boolean => {
		const taker = takers.get(fn);
		if (taker) return usesOwnRun(ir, taker, waiting);
		return helpers.has(fn) || new FieldEffects(ir, fn, waiting).open.length === 0;
	};
	const open = naming.filter((fn) => !isClosed(fn));
	if (open.length > 0) return forgottenBy(file, waiting, open, isOfTakers);
	const named = new Set(naming);
	const freeing = [...FREES.keys()].flatMap((name) => ir.naming(name)).filter((fn) => !named.has(fn));
	const taking = new Set([...takers.keys()].map(({ name }) => name));
	for (const fn of [...naming, ...freeing.slice(0, MOST_FUNCTIONS)]) {
		// who has allocated the object, or calls who takes the pages, may free it before any are in it
		const isConstructor = fn.calls.some(({ name }) => ALLOCATORS.test(name) || taking.has(name));
		if (!fn.hasNoSyntaxErrors || isConstructor || isOfTakers(fn)) continue;
		const [free] = new FieldEffects(ir, fn, waiting).frees;
		if (free) return { holding, exit, free, fn };
	}
	return undefined;
}

/**
 * A function that frees the object and forgets its pages, where each function that may release them frees the object as well:
 * no object without its pages is ever left.
 */
function forgottenBy(
	file: FileContext,
	waiting: FieldResidence,
	releasing: readonly FunctionIR[],
	isOfTakers: (fn: FunctionIR) => boolean,
): Teardown | undefined {
	const { ir } = file;
	const { holding, exit, takers, record } = waiting;
	const isWhole = (fn: FunctionIR): boolean => new FieldEffects(ir, fn, waiting).objectFrees.length > 0;
	if (!releasing.every((fn) => !takers.has(fn) && isWhole(fn)) || !isMadeWithPages(ir, waiting)) return undefined;
	const releasers = new Set(releasing);
	const freeing = [...FREES.keys()].flatMap((name) => ir.naming(name));
	for (const fn of new Set(freeing)) {
		if (!fn.hasNoSyntaxErrors || releasers.has(fn) || isOfTakers(fn)) continue;
		const [free] = new FieldEffects(ir, fn, waiting).objectFrees;
		if (free && isOnItsOwn(file, fn, (one) => releasers.has(one) || isOfTakers(one)) && !asksForPages(ir, fn, record))
			return { holding, exit, free, fn };
	}
	return undefined;
}

/** Who allocates such an object puts pages into it, wherever it succeeds. */
function isMadeWithPages(ir: FileIR, { takers, record, key }: FieldResidence): boolean {
	const isFilled = [...takers.values()].every(({ fn, exits }) =>
		exits.every((exit) => isFailure(fn, exit) || keeps(fn, exit, key)),
	);
	if (!isFilled) return false;
	const allocating = ir
		.naming(record.replace(/^\w+ /, ''))
		.filter((fn) =>
			[...fn.locals, ...fn.params].some(
				({ name, type }) => type.base === record && valuesOf(fn, name).some((value) => isAllocation(bare(value))),
			),
		);
	return allocating.length > 0 && allocating.every((fn) => takers.has(fn));
}

function isAllocation(value: Expr): boolean {
	return value.kind === 'call' && ALLOCATORS.test(value.name);
}

/** Neither it nor who calls it has to do with a function that takes or releases the pages, or makes objects. */
function isOnItsOwn(file: FileContext, fn: FunctionIR, isOther: (fn: FunctionIR) => boolean): boolean {
	const { ir } = file;
	const around = new Set([fn]);
	for (const one of around) {
		if (around.size > MOST_FUNCTIONS || isOther(one)) return false;
		for (const caller of ir.callers(one.name)) around.add(caller);
	}
	return [...around].every((one) =>
		one.calls.every(({ name }) => {
			const callee = name === '' ? undefined : ir.lookup(name);
			return name !== '' && !ALLOCATORS.test(name) && !(callee && isOther(callee));
		}),
	);
}

/** `if (umem->npages)`, `if (buf->state == PINNED)`: objects without pages are told from others. */
function asksForPages(ir: FileIR, fn: FunctionIR, record: string): boolean {
	return fn.blocks.some(({ test }) => test !== undefined && asksField(test));

	function asksField(expr: Expr): boolean {
		const at = bare(expr);
		if (at.kind === 'field') return typeOfExpr(at.object, fn, ir)?.base === record;
		// a key that is searched for
		const isSearch =
			at.kind === 'binary' && /^[=!]=$/.test(at.op) && isVariableName(at.left) && isVariableName(at.right);
		return !isSearch && at.kind !== 'call' && parts(at).some(asksField);
	}
}

/** `region->handle`, `handle`: no constant. */
function isVariableName(expr: Expr): boolean {
	const name = place(bare(expr));
	return name !== undefined && !/^[A-Z0-9_]+$/.test(name);
}

/** A taker releases in the field what its own run has put there. */
function isOfFailure(
	ir: FileIR,
	waiting: FieldResidence,
	{ fn, release }: FieldResidence['earlier'][number],
	isOfTakers: (fn: FunctionIR) => boolean,
): boolean {
	const taker = waiting.takers.get(fn);
	if (!taker) return isOfTakers(fn);
	const { call } = release;
	const isWithin = fn.start <= call.start && call.start < fn.end;
	const releasing = isWithin ? [call] : callsNamed(fn, ir.around(call.start) ?? '');
	return releasing.length > 0 && releasing.every((one) => releasesOwnRun(taker, one, waiting));
}

/** Fields of records that this file alone knows, whose pages it takes and never releases. */
export function teardowns(file: FileContext): Teardown[] {
	const { ir } = file;
	const ownership = ownershipOf(file);
	if (ownership.byAddress || ir.unread.length > 0) return [];
	return waitingFields(ownership.walked)
		.filter(({ record, field }) => isDeclared(ir, record, field) && !macroWords(file).has(field))
		.flatMap((waiting) => teardownOf(file, waiting) ?? []);
}

/** The record is declared in this file: no other file knows the field. */
function isDeclared(ir: FileIR, record: string, field: string): boolean {
	const tag = /^(?:struct|union) (\w+)$/.exec(record)?.[1];
	return tag !== undefined && ir.field(tag, field) !== undefined;
}
