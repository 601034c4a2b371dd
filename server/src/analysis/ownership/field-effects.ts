/** What a function does with a field that pages wait in. */
import { ALLOCATORS, FREES, readsOnly } from '../../kernel/callees.js';
import { CARRIER_FIELDS, LIST_FREES } from '../../kernel/page-flow.js';
import type { CallExpr, Expr, FileIR, FunctionIR } from '../../syntax/ir.js';
import { typeOfExpr } from '../integers.js';
import { bare, parts, roots } from '../walk.js';
import type { Waiting } from './waiting.js';

/** Calls that copy what an array names. */
const COPIES = /^(?:mem(?:cpy|move)|READ_ONCE|data_race)$/;

/** What a function does with a field: whether any of it may release the pages or tell others of them, and where its memory is freed. */
export class FieldEffects {
	readonly frees: CallExpr[] = [];
	isOpen = false;
	private readonly fn: FunctionIR;
	private readonly ir: FileIR;
	private readonly waiting: Waiting;

	constructor(ir: FileIR, fn: FunctionIR, waiting: Waiting) {
		this.ir = ir;
		this.fn = fn;
		this.waiting = waiting;
		for (const { steps, test } of fn.blocks) {
			for (const step of steps) for (const root of roots(step)) this.look(root, step.kind === 'eval');
			if (test) this.look(test, true);
		}
	}

	/** @param harmless what is done with the value lets nobody have the pages */
	private look(expr: Expr, harmless: boolean): void {
		const at = bare(expr);
		if (this.isField(at)) {
			if (!harmless) this.isOpen = true;
			return;
		}
		if (at.kind === 'call') {
			const frees = FREES.has(at.name) || (this.waiting.isList && LIST_FREES.has(at.name));
			const keeps = !(frees || ALLOCATORS.test(at.name) || readsOnly(at.name)) || COPIES.test(at.name);
			const freed = frees ? at.args[FREES.get(at.name) ?? 0] : undefined;
			if (freed && this.isMemory(pointee(bare(freed)))) this.frees.push(at);
			for (const part of parts(at)) this.look(part, !keeps);
		} else if (at.kind === 'assign') {
			this.look(at.left, true);
			this.look(at.right, false);
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

	/** The field, of this record or of one whose type is not seen. */
	private isField(at: Expr): boolean {
		if (at.kind !== 'field' || at.field !== this.waiting.field) return false;
		const type = typeOfExpr(at.object, this.fn, this.ir);
		return type === undefined || type.base === this.waiting.record;
	}

	/** The array in the field, or the object. */
	private isMemory(at: Expr): boolean {
		if (at.kind === 'field' && this.isField(at)) return this.waiting.isList || !this.waiting.holding.single;
		const type = typeOfExpr(at, this.fn, this.ir);
		return type?.base === this.waiting.record && type.pointers === 1;
	}
}

/** `&buf->table` of a table that is part of the object. */
function pointee(at: Expr): Expr {
	return at.kind === 'unary' && at.op === '&' ? bare(at.operand) : at;
}
