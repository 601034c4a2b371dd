/** All that has to do with the references of some taking calls: who gives them back, who marks them dirty, who else has them. */
import { allCalls, callsOf } from '../analysis/callers.js';
import { inCode } from '../analysis/code-words.js';
import type { ApiCall, FileContext } from '../analysis/context.js';
import { keptIn } from '../analysis/ownership/ending.js';
import { keyOf as fieldKey, lastField } from '../analysis/ownership/fields.js';
import { type Journey, journeys } from '../analysis/ownership/journey.js';
import { originOf, type PageOrigin } from '../analysis/page-origin.js';
import { levelOf, levelOfType } from '../analysis/page-places.js';
import { unprinted } from '../analysis/prints.js';
import { usesOf } from '../analysis/uses/index.js';
import { toldIn } from '../analysis/uses/notifier.js';
import { isLocal } from '../analysis/variables.js';
import { bare, everywhere, isNull, postorder, rootOf } from '../analysis/walk.js';
import { ADDRESSES, FREES, KEEPERS, readsOnly, TAKERS } from '../kernel/callees.js';
import { BY_ADDRESS, COUNTS, FREES_ADDRESS, FREES_PAGES, RELEASE_OBJECTS, RELEASES } from '../kernel/giving-back.js';
import { ARRAY_READERS, PAGE_ALLOCATORS, STORES } from '../kernel/page-flow.js';
import {
	deviceCall,
	keepsNothing,
	listCall,
	loadsFrom,
	looksAtPage,
	storesInto,
	TOLD,
	unmaps,
	viewOf,
} from '../kernel/sinks/index.js';
import type { CallExpr, Expr, FunctionIR, Range } from '../syntax/ir.js';
import { tokenize, tokenText } from '../syntax/tokens.js';
import { hasOtherBranch, sharesBranch } from './branches.js';
import { assignedFrom, pageParameter, pageParameterNamed, receivers, unseenCaller } from './callers.js';
import { DEFINES } from './macros.js';
import { Blocked } from './plan.js';

/** A call that gives pages back or marks them dirty. */
export interface PageCall {
	readonly fn: FunctionIR;
	readonly call: CallExpr;
	/** The pages it is about. */
	readonly pages: Expr;
}

export interface Handling {
	/** Calls that only change together, in the order of the text. */
	readonly takings: readonly ApiCall[];
	readonly releases: readonly PageCall[];
	readonly journeys: readonly Journey[];
	/** Fields the pages wait in. */
	readonly fields: readonly { readonly record: string; readonly field: string }[];
}

/** Callers that are asked in turn. */
const DEEPEST = 6;

/** `sg_page(sg)`, `bv->bv_page` */
function isFromList(pages: Expr): boolean {
	let found = false;
	postorder(pages, (part) => {
		if (part.kind === 'call' && /^(?:sg_page|sg_page_iter_page|bvec_iter_page)$/.test(part.name)) found = true;
		if (part.kind === 'field' && /^(?:bv_page|folio)$/.test(part.field)) found = true;
	});
	return found;
}

/** Calls of these names in the file and what it is linked with, each place once. */
function* callsNamed(file: FileContext, names: Iterable<string>): Generator<{ fn: FunctionIR; call: CallExpr }> {
	for (const name of names) {
		if (file.ir.defined.has(name)) continue;
		const seen = new Set<number>();
		for (const { fn, call } of callsOf(file, name))
			if (!seen.has(call.start)) {
				seen.add(call.start);
				yield { fn, call };
			}
	}
}

function isZeroPage(pages: Expr): boolean {
	const at = bare(pages);
	return at.kind === 'call' && at.name === 'ZERO_PAGE';
}

class Gathering {
	private readonly takings = new Map<number, ApiCall>();
	private readonly file: FileContext;

	constructor(file: FileContext) {
		this.file = file;
	}

	of(first: ApiCall): Handling {
		if (!first.fn?.clean)
			throw new Blocked(`${first.call.name}() stands in code that is not followed`, [at(first.call.nameRange, 'here')]);
		this.takings.set(first.call.start, first);
		this.notifiers();
		this.moves(first);
		let releases = this.releases();
		for (let size = 0; size !== this.takings.size; ) {
			size = this.takings.size;
			releases = this.releases();
		}
		if (releases.length === 0)
			throw new Blocked('nothing in the files that are seen gives the pages back', this.whereTheyGo());
		this.furtherReferences();
		this.strangers();
		this.addresses();
		this.lists();
		const ways = journeys(this.file).filter(({ taking }) => this.takings.has(taking.call.start));
		for (const journey of ways) this.follow(journey);
		for (const taking of this.takings.values()) this.lasts(taking, ways, releases);
		this.unread(releases);
		const takings = [...this.takings.values()].sort((a, b) => a.call.start - b.call.start);
		return { takings, releases, journeys: ways, fields: this.fields() };
	}

	/** Somebody else owns the references, who puts them. */
	private moves(taking: ApiCall): void {
		const moved = usesOf(this.file, taking).uses.find(({ kind }) => kind === 'moved');
		if (moved) throw new Blocked(`the references move on: ${moved.text}`, [at(moved, moved.text)]);
	}

	/** A file that has a hand in the pages is told of changes of the page tables. */
	private notifiers(): void {
		for (const from of this.file.unit.others) {
			const told = toldIn(from.text, TOLD);
			if (told) throw new Blocked(`${from.path} deals with changes of the page tables by an MMU notifier`);
		}
	}

	private origin(fn: FunctionIR, pages: Expr) {
		const origin = originOf(this.file, fn, pages);
		const all = [...origin.taken];
		return {
			...origin,
			ours: all.some(({ call }) => this.takings.has(call.start)),
			others: all.filter(({ call }) => !this.takings.has(call.start)),
		};
	}

	private releases(): PageCall[] {
		const found: PageCall[] = [];
		for (const { fn, call } of callsNamed(this.file, RELEASES.keys())) {
			const pages = call.args[RELEASES.get(call.name) ?? 0];
			if (!pages) continue;
			const origin = this.origin(fn, pages);
			const { ours, others, other, unseen } = origin;
			if (!ours) {
				if (unseen && (this.outlive() || this.isWithinReach(fn))) this.perhaps(fn, call);
				continue;
			}
			if (!fn.clean)
				throw new Blocked(`${fn.name}() could not be read completely`, [at(fn.nameRange, 'this function')]);
			if (other && this.isOthers(fn, call)) continue;
			if (other) this.mixed(fn, call, origin);
			for (const taking of others) this.join(taking, call);
			found.push({ fn, call, pages });
		}
		return found;
	}

	/** The pages are still held when the function that takes them returns: others may come by them. */
	private outlive(): boolean {
		return [...this.takings.values()].some((taking) => !usesOf(this.file, taking).transient);
	}

	/** The function is called, maybe in turn, where the pages are taken. */
	private isWithinReach(fn: FunctionIR): boolean {
		const reached = new Set(this.near([]));
		for (const one of reached)
			for (const { name } of one.calls) {
				const callee = this.file.ir.lookup(name);
				if (callee) reached.add(callee);
			}
		return reached.has(fn);
	}

	/** The release may be one of these pages, and would be left behind. */
	private perhaps(fn: FunctionIR, release: CallExpr): never {
		throw new Blocked(`${release.name}() in ${fn.name}() gives pages back, and may mean these`, [
			at(release.nameRange, 'where these pages come from is not seen'),
		]);
	}

	/** Where pages of two origins share a place, what frees pages of the allocator under another kind of object is not for these. */
	private isOthers(fn: FunctionIR, release: CallExpr): boolean {
		if (!FREES_PAGES.test(release.name)) return false;
		return [...this.takings.values()].every((taking) => hasOtherBranch(this.file, taking, fn, release));
	}

	/** Pages of another origin come to the same release. */
	private mixed(fn: FunctionIR, release: CallExpr, { allocated, found }: PageOrigin): void {
		const isOfIterator = !allocated && !found && !FREES_PAGES.test(release.name) && !this.allocatesNear(fn);
		if (this.group() === 'iov-iter' && isOfIterator) return;
		if (sharesBranch(this.file, [...this.takings.values()], fn, release)) return;
		throw new Blocked(`${release.name}() in ${fn.name}() also gives back pages of another origin`, [
			at(release.nameRange, `${release.name}() is for pages of both kinds`),
		]);
	}

	/** Pages of an iterator are told from others by a flag: but those that are allocated would be given back no more. */
	private allocatesNear(fn: FunctionIR): boolean {
		return this.near([fn]).some((one) =>
			one.calls.some(({ name }) => PAGE_ALLOCATORS.test(name) || TAKERS.has(name) || this.takesByHand(name)),
		);
	}

	/** A helper of the file that takes references on pages of its own. */
	private takesByHand(name: string): boolean {
		return this.file.ir.lookup(name)?.calls.some((call) => TAKERS.has(call.name)) ?? false;
	}

	/** Functions that take the pages, these, and who calls one of them. */
	private near(others: readonly FunctionIR[]): readonly FunctionIR[] {
		const takers = [...this.takings.values()].flatMap((taking) => taking.fn ?? []);
		return [...others, ...takers].flatMap((one) => [one, ...this.file.ir.callers(one.name)]);
	}

	/** Another taking call whose pages are given back in the same place. */
	private join(taking: ApiCall, release: CallExpr): void {
		const { record } = taking.api;
		if (record.group === this.group() && record.takes === 'reference') {
			this.takings.set(taking.call.start, taking);
			return;
		}
		throw new Blocked(`${release.name}() also gives back pages of ${taking.call.name}()`, [
			at(release.nameRange, 'given back here'),
			at(taking.call.nameRange, 'taken here'),
		]);
	}

	private group(): string {
		const [first] = this.takings.values();
		return first?.api.record.group ?? 'get';
	}

	/** A second reference on the same page is put as a reference: no release tells which of both it means. */
	private furtherReferences(): void {
		const near = new Set(this.near([]).map(({ name }) => name));
		for (const { fn, call } of callsNamed(this.file, TAKERS)) {
			const pages = call.args[0];
			if (pages && near.has(fn.name) && isZeroPage(pages))
				throw new Blocked(`${call.name}() in ${fn.name}() takes a reference on the zero page, which is no pin`, [
					at(call.nameRange, 'the reference is taken here'),
				]);
			if (pages && this.origin(fn, pages).ours)
				throw new Blocked(`${call.name}() in ${fn.name}() takes a second reference on these pages, for another owner`, [
					at(call.nameRange, 'a second reference is taken here'),
				]);
		}
		for (const { fn, call } of callsNamed(this.file, COUNTS)) {
			const pages = call.args[0];
			if (pages && this.origin(fn, pages).ours)
				throw new Blocked(`${call.name}() in ${fn.name}() looks at the number of references, which a pin changes`, [
					at(call.nameRange, 'the number is looked at here'),
				]);
		}
	}

	/** Functions whose way with pages nobody knows get them. */
	private strangers(): void {
		for (const taking of this.takings.values()) this.moves(taking);
		const followed = new Set(this.functions());
		for (const fn of followed) {
			this.scopes(fn);
			this.ends(fn);
			for (const call of fn.calls) {
				const callee = this.file.ir.lookup(call.name);
				if (!callee && this.isKnown(fn, call)) continue;
				if (!unprinted(call).some((arg) => this.isPages(fn, arg))) continue;
				if (callee) followed.add(callee);
				else
					throw new Blocked(
						`${call.name || 'a callback'}() gets the pages, and may keep them or give them back: it is in no file that is seen`,
						[at(call.nameRange, 'the pages are passed on here')],
					);
			}
		}
	}

	/** The pages are part of a bio whose end is the work of a function that is not seen. */
	private ends(fn: FunctionIR): void {
		if (!fn.calls.some(({ name }) => /^bio_add_/.test(name))) return;
		everywhere(fn, (part) => {
			const left = part.kind === 'assign' ? bare(part.left) : undefined;
			const right = part.kind === 'assign' ? bare(part.right) : undefined;
			if (left?.kind !== 'field' || left.field !== 'bi_end_io' || right?.kind !== 'name' || isNull(right)) return;
			if (!this.file.ir.lookup(right.name))
				throw new Blocked(`${right.name}() ends the I/O on the pages, and is in no file that is seen`, [
					at(right, 'set here'),
				]);
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
				const { ours, unseen } = this.origin(fn, { start, end, kind: 'name', name });
				if (ours || unseen)
					throw new Blocked(`${name} in ${fn.name}() is given back by ${step.cleanup}() at the end of its scope`, [
						at(step.variable, 'declared here'),
					]);
			}
	}

	/** The expression is these pages, or an array of them. */
	private isPages(fn: FunctionIR, expr: Expr): boolean {
		const level = levelOf(expr, fn, this.file.ir);
		return (level === 'page' || level === 'array') && this.origin(fn, expr).ours;
	}

	/** Functions that name something of the pages. */
	private functions(): FunctionIR[] {
		const { file } = this;
		const near = [...this.takings.values()].flatMap(({ fn }) => (fn ? [fn, ...file.ir.callers(fn.name)] : []));
		const fields = this.fields().map(({ field }) => field);
		return [...near, ...file.ir.functions, ...fields.flatMap((field) => file.ir.naming(field))];
	}

	private isKnown(fn: FunctionIR, { name }: CallExpr): boolean {
		const { file } = this;
		if (file.kernel.api(name)) return true;
		if ([RELEASES, TAKERS, KEEPERS, STORES, FREES, ARRAY_READERS].some((names) => names.has(name))) return true;
		if (isLocal(fn, name)) return false;
		const looks = readsOnly(name) || keepsNothing(name) || looksAtPage(name) || unmaps(name);
		return looks || [deviceCall, listCall, loadsFrom, storesInto, viewOf].some((of) => of(name) !== undefined);
	}

	/** Pages wait in a list for I/O, and somebody gives back pages of such a list whose origin is not seen. */
	private lists(): void {
		const { file } = this;
		const isListed = [...this.takings.values()].some((taking) =>
			usesOf(file, taking).uses.some(({ kind }) => kind === 'listed' || kind === 'device'),
		);
		if (!isListed) return;
		const [object] = callsNamed(file, RELEASE_OBJECTS);
		if (object)
			throw new Blocked(
				`${object.call.name}() in ${object.fn.name}() gives back pages of an object, and may mean these`,
				[at(object.call.nameRange, 'given back here')],
			);
		for (const { fn, call } of callsNamed(file, RELEASES.keys())) {
			const pages = call.args[RELEASES.get(call.name) ?? 0];
			if (!pages || !isFromList(pages)) continue;
			const { taken, unseen } = originOf(file, fn, pages);
			if (taken.size === 0 && unseen)
				throw new Blocked(`${call.name}() in ${fn.name}() gives back pages of a list, and may mean these`, [
					at(call.nameRange, 'where these pages come from is not seen'),
				]);
		}
	}

	/** `(unsigned long)page_address(page)` */
	private isAddressOfOurs(fn: FunctionIR, expr: Expr): boolean {
		let found = false;
		postorder(expr, (part) => {
			if (part.kind === 'call' && ADDRESSES.has(part.name) && part.args[0])
				found ||= this.origin(fn, part.args[0]).ours;
		});
		return found;
	}

	/** A page is given back by its address: to the allocator, or where the addresses of these have left. */
	private addresses(): void {
		const { file } = this;
		for (const { fn, call } of callsNamed(file, FREES_ADDRESS))
			if (call.args.some((arg) => this.isAddressOfOurs(fn, arg)))
				throw new Blocked(`${call.name}() in ${fn.name}() gives a page to the allocator by its address`, [
					at(call.nameRange, 'given back by the address'),
				]);
		const leaves = [...this.takings.values()].some((taking) =>
			usesOf(file, taking).uses.some(
				({ kind, address, byField }) => !byField && (kind === 'kept' || kind === 'returned' || address === true),
			),
		);
		if (!leaves) return;
		for (const { fn, call } of callsNamed(file, RELEASES.keys())) {
			let byAddress = false;
			for (const arg of call.args)
				postorder(arg, (part) => {
					if (part.kind === 'call' && BY_ADDRESS.test(part.name)) byAddress = true;
				});
			if (byAddress)
				throw new Blocked(`${call.name}() in ${fn.name}() gives a page back by its address: it may be one of these`, [
					at(call.nameRange, 'given back by the address'),
				]);
		}
	}

	/** Pages that stay after the function has returned are given back by somebody else than it. */
	private lasts(taking: ApiCall, all: readonly Journey[], releases: readonly PageCall[]): void {
		const { file } = this;
		const own = all.filter((journey) => journey.taking.call.start === taking.call.start);
		const blocked = (why: string): Blocked =>
			new Blocked(`${taking.fn?.name}() ${why}`, [at(taking.call.nameRange, 'taken here'), ...this.whereTheyGo()]);
		if (!own.some(({ ways }) => ways.length > 0)) throw blocked('keeps the pages in a place that is not followed');
		if (usesOf(file, taking).transient) return;
		const stay = own.some(({ ways }) => ways.some(({ ending }) => !/^(?:none|released)$/.test(ending.kind)));
		if (stay && taking.fn && !releases.some((release) => this.isLater(release, taking.fn as FunctionIR)))
			throw blocked('leaves the pages somewhere on a way out, and nothing is seen to give them back later');
	}

	/** The release is reached without going through the function that takes. */
	private isLater({ fn, pages }: PageCall, taker: FunctionIR): boolean {
		const position = pageParameter(fn, pages);
		if (position < 0) return this.isIndependent(fn, taker);
		return callsOf(this.file, fn.name).some((site) => {
			const arg = site.call.args[position];
			return arg !== undefined && this.isLater({ fn: site.fn, call: site.call, pages: arg }, taker);
		});
	}

	private isIndependent(fn: FunctionIR, taker: FunctionIR, depth = 0): boolean {
		if (fn.name === taker.name) return false;
		const sites = this.file.unit.isOwn(fn) && depth < DEEPEST ? allCalls(this.file, fn) : undefined;
		return !sites || sites.length === 0 || sites.some((site) => this.isIndependent(site.fn, taker, depth + 1));
	}

	/** Only one arm of an `#if` is read where the other does not name the family, and that other may give pages back. */
	private unread(releases: readonly PageCall[]): void {
		const { file } = this;
		const names = new Set([...this.takings.values()].flatMap(({ fn }) => fn?.name ?? []));
		for (const { fn } of releases) names.add(fn.name);
		for (const { field } of this.fields()) for (const fn of file.ir.naming(field)) names.add(fn.name);
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
					throw new Blocked(`${name}() gives pages back in an arm of an #if that is not read`, [
						at({ start: tokens.starts[i] as number, end: tokens.ends[i] as number }, 'here'),
					]);
		}
	}

	/** `atomic_inc(&page->_refcount)` */
	private countsByHand(): void {
		const byHand = inCode(this.file.text, /(?:->|\.)\s*_refcount\b/);
		if (byHand) throw new Blocked('references are counted by hand', [at(byHand, 'here')]);
	}

	/** A field that pages wait in is reached by its offset. */
	private offsets(): void {
		for (const { record, field } of this.fields()) {
			const offset = inCode(this.file.text, new RegExp(`\\boffsetof\\s*\\(\\s*${record}\\s*,\\s*${field}\\b`));
			if (offset)
				throw new Blocked(`${field} of ${record}, where the pages wait, is reached by its offset`, [
					at(offset, 'here'),
				]);
		}
	}

	/** A macro takes references or gives pages back: its body is not followed. */
	private macros(): void {
		const { file } = this;
		for (const [line, name] of file.text.matchAll(DEFINES)) {
			const words = line.match(/\w+(?=\s*\()/g);
			const released = words?.find((word) => RELEASES.has(word) || TAKERS.has(word));
			const start = file.text.indexOf(line);
			if (released)
				throw new Blocked(`the macro ${name} calls ${released}(), and what it is used for is not followed`, [
					at({ start, end: start + line.length }, 'defined here'),
				]);
		}
	}

	private follow({ fn, call, holding, ways, bounded, unread }: Journey): void {
		const { file } = this;
		if (bounded || unread)
			throw new Blocked(`${fn.name}() has ${bounded ? 'too many paths to follow' : 'parts that could not be read'}`, [
				at(fn.nameRange, 'this function'),
			]);
		const stays = ways.some(({ ending }) => ending.kind !== 'none' && ending.kind !== 'released');
		if (stays && file.path.endsWith('.h'))
			throw new Blocked(`${fn.name}() stands in a header, and who includes it is not seen`, [
				at(call.nameRange, 'taken here'),
			]);
		const position = holding ? pageParameterNamed(fn, rootOf(holding.place)) : -1;
		const unseen = stays && position >= 0 ? unseenCaller(file, fn, position) : undefined;
		const returned = ways.some(({ ending }) => ending.kind === 'returned');
		const lost = unseen ?? (returned && !receivers(file, fn) ? fn : undefined);
		if (lost)
			throw new Blocked(`${lost.name}() leaves the pages to its callers, and not all of them are seen`, [
				at(call.nameRange, 'taken here'),
			]);
	}

	private fields(): { record: string; field: string }[] {
		const found = new Map<string, { record: string; field: string }>();
		for (const { taking, fn, call, holding, ways } of journeys(this.file)) {
			if (!this.takings.has(taking.call.start)) continue;
			const add = (taker: FunctionIR, from: CallExpr, held: readonly string[]): void => {
				const kept = held.flatMap((name) => keptIn(taker, from.start, rootOf(name)).map(({ place }) => place));
				for (const name of [...held, ...kept]) {
					const [record] = fieldKey(taker, name)?.split(':') ?? [];
					const field = lastField(name);
					if (record && field) found.set(`${record}.${field}`, { record, field });
				}
			};
			add(
				fn,
				call,
				[holding, ...ways.map((way) => way.holding)].flatMap((one) => one?.place ?? []),
			);
			if (ways.some(({ ending }) => ending.kind === 'returned'))
				for (const site of receivers(this.file, fn) ?? []) add(site.fn, site.call, assignedFrom(site.fn, site.call));
		}
		return [...found.values()];
	}

	private whereTheyGo(): (Range & { message: string })[] {
		return [...this.takings.values()].flatMap((taking) =>
			usesOf(this.file, taking)
				.uses.filter(({ kind }) => /^(?:stored|kept|returned|handed|registered)$/.test(kind))
				.slice(0, 5)
				.map((use) => at(use, use.text)),
		);
	}
}

export function at({ start, end }: Range, message: string): Range & { readonly message: string } {
	return { start, end, message };
}

/** By the start of the taking call. */
const KNOWN = new WeakMap<FileContext, Map<number, Handling | Blocked>>();

/**
 * Everything that has to change with `taking`.
 * @throws Blocked where something speaks against it
 */
export function handlingOf(file: FileContext, taking: ApiCall): Handling {
	const all = KNOWN.get(file) ?? new Map<number, Handling | Blocked>();
	KNOWN.set(file, all);
	const { start } = taking.call;
	const known = all.get(start) ?? gathered(file, taking);
	all.set(start, known);
	if (known instanceof Blocked) throw known;
	for (const other of known.takings) all.set(other.call.start, known);
	return known;
}

function gathered(file: FileContext, taking: ApiCall): Handling | Blocked {
	try {
		return new Gathering(file).of(taking);
	} catch (error) {
		if (error instanceof Blocked) return error;
		throw error;
	}
}
