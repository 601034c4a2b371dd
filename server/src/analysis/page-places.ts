/** Names for the places pages are kept in, the same in every function of a file: "struct example_buf.pages". */
import { CARRIER_FIELDS, CARRIERS, FOLIO_FIELDS, VIEW_OF } from '../kernel/page-flow.js';
import type { CType, Expr, FileIR, FunctionIR } from '../syntax/ir.js';
import { typeOfExpr } from './integers.js';
import { variableType } from './variables.js';
import { bare } from './walk.js';

/** Fields of a record are one place in the whole file; variables are places of their function. */
export type Root =
	| { readonly kind: 'variable'; readonly fn: FunctionIR; readonly name: string }
	| { readonly kind: 'record'; readonly name: string }
	| { readonly kind: 'global'; readonly name: string };

export interface PagePlace {
	readonly root: Root;
	/** Fields from the root on; elements, addresses and the insides of carriers are not told apart. */
	readonly path: readonly string[];
	/** The variable the expression starts with, where the root is a record. */
	readonly through?: { readonly fn: FunctionIR; readonly name: string; readonly path: readonly string[] };
}

/** What an expression denotes, as far as pages go. */
export type Level = 'page' | 'array' | 'carrier' | 'raw' | 'unknown' | 'none';

const PAGE = /^(?:const )?struct (?:page|folio)$/;

function recordOf(type: CType | undefined): string | undefined {
	const base = type?.base.replace(/\bconst\b/g, '').trim();
	return base && /^(?:struct |union )?\w+$/.test(base) && !/^(?:void|char|int|long|bool|u?int\d*_t|[us]\d+)$/.test(base)
		? base
		: undefined;
}

export function isCarrier(type: CType | undefined): boolean {
	return type !== undefined && CARRIERS.has(recordOf(type) ?? '');
}

/** Stands for any field of a record. */
export const ANY_FIELD = '*';

/** Key that equal places share. */
export function keyOf({ root, path }: PagePlace): string {
	const start =
		root.kind === 'variable' ? `${root.fn.name}#${root.fn.variant}(${root.name})` : `${root.kind} ${root.name}`;
	return [start, ...path].join('.');
}

/** The record reached by `path` inside `record`, and what of the path is left, as far as this file declares it. */
function nested(file: FileIR, record: string, path: readonly string[]): { record: string; path: readonly string[] } {
	let at = { record, path };
	while (at.path.length > 1) {
		const type = file.field(at.record.replace(/^(?:struct|union) /, ''), at.path[0] as string);
		const inner = recordOf(type);
		if (!type || !inner || PAGE.test(inner) || CARRIERS.has(inner)) return at;
		at = { record: inner, path: at.path.slice(1) };
	}
	return at;
}

/** The place `path` inside a variable. */
export function placeIn(file: FileIR, fn: FunctionIR, name: string, path: readonly string[]): PagePlace {
	const type = variableType(fn, name);
	if (!type) return { root: { kind: 'global', name }, path };
	const record = recordOf(type);
	if (path.length === 0 || !record || CARRIERS.has(record) || PAGE.test(record))
		return { root: { kind: 'variable', fn, name }, path };
	const inner = nested(file, record, path);
	return { root: { kind: 'record', name: inner.record }, path: inner.path, through: { fn, name, path } };
}

/** The place further inside another. */
export function within(file: FileIR, outer: PagePlace, path: readonly string[]): PagePlace {
	if (path.length === 0) return outer;
	if (outer.root.kind === 'variable') return placeIn(file, outer.root.fn, outer.root.name, [...outer.path, ...path]);
	if (outer.root.kind === 'global') return { ...outer, path: [...outer.path, ...path] };
	const inner = nested(file, outer.root.name, [...outer.path, ...path]);
	const through = outer.through && { ...outer.through, path: [...outer.through.path, ...path] };
	return { root: { kind: 'record', name: inner.record }, path: inner.path, ...(through && { through }) };
}

/** The field only leads into a carrier or to the page of a folio. */
function isInside(object: Expr, field: string, fn: FunctionIR, file: FileIR): boolean {
	const type = typeOfExpr(object, fn, file);
	if (CARRIER_FIELDS.has(field)) return type === undefined || isCarrier(type);
	return FOLIO_FIELDS.has(field) && type !== undefined && (isCarrier(type) || PAGE.test(recordOf(type) ?? ''));
}

/** The place an expression denotes; undefined for what cannot be followed. */
export function locate(expr: Expr, fn: FunctionIR, file: FileIR): PagePlace | undefined {
	const path: string[] = [];
	let at = bare(expr);
	for (;;) {
		if (at.kind === 'unary' && /^(?:[&*]|\+\+|--)$/.test(at.op)) at = bare(at.operand);
		else if (at.kind === 'index') at = bare(at.object);
		else if (at.kind === 'binary' && (at.op === '+' || at.op === '-')) at = bare(at.left);
		else if (at.kind === 'call') {
			const view = VIEW_OF.get(at.name);
			const inner = view === undefined ? undefined : at.args[view];
			if (!inner) return undefined;
			at = bare(inner);
		} else if (at.kind === 'field') {
			if (!isInside(at.object, at.field, fn, file)) path.unshift(at.field);
			at = bare(at.object);
		} else break;
	}
	return at.kind === 'name' && at.name !== 'NULL' ? placeIn(file, fn, at.name, path) : undefined;
}

/** Whether an expression is one page, many, an object that carries some, or none of these. */
export function levelOf(at: Expr, fn: FunctionIR, file: FileIR): Level {
	if (at.kind === 'cast') {
		const level = levelOfType(at.type);
		return level === 'none' || level === 'raw' ? levelOf(at.operand, fn, file) : level;
	}
	if (at.kind === 'unary' && at.op === '&') return addressed(levelOf(at.operand, fn, file));
	if (at.kind === 'unary' && (at.op === '++' || at.op === '--')) return levelOf(at.operand, fn, file);
	if (at.kind === 'binary' && (at.op === '+' || at.op === '-')) return levelOf(at.left, fn, file);
	if (at.kind === 'call')
		return VIEW_OF.has(at.name)
			? /^(?:sg_next|sg_last|bio_first_bvec_all)$/.test(at.name)
				? 'carrier'
				: 'page'
			: 'unknown';
	if (at.kind === 'field' && isInside(at.object, at.field, fn, file))
		return /^(?:bv_page|page|folio)$/.test(at.field) ? 'page' : 'carrier';
	const type = typeOfExpr(at, fn, file);
	return type ? levelOfType(type) : 'unknown';
}

function addressed(level: Level): Level {
	return level === 'page' ? 'array' : level;
}

/** The same of a type. */
export function levelOfType(type: CType): Level {
	const depth = type.pointers + (type.array ? 1 : 0);
	if (PAGE.test(type.base)) return depth >= 2 ? 'array' : 'page';
	if (isCarrier(type)) return 'carrier';
	if (/^(?:const )?void$/.test(type.base)) return 'raw';
	return 'none';
}
