/** Ownership of pages in one file: every function that takes pages, with the functions it calls and that call it. */
import { ADDRESS_RELEASES } from '../../kernel/acquiring.js';
import { grouped } from '../../syntax/grouped.js';
import type { CallExpr, Expr, FileIR, FunctionIR } from '../../syntax/ir.js';
import { memoize } from '../../syntax/memoize.js';
import type { ApiCall, FileContext } from '../context.js';
import { isUnsigned } from '../integers.js';
import { isParameter, parameterAt, unchangedParams, variableType } from '../variables.js';
import { bare, place, rootOf } from '../walk.js';
import { fails } from './contract.js';
import { inContainer } from './entries.js';
import { type FieldUse, fieldUses, keyOn, lastField } from './fields.js';
import type { Event, Exit, FunctionResult, SummaryProvider } from './function-walk.js';
import { type Leak, leaksOf, type UncheckedPartial, uncheckedPartialsOf } from './leaks.js';
import { moreOf } from './over-null.js';
import { joinReturnEffects } from './return-effects.js';
import { walkFunction } from './solve-disjunctive.js';
import { ANY, NEG, POS, type TrackedResource } from './state.js';
import { changesOf, fieldsSet, type Summary, type SummaryCase, writtenThrough } from './summary.js';

/** Calls of calls that are summarised. */
const DEEPEST = 6;
/** Ways of one summary beyond which the function is taken for unknown. */
const MOST_WAYS = 24;
/** Callers of a function that leaves pages with its caller. */
const MOST_CALLERS = 24;

/** Functions that tell the page from its frame number or address. */
const BY_ADDRESS = [
	'pfn_to_page',
	'virt_to_page',
	'virt_to_head_page',
	'phys_to_page',
	'pfn_folio',
	'virt_to_folio',
	'kmap_to_page',
	'vmalloc_to_page',
	'iommu_iova_to_phys',
];

const TAKING = /^(?:get|pin|iov-iter|extract|helper)$/;

/** The call takes references. */
export function takes({ api }: ApiCall): boolean {
	return api.record.takes !== 'none' && TAKING.test(api.record.group) && api.signature !== undefined;
}

type Release = Event & { readonly kind: 'release' };

/** A release that follows another one of the same place. */
type Repeated = Event & { readonly kind: 'again' } & { readonly fn: FunctionIR };

/** Something a path came upon, and the function it is in. */
interface Met {
	readonly fn: FunctionIR;
	readonly event: Event;
}

export class Ownership implements SummaryProvider {
	private readonly walks = new Map<FunctionIR, FunctionResult>();
	private readonly summaries = new Map<string, Summary | undefined>();
	private readonly active = new Set<string>();
	private readonly ir: FileIR;
	private readonly calls: readonly ApiCall[];
	private readonly byExpr: (expr: Expr) => ApiCall | undefined;
	private readonly foreign: ReadonlyMap<string, Summary>;
	private all: readonly FunctionResult[] | undefined;
	private addressReleasers: ReadonlySet<string> | undefined;
	private found: boolean | undefined;
	private met: readonly Met[] | undefined;
	private leaking: readonly Leak[] | undefined;
	private leaksByCall: ReadonlyMap<number, readonly Leak[]> | undefined;
	private cleaned: ReadonlySet<FunctionIR> | undefined;
	private releases: ReadonlyMap<CallExpr, readonly Release[]> | undefined;
	private used: readonly FieldUse[] | undefined;

	/**
	 * @param calls every API call of the file
	 * @param foreign summaries of functions of other files, by name
	 */
	constructor(
		ir: FileIR,
		calls: readonly ApiCall[],
		apiCall: (expr: Expr) => ApiCall | undefined,
		foreign: ReadonlyMap<string, Summary> = new Map(),
	) {
		this.ir = ir;
		this.calls = calls;
		this.byExpr = apiCall;
		this.foreign = foreign;
	}

	get byAddress(): boolean {
		this.found ??= BY_ADDRESS.some((name) => this.ir.naming(name).length > 0);
		return this.found;
	}

	releasesByAddress(name: string): boolean {
		this.addressReleasers ??= callersOf(this.ir, ADDRESS_RELEASES);
		return this.addressReleasers.has(name);
	}

	apiCall(expr: Expr): ApiCall | undefined {
		const found = this.byExpr(expr);
		if (!found?.api.signature) return undefined;
		// a call with another kernel's arguments stands in an arm for that kernel
		return found.api.record.group === 'release' || found.shape === found.api.signature ? found : undefined;
	}

	summary(name: string): Summary | undefined {
		if (this.summaries.has(name)) return this.summaries.get(name);
		if (this.active.has(name) || this.active.size >= DEEPEST) return undefined;
		const fn = this.ir.lookup(name);
		if (!fn) return this.foreign.get(name);
		this.active.add(name);
		const readings = [fn, ...this.ir.functions.filter((other) => other.name === name && other.variant > 0)];
		const summary = readings.every(({ hasNoSyntaxErrors: clean }) => clean)
			? summarise(
					fn,
					readings.map((one) => this.walk(one)),
					(callee) => this.summary(callee),
				)
			: undefined;
		this.active.delete(name);
		this.summaries.set(name, summary);
		return summary;
	}

	/** Paths of one function. */
	walk(fn: FunctionIR): FunctionResult {
		let walked = this.walks.get(fn);
		if (!walked) {
			walked = fn.hasNoSyntaxErrors
				? walkFunction(fn, this)
				: { fn, exits: [], events: [], limitExceeded: fn.effort.isGivenUp };
			this.walks.set(fn, walked);
		}
		return walked;
	}

	/** Functions that take pages, by themselves or through a function of the file. */
	get walked(): readonly FunctionResult[] {
		if (this.all) return this.all;
		const found = new Set<FunctionIR>(this.calls.filter(takes).flatMap((call) => call.fn ?? []));
		for (const fn of found) {
			if (!this.leavesPages(fn)) continue;
			for (const caller of this.ir.callers(fn.name).slice(0, MOST_CALLERS)) found.add(caller);
		}
		this.all = [...found].map((fn) => this.walk(fn));
		return this.all;
	}

	private leavesPages(fn: FunctionIR): boolean {
		return this.walk(fn).exits.some((exit) => exit.given.pages.length > 0 || leftWithCaller(fn, exit.state).length > 0);
	}

	get leaks(): readonly Leak[] {
		if (this.leaking) return this.leaking;
		const all = this.walked.flatMap(leaksOf);
		const known = new Set(all.flatMap((leak) => (leak.isShared ? [] : keyOfLeak(leak))));
		this.leaking = all.filter((leak) => !leak.isShared || !(known.has(keyOfLeak(leak)) || this.mayBeReleased(leak)));
		return this.leaking;
	}

	/** The leaks of pages that a call takes. @param start of the call */
	leaksFrom(start: number): readonly Leak[] {
		this.leaksByCall ??= grouped(this.leaks, ({ holding }) => holding.acquire.call.start);
		return this.leaksByCall.get(start) ?? [];
	}

	/** Functions whose callers release what they left when they failed. */
	private get cleanedUpAfter(): ReadonlySet<FunctionIR> {
		this.cleaned ??= new Set(
			this.events.flatMap(({ event }) =>
				event.kind === 'release' && event.holding.inner?.left.fails ? event.holding.inner.left.fn : [],
			),
		);
		return this.cleaned;
	}

	/** Another function of the file releases such pages, or a caller what this one left when it failed. */
	private mayBeReleased({ fn, holding, exit }: Leak): boolean {
		if (this.cleanedUpAfter.has(fn)) return true;
		const field = lastField(holding.place);
		const key = keyOn(fn, exit.state, holding.place);
		if (field === undefined || key === undefined) return false;
		const others = this.ir.naming(field).filter((other) => other.name !== fn.name);
		return (
			others.length > MOST_CALLERS ||
			others.some((other) =>
				this.walk(other).events.some((event) => event.kind === 'field' && !event.takes && event.key === key),
			)
		);
	}

	get short(): readonly UncheckedPartial[] {
		return this.walked.flatMap(uncheckedPartialsOf);
	}

	get events(): readonly Met[] {
		this.met ??= this.walked.flatMap(({ fn, events }) => events.map((event) => ({ fn, event })));
		return this.met;
	}

	/** Releases of a place that was released before, in any function that releases twice. */
	get repeated(): readonly Repeated[] {
		const functions = new Set([...this.walked.map(({ fn }) => fn), ...releasingTwice(this.ir, this.calls)]);
		return [...functions].flatMap((fn) =>
			this.walk(fn).events.flatMap((event) => (event.kind === 'again' ? { ...event, fn } : [])),
		);
	}

	/** What paths came upon at one releasing call. */
	releasesAt(release: CallExpr): readonly Release[] {
		this.releases ??= grouped(
			this.events.flatMap(({ event }) => (event.kind === 'release' ? event : [])),
			(event) => event.release,
		);
		return this.releases.get(release) ?? [];
	}

	/** Fields whose pages come from one place of the file, with where they are given back. */
	get fields(): readonly FieldUse[] {
		this.used ??= fieldUses(this.ir, this.walked, (fn) => this.walk(fn));
		return this.used;
	}

	/** Names of functions with more paths than are followed. */
	get bounded(): readonly string[] {
		return [...new Set(this.walked.filter((w) => w.limitExceeded).map((w) => w.fn.name))];
	}
}

/** These functions and all that call them, directly or not. */
function callersOf(ir: FileIR, functions: readonly string[]): ReadonlySet<string> {
	const found = new Set(functions);
	for (const name of found) for (const caller of ir.callers(name)) found.add(caller.name);
	return found;
}

/** Callers of one function that are looked at for a second release. */
const MOST_RELEASERS = 24;

/** Functions that release a place by two calls: of the family, or of functions that release what they are given. */
function releasingTwice(ir: FileIR, calls: readonly ApiCall[]): FunctionIR[] {
	const counts = new Map<FunctionIR, number>();
	const add = (fn: FunctionIR, by: number): void => void counts.set(fn, (counts.get(fn) ?? 0) + by);
	const releasers = new Set<FunctionIR>();
	for (const { api, fn, call } of calls) {
		const first = call.args[0];
		if (api.record.group !== 'release' || !fn?.hasNoSyntaxErrors || !first) continue;
		add(fn, 1);
		if (isParameter(fn, rootOf(place(bare(first)) ?? ''))) releasers.add(fn);
	}
	for (const fn of releasers)
		for (const caller of ir.callers(fn.name).slice(0, MOST_RELEASERS))
			add(caller, caller.calls.filter(({ name }) => name === fn.name).length);
	return [...counts].flatMap(([fn, count]) => (count > 1 ? fn : []));
}

/** Leaks of one call that are one finding. */
function keyOfLeak({ holding, short }: Leak): string {
	return `${holding.acquire.call.start} ${short}`;
}

/** Pages in a place that the caller can reach. */
function isLeft(fn: FunctionIR, holding: TrackedResource): boolean {
	if (holding.status !== 'held' || holding.outcome === 'none' || holding.unreachable || holding.isStored) return false;
	const param = fn.params[parameterAt(fn, rootOf(holding.place))];
	return param !== undefined && param.type.pointers > 0;
}

/** Pages in places that the caller can reach, also by a container of his alone. */
function leftWithCaller(fn: FunctionIR, { holdings }: Exit['state']): TrackedResource[] {
	const all = [...holdings.values()].map((holding) => {
		const known = isParameter(fn, rootOf(holding.place)) ? undefined : inContainer(holding);
		return known ? { ...known, asked: holding.asked } : holding;
	});
	return [...new Map(all.filter((holding) => isLeft(fn, holding)).map((h) => [h.id, h])).values()];
}

function way(fn: FunctionIR, exit: Exit): SummaryCase {
	const { state, signs, numbers, result, computed, given, start, end } = exit;
	const left = { fn, trace: state.trace, fails: fails(fn, signs), start, end };
	const takes = leftWithCaller(fn, state);
	return {
		signs,
		numbers,
		params: knownParams(fn, state),
		result,
		computed,
		touches: state.effects,
		freed: state.freed,
		listed: state.listed,
		takes,
		given,
		left,
	};
}

/** Signs of the parameters that are still what the caller passed. */
function knownParams(fn: FunctionIR, state: Exit['state']): SummaryCase['params'] {
	const params = new Map<string, number>();
	for (const name of unchangedParams(fn)) {
		const known = state.values.get(name)?.signs;
		if (known === undefined || known === ANY) continue;
		// a negative number that is passed as an unsigned one is above 0 there
		const signs = isUnsigned(variableType(fn, name)) ? (known & POS ? known | NEG : known & ~NEG) : known;
		if (signs !== ANY) params.set(name, signs);
	}
	return params;
}

function keyOf({ signs, result, computed, touches, takes, given }: SummaryCase): string {
	const touched = [...touches].map(([name, touch]) => `${name}|${touch.status}|${[...touch.kinds].join()}`).sort();
	const taken = [...takes, ...given.pages].map((h) => `${h.id}|${h.place}|${h.outcome}`).sort();
	return [signs, result, computed, ...touched, '/', ...taken, '/', ...[...given.released.keys()].sort()].join(';');
}

/** What a function does under all its `#if` arms: which of them goes with a reading of the caller is not known. */
function summarise(
	fn: FunctionIR,
	readings: readonly FunctionResult[],
	summary: (name: string) => Summary | undefined,
): Summary | undefined {
	if (readings.some(({ limitExceeded: bounded }) => bounded)) return undefined;
	const ways = new Map<string, SummaryCase>();
	const exits = readings.flatMap((walked) => walked.exits);
	for (const exit of exits) {
		const one = unsized(
			way(fn, exit),
			exits.filter((other) => other.start === exit.start),
		);
		const key = keyOf(one);
		const alike = ways.get(key);
		ways.set(key, alike ? joinWays(alike, one) : one);
	}
	if (ways.size > MOST_WAYS) return undefined;
	const fields = fieldsSet(fn);
	return {
		fn,
		cases: doubted([...ways.values()]),
		changes: changesOf(fn, fields, summary),
		fields,
		writes: writtenThrough(fn),
	};
}

/** Two ways that look alike to the caller. */
function joinWays(a: SummaryCase, b: SummaryCase): SummaryCase {
	const freed = new Map([...a.freed].filter(([place]) => b.freed.has(place)));
	const listed = new Map(a.listed);
	for (const [place, lists] of b.listed) listed.set(place, new Set([...(a.listed.get(place) ?? []), ...lists]));
	const touches = new Map(b.touches);
	for (const [place, touch] of touches)
		touches.set(place, { ...touch, overNull: moreOf(touch.overNull, a.touches.get(place)?.overNull) });
	return {
		...b,
		touches,
		numbers: allNumbers(a.numbers, b.numbers),
		params: allSigns(a.params, b.params),
		given: joinReturnEffects(a.given, b.given),
		freed,
		listed,
		left: a.left,
	};
}

function allSigns(a: SummaryCase['params'], b: SummaryCase['params']): SummaryCase['params'] {
	return new Map([...a].flatMap(([name, signs]) => (b.has(name) ? [[name, signs | (b.get(name) ?? 0)]] : [])));
}

function allNumbers(a: SummaryCase['numbers'], b: SummaryCase['numbers']): SummaryCase['numbers'] {
	return a && b && [...new Set([...a, ...b])].sort((x, y) => x - y);
}

/** Where one return leaves all pages or fewer, the caller is not told which. */
function unsized(one: SummaryCase, same: readonly Exit[]): SummaryCase {
	const isOpen = ({ id, outcome }: TrackedResource): boolean =>
		(outcome === 'partial' || outcome === 'all') &&
		same.some((exit) => {
			const other = exit.state.holdings.get(id);
			return (
				exit.signs === one.signs && other?.status === 'held' && other.outcome !== outcome && other.outcome !== 'none'
			);
		});
	return { ...one, takes: one.takes.map((holding) => (isOpen(holding) ? { ...holding, outcome: 'some' } : holding)) };
}

/** A place that is released on one way and left alone on another with the same return depends on something unseen. */
function doubted(ways: readonly SummaryCase[]): readonly SummaryCase[] {
	return ways.map((one) => {
		const touches = new Map(one.touches);
		for (const other of ways) {
			if (!(other.signs & one.signs)) continue;
			for (const [name, touch] of other.touches) {
				const mine = touches.get(name);
				if (!mine)
					touches.set(
						name,
						touch.status === 'escaped' ? touch : { ...touch, status: 'partlyReleased', possiblySkipped: true },
					);
				else
					touches.set(name, {
						...mine,
						kinds: new Set([...mine.kinds, ...touch.kinds]),
						overNull: moreOf(mine.overNull, touch.overNull),
					});
			}
			for (const [name, touch] of touches)
				if (!other.touches.has(name)) touches.set(name, { ...touch, possiblySkipped: true });
		}
		return { ...one, touches };
	});
}

/** What becomes of the pages of a file on every path; worked out when a rule first asks. */
export const ownershipOf = memoize(({ ir, calls, apiCall }: FileContext) => new Ownership(ir, calls, apiCall));
