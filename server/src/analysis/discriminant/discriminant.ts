/**
 * Whether a field beside the pages tells, wherever they are released, user pages from pages of another origin: the discriminant
 * of a tagged union, shown to be up to date in every function that stores the one or the other.
 */
import type { FunctionIR } from '../../syntax/ir.js';
import type { FileContext } from '../context.js';
import { typeOfExpr } from '../integers.js';
import { keyOf, locate } from '../page-places.js';
import { type PassedTest, testsAt } from '../path-tests.js';
import { elementOf } from '../single-definition.js';
import { bare, place, rootOf } from '../walk.js';
import { FieldUses } from './field-uses.js';
import { isPlainField } from './plain-field.js';
import type { Asked, Discriminant, Told } from './question.js';
import { constantOf } from './stored-side.js';
import { Proof } from './up-to-date.js';

/**
 * The side of a test at the release on which the user pages are, while all others of the same place are on the other.
 * @returns undefined: nothing is shown to tell them apart
 */
export function toldApart(asked: Asked): Told | undefined {
	const { file, fn, pages } = asked;
	const stored = elementOf(fn, pages) ?? pages;
	const at = locate(stored, fn, file.ir);
	const object = rootOf(place(stored) ?? '');
	if (at?.root.kind !== 'record' || at.path.length !== 1 || object === '') return undefined;
	const key = keyOf(at);
	const holder = { key, record: at.root.name, field: at.path[0] as string };
	if (!isPlainField(file, holder)) return undefined;
	const only = new Proof(new FieldUses(asked, holder, undefined)).heldAt();
	if (only) return { side: only, field: undefined };
	for (const discriminant of discriminants(asked, object)) {
		if (discriminant.field === holder.field || discriminant.record !== holder.record) continue;
		if (!isPlainField(file, discriminant)) continue;
		const proof = new Proof(new FieldUses(asked, holder, discriminant));
		if (!proof.isStillTested(fn, object)) continue;
		const isStored = proof.hasOtherRelease();
		for (const side of ['here', 'elsewhere'] as const)
			if (proof.holds(side)) return { side, field: isStored ? discriminant.field : undefined };
	}
	return undefined;
}

/**
 * Wherever pages of the taking calls are in the object, the field was stored since they were taken, in the same object: what is
 * stored beside it, in the function that takes, is about these pages.
 * @param pages that are released, as a field of an object or an element of it
 */
export function isStoredWith(asked: Asked, field: string): boolean {
	const { file, fn, pages } = asked;
	const at = locate(elementOf(fn, pages) ?? pages, fn, file.ir);
	if (at?.root.kind !== 'record' || at.path.length !== 1) return false;
	const record = at.root.name;
	const holder = { key: keyOf(at), record, field: at.path[0] as string };
	if (!isPlainField(file, holder) || (field !== holder.field && !isPlainField(file, { record, field }))) return false;
	const any = { record, field, constant: undefined, truth: true, isAny: true } as const;
	return new Proof(new FieldUses(asked, holder, any)).holds('here');
}

function discriminants({ file, fn, call }: Asked, object: string): Discriminant[] {
	return [...testsAt(fn, call).values()].flatMap((passed) => discriminantOf(file, fn, passed, object));
}

/** @param object the variable through which the pages are released: the test has to be about the same */
function discriminantOf(
	file: FileContext,
	fn: FunctionIR,
	{ test, truth }: PassedTest,
	object: string,
): Discriminant[] {
	const at = bare(test);
	const sides = at.kind === 'binary' && at.op === '==' ? [bare(at.left), bare(at.right)] : [at];
	const asked = sides.find((side) => side.kind === 'field');
	const other = sides.find((side) => side !== asked);
	const constant = other && constantOf(other);
	if (asked?.kind !== 'field' || (other && !constant) || place(asked.object) !== object) return [];
	const record = typeOfExpr(asked.object, fn, file.ir)?.base;
	return record ? [{ record, field: asked.field, constant, truth }] : [];
}
