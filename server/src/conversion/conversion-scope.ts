/** All that has to do with the references of some taking calls: who gives them back, where they wait, how the functions end. */

import type { ApiCall, FileContext } from '../analysis/context.js';
import { usesOf } from '../analysis/derived-values/index.js';
import { notifierUse } from '../analysis/derived-values/notifier.js';
import { toldApart } from '../analysis/discriminant/discriminant.js';
import type { Told } from '../analysis/discriminant/question.js';
import { keptIn } from '../analysis/ownership/exit-disposition.js';
import { keyOf as fieldKey, lastField } from '../analysis/ownership/fields.js';
import { lifecycles, type ResourceLifecycle } from '../analysis/ownership/lifecycle.js';
import { levelOfType, locate, type PagePlace } from '../analysis/page-places.js';
import { originOf, type PageOrigin } from '../analysis/points-to-query.js';
import { rootOf } from '../analysis/walk.js';
import { REFCOUNT_INCREMENTS } from '../kernel/function-models.js';
import { PAGE_ALLOCATORS } from '../kernel/page-flow.js';
import { FREES_PAGES, RELEASES } from '../kernel/release-models.js';
import { TOLD } from '../kernel/sinks/index.js';
import type { CallExpr, Expr, FunctionIR, Range } from '../syntax/ir.js';
import { memoize } from '../syntax/memoize.js';
import { hasOtherBranch, sharesBranch } from './branches.js';
import { assignedFrom, pageParameterNamed, receivers, unseenCaller } from './callers.js';
import { hiddenReleases } from './hidden-releases.js';
import { isLater, staysHeld } from './later-release.js';
import { OtherHolders, type Seen } from './other-holders.js';
import { at, callsNamed, type PageCall } from './page-calls.js';
import { ConversionBlocked } from './plan.js';
import { isKeptByOther, ownersOf, Presumptions, presumeOurs, presumeUnseen } from './presumptions.js';
import { confinedTo, escapesOf, fieldsReached, functionsLeaving, isOutOfReach, leavesSight } from './reach.js';

export interface ConversionScope {
	/** Calls that only change together, in the order of the text. */
	readonly takings: readonly ApiCall[];
	readonly releases: readonly PageCall[];
	readonly journeys: readonly ResourceLifecycle[];
	/** Fields the pages wait in. */
	readonly fields: readonly { readonly record: string; readonly field: string }[];
	/** All fields that they may come to, these and others. */
	readonly reached: readonly { readonly record: string; readonly field: string }[];
	/** Functions other than those that take by which callers in other files may get them. */
	readonly leaving: readonly FunctionIR[];
	/** Of a draft: what it presumes. */
	readonly presumed: Presumptions | undefined;
}

class ConversionScopeBuilder implements Seen {
	readonly takings = new Map<number, ApiCall>();
	readonly file: FileContext;
	readonly presumed: Presumptions | undefined;
	private owners: ReadonlySet<string> | undefined;

	/** @param presumed collects what a draft presumes; undefined: nothing is */
	constructor(file: FileContext, presumed: Presumptions | undefined) {
		this.file = file;
		this.presumed = presumed;
	}

	of(first: ApiCall): ConversionScope {
		if (!first.fn?.hasNoSyntaxErrors)
			throw new ConversionBlocked(`${first.call.name}() is in code that could not be analysed`, [
				at(first.call.nameRange, 'here'),
			]);
		this.takings.set(first.call.start, first);
		this.notifiers();
		this.moves(first);
		let releases = this.releases();
		for (let size = 0; size !== this.takings.size; ) {
			size = this.takings.size;
			releases = this.releases();
		}
		if (releases.length === 0) throw new ConversionBlocked('no release of these pages was found', this.whereTheyGo());
		const hands = new OtherHolders(this);
		hands.furtherReferences();
		hands.strangers();
		hands.addresses();
		hands.lists();
		hands.unions();
		hiddenReleases(this);
		const ways = lifecycles(this.file).filter(({ taking }) => this.takings.has(taking.call.start));
		for (const journey of ways) this.follow(journey);
		for (const taking of this.takings.values()) this.lasts(taking, ways, releases);
		hands.unread(releases);
		const takings = [...this.takings.values()].sort((a, b) => a.call.start - b.call.start);
		const fields = this.fields();
		const reached = [...fields, ...fieldsReached(this.file, this.takings)];
		const leaving = functionsLeaving(this.file, this.takings);
		return { takings, releases, journeys: ways, fields, reached, leaving, presumed: this.presumed };
	}

	/** Somebody else owns the references, who puts them. */
	moves(taking: ApiCall): void {
		const moved = usesOf(this.file, taking).uses.find(({ kind }) => kind === 'moved');
		if (moved) throw new ConversionBlocked(`ownership transferred: ${moved.text}`, [at(moved, moved.text)]);
	}

	/** A file that has a hand in the pages is told of changes of the page tables. */
	private notifiers(): void {
		for (const from of this.file.unit.others) {
			const told = notifierUse(from.text, TOLD);
			if (told) throw new ConversionBlocked(`${from.path} has an MMU notifier`);
		}
	}

	origin(fn: FunctionIR, pages: Expr) {
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
				if (
					unseen &&
					(this.outlive() || leavesSight(this.file, this.takings) || this.isWithinReach(fn)) &&
					!this.isOutOfReach(fn, pages) &&
					this.perhaps(fn, call)
				)
					found.push({ fn, call, pages });
				continue;
			}
			if (this.presumed && isKeptByOther(this.file, this.secondOwners(), fn, pages)) continue;
			if (!fn.hasNoSyntaxErrors)
				throw new ConversionBlocked(`could not parse all of ${fn.name}()`, [at(fn.nameRange, 'this function')]);
			const told = other ? (this.toldApart(fn, call, pages) ?? this.presumedSide(fn, call, origin)) : undefined;
			if (other && (told?.side === 'elsewhere' || this.isOthers(fn, call))) continue;
			if (other && !told) this.mixed(fn, call, origin);
			for (const taking of others) this.join(taking, call);
			found.push({ fn, call, pages, ...(told && { told }) });
		}
		return found;
	}

	/** The pages are still held when the function that takes them returns: others may come by them. */
	private outlive(): boolean {
		return [...this.takings.values()].some((taking) => !usesOf(this.file, taking).transient);
	}

	/** The pages stay in places that are seen, and this is another one: whoever fills it never has them. */
	private isOutOfReach(fn: FunctionIR, pages: Expr): boolean {
		const at = locate(pages, fn, this.file.ir);
		const reached = at && confinedTo(this.file, this.takings);
		return reached !== undefined && isOutOfReach(this.file, reached, at as PagePlace);
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

	/** The release may be one of these pages, and would be left behind. @returns a draft takes it for one of these */
	private perhaps(fn: FunctionIR, release: CallExpr): boolean {
		if (this.presumed) return presumeUnseen(this.presumed, { takings: this.takings, fn, call: release });
		const [passed] = escapesOf(this.file, this.takings);
		if (passed?.name)
			throw new ConversionBlocked(
				`${passed.name}() gets the object with the pages and may keep or release them: its definition was not found`,
				[at(passed.nameRange, 'object passed here')],
			);
		throw new ConversionBlocked(`${release.name}() in ${fn.name}() releases pages, possibly these`, [
			at(release.nameRange, 'the origin of these pages was not found'),
		]);
	}

	private toldApart(fn: FunctionIR, call: CallExpr, pages: Expr): Told | undefined {
		return toldApart({ file: this.file, takings: this.takings, fn, call, pages });
	}

	/** A draft goes by the test that stands before a release of both kinds. */
	private presumedSide(fn: FunctionIR, call: CallExpr, { allocated }: PageOrigin): Told | undefined {
		if (!this.presumed || this.isOthers(fn, call)) return undefined;
		if (allocated && FREES_PAGES.test(call.name)) return { side: 'elsewhere', field: undefined };
		return presumeOurs(this.presumed, { file: this.file, takings: this.takings, fn, call }, this.near([]));
	}

	/** Fields of those who keep the pages by a second reference. */
	secondOwners(): ReadonlySet<string> {
		this.owners ??= ownersOf(this.file, (fn, pages) => this.origin(fn, pages).ours);
		return this.owners;
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
		throw new ConversionBlocked(`${release.name}() in ${fn.name}() also releases other pages`, [
			at(release.nameRange, `${release.name}() releases pages of both kinds`),
		]);
	}

	/** Pages of an iterator are told from others by a flag: but those that are allocated would be given back no more. */
	private allocatesNear(fn: FunctionIR): boolean {
		return this.near([fn]).some((one) =>
			one.calls.some(
				({ name }) => PAGE_ALLOCATORS.test(name) || REFCOUNT_INCREMENTS.has(name) || this.takesByHand(name),
			),
		);
	}

	/** A helper of the file that takes references on pages of its own. */
	private takesByHand(name: string): boolean {
		return this.file.ir.lookup(name)?.calls.some((call) => REFCOUNT_INCREMENTS.has(call.name)) ?? false;
	}

	/** Functions that take the pages, these, and who calls one of them. */
	near(others: readonly FunctionIR[]): readonly FunctionIR[] {
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
		throw new ConversionBlocked(`${release.name}() also releases pages of ${taking.call.name}()`, [
			at(release.nameRange, 'released here'),
			at(taking.call.nameRange, 'acquired here'),
		]);
	}

	private group(): string {
		const [first] = this.takings.values();
		return first?.api.record.group ?? 'get';
	}

	/** Pages that stay after the function has returned are given back by somebody else than it. */
	private lasts(taking: ApiCall, all: readonly ResourceLifecycle[], releases: readonly PageCall[]): void {
		const { file } = this;
		const own = all.filter((journey) => journey.taking.call.start === taking.call.start);
		const blocked = (fn: FunctionIR | undefined, call: CallExpr, why: string): ConversionBlocked =>
			new ConversionBlocked(`${fn?.name}() ${why}`, [at(call.nameRange, 'acquired here'), ...this.whereTheyGo()]);
		if (!own.some(({ exits: ways }) => ways.length > 0))
			throw blocked(taking.fn, taking.call, 'keeps the pages where they could not be tracked');
		if (usesOf(file, taking).transient) return;
		for (const { fn, call } of own.filter(staysHeld))
			if (!releases.some((release) => isLater(file, release, { fn, call })))
				throw blocked(fn, call, 'returns with pages held, and no later release was found');
	}

	private follow({ fn, call, holding, exits: ways, limitExceeded: bounded, unread }: ResourceLifecycle): void {
		const { file } = this;
		if (bounded || unread)
			throw new ConversionBlocked(
				`${fn.name}() has ${bounded ? 'too many paths to analyse' : 'parts that could not be parsed'}`,
				[at(fn.nameRange, 'this function')],
			);
		const stays = ways.some(({ ending }) => ending.kind !== 'none' && ending.kind !== 'released');
		if (stays && file.path.endsWith('.h'))
			throw new ConversionBlocked(`${fn.name}() is in a header, and its users were not found`, [
				at(call.nameRange, 'acquired here'),
			]);
		const position = holding ? pageParameterNamed(fn, rootOf(holding.place)) : -1;
		const unseen = stays && position >= 0 ? unseenCaller(file, fn, position) : undefined;
		// whoever gets an object finds its pages in the field, as where it came from the caller
		const inObject = levelOfType(fn.returnType) === 'none';
		const returned = ways.some(
			({ ending, holding: left }) => ending.kind === 'returned' && !(inObject && left?.place.includes('->')),
		);
		const lost = unseen ?? (returned && !receivers(file, fn) ? fn : undefined);
		if (lost)
			throw new ConversionBlocked(`${lost.name}() returns the pages to its callers, not all of which were found`, [
				at(call.nameRange, 'acquired here'),
			]);
	}

	fields(): { record: string; field: string }[] {
		const found = new Map<string, { record: string; field: string }>();
		for (const { taking, fn, call, holding, exits: ways } of lifecycles(this.file)) {
			if (!this.takings.has(taking.call.start)) continue;
			const add = (taker: FunctionIR, from: CallExpr, held: readonly string[]): void => {
				const kept = held.flatMap((name) => keptIn(taker, from.start, rootOf(name)).map(({ place }) => place));
				for (const name of [...held, ...kept]) {
					const [record] = fieldKey(taker, name)?.split(':') ?? [];
					const field = lastField(name);
					// the record of an entry is named where the entry got its pages
					const isInEntry = name.includes('[]->');
					if (record && field && !isInEntry) found.set(`${record}.${field}`, { record, field });
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

/** Taking calls of a file that are followed; no kernel file has as many that are to be converted. */
const MOST_HANDLINGS = 32;

/** What is known of the taking calls of a file, by their starts. */
const handlings = memoize((_: FileContext) => new Map<number, ConversionScope | ConversionBlocked>());

/**
 * Everything that has to change with `taking`.
 * @throws Blocked where something speaks against it
 */
export function conversionScopeOf(file: FileContext, taking: ApiCall): ConversionScope {
	const all = handlings(file);
	const { start } = taking.call;
	const known = all.get(start) ?? (all.size < MOST_HANDLINGS ? gathered(file, taking) : TOO_MANY);
	if (known === TOO_MANY) throw known;
	all.set(start, known);
	if (known instanceof ConversionBlocked) throw known;
	for (const other of known.takings) all.set(other.call.start, known);
	return known;
}

const TOO_MANY = new ConversionBlocked('too many GUP calls in this file');

function gathered(file: FileContext, taking: ApiCall): ConversionScope | ConversionBlocked {
	try {
		return new ConversionScopeBuilder(file, undefined).of(taking);
	} catch (error) {
		if (error instanceof ConversionBlocked) return error;
		throw error;
	}
}

/**
 * The same for a draft.
 * @throws Blocked where it would have to presume what no person can decide at a place
 */
export function draftScopeOf(file: FileContext, taking: ApiCall): ConversionScope {
	return new ConversionScopeBuilder(file, new Presumptions()).of(taking);
}
