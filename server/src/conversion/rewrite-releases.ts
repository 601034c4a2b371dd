/** The releasing side: one call, or the loop around it, as the release of a pin. */
import { callsOf } from '../analysis/callers.js';
import type { FileContext } from '../analysis/context.js';
import { contextOf } from '../analysis/execution-context.js';
import { typeOfExpr } from '../analysis/integers.js';
import { isParameter, localOf } from '../analysis/variables.js';
import { bare, everywhere, isNull, parts, place } from '../analysis/walk.js';
import { readsOnly } from '../kernel/function-models.js';
import { lockOperation } from '../kernel/locks.js';
import { VIEW_OF } from '../kernel/page-flow.js';
import { applyEdits } from '../rules/apply.js';
import type { Edit } from '../rules/rule.js';
import type { CallExpr, Expr, FunctionIR, Loop, Range } from '../syntax/ir.js';
import { before, indentation, call as layOut, lineEnd } from './layout.js';
import { isNamedByMacro } from './macros.js';
import { at, type PageCall } from './page-calls.js';
import { ConversionBlocked } from './plan.js';
import { isNeverNegative, mayBeErrno } from './sign-analysis.js';
import { contents, jumpsBackOver, pathTo, type Statement, statementsOf } from './statements.js';

/** One pin each is given back by these; the name of the function for an array is that of the pages. */
const ONE = 'unpin_user_page';
const MANY = 'unpin_user_pages';
const DIRTY = 'unpin_user_pages_dirty_lock';

/** Callers that are asked whether they hold a lock. */
const DEEPEST = 4;

const LOCKS_PAGE = /^(?:try)?lock_page|^folio_(?:try)?lock/;
/** Locks of the driver's own, of which nothing is known; those under which anybody may sleep are known by name. */
const LOCKS_SOMETHING =
	/^(?!\w*_dirty_lock$|mutex_|down_|up_|mmap_|inode_|\w*unlock|lockdep|might_lock)\w*(?:_|^)lock(?:_|$)/;

/** Mark a page dirty: the second one without its lock. */
const DIRTIERS = new Set(['set_page_dirty_lock', 'set_page_dirty']);

/** What is written instead of some statements. */
export interface Rewritten {
	readonly edit: Edit;
	readonly kind: 'expression' | 'statement';
	/** The code that is replaced, and the code in its place. */
	readonly before: string;
	readonly after: string;
	/** The index that counted a loop which is gone. */
	readonly index: string | undefined;
	/** The page was marked dirty without its lock, which is taken from now on. */
	readonly relocks?: boolean;
	/** The page is marked dirty, which it was not. */
	readonly marks?: boolean;
}

/** Arguments of the releases that are rewritten. */
const ARITY: ReadonlyMap<string, number> = new Map([
	['put_page', 1],
	['__free_page', 1],
	['__free_pages', 2],
	['release_pages', 2],
	['folio_put', 1],
	['folio_put_refs', 2],
]);

/** `fn` may sleep at `where`, and nobody there holds the lock of a page, for which dirtying waits. */
export function mayLockPage(file: FileContext, fn: FunctionIR, where: CallExpr): boolean {
	return !locksPage(file, fn, 0) && contextOf(file, fn, where) === 'sleeps';
}

/** The function takes the lock of a page, maybe by a lock of the driver's own, or one that calls it does. */
function locksPage(file: FileContext, fn: FunctionIR, depth: number): boolean {
	// what the kernel's own locks forbid, the context tells
	const isUnknown = (name: string): boolean => LOCKS_SOMETHING.test(name) && lockOperation(name) === undefined;
	if (fn.calls.some(({ name }) => LOCKS_PAGE.test(name) || isUnknown(name))) return true;
	return (
		depth < DEEPEST && callsOf(file, fn.name).some((site) => site.fn !== fn && locksPage(file, site.fn, depth + 1))
	);
}

/** A release with the statements around it. */
class Release {
	readonly file: FileContext;
	readonly fn: FunctionIR;
	readonly call: CallExpr;
	readonly pages: Expr;
	private readonly path: readonly Statement[];
	private readonly dirty: string | undefined;

	constructor(file: FileContext, { fn, call, pages, dirty }: PageCall, root: Statement | undefined) {
		this.file = file;
		this.fn = fn;
		this.call = call;
		this.pages = pages;
		this.dirty = dirty;
		this.path = root ? pathTo(root, call.start) : [];
	}

	/**
	 * The loop and the dirtying folded into one call where that means the same, else the call alone.
	 * @param plain what is marked dirty stays as it is
	 */
	rewritten(plain: boolean): Rewritten {
		if (this.call.name === 'put_page') {
			const found = this.wholeLoop(plain) ?? (plain ? undefined : this.pair()) ?? this.marked();
			if (found) return found;
		}
		const { call, file } = this;
		const edit = this.renamed();
		const before = file.slice(call);
		const moved = { ...edit, start: edit.start - call.start, end: edit.end - call.start };
		return { edit, kind: 'expression', before, after: applyEdits(before, [moved]), index: undefined };
	}

	/** The call alone. */
	private renamed(): Edit {
		const { call, file } = this;
		const [first, second] = call.args.map((arg) => file.slice(arg));
		const blocked = (why: string): ConversionBlocked =>
			new ConversionBlocked(`${call.name}() in ${this.fn.name}() ${why}`, [at(call.nameRange, 'released here')]);
		if (call.args.length !== (ARITY.get(call.name) ?? call.args.length))
			throw blocked('is called with the wrong number of arguments');
		switch (call.name) {
			case 'put_page':
			case '__free_page':
				return this.instead(ONE, [first as string]);
			case '__free_pages': {
				const order = call.args[1];
				if (!order || !isNull(order)) throw blocked('releases more than the page that was acquired');
				return this.instead(ONE, [first as string]);
			}
			case 'release_pages':
				if (call.args[1] && mayBeErrno(file, this.fn, call.args[1], call))
					throw blocked('may be passed an errno as count, which unpin_user_pages() WARNs about');
				return this.instead(MANY, [first as string, second as string]);
			case 'folio_put':
				return this.folio(first as string, '1');
			case 'folio_put_refs':
				return this.folio(first as string, second as string);
			default:
				throw blocked('has no unpin counterpart');
		}
	}

	private folio(folio: string, count: string): Edit {
		const at = bare(this.pages);
		const page = at.kind === 'call' && at.name === 'page_folio' ? at.args[0] : undefined;
		if (page && count === '1') return this.instead(ONE, [this.file.slice(page)]);
		if (this.file.kernel.api('unpin_user_folio')?.signature) return this.instead('unpin_user_folio', [folio, count]);
		if (count === '1' && /^\w+$/.test(folio)) return this.instead(ONE, [`&${folio}->page`]);
		throw new ConversionBlocked(`this kernel has no function that drops ${count} pins of a folio`);
	}

	private instead(name: string, args: readonly string[]): Edit {
		const { call, file } = this;
		const same = args.length === call.args.length && call.args.every((arg, i) => file.slice(arg) === args[i]);
		if (same && (call.args.length === 1 || !file.slice(call).includes('\n')))
			return { start: call.nameRange.start, end: call.nameRange.end, text: name };
		return { start: call.start, end: call.end, text: this.laidOut(call.start, name, args, 1) };
	}

	private laidOut(from: number, name: string, args: readonly string[], after: number): string {
		const { text } = this.file;
		return layOut(before(text, from), name, args, after, lineEnd(text));
	}

	/** `for (i = 0; i < n; i++) put_page(pages[i]);`, with or without the dirtying before it. */
	private wholeLoop(plain: boolean): Rewritten | undefined {
		const { file, fn } = this;
		const at = this.path.findLast(({ kind }) => kind === 'loop');
		if (at?.kind !== 'loop' || at.word !== 'for' || this.hasComment(at)) return undefined;
		const loop = fn.loops.find(({ start }) => start === at.start);
		const counted = loop && countedFromZero(loop);
		const statements = contents(at.body);
		const named = this.namedElement(statements[0]);
		const element = named ?? bare(this.pages);
		if (!loop || !counted || element.kind !== 'index' || place(element.index) !== counted.index) return undefined;
		const { index, count } = counted;
		const array = element.object;
		if ([array, count].some((expr) => mentions(expr, index) || hasCalls(expr))) return undefined;
		const page = named ? place(this.pages) : undefined;
		const body = this.dirtying(named ? statements.slice(1) : statements, [index, ...(page ? [page] : [])]);
		if (!body || (plain && body.condition.length > 0) || !isPageArray(file, fn, array)) return undefined;
		if (!isNeverNegative(file, fn, count, this.call)) return undefined;
		if (this.isUsedElsewhere(loop, index) || isNamedByMacro(file.text, fn, index)) return undefined;
		const marks = this.dirty !== undefined && body.condition.length === 0;
		const condition = marks ? [this.dirty as string] : body.condition;
		const args = [file.slice(array), file.slice(count), ...condition];
		const text = `${this.laidOut(at.start, condition.length > 0 ? DIRTY : MANY, args, 1)};`;
		return { ...this.inPlace([at], text), index, relocks: body.relocks, marks };
	}

	/** The release of one page that nothing marks dirty, with the mark. */
	private marked(): Rewritten | undefined {
		const { call, dirty, file, fn, pages } = this;
		if (dirty === undefined || !isPagePointer(file, fn, pages)) return undefined;
		const after = this.laidOut(call.start, DIRTY, [`&${file.slice(pages)}`, '1', dirty], 1);
		const edit = { start: call.start, end: call.end, text: after };
		return { edit, kind: 'expression', before: file.slice(call), after, index: undefined, marks: true };
	}

	/** `struct page *page = pages[i];` at the start of a loop: what the page of the release stands for. */
	private namedElement(first: Statement | undefined): Expr | undefined {
		const page = bare(this.pages);
		if (page.kind !== 'name' || first?.kind !== 'simple') return undefined;
		const declared = this.fn.locals.filter(({ start }) => first.start <= start && start < first.end);
		if (declared.length !== 1) return undefined;
		for (const block of this.fn.blocks)
			for (const step of block.steps)
				if (step.kind === 'declare' && step.variable.name === page.name && step.init)
					if (first.start <= step.start && step.end <= first.end) return bare(step.init);
		return undefined;
	}

	/** `set_page_dirty_lock(page); put_page(page);` one after the other. */
	private pair(): Rewritten | undefined {
		const list = this.path.findLast((statement) => statement.kind === 'block');
		const own = this.path.at(-1);
		if (list?.kind !== 'block' || !own || !list.body.includes(own)) return undefined;
		const previous = list.body[list.body.indexOf(own) - 1];
		if (!previous || this.hasComment({ start: previous.start, end: own.end })) return undefined;
		const found = this.dirtying([previous, own], []);
		if (!found || found.condition.length === 0 || !isPagePointer(this.file, this.fn, this.pages)) return undefined;
		const args = [`&${this.file.slice(this.pages)}`, '1', ...found.condition];
		const text = `${this.laidOut(previous.start, DIRTY, args, 1)};`;
		return { ...this.inPlace([previous, own], text), index: undefined, relocks: found.relocks };
	}

	/** One statement instead of some; without the brackets of a block that it would be alone in. */
	private inPlace(old: readonly Statement[], text: string): Omit<Rewritten, 'index' | 'relocks'> {
		const [first] = old;
		const last = old.at(-1) as Statement;
		const own = { start: (first as Statement).start, end: last.end, text };
		const made = { kind: 'statement', before: this.file.slice(own), after: text } as const;
		const inner = this.path.findLastIndex(({ kind, start }) => kind === 'block' && start < own.start);
		const [outer, block] = this.path.slice(Math.max(0, inner - 1), inner + 1);
		if (block?.kind !== 'block' || block.body.length !== old.length || text.includes('\n') || !outer)
			return { ...made, edit: own };
		if (this.hasComment(block) || !isBareWith(outer, block)) return { ...made, edit: own };
		const source = this.file.text;
		const from = source.slice(0, block.start).trimEnd().length;
		const indent = indentation(source, own.start);
		return { ...made, edit: { start: from, end: block.end, text: `${lineEnd(source)}${indent}${text}` } };
	}

	/**
	 * What statements do that are nothing but this release, or it with a dirtying of the same page before.
	 * @param varying variables that the condition must not depend on
	 * @returns the third argument of the release in one, empty where nothing is marked; and whether the lock is new to it
	 */
	private dirtying(
		statements: readonly Statement[],
		varying: readonly string[],
	): { condition: string[]; relocks: boolean } | undefined {
		const last = statements.at(-1);
		if (!last || !this.isOnly(last, this.call)) return undefined;
		const [first, ...more] = statements.slice(0, -1);
		if (!first) return { condition: [], relocks: false };
		if (more.length > 0) return undefined;
		const marking = first.kind === 'if' && !first.otherwise ? contents(first.then) : [first];
		const [only] = marking;
		const dirtier = this.fn.calls.find(
			(call) => DIRTIERS.has(call.name) && only !== undefined && this.isOnly(only, call),
		);
		if (marking.length !== 1 || !dirtier) return undefined;
		const [page] = dirtier.args;
		if (!page || this.file.slice(page) !== this.file.slice(this.pages)) return undefined;
		// the lock of the page may be waited for, also by who has it
		if (dirtier.name === 'set_page_dirty' && !mayLockPage(this.file, this.fn, dirtier)) return undefined;
		const relocks = dirtier.name === 'set_page_dirty';
		if (first.kind !== 'if') return { condition: ['true'], relocks };
		const test = this.file.slice(first.test);
		const varies = varying.some((name) => new RegExp(`\\b${name}\\b`).test(test));
		const isPlain = !varies && !/[(\n]/.test(test) && !/(?<![=!<>])=(?!=)|\+\+|--/.test(test);
		return isPlain ? { condition: [test], relocks } : undefined;
	}

	/** The statement is the call and nothing else. */
	private isOnly({ kind, start, end }: Statement, call: CallExpr): boolean {
		return kind === 'simple' && start === call.start && /^\s*;$/.test(this.file.text.slice(call.end, end));
	}

	private hasComment({ start, end }: Range): boolean {
		return /\/[*/]|#/.test(this.file.text.slice(start, end));
	}

	/** Somebody asks after the loop, or before it, what the index is. */
	private isUsedElsewhere(loop: Loop, index: string): boolean {
		const { fn } = this;
		if (isParameter(fn, index)) return true;
		const own = fn.loops.filter((other) => countedFromZero(other)?.index === index || startsOwn(other, index));
		let used = false;
		const again = this.comesAgain(loop);
		const visit = (expr: Expr): void => {
			if (expr.kind !== 'name' || expr.name !== index) return;
			if (expr.start < loop.end && !(again && expr.start < loop.start)) return;
			if (!own.some(({ start, end }) => start <= expr.start && expr.start < end))
				used ||= !this.isSetFirst(expr, index);
		};
		everywhere(fn, visit);
		return used;
	}

	/** What stands before the loop may follow it. */
	private comesAgain(loop: Loop): boolean {
		const { fn, file } = this;
		if (fn.loops.some(({ start, end }) => start < loop.start && loop.end <= end)) return true;
		return jumpsBackOver(file.text, fn, loop.start);
	}

	/** The use is itself an assignment of a new value. */
	private isSetFirst(use: Range, index: string): boolean {
		return new RegExp(`^${index}\\s*=(?!=)`).test(this.file.text.slice(use.start));
	}
}

/** A single statement in place of the block needs no brackets: no other arm has any. */
function isBareWith(outer: Statement, block: Statement): boolean {
	if (outer.kind === 'loop') return outer.word !== 'do' && outer.word !== 'switch';
	if (outer.kind !== 'if') return false;
	const other = outer.then === block ? outer.otherwise : outer.then;
	return other === undefined || (other.kind !== 'block' && other.kind !== 'if');
}

interface Counted {
	readonly index: string;
	readonly count: Expr;
}

/** `for (i = 0; i < n; i++)` */
function countedFromZero(loop: Loop): Counted | undefined {
	const test = loop.test && bare(loop.test);
	const update = loop.update && bare(loop.update);
	if (test?.kind !== 'binary' || test.op !== '<' || update?.kind !== 'unary' || update.op !== '++') return undefined;
	const index = bare(test.left);
	const moved = bare(update.operand);
	if (index.kind !== 'name' || moved.kind !== 'name' || moved.name !== index.name) return undefined;
	const init = loop.init && bare(loop.init);
	const zero = init?.kind === 'assign' && init.op === '=' && place(init.left) === index.name && isNull(init.right);
	return zero ? { index: index.name, count: test.right } : undefined;
}

/** The loop gives the index a value before anything else. */
function startsOwn(loop: Loop, index: string): boolean {
	const init = loop.init && bare(loop.init);
	return init?.kind === 'assign' && init.op === '=' && place(init.left) === index;
}

function mentions(expr: Expr, name: string): boolean {
	return (expr.kind === 'name' && expr.name === name) || parts(expr).some((part) => mentions(part, name));
}

function hasCalls(expr: Expr): boolean {
	return expr.kind === 'call' || changes(expr) || parts(expr).some(hasCalls);
}

/** Evaluating it does something: a call that is not known to look only may do anything. */
export function hasEffects(expr: Expr): boolean {
	const acts = expr.kind === 'call' && !VIEW_OF.has(expr.name) && !readsOnly(expr.name);
	return acts || changes(expr) || parts(expr).some(hasEffects);
}

function changes(expr: Expr): boolean {
	return /^(?:assign|other)$/.test(expr.kind) || (expr.kind === 'unary' && /^(?:\+\+|--)$/.test(expr.op));
}

/** An array of pages, whose elements lie one behind the other. */
function isPageArray(file: FileContext, fn: FunctionIR, array: Expr): boolean {
	const type = typeOfExpr(array, fn, file.ir);
	// of a field in a header nothing is known but that its elements are pages
	return type === undefined || (type.base === 'struct page' && type.pointers + (type.array ? 1 : 0) === 2);
}

/** Something whose address is that of a pointer to one page. */
function isPagePointer(file: FileContext, fn: FunctionIR, page: Expr): boolean {
	const at = bare(page);
	if (at !== page || (at.kind !== 'name' && at.kind !== 'field' && at.kind !== 'index') || hasCalls(at)) return false;
	const local = at.kind === 'name' ? localOf(fn, at.name) : undefined;
	const declared = local ? (/[^;{}]*$/.exec(file.text.slice(0, local.start))?.[0] ?? '') : '';
	if (/\bregister\b|\*\s*const\b/.test(declared)) return false;
	const type = typeOfExpr(at, fn, file.ir);
	if (type === undefined) return at.kind !== 'name';
	return type.base === 'struct page' && type.pointers === 1 && !type.array;
}

/**
 * The releases as those of pins.
 * @param plain what is marked dirty stays as it is, also beside a release
 */
export function rewriteReleases(
	file: FileContext,
	releases: readonly PageCall[],
	plain = false,
): (Rewritten & { fn: FunctionIR })[] {
	const trees = new Map<FunctionIR, Statement | undefined>();
	return releases.map((release) => {
		const { fn } = release;
		if (!trees.has(fn)) trees.set(fn, statementsOf(file.text, fn.body));
		return { ...new Release(file, release, trees.get(fn)).rewritten(plain), fn };
	});
}
