/** Fields that pages are kept in: taken into in one function of the file, given back in another. */
import { TAKERS } from '../../kernel/callees.js';
import type { CallExpr, Expr, FileIR, FunctionIR } from '../../syntax/ir.js';
import { variableType } from '../integers.js';
import { bare, place, postorder, rootOf, roots } from '../walk.js';
import type { Walked } from './body.js';
import { unmarked } from './former.js';

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
	const rest = unmarked(name).slice(root.length).replaceAll('[]', '').replaceAll('->', '.');
	return type && rest.startsWith('.') ? `${type.base}:${rest}` : undefined;
}

export function lastField(name: string): string | undefined {
	return /(\w+)(?:\[\])*$/.exec(unmarked(name))?.[1];
}

/** Something other than a taking call puts pages into the field, or takes a further reference on them. */
function hasOtherSource(fn: FunctionIR, field: string): boolean {
	let found = false;
	const visit = (expr: Expr): void => {
		if (expr.kind === 'call' && TAKERS.has(expr.name))
			found ||= expr.args.some((arg) => new RegExp(`\\b${field}\\b`).test(place(arg) ?? ''));
		if (expr.kind !== 'assign') return;
		const left = bare(expr.left);
		const right = bare(expr.right);
		const name = place(left) ?? '';
		if (lastField(name) !== field) return;
		const element = left.kind === 'index' || (left.kind === 'unary' && left.op === '*');
		const page =
			right.kind === 'call' && /page|folio/.test(right.name) && !/alloc_array|get_free_page|zalloc/.test(right.name);
		if ((element || page) && !(right.kind === 'name' && right.name === 'NULL')) found = true;
	};
	for (const block of fn.blocks) {
		for (const step of block.steps) for (const root of roots(step)) postorder(root, visit);
		if (block.test) postorder(block.test, visit);
	}
	return found;
}

/**
 * Uses of each field whose pages have one source in this file.
 * @param walk follows a function that has not been followed yet
 */
export function fieldUses(ir: FileIR, walked: readonly Walked[], walk: (fn: FunctionIR) => Walked): FieldUse[] {
	const fields = new Map<string, { field: string; takes: Use[]; releases: Use[] }>();
	for (const { fn, events } of walked)
		for (const event of events) {
			if (event.kind !== 'field' || !event.takes) continue;
			const key = keyOf(fn, event.place);
			const field = lastField(event.place);
			if (key === undefined || field === undefined) continue;
			const known = fields.get(key) ?? { field, takes: [], releases: [] };
			fields.set(key, known);
			if (!known.takes.some((use) => use.call === event.call)) known.takes.push({ fn, ...event });
		}
	return [...fields].flatMap(([key, { field, takes, releases }]) => {
		const functions = ir.naming(field).slice(0, MOST_FUNCTIONS);
		if (functions.some((fn) => !fn.clean || hasOtherSource(fn, field))) return [];
		for (const fn of functions)
			for (const event of walk(fn).events) {
				if (event.kind !== 'field' || event.takes || keyOf(fn, event.place) !== key) continue;
				if (!releases.some((use) => use.call === event.call)) releases.push({ fn, ...event });
			}
		return [{ takes, releases }];
	});
}
