/** What functions do with the field that holds the pages, and with the one that tells what they are. */
import { FREES, readsOnly } from '../../kernel/function-models.js';
import { ARRAY_COPIERS, ARRAY_READERS, STORES } from '../../kernel/page-flow.js';
import { RELEASES } from '../../kernel/release-models.js';
import type { CallExpr, Expr, FunctionIR } from '../../syntax/ir.js';
import { isAppended, isWhole } from '../array-fills.js';
import type { FileContext } from '../context.js';
import { typeOfExpr } from '../integers.js';
import { macroWords } from '../macro-words.js';
import { keyOf, levelOf, locate } from '../page-places.js';
import { takenInto } from '../points-to-constraints.js';
import { AS_MEMORY, isObject, isZeroed } from '../record-memory.js';
import { elementOf, isSetOnce } from '../single-definition.js';
import { bare, everywhere, isNull, place, rootOf } from '../walk.js';
import type { Asked, Discriminant, Holder, Side } from './question.js';
import { sideOf } from './stored-side.js';

export class FieldUses {
	readonly asked: Asked;
	readonly holder: Holder;
	readonly by: Discriminant | undefined;
	/** Functions that name one of both. */
	readonly functions: ReadonlySet<FunctionIR>;
	private readonly touching = new Map<string, boolean>();

	constructor(asked: Asked, holder: Holder, by: Discriminant | undefined) {
		const { ir } = asked.file;
		this.asked = asked;
		this.holder = holder;
		this.by = by;
		this.functions = new Set([...ir.naming(holder.field), ...(by ? ir.naming(by.field) : [])]);
	}

	isReleased(fn: FunctionIR, call: CallExpr): boolean {
		const pages = call.args[RELEASES.get(call.name) ?? call.args.length];
		return pages !== undefined && this.isHolder(fn, elementOf(fn, pages) ?? pages);
	}

	isHolder(fn: FunctionIR, expr: Expr): boolean {
		const at = locate(expr, fn, this.asked.file.ir);
		return at !== undefined && keyOf(at) === this.holder.key;
	}

	isDiscriminant(fn: FunctionIR, expr: Expr): boolean {
		const at = bare(expr);
		if (!this.by || at.kind !== 'field' || at.field !== this.by.field) return false;
		return typeOfExpr(at.object, fn, this.asked.file.ir)?.base === this.by.record;
	}

	/** Pages are stored from the first place on, so that none were there: they would be lost. */
	fillsFromStart(fn: FunctionIR): boolean {
		const stores: boolean[] = [];
		everywhere(fn, (expr) => {
			if (expr.kind === 'assign' && this.isHolder(fn, expr.left) && !isNull(expr.right))
				stores.push(!isAppended(fn, bare(expr.left)));
			const taking = expr.kind === 'call' ? this.asked.takings.get(expr.start) : undefined;
			const pages = taking && takenInto(taking);
			if (pages && this.isHolder(fn, pages)) stores.push(isWhole(pages));
		});
		return stores.length > 0 && stores.every((isFirst) => isFirst);
	}

	/** Of two objects of the record, one could hold the pages and the other be told about. */
	isOneObject(fn: FunctionIR): boolean {
		if (this.hasAlias(fn)) return false;
		const names = new Set<string>();
		let escapes = false;
		everywhere(fn, (expr) => {
			if (expr.kind === 'field' && (this.isDiscriminant(fn, expr) || this.isHolder(fn, expr)))
				names.add(rootOf(place(expr) ?? ''));
			else if (expr.kind === 'unary' && /^(?:&|\+\+|--)$/.test(expr.op) && this.isDiscriminant(fn, expr.operand))
				escapes = true;
		});
		const [name] = names;
		return !escapes && names.size <= 1 && (name === undefined || isSetOnce(fn, name));
	}

	/** The place has another name, or somebody else fills it. */
	private hasAlias(fn: FunctionIR): boolean {
		let found = false;
		// the array itself, and not one of its elements
		const isWhole = (expr: Expr): boolean => {
			const at = bare(expr);
			const inner = bare(at.kind === 'binary' ? at.left : at.kind === 'unary' && at.op === '&' ? at.operand : at);
			const isArray = at.kind !== 'unary' && /^(?:array|carrier|unknown)$/.test(levelOf(inner, fn, this.asked.file.ir));
			return (isArray || (at.kind === 'unary' && at.op === '&')) && this.isHolder(fn, inner);
		};
		const isScalar = (expr: Expr): boolean => {
			const at = bare(expr);
			return at.kind === 'field' && levelOf(at, fn, this.asked.file.ir) === 'unknown';
		};
		everywhere(fn, (expr) => {
			if (expr.kind === 'assign' && isWhole(expr.right) && !isScalar(expr.right)) found = true;
			if (expr.kind === 'list' && expr.items.some((item) => this.isHolder(fn, item))) found = true;
			if (expr.kind === 'call' && !leavesAlone(expr.name) && !this.asked.takings.has(expr.start))
				if (expr.args.some((arg) => isWhole(arg) && !isScalar(arg))) found = true;
			if (expr.kind === 'call' && !(this.by?.isAny && takesValues(this.asked.file, expr)))
				if (expr.args.some((arg) => this.by && this.isDiscriminant(fn, arg))) found = true;
			if (expr.kind === 'assign' && expr.op !== '=' && this.isDiscriminant(fn, expr.left)) found = true;
		});
		for (const { steps } of fn.blocks)
			for (const step of steps)
				if (step.kind === 'declare' && step.init && isWhole(step.init) && !isScalar(step.init)) found = true;
		return found;
	}

	/** The call may store one of both, now or in a callback: it finds them up to date and leaves them so. */
	touches(fn: FunctionIR, call: CallExpr): boolean {
		const callee = this.asked.file.ir.lookup(call.name);
		if (callee) return this.reaches(callee);
		if (call.name === '') return true;
		// who gets the object may have it used elsewhere
		if (RELEASES.has(call.name) || this.asked.takings.has(call.start)) return false;
		const { file } = this.asked;
		return !isZeroed(file, call, this.holder.record) && call.args.some((arg) => isObject(fn, arg, this.holder.record));
	}

	private reaches(callee: FunctionIR): boolean {
		const known = this.touching.get(callee.name);
		if (known !== undefined) return known;
		this.touching.set(callee.name, this.functions.has(callee));
		const found = this.functions.has(callee) || callee.calls.some((call) => this.touches(callee, call));
		this.touching.set(callee.name, found);
		return found;
	}

	/** Where a value puts the discriminant. */
	sideOf(fn: FunctionIR, value: Expr): Side | 'unknown' {
		return this.by ? sideOf(this.asked.file.text, this.by, fn, value) : 'unknown';
	}
}

/** The call cannot change what it is given the value of: it is no macro that stores. */
function takesValues(file: FileContext, { name }: CallExpr): boolean {
	if (file.ir.lookup(name) || readsOnly(name) || ARRAY_COPIERS.has(name)) return !AS_MEMORY.has(name);
	return /^[a-z_][a-z0-9_]*$/.test(name) && !AS_MEMORY.has(name) && !STORES.has(name) && !macroWords(file).has(name);
}

/** Whoever is called stores nothing in an array of pages, and keeps no name of it. */
function leavesAlone(name: string): boolean {
	if (RELEASES.has(name) || FREES.has(name) || ARRAY_COPIERS.has(name)) return true;
	return (readsOnly(name) || ARRAY_READERS.has(name)) && !STORES.has(name) && !AS_MEMORY.has(name);
}
