/** Pages that wait in a field of an object, whose memory is freed while nothing in the file ever releases them. */
import { ALLOCATORS, FREES } from '../../kernel/function-models.js';
import { callsNamed } from '../../syntax/calls.js';
import type { CallExpr, FileIR, FunctionIR } from '../../syntax/ir.js';
import type { FileContext } from '../context.js';
import { macroWords } from '../macro-words.js';
import { FailureHelpers, releasesOwnRun, usesOwnRun } from './failure-paths.js';
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
	if (!naming.every(isClosed)) return undefined;
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
