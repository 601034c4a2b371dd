/** Pages that wait in a field of an object, whose memory is freed while nothing in the file ever releases them. */
import { ALLOCATORS, FREES, readsOnly } from '../../kernel/callees.js';
import type { CallExpr, Expr, FileIR, FunctionIR } from '../../syntax/ir.js';
import { typeOfExpr } from '../integers.js';
import { bare, parts, roots } from '../walk.js';
import type { Exit, Walked } from './body.js';
import { fails } from './contract.js';
import { keyOn, lastField } from './fields.js';
import type { Holding } from './state.js';

/** Functions that name one field, or free memory, and are looked at. */
const MOST_FUNCTIONS = 24;
/** Calls that copy what an array names. */
const COPIES = /^(?:mem(?:cpy|move)|READ_ONCE|data_race)$/;

/** Pages that a teardown leaks. */
export interface Teardown {
	/** As the taking function leaves them. */
	readonly holding: Holding;
	readonly exit: Exit;
	/** The free of the memory that names them, and the function it is in. */
	readonly free: CallExpr;
	readonly fn: FunctionIR;
}

/** A field in which pages wait. */
interface Waiting {
	readonly record: string;
	readonly field: string;
	readonly holding: Holding;
	readonly exit: Exit;
	/** Functions that take pages into it. */
	readonly takers: Set<FunctionIR>;
}

/** The pages are still in the field, and known there only. */
function isKept({ status, lists, shared, unreachable, kind }: Holding): boolean {
	return status === 'held' && lists.size === 0 && !shared && !unreachable && kind !== 'extracted';
}

/** Fields that hold the pages at every exit which does not fail. */
function waitingFields(walked: readonly Walked[]): Waiting[] {
	const found = new Map<string, Waiting>();
	const others = new Set<string>();
	for (const { fn, exits, events, bounded } of walked) {
		for (const exit of exits) {
			if (bounded || fails(fn, exit.signs)) continue;
			for (const holding of exit.state.holdings.values()) {
				const key = keyOn(fn, exit.state, holding.place);
				const field = lastField(holding.place);
				if (key === undefined || field === undefined || holding.outcome === 'none') continue;
				if (!isKept(holding)) others.add(key);
				const [record = ''] = key.split(':');
				const known = found.get(key) ?? { record, field, holding, exit, takers: new Set() };
				found.set(key, known);
				known.takers.add(fn);
			}
		}
		// of pages that an earlier call of the function has left there
		for (const event of events) if (event.kind === 'field' && !event.takes && event.key) others.add(event.key);
	}
	return [...found].flatMap(([key, waiting]) => (others.has(key) ? [] : [waiting]));
}

/** What a function does with a field: whether any of it may release the pages or tell others of them, and where its memory is freed. */
class FieldUses {
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
			const keeps = !(FREES.has(at.name) || ALLOCATORS.test(at.name) || readsOnly(at.name)) || COPIES.test(at.name);
			const freed = FREES.has(at.name) ? at.args[FREES.get(at.name) ?? 0] : undefined;
			if (freed && this.isMemory(bare(freed))) this.frees.push(at);
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
		} else for (const part of parts(at)) this.look(part, harmless);
	}

	/** The field, of this record or of one whose type is not seen. */
	private isField(at: Expr): boolean {
		if (at.kind !== 'field' || at.field !== this.waiting.field) return false;
		const type = typeOfExpr(at.object, this.fn, this.ir);
		return type === undefined || type.base === this.waiting.record;
	}

	/** The array in the field, or the object. */
	private isMemory(at: Expr): boolean {
		if (at.kind === 'field' && this.isField(at)) return !this.waiting.holding.single;
		const type = typeOfExpr(at, this.fn, this.ir);
		return type?.base === this.waiting.record && type.pointers === 1;
	}
}

/** A function that frees the memory, where no function of the file may release the pages. */
function teardownOf(ir: FileIR, waiting: Waiting): Teardown | undefined {
	const { field, holding, exit, takers } = waiting;
	const naming = ir.naming(field);
	if (naming.length > MOST_FUNCTIONS || naming.some(({ clean }) => !clean)) return undefined;
	const uses = naming.filter((fn) => !takers.has(fn)).map((fn) => ({ fn, ...usesIn(ir, fn, waiting) }));
	if (uses.some(({ isOpen }) => isOpen)) return undefined;
	const named = new Set(naming);
	const freeing = [...FREES.keys()]
		.flatMap((name) => ir.naming(name))
		.filter((fn) => !named.has(fn) && !takers.has(fn));
	for (const { fn, frees } of uses) if (frees[0]) return { holding, exit, free: frees[0], fn };
	for (const fn of freeing.slice(0, MOST_FUNCTIONS)) {
		// who has allocated the object may free it before any pages are in it
		const isConstructor = fn.calls.some(({ name }) => ALLOCATORS.test(name));
		const [free] = fn.clean && !isConstructor ? usesIn(ir, fn, waiting).frees : [];
		if (free) return { holding, exit, free, fn };
	}
	return undefined;
}

function usesIn(ir: FileIR, fn: FunctionIR, waiting: Waiting): Pick<FieldUses, 'isOpen' | 'frees'> {
	const { isOpen, frees } = new FieldUses(ir, fn, waiting);
	return { isOpen, frees };
}

/** Fields of records that this file alone knows, whose pages it takes and never releases. */
export function teardowns(ir: FileIR, walked: readonly Walked[]): Teardown[] {
	if (ir.unread.length > 0) return [];
	return waitingFields(walked)
		.filter(({ record, field }) => isDeclared(ir, record, field) && !inMacro(ir, field))
		.flatMap((waiting) => teardownOf(ir, waiting) ?? []);
}

/** The record is declared in this file: no other file knows the field. */
function isDeclared(ir: FileIR, record: string, field: string): boolean {
	const tag = /^(?:struct|union) (\w+)$/.exec(record)?.[1];
	return tag !== undefined && ir.field(tag, field) !== undefined;
}

/** A macro names the field: what is done with it is not seen. */
function inMacro({ macros }: FileIR, field: string): boolean {
	const names = (expr: Expr): boolean => (expr.kind === 'field' && expr.field === field) || parts(expr).some(names);
	return macros.some(({ value, calls }) => (value !== undefined && names(value)) || calls.some(names));
}
