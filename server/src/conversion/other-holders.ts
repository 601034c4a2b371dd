/** Whoever else has a hand in the pages of some taking calls, of which nothing shows how it would have to change. */
import { inCode } from '../analysis/code-words.js';
import type { ApiCall, FileContext } from '../analysis/context.js';
import { usesOf } from '../analysis/derived-values/index.js';
import { nonFormatArguments } from '../analysis/format-arguments.js';
import { levelOf, levelOfType } from '../analysis/page-places.js';
import { originOf, type PageOrigin } from '../analysis/points-to-query.js';
import { isLocal } from '../analysis/variables.js';
import { bare, everywhere, isNull, postorder } from '../analysis/walk.js';
import { ADDRESSES, FREES, KEEPERS, REFCOUNT_INCREMENTS, readsOnly } from '../kernel/function-models.js';
import { ARRAY_READERS, STORES } from '../kernel/page-flow.js';
import { BY_ADDRESS, COUNTS, FREES_ADDRESS, RELEASE_OBJECTS, RELEASES } from '../kernel/release-models.js';
import {
	deviceCall,
	keepsNothing,
	listCall,
	loadsFrom,
	looksAtPage,
	storesInto,
	unmaps,
	viewOf,
} from '../kernel/sinks/index.js';
import type { CallExpr, Expr, FunctionIR, Range } from '../syntax/ir.js';
import { tokenize, tokenText } from '../syntax/tokens.js';
import { DEFINES } from './macros.js';
import { at, callsNamed, type PageCall } from './page-calls.js';
import { ConversionBlocked } from './plan.js';
import { type Presumptions, presumeHarmless, presumeSecondOwner } from './presumptions.js';

/** The taking calls, and what is known of their pages. */
export interface Seen {
	readonly file: FileContext;
	/** By their start. */
	readonly takings: ReadonlyMap<number, ApiCall>;
	/** Where pages come from; `ours`: from one of the calls. */
	origin(fn: FunctionIR, pages: Expr): PageOrigin & { readonly ours: boolean };
	/** Functions that take the pages, these, and who calls one of them. */
	near(others: readonly FunctionIR[]): readonly FunctionIR[];
	/** Fields the pages wait in. */
	fields(): readonly { readonly record: string; readonly field: string }[];
	/** @throws Blocked where somebody else owns the references of a call, who puts them */
	moves(taking: ApiCall): void;
	/** Of a draft: what it presumes. */
	readonly presumed: Presumptions | undefined;
}

/** `sg_page(sg)`, `bv->bv_page` */
function isFromList(pages: Expr): boolean {
	let found = false;
	postorder(pages, (part) => {
		if (part.kind === 'call' && /^(?:sg_page|sg_page_iter_page|bvec_iter_page)$/.test(part.name)) found = true;
		if (part.kind === 'field' && /^(?:bv_page|folio)$/.test(part.field)) found = true;
	});
	return found;
}

/** They map a page, and the page is found again by the address. */
const MAPS = /^kmap|address$/;

/** Uses of a field as `object->field` between an `#if` of a function and its end. */
function usesInArms(text: string, { start, end }: Range, field: string): Range[] {
	const found: Range[] = [];
	let depth = 0;
	let offset = start;
	for (const line of text.slice(start, end).split('\n')) {
		const directive = /^[\t ]*#[\t ]*(if|endif)/.exec(line)?.[1];
		if (directive) depth += directive === 'if' ? 1 : -1;
		else if (depth > 0 && !/\b(?:sizeof|typeof)\b/.test(line))
			for (const { index, 0: use } of line
				.replace(/\/[*/].*$/, '')
				.matchAll(new RegExp(`(?:->|\\.)\\s*${field}\\b`, 'g')))
				found.push({ start: offset + index, end: offset + index + use.length });
		offset += line.length + 1;
	}
	return found;
}

/** Other members of the unions that a field of a record is part of. */
function siblings(text: string, record: string, field: string): string[] {
	const tag = record.replace(/^(?:struct|union) /, '');
	const head = new RegExp(`\\b(?:struct|union)\\s+${tag}\\s*\\{`).exec(text);
	const end = head ? text.indexOf('\n}', head.index) : -1;
	if (!head || end < 0) return [];
	return [...text.slice(head.index, end).matchAll(/\bunion\b[^{};]*\{([^{}]*)\}/g)].flatMap(([, body = '']) => {
		const members = [...body.matchAll(/(\w+)\s*(?:\[[^\]]*\]\s*)*;/g)].map(([, name]) => name as string);
		return members.includes(field) ? members.filter((name) => name !== field) : [];
	});
}

/** What an assignment changes a part of: `raw` of `raw[0] = x` and of `*raw = x`. */
export function written(left: Expr): Expr {
	const at = bare(left);
	if (at.kind === 'index') return written(at.object);
	return at.kind === 'unary' && at.op === '*' ? written(at.operand) : at;
}

function isZeroPage(pages: Expr): boolean {
	const at = bare(pages);
	return at.kind === 'call' && at.name === 'ZERO_PAGE';
}

/** It is known what the kernel's function that is called does with pages. */
export function isKnownCall(file: FileContext, fn: FunctionIR, { name }: CallExpr): boolean {
	if (file.kernel.api(name)) return true;
	if ([RELEASES, REFCOUNT_INCREMENTS, KEEPERS, STORES, FREES, ARRAY_READERS].some((names) => names.has(name)))
		return true;
	if (isLocal(fn, name)) return false;
	const looks = readsOnly(name) || keepsNothing(name) || looksAtPage(name) || unmaps(name);
	return looks || [deviceCall, listCall, loadsFrom, storesInto, viewOf].some((of) => of(name) !== undefined);
}

/** Looks for them, one kind after the other. @throws Blocked with the first that is found */
export class OtherHolders {
	private readonly seen: Seen;

	constructor(seen: Seen) {
		this.seen = seen;
	}

	/** A second reference on the same page is put as a reference: no release tells which of both it means. */
	furtherReferences(): void {
		const near = new Set(this.seen.near([]).map(({ name }) => name));
		for (const { fn, call } of callsNamed(this.seen.file, REFCOUNT_INCREMENTS)) {
			const pages = call.args[0];
			if (pages && near.has(fn.name) && isZeroPage(pages))
				throw new ConversionBlocked(`${call.name}() in ${fn.name}() takes a zero-page reference, which is not a pin`, [
					at(call.nameRange, 'reference acquired here'),
				]);
			if (!pages || !this.seen.origin(fn, pages).ours) continue;
			if (this.seen.presumed && presumeSecondOwner(this.seen.presumed, this.seen.file, fn, call)) continue;
			throw new ConversionBlocked(
				`${call.name}() in ${fn.name}() takes a second reference on these pages for another owner`,
				[at(call.nameRange, 'second reference acquired here')],
			);
		}
		for (const { fn, call } of callsNamed(this.seen.file, COUNTS)) {
			const pages = call.args[0];
			if (pages && this.seen.origin(fn, pages).ours)
				throw new ConversionBlocked(`${call.name}() in ${fn.name}() reads the refcount, which a pin changes`, [
					at(call.nameRange, 'refcount read here'),
				]);
		}
	}

	/** Functions whose way with pages nobody knows get them. */
	strangers(): void {
		for (const taking of this.seen.takings.values()) this.seen.moves(taking);
		const followed = new Set(this.functions());
		for (const fn of followed) {
			this.scopes(fn);
			this.ends(fn);
			for (const call of fn.calls) {
				this.chains(fn, call);
				const callee = this.seen.file.ir.lookup(call.name);
				if (!callee && isKnownCall(this.seen.file, fn, call)) continue;
				if (!nonFormatArguments(call).some((arg) => this.isPages(fn, arg))) continue;
				if (callee) followed.add(callee);
				else if (this.seen.presumed) presumeHarmless(this.seen.presumed, call);
				else
					throw new ConversionBlocked(
						`${call.name || 'a callback'}() gets the pages and may keep or release them: its definition was not found`,
						[at(call.nameRange, 'pages passed here')],
					);
			}
		}
	}

	/** `list_add(&page->lru, &pages)`: whoever has the list has the pages. */
	private chains(fn: FunctionIR, call: CallExpr): void {
		for (const arg of call.args) {
			const inner = bare(arg);
			const entry = inner.kind === 'unary' && inner.op === '&' ? bare(inner.operand) : undefined;
			if (entry?.kind === 'field' && entry.field === 'lru' && this.isPages(fn, entry.object))
				throw new ConversionBlocked(
					`${call.name}() in ${fn.name}() puts the pages in a list, whose owner may release them`,
					[at(call.nameRange, 'put in a list here')],
				);
		}
	}

	/** The pages are part of a bio whose end is the work of a function that is not seen. */
	private ends(fn: FunctionIR): void {
		if (!fn.calls.some(({ name }) => /^bio_add_/.test(name))) return;
		everywhere(fn, (part) => {
			const left = part.kind === 'assign' ? bare(part.left) : undefined;
			const right = part.kind === 'assign' ? bare(part.right) : undefined;
			if (left?.kind !== 'field' || left.field !== 'bi_end_io' || right?.kind !== 'name' || isNull(right)) return;
			if (!this.seen.file.ir.lookup(right.name))
				throw new ConversionBlocked(
					`${right.name}() completes the I/O on the pages, and its definition was not found`,
					[at(right, 'set here')],
				);
		});
	}

	/** A variable with one of the pages is given back by its own end: `struct page *page __free(put_page) = pages[0];`. */
	private scopes(fn: FunctionIR): void {
		for (const { steps } of fn.blocks)
			for (const step of steps) {
				if (step.kind !== 'declare' || step.cleanup === undefined || FREES.has(step.cleanup)) continue;
				const { start, end, name, type } = step.variable;
				const level = levelOfType(type);
				if (level !== 'page' && level !== 'array') continue;
				const { ours, unseen } = this.seen.origin(fn, { start, end, kind: 'name', name });
				if (ours || unseen)
					throw new ConversionBlocked(
						`${name} in ${fn.name}() is released by ${step.cleanup}() at the end of its scope`,
						[at(step.variable, 'declared here')],
					);
			}
	}

	/** The expression is these pages, or an array of them. */
	private isPages(fn: FunctionIR, expr: Expr): boolean {
		const level = levelOf(expr, fn, this.seen.file.ir);
		return (level === 'page' || level === 'array') && this.seen.origin(fn, expr).ours;
	}

	/** Functions that name something of the pages. */
	private functions(): FunctionIR[] {
		const { file } = this.seen;
		const near = [...this.seen.takings.values()].flatMap(({ fn }) => (fn ? [fn, ...file.ir.callers(fn.name)] : []));
		const fields = this.seen.fields().map(({ field }) => field);
		return [...near, ...file.ir.functions, ...fields.flatMap((field) => file.ir.naming(field))];
	}

	/** Pages wait in a list for I/O, and somebody gives back pages of such a list whose origin is not seen. */
	lists(): void {
		const { file } = this.seen;
		const isListed = [...this.seen.takings.values()].some((taking) =>
			usesOf(file, taking).uses.some(({ kind }) => kind === 'listed' || kind === 'device'),
		);
		if (!isListed) return;
		const [object] = callsNamed(file, RELEASE_OBJECTS);
		if (object)
			throw new ConversionBlocked(
				`${object.call.name}() in ${object.fn.name}() releases pages of an object, possibly these`,
				[at(object.call.nameRange, 'released here')],
			);
		for (const { fn, call } of callsNamed(file, RELEASES.keys())) {
			const pages = call.args[RELEASES.get(call.name) ?? 0];
			if (!pages || !isFromList(pages)) continue;
			const { taken, unseen } = originOf(file, fn, pages);
			if (taken.size === 0 && unseen)
				throw new ConversionBlocked(`${call.name}() in ${fn.name}() releases pages of a list, possibly these`, [
					at(call.nameRange, 'the origin of these pages was not found'),
				]);
		}
	}

	/** `(unsigned long)page_address(page)` */
	private isAddressOfOurs(fn: FunctionIR, expr: Expr): boolean {
		let found = false;
		postorder(expr, (part) => {
			if (part.kind === 'call' && ADDRESSES.has(part.name) && part.args[0])
				found ||= this.seen.origin(fn, part.args[0]).ours;
		});
		return found;
	}

	/** A page is given back by its address: to the allocator, or where the addresses of these have left. */
	addresses(): void {
		const { file } = this.seen;
		for (const { fn, call } of callsNamed(file, FREES_ADDRESS))
			if (call.args.some((arg) => this.isAddressOfOurs(fn, arg)))
				throw new ConversionBlocked(`${call.name}() in ${fn.name}() frees a page by its address`, [
					at(call.nameRange, 'released by address'),
				]);
		this.mappings();
		const leaves = [...this.seen.takings.values()].some((taking) =>
			usesOf(file, taking).uses.some(
				({ kind, address, byField }) => !byField && (kind === 'kept' || kind === 'returned' || address === true),
			),
		);
		const isAsked = [...callsNamed(file, ADDRESSES)].some(({ fn, call }) => {
			const pages = call.args[0];
			return pages !== undefined && MAPS.test(call.name) && this.seen.origin(fn, pages).ours;
		});
		if (!leaves && !isAsked) return;
		for (const { fn, call } of callsNamed(file, RELEASES.keys())) {
			let byAddress = false;
			for (const arg of call.args)
				postorder(arg, (part) => {
					if (part.kind === 'call' && BY_ADDRESS.test(part.name)) byAddress = true;
				});
			if (byAddress)
				throw new ConversionBlocked(
					`${call.name}() in ${fn.name}() releases a page by its address, possibly one of these`,
					[at(call.nameRange, 'released by address')],
				);
		}
	}

	/** `vmap(pages, nr, VM_MAP_PUT_PAGES, prot)`: vfree() puts the pages. Source: mm/vmalloc.c. */
	private mappings(): void {
		const { file } = this.seen;
		for (const { fn, call } of callsNamed(file, ['vmap'])) {
			const [pages, , flags] = call.args;
			const isPut = flags && /\bVM_MAP_PUT_PAGES\b|\b[a-z]\w*\b/.test(file.slice(flags));
			if (pages && isPut && this.seen.origin(fn, pages).ours && inCode(file.text, /\bVM_MAP_PUT_PAGES\b/))
				throw new ConversionBlocked(
					`vmap() in ${fn.name}() hands the references over to the mapping, and vfree() puts them`,
					[at(call.nameRange, 'mapped here')],
				);
		}
	}

	/** Another member of a union, by which other pages may come to the place. */
	unions(): void {
		const { file } = this.seen;
		for (const { record, field } of this.seen.fields())
			for (const member of siblings(file.text, record, field))
				for (const fn of file.ir.naming(member))
					everywhere(fn, (part) => {
						const left = part.kind === 'assign' ? written(part.left) : undefined;
						if (part.kind !== 'assign' || left?.kind !== 'field' || left.field !== member || isNull(part.right)) return;
						throw new ConversionBlocked(`${member} shares its memory with ${field}, where the pages wait`, [
							at(part, 'stored here'),
						]);
					});
	}

	/** Only one arm of an `#if` is read where the other does not name the family, and that other may give pages back. */
	unread(releases: readonly PageCall[]): void {
		const { file } = this.seen;
		const names = new Set([...this.seen.takings.values()].flatMap(({ fn }) => fn?.name ?? []));
		for (const { fn } of releases) names.add(fn.name);
		for (const { field } of this.seen.fields()) for (const fn of file.ir.naming(field)) names.add(fn.name);
		this.macros();
		this.countsByHand();
		this.offsets();
		for (const name of names) {
			const readings = [...file.ir.functions.filter((fn) => fn.name === name), file.ir.lookup(name) ?? []].flat();
			const [first] = readings;
			if (!first) continue;
			const read = new Set(readings.flatMap((fn) => fn.calls.map((call) => call.nameRange.start)));
			const tokens = tokenize(file.text, first.body.start, first.body.end);
			for (let i = 0; i < tokens.count; i++)
				if (RELEASES.has(tokenText(tokens, i)) && !read.has(tokens.starts[i] as number))
					throw new ConversionBlocked(`${name}() releases pages in an #if branch that is not analysed`, [
						at({ start: tokens.starts[i] as number, end: tokens.ends[i] as number }, 'here'),
					]);
		}
		this.unreadUses();
	}

	/** In an arm of an `#if` that is not read something is done with a field that pages wait in. */
	private unreadUses(): void {
		const { file } = this.seen;
		for (const { field } of this.seen.fields()) {
			const functions = file.ir.naming(field);
			const read = new Set<number>();
			for (const fn of functions)
				everywhere(fn, (part) => {
					if (part.kind === 'field' && part.field === field) read.add(part.end);
				});
			for (const { name, body } of functions)
				for (const use of usesInArms(file.text, body, field))
					if (!read.has(use.end))
						throw new ConversionBlocked(`${name}() uses ${field} in an arm of an #if that is not read`, [
							at(use, 'here'),
						]);
		}
	}

	/** `atomic_inc(&page->_refcount)` */
	private countsByHand(): void {
		const byHand = inCode(this.seen.file.text, /(?:->|\.)\s*_refcount\b/);
		if (byHand) throw new ConversionBlocked('the refcount is modified directly', [at(byHand, 'here')]);
	}

	/** A field that pages wait in is reached by its offset. */
	private offsets(): void {
		for (const { record, field } of this.seen.fields()) {
			const offset = inCode(this.seen.file.text, new RegExp(`\\boffsetof\\s*\\(\\s*${record}\\s*,\\s*${field}\\b`));
			if (offset)
				throw new ConversionBlocked(`${field} of ${record}, which holds the pages, is accessed by its offset`, [
					at(offset, 'here'),
				]);
		}
	}

	/** A macro takes references or gives pages back: its body is not followed. */
	private macros(): void {
		const { file } = this.seen;
		for (const [line, name] of file.text.matchAll(DEFINES)) {
			const words = line.match(/\w+(?=\s*\()/g);
			const released = words?.find((word) => RELEASES.has(word) || REFCOUNT_INCREMENTS.has(word));
			const start = file.text.indexOf(line);
			if (released)
				throw new ConversionBlocked(`the macro ${name} calls ${released}(), and its uses could not be analysed`, [
					at({ start, end: start + line.length }, 'defined here'),
				]);
		}
	}
}
