/** What a file would have to know of other files to follow its pages: functions that get or give them, fields they wait in. */
import { ALLOCATORS, FREES, KEEPERS, REFCOUNT_INCREMENTS, readsOnly } from '../kernel/function-models.js';
import { CARRIERS } from '../kernel/page-flow.js';
import type { CallExpr, CType, Expr, FunctionIR } from '../syntax/ir.js';
import type { ApiCall, FileContext } from './context.js';
import { variableType } from './variables.js';
import { bare, everywhere, place, rootOf } from './walk.js';

/** A field of a struct that pages are kept in: record "struct example_ctx", field "pages". */
export interface NeededField {
	readonly record: string;
	readonly field: string;
}

/** A function that is called with pages, or with an object that has them in one of these fields. */
export interface NeededFunction {
	readonly name: string;
	/** Empty: it gets the pages themselves. */
	readonly fields: readonly string[];
}

/** `#include "name"` or `#include <name>` of a file. */
export interface NeededHeader {
	readonly name: string;
	readonly isAngled: boolean;
	/** Path of the file it stands in. */
	readonly from: string;
}

export interface CrossFileDependencies {
	readonly functions: readonly NeededFunction[];
	readonly fields: readonly NeededField[];
	readonly headers: readonly NeededHeader[];
}

export const NO_NEEDS: CrossFileDependencies = { functions: [], fields: [], headers: [] };

/** Callers of one function that takes or releases. */
const MOST_CALLERS = 24;
const HOLDS = /^(?:get|pin|iov-iter|extract|release|helper)$/;

/** `struct page *`, `struct page **`, a scatterlist; a bio is the block layer's, whose functions are known by name. */
function holdsPages(type: CType | undefined): boolean {
	if (type === undefined || type.base === 'struct bio') return false;
	return /^(?:const )?struct (?:page|folio)$/.test(type.base) || CARRIERS.has(type.base);
}

/** Arguments that pages are in. */
function pagesOf(call: ApiCall): Expr[] {
	return ['pages', 'page', 'folios', 'folio'].flatMap((role) => call.arg(role as 'pages') ?? []);
}

class Search {
	readonly functions = new Map<string, Set<string> | undefined>();
	readonly fields = new Map<string, NeededField>();
	private readonly file: FileContext;
	private readonly macros: ReadonlySet<string>;

	constructor(file: FileContext) {
		this.file = file;
		this.macros = new Set(file.ir.macros.map((macro) => macro.name));
	}

	read(fn: FunctionIR): void {
		const objects = this.objects(fn);
		everywhere(fn, (expr) => {
			if (expr.kind === 'call') this.call(fn, objects, expr);
			if (expr.kind === 'assign' && expr.op === '=') {
				const right = bare(expr.right);
				const name = place(expr.left);
				if (right.kind === 'call' && name !== undefined && holdsPages(variableType(fn, name)))
					this.callee(fn, right, undefined);
			}
		});
	}

	/** Variables through which pages are reached, with the fields: "ctx" of `ctx->pages`. The fields are needed as well. */
	private objects(fn: FunctionIR): ReadonlyMap<string, ReadonlySet<string>> {
		const objects = new Map<string, Set<string>>();
		const add = (expr: Expr): void => {
			const name = place(expr) ?? '';
			const root = rootOf(name);
			if (name === root) return;
			const last = /(\w+)(?:\[\])*$/.exec(name)?.[1];
			if (last) objects.set(root, (objects.get(root) ?? new Set()).add(last));
			const record = variableType(fn, root)?.base ?? '';
			const [, field] = /^(?:->|\.)(\w+)(?:\[\])*$/.exec(name.slice(root.length)) ?? [];
			if (field && record.startsWith('struct ') && !CARRIERS.has(record) && !holdsPages(variableType(fn, root)))
				this.fields.set(`${record}.${field}`, { record, field });
		};
		for (const call of this.file.callsOf(fn)) {
			if (!HOLDS.test(call.api.record.group)) continue;
			for (const arg of pagesOf(call)) {
				const at = bare(arg);
				add(at.kind === 'unary' && at.op === '&' ? at.operand : at);
			}
		}
		everywhere(fn, (expr) => {
			if (expr.kind !== 'assign' || expr.op !== '=') return;
			const source = place(bare(expr.right));
			if (source !== undefined && holdsPages(variableType(fn, source))) add(expr.left);
		});
		return objects;
	}

	private call(fn: FunctionIR, objects: ReadonlyMap<string, ReadonlySet<string>>, call: CallExpr): void {
		for (const arg of call.args) {
			const at = bare(arg);
			const name = place(at.kind === 'unary' && at.op === '&' ? at.operand : at);
			if (name === undefined) continue;
			const root = rootOf(name);
			const fields = objects.get(root);
			const last = /(\w+)(?:\[\])*$/.exec(name)?.[1] ?? '';
			if (holdsPages(variableType(fn, root)) || fields?.has(last)) this.callee(fn, call, undefined);
			else if (fields) this.callee(fn, call, fields);
		}
	}

	/** @param fields of the object that is passed; undefined for pages themselves */
	private callee(fn: FunctionIR, { name }: CallExpr, fields: ReadonlySet<string> | undefined): void {
		if (name === '' || this.file.ir.defined.has(name) || this.macros.has(name)) return;
		if (this.file.kernel.api(name) || REFCOUNT_INCREMENTS.has(name) || FREES.has(name) || KEEPERS.has(name)) return;
		if (readsOnly(name) || ALLOCATORS.test(name) || variableType(fn, name)) return;
		const known = this.functions.get(name);
		if (this.functions.has(name) && !known) return;
		this.functions.set(name, fields && new Set([...(known ?? []), ...fields]));
	}
}

/**
 * What would have to be known, in the order of the text.
 * @param linked names of functions of other files that are part of the text: all of them are read, of the file's own those
 * that hold pages
 */
export function needsOf(file: FileContext, linked: Iterable<string> = []): CrossFileDependencies {
	// no rule says anything of the memory management itself
	if (file.area === 'mm') return NO_NEEDS;
	const search = new Search(file);
	const holding = new Set<FunctionIR>();
	for (const call of file.calls) if (call.fn && HOLDS.test(call.api.record.group)) holding.add(call.fn);
	for (const fn of [...holding])
		for (const caller of file.ir.callers(fn.name).slice(0, MOST_CALLERS)) holding.add(caller);
	for (const name of linked) {
		const fn = file.ir.lookup(name);
		if (fn) holding.add(fn);
	}
	for (const fn of holding) if (fn.hasNoSyntaxErrors) search.read(fn);
	const functions = [...search.functions].map(([name, fields]) => ({ name, fields: [...(fields ?? [])] }));
	return { functions, fields: [...search.fields.values()], headers: [] };
}
