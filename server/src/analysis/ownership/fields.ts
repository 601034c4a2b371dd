/** Fields that pages are kept in: taken into in one function of the file, given back in another. */
import { ALLOCATORS, REFCOUNT_INCREMENTS } from '../../kernel/function-models.js';
import { insertion, listCall } from '../../kernel/sinks/index.js';
import type { CallExpr, Expr, FileIR, FunctionIR } from '../../syntax/ir.js';
import { variableType } from '../variables.js';
import { bare, everywhere, isNull, isVariable, place, rootOf } from '../walk.js';
import type { FunctionResult } from './function-walk.js';
import { withoutGhostMark } from './ghost-names.js';
import type { OwnershipState } from './state.js';

/** Functions that name one field and are followed. */
const MOST_FUNCTIONS = 24;

/** A call on the pages of a field. */
interface Use {
	readonly fn: FunctionIR;
	readonly call: CallExpr;
	/** Kind of reference that is taken or given back. */
	readonly held: string;
	readonly place: string;
}

export interface FieldUse {
	readonly takes: readonly Use[];
	readonly releases: readonly Use[];
}

/** "struct umem: pgs": the same for every variable of that type. */
export function keyOf(fn: FunctionIR, name: string): string | undefined {
	const root = rootOf(name);
	const type = variableType(fn, root);
	const rest = withoutGhostMark(name).slice(root.length).replaceAll('[]', '').replaceAll('->', '.');
	return type && rest.startsWith('.') ? `${type.base}:${rest}` : undefined;
}

/** The same of a place on a path, by the struct nearest to the field: `vm->page` also where `vm` was read from another object. */
export function keyOn(fn: FunctionIR, { aliases }: OwnershipState, name: string): string | undefined {
	let nearest: { readonly local: string; readonly place: string } | undefined;
	for (const [local, { address, place }] of aliases)
		if (!address && name.startsWith(`${place}->`) && place.length > (nearest?.place.length ?? 0))
			nearest = { local, place };
	return keyOf(fn, nearest ? nearest.local + name.slice(nearest.place.length) : name);
}

export function lastField(name: string): string | undefined {
	return /(\w+)(?:\[\])*$/.exec(withoutGhostMark(name))?.[1];
}

/** The call puts pages into a container that it is given. */
function putsInto({ name }: CallExpr): boolean {
	return listCall(name)?.into !== undefined || insertion(name)?.whole === true;
}

/**
 * Something other than a taking call puts pages into the field, or takes a further reference on them.
 * @param stored starts of the assignments that put taken pages there; where there are some, every other one is another source
 */
function hasOtherSource(fn: FunctionIR, field: string, stored: ReadonlySet<number>): boolean {
	let found = false;
	const visit = (expr: Expr): void => {
		if (expr.kind === 'call' && putsInto(expr) && stored.size > 0 && !stored.has(expr.nameRange.start)) found = true;
		if (expr.kind === 'call' && REFCOUNT_INCREMENTS.has(expr.name))
			found ||= expr.args.some((arg) => new RegExp(`\\b${field}\\b`).test(place(arg) ?? ''));
		if (expr.kind !== 'assign') return;
		const left = bare(expr.left);
		const right = bare(expr.right);
		const name = place(left) ?? '';
		// a variable may have the name of the field
		if (isVariable(name) || lastField(name) !== field) return;
		const isMemory = right.kind === 'call' && ALLOCATORS.test(right.name);
		const other = stored.size > 0 && expr.op === '=' && !isNull(right) && !isMemory && !stored.has(expr.left.start);
		const element = left.kind === 'index' || (left.kind === 'unary' && left.op === '*');
		const page =
			right.kind === 'call' && /page|folio/.test(right.name) && !/alloc_array|get_free_page|zalloc/.test(right.name);
		if (other || ((element || page) && !isNull(right) && !stored.has(expr.left.start))) found = true;
	};
	everywhere(fn, visit);
	return found;
}

/**
 * Uses of each field whose pages have one source in this file.
 * @param walk follows a function that has not been followed yet
 */
export function fieldUses(
	ir: FileIR,
	walked: readonly FunctionResult[],
	walk: (fn: FunctionIR) => FunctionResult,
): FieldUse[] {
	const fields = new Map<string, { field: string; takes: Use[]; releases: Use[]; stored: Set<number> }>();
	for (const { fn, events } of walked)
		for (const event of events) {
			if (event.kind !== 'field' || !event.takes) continue;
			const { key } = event;
			const field = lastField(event.place);
			if (key === undefined || field === undefined) continue;
			const known = fields.get(key) ?? { field, takes: [], releases: [], stored: new Set() };
			fields.set(key, known);
			if (event.stored !== undefined) known.stored.add(event.stored);
			if (!known.takes.some((use) => use.call === event.call)) known.takes.push({ fn, ...event });
		}
	return [...fields].flatMap(([key, { field, takes, releases, stored }]) => {
		const functions = ir.naming(field).slice(0, MOST_FUNCTIONS);
		if (functions.some((fn) => !fn.hasNoSyntaxErrors || hasOtherSource(fn, field, stored))) return [];
		for (const fn of functions)
			for (const event of walk(fn).events) {
				if (event.kind !== 'field' || event.takes || event.key !== key) continue;
				// one in a helper is met again where it stands
				if (event.call.start < fn.start || event.call.start >= fn.end) continue;
				if (!releases.some((use) => use.call === event.call)) releases.push({ fn, ...event });
			}
		return [{ takes, releases }];
	});
}
