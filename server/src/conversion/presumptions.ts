/** What a draft presumes where a conversion would have to show it: each a decision that is left to a person. */
import type { ApiCall, FileContext } from '../analysis/context.js';
import type { Told } from '../analysis/discriminant/question.js';
import { keyOf, levelOf, locate } from '../analysis/page-places.js';
import { testsAt } from '../analysis/path-tests.js';
import { elementOf } from '../analysis/single-definition.js';
import { bare, everywhere, place } from '../analysis/walk.js';
import { REFCOUNT_INCREMENTS } from '../kernel/function-models.js';
import type { CallExpr, Expr, FunctionIR, Range } from '../syntax/ir.js';
import { at, callsNamed } from './page-calls.js';
import { ConversionBlocked } from './plan.js';

/** A draft that leaves more open than this helps nobody. */
const MOST = 12;

export class Presumptions {
	private readonly all = new Map<string, Range & { readonly message: string }>();

	/** Somebody keeps the pages beyond the function that takes them. */
	outlasts = false;

	get decisions(): readonly (Range & { readonly message: string })[] {
		return [...this.all.values()];
	}

	/**
	 * @param message a sentence without its end
	 * @throws Blocked where it is one too many
	 */
	add(range: Range, message: string): void {
		// the same of two places of a function is decided once
		if (!this.all.has(message)) this.all.set(message, at(range, message));
		if (this.all.size > MOST) throw new ConversionBlocked('a draft would leave too much to decide');
	}
}

/** A release, and the calls whose pages it may get. */
interface Release {
	readonly file: FileContext;
	readonly takings: ReadonlyMap<number, ApiCall>;
	readonly fn: FunctionIR;
	readonly call: CallExpr;
}

/**
 * A release of pages of both origins is taken to be for user pages where a test stands before it that may tell them apart, or where
 * it stands beside the call that takes them.
 * @param near functions that take the pages, and who calls one of them
 */
export function presumeOurs(
	presumed: Presumptions,
	{ file, fn, call }: Release,
	near: readonly FunctionIR[],
): Told | undefined {
	const test = discriminantAt(file, fn, call);
	if (test !== undefined)
		presumed.add(
			call.nameRange,
			`${call.name}() in ${fn.name}() releases pages of several origins; decide whether only user pages reach it, where ${test}`,
		);
	else if (near.some((one) => one === fn || one.calls.some(({ name }) => name === fn.name)))
		presumed.add(
			call.nameRange,
			`${call.name}() in ${fn.name}() may release pages of other origins as well; decide whether ${fn.name}() is called for user pages only`,
		);
	else return undefined;
	return { side: 'here', field: undefined };
}

/** The closest test before a release that asks a flag and not the pages: "`cs->currbuf` is not set". */
function discriminantAt(file: FileContext, fn: FunctionIR, call: CallExpr): string | undefined {
	const passed = [...testsAt(fn, call).values()].sort((a, b) => b.test.start - a.test.start);
	for (const { test, truth } of passed) {
		const asked = bare(test);
		const isPages = levelOf(asked, fn, file.ir) === 'page' || levelOf(asked, fn, file.ir) === 'array';
		if (isPages || test.start > call.start) continue;
		const text = `\`${file.slice(test)}\``;
		if (asked.kind === 'name' || asked.kind === 'field') return `${text} is ${truth ? '' : 'not '}set`;
		if (asked.kind === 'binary' && asked.op === '==') return `${text} ${truth ? 'holds' : 'does not hold'}`;
	}
	return undefined;
}

/**
 * A release of pages whose origin is not seen: of these pages where the function that takes them makes its own the completion of the
 * I/O, else of others.
 * @returns it is taken to be for these
 */
export function presumeUnseen(presumed: Presumptions, { takings, fn, call }: Omit<Release, 'file'>): boolean {
	const setter = [...takings.values()].find(({ fn: taker }) => taker && isRegistered(taker, fn.name))?.fn;
	presumed.add(
		call.nameRange,
		setter
			? `${call.name}() in ${fn.name}(), which ${setter.name}() sets as completion, is taken to release what that pins; decide whether it gets no other pages`
			: `${call.name}() in ${fn.name}() stays as it is; decide whether it never releases these pages`,
	);
	return setter !== undefined;
}

/** A function that is not seen is taken to leave the references as they are. */
export function presumeHarmless(presumed: Presumptions, call: CallExpr): void {
	presumed.add(
		call.nameRange,
		`${call.name || 'a callback'}() gets the pages, and its definition was not found; decide whether it takes no references and releases none`,
	);
}

/** `req->r_callback = finish_read;` */
function isRegistered(taker: FunctionIR, name: string): boolean {
	let found = false;
	everywhere(taker, (expr) => {
		if (expr.kind !== 'assign' || bare(expr.left).kind !== 'field') return;
		const value = bare(expr.right);
		if (value.kind === 'name' && value.name === name) found = true;
	});
	return found;
}

/** `req->wb_page = page;` beside `get_page(page)`: where somebody else keeps the page by a reference of its own. */
function keeperOf(fn: FunctionIR, page: Expr): (Expr & { readonly kind: 'field' }) | undefined {
	const name = place(page);
	let found: (Expr & { readonly kind: 'field' }) | undefined;
	everywhere(fn, (expr) => {
		if (expr.kind !== 'assign' || expr.op !== '=') return;
		const left = bare(expr.left);
		if (left.kind === 'field' && name !== undefined && place(expr.right) === name) found = left;
	});
	return found;
}

/** The pin stays with who took it, and the other owner with its reference. @returns the owner is seen */
export function presumeSecondOwner(presumed: Presumptions, file: FileContext, fn: FunctionIR, call: CallExpr): boolean {
	const [page] = call.args;
	const kept = page && keeperOf(fn, page);
	if (!kept) return false;
	presumed.outlasts = true;
	presumed.add(
		call.nameRange,
		`${call.name}() in ${fn.name}() takes a reference for \`${file.slice(kept)}\` that outlasts the pin; decide whether that owner takes over the pin, or takes one of its own, to be released with unpin_user_page() when the I/O has completed`,
	);
	return true;
}

/**
 * Keys of the places in which others keep the pages by references of their own.
 * @param isOurs the pages are those of the calls
 */
export function ownersOf(file: FileContext, isOurs: (fn: FunctionIR, pages: Expr) => boolean): ReadonlySet<string> {
	const found = new Set<string>();
	for (const { fn, call } of callsNamed(file, REFCOUNT_INCREMENTS)) {
		const [page] = call.args;
		const kept = page && isOurs(fn, page) ? keeperOf(fn, page) : undefined;
		const at = kept && locate(kept, fn, file.ir);
		if (at) found.add(keyOf(at));
	}
	return found;
}

/** The pages are those of such an owner, which releases its own reference. */
export function isKeptByOther(file: FileContext, owners: ReadonlySet<string>, fn: FunctionIR, pages: Expr): boolean {
	const at = owners.size === 0 ? undefined : locate(elementOf(fn, pages) ?? pages, fn, file.ir);
	return at !== undefined && owners.has(keyOf(at));
}

/**
 * The iterator that a function reaches through an object of the record that had it where pages were taken: `&subreq->io_iter`.
 * @param taking its iterator is a field of an object, or what one points to
 */
export function presumeIterator(
	presumed: Presumptions,
	taking: ApiCall,
	{ fn, call }: Pick<Release, 'fn' | 'call'>,
): string | undefined {
	const iter = taking.arg('iter');
	const outer = iter && bare(iter);
	const isAddress = outer?.kind === 'unary' && outer.op === '&';
	const field = isAddress ? bare(outer.operand) : outer;
	if (field?.kind !== 'field' || !taking.fn) return undefined;
	const object = bare(field.object);
	const name = object.kind === 'name' ? object.name : undefined;
	const record = [...taking.fn.params, ...taking.fn.locals].find((one) => one.name === name)?.type;
	const [same, other] = [...fn.params, ...fn.locals].filter(
		({ type }) => type.base === record?.base && type.pointers === 1,
	);
	if (!same || other || record?.pointers !== 1) return undefined;
	const asked = `${isAddress ? '&' : ''}${same.name}->${field.field}`;
	presumed.add(
		call.nameRange,
		`${fn.name}() asks \`${asked}\` whether the pages are pinned; decide whether that is still the iterator they came from`,
	);
	return asked;
}
