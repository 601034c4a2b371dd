/** What a function does with a field that pages wait in. */
import { ALLOCATORS, FREES, readsOnly } from '../../kernel/function-models.js';
import {
	CARRIER_FIELDS,
	CURSORS,
	ENTRY_WALKS,
	LIST_FREES,
	LIST_READERS,
	VIEW_OF,
	WALKS,
} from '../../kernel/page-flow.js';
import type { CallExpr, Expr, FileIR, FunctionIR, Range, Step } from '../../syntax/ir.js';
import { typeOfExpr } from '../integers.js';
import { isLocal, shadowedNames } from '../variables.js';
import { bare, everywhere, parts, roots } from '../walk.js';
import { isRemoval } from './entries.js';
import type { FieldResidence } from './field-residence.js';

/** Calls that copy what an array names. */
const COPIES = /^(?:mem(?:cpy|move)|READ_ONCE|data_race)$/;

/** They make a scatterlist of an array of pages. */
const TABLE_MAKERS = /^_*sg_alloc_(?:append_)?table_from_pages/;

/** The file reads pages out of scatterlists, or finds them by a frame number. */
export function readsLists(ir: FileIR): boolean {
	return ['sg_page', 'sg_page_iter_page', 'for_each_sg_page', 'for_each_sgtable_page', 'page_link'].some(
		(name) => ir.naming(name).length > 0,
	);
}

interface OpenUse extends Range {
	readonly block: number;
}

/** What a function does with a field: where it may release the pages or tell others of them, and where its memory is freed. */
export class FieldEffects {
	readonly frees: CallExpr[] = [];
	/** Of these, those of the object with the field. */
	readonly objectFrees: CallExpr[] = [];
	/** Uses that may release the pages or tell others of them. */
	readonly open: OpenUse[] = [];
	private readonly fn: FunctionIR;
	private readonly ir: FileIR;
	private readonly waiting: FieldResidence;
	/** Variables that are the field, or its address, wherever they have a value. */
	private readonly aliases: ReadonlySet<string>;
	private block = 0;

	constructor(ir: FileIR, fn: FunctionIR, waiting: FieldResidence) {
		this.ir = ir;
		this.fn = fn;
		this.waiting = waiting;
		this.aliases = this.findAliases();
		for (const { id, steps, test } of fn.blocks) {
			this.block = id;
			for (const step of steps) {
				const isAlias = step.kind === 'declare' && this.aliases.has(step.variable.name);
				if (step.kind === 'each') this.lookAtWalk(step);
				else if (!isAlias) for (const root of roots(step)) this.look(root, step.kind === 'eval');
			}
			if (test) this.look(test, true);
		}
	}

	/** A walk over the entries lets nobody have them: what is done with the variable tells. */
	private lookAtWalk({ macro, args }: Step & { readonly kind: 'each' }): void {
		const [moving, over] = walkOf(macro) ?? [];
		const cursor = moving === undefined ? undefined : args[moving];
		const isFollowed = cursor !== undefined && this.aliases.has(variableIn(cursor) ?? '');
		for (const [i, arg] of args.entries()) if (i !== moving) this.look(arg, i === over && isFollowed);
	}

	private findAliases(): ReadonlySet<string> {
		const values = new Map<string, Expr[]>();
		const set = (name: string, value: Expr): void => {
			values.set(name, [...(values.get(name) ?? []), value]);
		};
		for (const { steps } of this.fn.blocks)
			for (const step of steps) {
				if (step.kind === 'declare' && step.init) set(step.variable.name, step.init);
				const [moving, over] = (step.kind === 'each' && walkOf(step.macro)) || [];
				if (step.kind !== 'each' || moving === undefined || over === undefined) continue;
				const cursor = step.args[moving] && variableIn(step.args[moving]);
				if (cursor !== undefined && step.args[over]) set(cursor, step.args[over]);
			}
		everywhere(this.fn, (expr) => {
			const left = expr.kind === 'assign' ? bare(expr.left) : undefined;
			if (expr.kind === 'assign' && left?.kind === 'name') set(left.name, expr.right);
		});
		const shadowed = shadowedNames(this.fn);
		return new Set(
			[...values].flatMap(([name, all]) => {
				const others = all.filter((value) => !isNextOf(value, name));
				const isCursor = others.every((value) => this.isField(pointee(bare(value))));
				const isOne = others.length === 1 || (this.waiting.isList && others.length > 0);
				return isOne && isCursor && isLocal(this.fn, name) && !shadowed.has(name) ? name : [];
			}),
		);
	}

	/** @param harmless what is done with the value lets nobody have the pages */
	private look(expr: Expr, harmless: boolean): void {
		const at = bare(expr);
		if (this.isField(at) || (at.kind === 'name' && this.aliases.has(at.name))) {
			if (!harmless) this.open.push({ start: at.start, end: at.end, block: this.block });
			return;
		}
		if (at.kind === 'call') {
			const frees = FREES.has(at.name) || (this.waiting.isList && LIST_FREES.has(at.name));
			const isSeen = frees || ALLOCATORS.test(at.name) || readsOnly(at.name) || this.isTable(at.name);
			const keeps = !isSeen || COPIES.test(at.name);
			const freed = frees ? at.args[FREES.get(at.name) ?? 0] : undefined;
			if (freed && this.isMemory(pointee(bare(freed)))) this.frees.push(at);
			if (freed && this.isObject(pointee(bare(freed)))) this.objectFrees.push(at);
			// `page_to_phys(sg_page(sg))`: what is done with the page tells
			const isOfPage = VIEW_OF.has(at.name) || (LIST_READERS.has(at.name) && !isRemoval(at.name));
			const isPassed = harmless && isOfPage;
			for (const part of parts(at)) this.look(part, isPassed || !keeps);
		} else if (at.kind === 'assign') {
			const left = bare(at.left);
			this.look(left, true);
			if (!(left.kind === 'name' && this.aliases.has(left.name))) this.look(at.right, false);
		} else if (at.kind === 'binary' && /^(?:==|!=|<|>|<=|>=|&&|\|\|)$/.test(at.op))
			for (const part of parts(at)) this.look(part, true);
		else if (at.kind === 'unary' && at.op === '!') this.look(at.operand, true);
		else if (at.kind === 'index') {
			this.look(at.object, harmless);
			this.look(at.index, true);
		} else {
			// a number of entries, the length of one
			const isNumber = this.waiting.isList && at.kind === 'field' && !CARRIER_FIELDS.has(at.field);
			for (const part of parts(at)) this.look(part, harmless || isNumber);
		}
	}

	/** `sg_alloc_table_from_pages()`: a table of the pages is no way to release them where the file reads none out of tables. */
	private isTable(name: string): boolean {
		return TABLE_MAKERS.test(name) && !readsLists(this.ir);
	}

	/** The field, of this record or of one whose type is not seen. */
	private isField(at: Expr): boolean {
		if (at.kind !== 'field' || at.field !== this.waiting.field) return false;
		const type = typeOfExpr(at.object, this.fn, this.ir);
		return type === undefined || type.base === this.waiting.record;
	}

	/** The array in the field, or the object. */
	private isMemory(at: Expr): boolean {
		if (this.isField(at) || (at.kind === 'name' && this.aliases.has(at.name)))
			return this.waiting.isList || !this.waiting.holding.single;
		return this.isObject(at);
	}

	private isObject(at: Expr): boolean {
		const type = typeOfExpr(at, this.fn, this.ir);
		return type?.base === this.waiting.record && type.pointers === 1;
	}
}

/** Arguments of a loop macro: the variable that is a cursor or an entry, and what it goes through. */
function walkOf(macro: string): readonly [number, number] | undefined {
	return WALKS.get(macro) ?? ENTRY_WALKS.get(macro);
}

/** `cursor`, `&cursor` */
function variableIn(expr: Expr): string | undefined {
	const at = pointee(bare(expr));
	return at.kind === 'name' ? at.name : undefined;
}

/** `sg = sg_next(sg)` */
function isNextOf(value: Expr, name: string): boolean {
	const at = bare(value);
	const [from] = at.kind === 'call' && CURSORS.has(at.name) ? at.args : [];
	return from !== undefined && variableIn(from) === name;
}

/** `&buf->table` of a table that is part of the object. */
function pointee(at: Expr): Expr {
	return at.kind === 'unary' && at.op === '&' ? bare(at.operand) : at;
}
