/** One state of one path through a function: what is held, and what is known of the values that decide about it. */
import type { CallExpr, Expr, FunctionIR, Range } from '../../syntax/ir.js';
import type { ApiCall } from '../context.js';
import type { Held } from '../holders.js';
import { common, NO_FACTS, type PathConditions } from '../path-conditions.js';
import { isVariable, rootOf } from '../walk.js';
import { withoutGhostMark } from './ghost-names.js';
import { moreOf, type OverNull } from './over-null.js';
import { commonReleases, NO_RELEASES, type ReleasedPlaces } from './released-places.js';
import type { TraceEvent, TraceStep } from './trace.js';

/** Signs a value may have; for pointers NEG is an ERR_PTR, ZERO is NULL. */
export const NEG = 1;
export const ZERO = 2;
export const POS = 4;
export const ANY = NEG | ZERO | POS;

export interface Value {
	readonly signs: number;
	readonly constant?: number | undefined;
	/** Where paths with different constants met: all of them. */
	readonly oneOf?: readonly number[] | undefined;
	/** Holding whose taking call returned this number. */
	readonly result?: string | undefined;
	/**
	 * `whole`: the number as returned; `sum`: computed with it; `rest`: a number less it, of pages that are not taken yet;
	 * `unoffset`: bytes / PAGE_SIZE, the offset in the first page forgotten; `bytes`: pages * PAGE_SIZE.
	 */
	readonly form?: 'whole' | 'sum' | 'rest' | 'unoffset' | 'bytes' | undefined;
	/** It is the sum of two places, each as it is named. */
	readonly sumOf?: readonly [string, string] | undefined;
	/** It is the number of pages of so many bytes, as text: "(off + len)". */
	readonly pagesOf?: string | undefined;
	/** Place whose value this is a copy of. */
	readonly copyOf?: string | undefined;
	/** Holding whose pages this is an address, frame number or mapping of. */
	readonly carries?: string | undefined;
	/** It carries them as a frame number or another view of the page: that is how a page is named to those who keep it. */
	readonly frame?: boolean | undefined;
	/** Memory that was allocated here, and what is in it: zeros, anything, or what a function of the file has put there. */
	readonly fresh?: 'zeroed' | 'raw' | 'filled' | undefined;
	/** What a function returned that is not known: an errno, most likely. */
	readonly unknown?: boolean | undefined;
	/** Somebody else knows this memory as well. */
	readonly published?: boolean | undefined;
}

/** Pages that no container names. */
export const NO_LISTS: ReadonlySet<string> = new Set();

export const UNKNOWN: Value = { signs: ANY };

/** What the pages of one taking call are doing. */
type Status = 'held' | 'partlyReleased' | 'released' | 'escaped';

/**
 * What the tests on the path say of the call's success: nothing yet, at least one page, fewer than asked for,
 * as many as asked for, none.
 */
type Outcome = 'untested' | 'some' | 'partial' | 'all' | 'none';

/** Where in an array the pages were put, against a variable that moves: at its index, below, above. */
export interface Position {
	readonly of: string;
	readonly side: 'at' | 'below' | 'above';
}

export interface TrackedResource {
	readonly id: string;
	readonly acquire: ApiCall;
	/** Call of this function that took the pages: the API itself, or a function of the file that calls it. */
	readonly call: CallExpr;
	readonly kind: Held;
	/** "pages", "umem->pgs", "dma[].pages". */
	readonly place: string;
	/** The place is one page, not an array of them. */
	readonly single: boolean;
	/** Number of pages asked for, as text and as a number where it is one; undefined once the variable has changed. */
	readonly asked: string | undefined;
	readonly askedConstant: number | undefined;
	/** What the result is compared with: the number of pages asked for, or of bytes. */
	readonly goal: string | undefined;
	/** The pointer has moved on: these pages lie before the place it names now. */
	readonly beforePointer: boolean;
	/** The result of `call` is the number of pages obtained, or of bytes. */
	readonly returnsCount: boolean;
	readonly outcome: Outcome;
	/** Pages of an earlier pass of the loop are held in the same place. */
	readonly earlier: boolean;
	readonly status: Status;
	readonly position: Position | undefined;
	readonly released: CallExpr | undefined;
	/** A release of this place that does not reach these pages. */
	readonly missedByRelease: CallExpr | undefined;
	/** The number returned was used for more than its sign; `failed`: only the sign was, of a pass of a loop that obtained none. */
	readonly countInspected: boolean | 'failed';
	/** Somebody took further references on these pages. */
	readonly shared: boolean;
	/** Where the memory that alone names them was freed, or the pointer to it overwritten. */
	readonly unreachable: Unreachable | undefined;
	/** A page that was stored in an object of the caller: callers are not told of it, they would follow every page of the object. */
	readonly isStored: boolean;
	/** Others have them, but only through the object whose field they lie in. */
	readonly byObject: boolean;
	/** The function that `call` names took them: as it knows them, and how it returned. */
	readonly inner: { readonly holding: TrackedResource; readonly left: FunctionExit } | undefined;
	/** Scatterlists, tables, arrays and other containers that name them as well. */
	readonly lists: ReadonlySet<string>;
	/** They were put one by one into the container that the place names or lies in: pages of any number of its entries. */
	readonly entries: boolean;
	/** Struct of the object in the container that has them: "struct entry". */
	readonly entryType: string | undefined;
}

/** Where a function returns with pages in a place of its caller, and the path there. */
export interface FunctionExit extends Range {
	readonly fn: FunctionIR;
	readonly trace: TraceStep | undefined;
	/** It returns an error. */
	readonly fails: boolean;
}

/** How the last pointer to pages went. */
export interface Unreachable extends Range {
	/** The call that freed the memory; undefined for an assignment over the pointer. */
	readonly callee: string | undefined;
}

/** What a function did with a place that its caller or an object brought along. */
export interface ParameterEffect {
	readonly status: 'partlyReleased' | 'released' | 'escaped';
	/** Kinds of the releases. */
	readonly kinds: ReadonlySet<string>;
	/** The releasing call. */
	readonly call: CallExpr | undefined;
	/** Place of the number that says how many: where it is 0 nothing is released. */
	readonly count?: string | undefined;
	/** Of entries that are NULL. */
	readonly overNull?: OverNull | undefined;
	/** It took further references. */
	readonly shared?: boolean | undefined;
	/** It is done on another way with the same return: something that is not seen decides. */
	readonly possiblySkipped?: boolean | undefined;
}

export class OwnershipState {
	holdings: Map<string, TrackedResource>;
	effects: Map<string, ParameterEffect>;
	/** Memory of the caller or of its objects that was freed on every path to here, with the call. */
	freed: Map<string, CallExpr>;
	/** Pages of the caller that were put into lists of the caller: the parameter that has them, the lists. */
	listed: Map<string, ReadonlySet<string>>;
	values: Map<string, Value>;
	/** Local -> what it stands for: the same pointer, or the address of that place. */
	aliases: Map<string, { readonly place: string; readonly address: boolean }>;
	facts: PathConditions = NO_FACTS;
	/** Facts that held until a function which is not known got the object: it may have changed it, but seldom does. */
	staleFacts: PathConditions = NO_FACTS;
	/** The path goes against an earlier fact: nothing is reported that only happens on such a path. */
	possiblyInfeasible = false;
	/** Values of one step that later steps ask for: subjects of a switch. */
	switchSubjects: ReadonlySet<string> = new Set();
	/** Parameters that are pages or arrays of them, places whose pages the caller holds, with their depth. */
	pageParameters: ReadonlyMap<string, number> = new Map();
	/** Variables that are scatterlist tables. */
	tables: ReadonlySet<string> = new Set();
	/** Places whose pages were all released, as long as nothing else can have got there. */
	released: ReleasedPlaces = NO_RELEASES;
	trace: TraceStep | undefined;

	/** @param of the state that this one is a copy of */
	constructor(of?: OwnershipState) {
		this.holdings = new Map(of?.holdings);
		this.effects = new Map(of?.effects);
		this.freed = new Map(of?.freed);
		this.listed = new Map(of?.listed);
		this.values = new Map(of?.values);
		this.aliases = new Map(of?.aliases);
		if (!of) return;
		this.facts = of.facts;
		this.switchSubjects = of.switchSubjects;
		this.staleFacts = of.staleFacts;
		this.possiblyInfeasible = of.possiblyInfeasible;
		this.pageParameters = of.pageParameters;
		this.tables = of.tables;
		this.released = of.released;
		this.trace = of.trace;
	}

	clone(): OwnershipState {
		return new OwnershipState(this);
	}

	/** Entries: what its copy costs. */
	get size(): number {
		const { holdings, effects, values, aliases, facts, staleFacts } = this;
		return holdings.size + effects.size + values.size + aliases.size + facts.size + staleFacts.size;
	}

	note(at: Range, event: TraceEvent, about?: string): void {
		const named = 'place' in event ? { ...event, place: withoutGhostMark(event.place) } : event;
		this.trace = { start: at.start, end: at.end, event: named, about, before: this.trace };
	}

	update(id: string, change: Partial<TrackedResource>): void {
		const old = this.holdings.get(id);
		if (old) this.holdings.set(id, { ...old, ...change });
	}

	/** Forget values that live only within one step. */
	dropTemporaries(): void {
		for (const { id, lists } of this.holdings.values())
			if ([...lists].some((list) => list.startsWith('@')))
				this.update(id, { lists: new Set([...lists].filter((list) => !list.startsWith('@'))) });
		for (const key of this.values.keys())
			if (key.startsWith('@') && !this.switchSubjects.has(key)) this.values.delete(key);
		for (const [id, { place }] of this.holdings) if (place.startsWith('@')) this.holdings.delete(id);
	}

	/** States with the same key are one: they differ only in values. */
	key(): string {
		const parts: string[] = this.possiblyInfeasible ? ['?'] : [];
		for (const h of this.holdings.values())
			parts.push(
				`${h.id}|${h.kind}|${h.place}|${h.outcome}|${h.status}${h.byObject ? 'o' : ''}|${h.earlier ? 1 : 0}${h.missedByRelease ? 1 : 0}${h.countInspected === true ? 1 : h.countInspected || 0}${h.shared ? 1 : 0}${h.beforePointer ? 1 : 0}${h.unreachable ? 1 : 0}|${h.position?.of ?? ''}${h.position?.side ?? ''}|${h.status === 'held' ? [...h.lists].sort().join() : ''}`,
			);
		// what else a callee got adds up, for it only makes the analysis more careful
		for (const [place, touch] of this.effects)
			if (touch.status !== 'escaped' || isVariable(place))
				parts.push(`${place}|${touch.status}|${[...touch.kinds].join()}`);
		for (const place of this.released.keys()) parts.push(`${place}|again`);
		return parts.sort().join(';');
	}
}

function sameValue(a: Value, b: Value): boolean {
	return (
		a === b ||
		(a.signs === b.signs &&
			a.constant === b.constant &&
			(a.oneOf === b.oneOf || a.oneOf?.join() === b.oneOf?.join()) &&
			a.result === b.result &&
			a.form === b.form &&
			a.pagesOf === b.pagesOf &&
			(a.sumOf === b.sumOf || a.sumOf?.join() === b.sumOf?.join()) &&
			a.copyOf === b.copyOf &&
			a.carries === b.carries &&
			a.frame === b.frame &&
			a.fresh === b.fresh &&
			a.published === b.published &&
			a.unknown === b.unknown)
	);
}

export function signOf(value: number): number {
	return value < 0 ? NEG : value > 0 ? POS : ZERO;
}

/** The value of a constant. */
export function number(value: number): Value {
	return { signs: signOf(value), constant: value };
}

/** What is known of a place that has no value of its own: a field of memory that was cleared and that nobody else has seen is 0. */
export function implied({ values }: OwnershipState, place: string): Value {
	const root = rootOf(place);
	const object = root === place ? undefined : values.get(root);
	if (object?.fresh !== 'zeroed' || object.published || !isVariable(root)) return UNKNOWN;
	const field = /^(?:->|\.)([^[]+)$/.exec(place.slice(root.length))?.[1];
	if (field === undefined || field.includes('->')) return UNKNOWN;
	// a struct within it may have been written as a whole
	for (let dot = place.lastIndexOf('.'); dot > root.length; dot = place.lastIndexOf('.', dot - 1))
		if (values.has(place.slice(0, dot))) return UNKNOWN;
	return ZERO_VALUE;
}

const ZERO_VALUE = number(0);

/** Constants one value is followed through. */
const MOST_CONSTANTS = 6;

/** Numbers a value may be; undefined when they are not all known. */
export function constantsOf({ constant, oneOf }: Value): readonly number[] | undefined {
	return constant === undefined ? oneOf : [constant];
}

/** The value as one of these numbers, when they are known and few. */
export function amongst(value: Value, numbers: readonly number[] | undefined): Value {
	const few = numbers && numbers.length <= MOST_CONSTANTS ? numbers : undefined;
	return { ...value, constant: few?.length === 1 ? few[0] : undefined, oneOf: few && few.length > 1 ? few : undefined };
}

function isErrno({ unknown, signs }: Value): boolean {
	return unknown === true || signs === NEG;
}

/** Numbers one of both may be; undefined where they are not all known, or too many. */
function joinConstants(a: Value, b: Value): readonly number[] | undefined {
	const some = constantsOf(a);
	const others = some && constantsOf(b);
	if (!some || !others) return undefined;
	const all = [...new Set([...some, ...others])].sort((x, y) => x - y);
	return all.length <= MOST_CONSTANTS ? all : undefined;
}

export function joinValues(a: Value, b: Value): Value {
	if (sameValue(a, b)) return a;
	const few = joinConstants(a, b);
	// a number that is the result on one path only must not be mistaken for it on the other
	const result = a.result === b.result ? a.result : undefined;
	const joined: Value = {
		signs: a.signs | b.signs,
		constant: few?.length === 1 ? few[0] : undefined,
		oneOf: few && few.length > 1 ? few : undefined,
		result,
		form: result === undefined ? undefined : a.form === b.form ? a.form : 'sum',
		pagesOf: a.pagesOf === b.pagesOf ? a.pagesOf : undefined,
		sumOf: a.sumOf === b.sumOf || a.sumOf?.join() === b.sumOf?.join() ? a.sumOf : undefined,
		copyOf: a.copyOf === b.copyOf ? a.copyOf : undefined,
		carries: a.carries ?? b.carries,
		frame: a.frame || b.frame,
		fresh: a.fresh && b.fresh ? (a.fresh === b.fresh ? a.fresh : 'raw') : undefined,
		published: a.published || b.published,
		unknown: (a.unknown && isErrno(b)) || (b.unknown && isErrno(a)) || undefined,
	};
	return sameValue(joined, a) ? a : joined;
}

/** Without a value of its own the place would be taken for 0. */
function impliesZero(state: OwnershipState, place: string): boolean {
	return implied(state, place) === ZERO_VALUE;
}

/** Nothing is left at the place: it was freed, or there was nothing. */
function isFreed({ freed, values }: OwnershipState, place: string): boolean {
	return freed.has(place) || values.get(place)?.signs === ZERO;
}

/**
 * What two states with the same key have in common.
 * @returns `old` itself when `more` adds nothing
 */
export function merge(old: OwnershipState, more: OwnershipState): OwnershipState {
	let merged: OwnershipState | undefined;
	const changing = (): OwnershipState => {
		merged ??= old.clone();
		return merged;
	};
	for (const [place, value] of old.values) {
		const other = more.values.get(place) ?? implied(more, place);
		if (other === UNKNOWN && !impliesZero(old, place)) {
			changing().values.delete(place);
			continue;
		}
		const joined = joinValues(value, other);
		if (joined !== value) changing().values.set(place, joined);
	}
	for (const [place, value] of more.values) {
		if (old.values.has(place) || !impliesZero(old, place)) continue;
		const joined = joinValues(ZERO_VALUE, value);
		if (joined !== ZERO_VALUE) changing().values.set(place, joined);
	}
	for (const [local, alias] of old.aliases) {
		const other = more.aliases.get(local);
		if (other && other.place === alias.place && other.address === alias.address) continue;
		changing().aliases.delete(local);
	}
	for (const [id, holding] of old.holdings) {
		const other = more.holdings.get(id);
		if (!other) continue;
		const asked = other.asked === holding.asked ? holding.asked : undefined;
		const goal = other.goal === holding.goal ? holding.goal : undefined;
		const isMore = [...other.lists].some((list) => !holding.lists.has(list));
		const lists = isMore ? new Set([...holding.lists, ...other.lists]) : holding.lists;
		if (asked === holding.asked && goal === holding.goal && lists === holding.lists) continue;
		changing().update(id, { asked, goal, lists });
	}
	for (const [place, touch] of more.effects) {
		const mine = old.effects.get(place);
		if (!mine) changing().effects.set(place, touch);
		else if (moreOf(mine.overNull, touch.overNull) !== mine.overNull)
			changing().effects.set(place, { ...mine, overNull: moreOf(mine.overNull, touch.overNull) });
	}
	const released = commonReleases(old.released, more.released);
	if (released !== old.released) changing().released = released;
	for (const [place, lists] of more.listed) {
		const mine = old.listed.get(place);
		if (mine && [...lists].every((list) => mine.has(list))) continue;
		changing().listed.set(place, new Set([...(mine ?? []), ...lists]));
	}
	for (const place of old.freed.keys()) if (!isFreed(more, place)) changing().freed.delete(place);
	for (const [place, call] of more.freed)
		if (!old.freed.has(place) && isFreed(old, place)) changing().freed.set(place, call);
	const facts = common(old.facts, more.facts);
	const earlier = common(old.staleFacts, more.staleFacts);
	if (facts !== old.facts) changing().facts = facts;
	if (earlier !== old.staleFacts) changing().staleFacts = earlier;
	return merged ?? old;
}

/** Key of the value of an expression within a step. */
export function expressionKey(expr: Expr): string {
	return `@${expr.start}-${expr.end}`;
}
