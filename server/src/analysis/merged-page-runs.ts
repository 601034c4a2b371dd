/** Neighbouring pages merged into one entry that counts them, and releases that give back one page of an entry. */
import { grouped } from '../syntax/grouped.js';
import type { CallExpr, Expr, FunctionIR, Loop } from '../syntax/ir.js';
import type { ApiCall, FileContext } from './context.js';
import { typeOfExpr } from './integers.js';
import { takes } from './ownership/ownership.js';
import { bare, parts, postorder, roots } from './walk.js';

/** Functions that name one field and are searched. */
const MOST_FUNCTIONS = 24;

type Field = Expr & { readonly kind: 'field' };

/** A field of one record of a file: "nr_pages" of "struct acc_run". */
interface Member {
	readonly record: string;
	readonly field: string;
}

/** Where an entry comes to stand for one page more. */
interface Merge {
	readonly fn: FunctionIR;
	readonly count: Member;
	/** `runs[n - 1].nr_pages++` */
	readonly at: Expr;
}

export interface ShortRelease {
	readonly fn: FunctionIR;
	readonly release: CallExpr;
	readonly page: Member;
	readonly merge: Merge;
	readonly taken: readonly ApiCall[];
}

const NEIGHBOURS = /^(?:page_to_pfn|page_to_phys|page_folio|compound_head|folio_pfn|nth_page|folio_page_idx|sg_page)$/;
const PAGE = /^(?:const )?struct (?:page|folio)$/;

function memberOf(file: FileContext, fn: FunctionIR, expr: Expr): Member | undefined {
	const at = bare(expr);
	if (at.kind !== 'field') return undefined;
	const record = typeOfExpr(at.object, fn, file.ir)?.base;
	return record ? { record, field: at.field } : undefined;
}

function isSame(a: Member | undefined, b: Member): boolean {
	return a?.record === b.record && a.field === b.field;
}

/** The field whose page a release is given: `run->first`, `&bv->bv_page`. */
function pageField(call: ApiCall): Field | undefined {
	const arg = call.arg('page') ?? call.arg('folio') ?? call.arg('pages') ?? call.arg('folios');
	let at = arg && bare(arg);
	while (at?.kind === 'unary' && at.op === '&') at = bare(at.operand);
	return at?.kind === 'field' ? at : undefined;
}

/** The call gives back one reference, whatever the page stands for. */
function givesOne(call: ApiCall): boolean {
	const count = call.arg('count');
	const at = count && bare(count);
	return at === undefined || (at.kind === 'number' && at.value === 1);
}

export function contains(outer: { start: number; end: number }, inner: { start: number }): boolean {
	return outer.start <= inner.start && inner.start < outer.end;
}

export function expressions(fn: FunctionIR): Expr[] {
	return fn.blocks.flatMap((block) => [
		...block.steps.flatMap((step) => roots(step)),
		...(block.test ? [block.test] : []),
	]);
}

export function some(expr: Expr, wanted: (at: Expr) => boolean): boolean {
	return wanted(expr) || parts(expr).some((part) => some(part, wanted));
}

/** The test asks whether two pages lie next to each other, or in one folio. */
export function asksNeighbour(file: FileContext, fn: FunctionIR, test: Expr): boolean {
	return some(test, (at) => {
		if (at.kind === 'call') return NEIGHBOURS.test(at.name);
		if (at.kind !== 'binary' || !/^[!=]=$/.test(at.op)) return false;
		return [at.left, at.right].every((side) => {
			const type = typeOfExpr(bare(side), fn, file.ir);
			return type !== undefined && PAGE.test(type.base) && type.pointers === 1;
		});
	});
}

/** `x++`, `x += n` */
export function grown(expr: Expr): Expr | undefined {
	if (expr.kind === 'unary' && expr.op === '++') return expr.operand;
	return expr.kind === 'assign' && expr.op === '+=' ? expr.left : undefined;
}

/** Loops of `fn` in which entries with this page are begun, and others made longer. */
function mergesOf(file: FileContext, fn: FunctionIR, page: Member): Merge[] {
	const all = expressions(fn);
	const inside = (loop: Loop): Expr[] => all.filter((expr) => contains(loop, expr));
	return fn.loops.flatMap((loop) => {
		const here = inside(loop);
		const tests = fn.blocks.flatMap(({ test }) => (test && contains(loop, test) ? [test] : []));
		const begins = here.some((root) =>
			some(root, (at) => at.kind === 'assign' && at.op === '=' && isSame(memberOf(file, fn, at.left), page)),
		);
		// who gives the others back at once is left with one reference an entry
		const released = fn.calls.some(
			(call) => contains(loop, call) && file.apiCall(call)?.api.record.group === 'release',
		);
		if (!begins || released || !tests.some((test) => asksNeighbour(file, fn, test))) return [];
		const found: Merge[] = [];
		for (const root of here)
			postorder(root, (at) => {
				const target = grown(at);
				const count = target && memberOf(file, fn, target);
				if (count && count.record === page.record && count.field !== page.field) found.push({ fn, count, at });
			});
		return found;
	});
}

function names(fn: FunctionIR, field: string): boolean {
	return expressions(fn).some((root) => some(root, (at) => at.kind === 'field' && at.field === field));
}

/** Releases that give back one page of entries which may stand for several. */
export function shortReleases(file: FileContext): ShortRelease[] {
	const byKind = grouped(file.calls.filter(takes), ({ api }) => api.record.takes);
	const merges = new Map<string, Merge | undefined>();
	const mergeOf = (page: Member): Merge | undefined => {
		const key = `${page.record}.${page.field}`;
		if (!merges.has(key)) {
			const users = file.ir.naming(page.field).slice(0, MOST_FUNCTIONS);
			const [first] = users.flatMap((other) => (other.hasNoSyntaxErrors ? mergesOf(file, other, page) : []));
			merges.set(key, first);
		}
		return merges.get(key);
	};
	return file.calls.flatMap((call): ShortRelease[] => {
		const { fn, api } = call;
		if (!fn?.hasNoSyntaxErrors || api.record.group !== 'release' || !givesOne(call)) return [];
		const target = pageField(call);
		const page = target && memberOf(file, fn, target);
		const taken = byKind.get(api.record.takes);
		if (!page || !taken) return [];
		const merge = mergeOf(page);
		// whoever looks at the number may go through all of them
		if (!merge || [fn, ...file.ir.callers(fn.name)].some((one) => one !== merge.fn && names(one, merge.count.field)))
			return [];
		return [{ fn, release: call.call, page, merge, taken }];
	});
}
