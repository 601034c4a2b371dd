/** What a reader is told of the pages in a file: partners of a call, and the paths of a taking call. Plain data, no words. */
import type { CallExpr, Place, Range } from '../../syntax/ir.js';
import type { FileContext } from '../context.js';
import type { Held } from '../holders.js';
import type { Ending } from './ending.js';
import { type Journey, journeys, type WayOut } from './journey.js';
import { takes } from './ownership.js';
import { Replays, type Station } from './replay.js';
import type { Holding } from './state.js';
import { isAcquire, type TraceEvent, traceSteps } from './trace.js';

/** Ways of one taking call whose path is told step by step. */
const MOST_PATHS = 24;

/** The name of a call, and the function it stands in. */
export interface Site extends Range {
	readonly name: string;
	readonly function: string;
	/** Where it is, when that is another file. */
	readonly place?: Place;
}

/** A call that gives pages back. */
export interface ReleaseSite extends Site {
	/** The call that leads there, when it stands in a helper. */
	readonly via: Site | undefined;
}

/** One taking call of a file with everything that gives its pages back. */
export interface Partners {
	readonly taking: Site;
	readonly kind: Held;
	/** Calls of functions of the file that take the pages by way of this call. */
	readonly through: readonly Site[];
	readonly releases: readonly ReleaseSite[];
	/** Ways the pages may go from there, those on which nothing was taken not counted. */
	readonly waysOut: number;
	/** Ways out on which they are left behind. */
	readonly leaks: number;
	/** Where else they go. */
	readonly elsewhere: readonly Ending[];
	/** Something of it is not known: a function with too many paths, one that could not be read, a place that is not followed. */
	readonly incomplete: boolean;
}

/** What is known of the pages at one place of a path. */
export interface Snapshot {
	readonly place: string;
	/** One page, not several. */
	readonly one: boolean;
	readonly status: Holding['status'];
	readonly outcome: Holding['outcome'];
	/** Pages of an earlier pass of the loop are held as well. */
	readonly earlier: boolean;
	/** A release of this place that did not reach these pages. */
	readonly spared: string | undefined;
	readonly shared: boolean;
	/** The number returned was looked at beyond its sign. */
	readonly counted: boolean;
}

export interface FlowStep extends Range {
	readonly kind: Station['kind'];
	readonly truth: boolean | undefined;
	/** Name of the call that gave pages back, whether or not it was right. */
	readonly release: string | undefined;
	readonly state: Snapshot | undefined;
	/** The step took the pages. */
	readonly takes: boolean;
}

export interface FlowWay {
	readonly ending: Ending;
	/** Where the function is left, or the wrong call. */
	readonly at: Range;
	/** From the taking call on. */
	readonly steps: readonly FlowStep[];
	readonly last: Snapshot | undefined;
}

/** The paths of the pages of one taking call in one function. */
export interface FlowJourney {
	readonly taking: Site;
	/** The call in this function that takes them, when the taking call stands in a helper. */
	readonly through: Site | undefined;
	readonly function: string;
	readonly kind: Held;
	/** undefined when the place is none that can be followed. */
	readonly place: string | undefined;
	/** The place is one page, not an array of them. */
	readonly single: boolean;
	/** Number of pages asked for, as written. */
	readonly asked: string | undefined;
	readonly releases: readonly ReleaseSite[];
	readonly ways: readonly FlowWay[];
	readonly bounded: boolean;
	readonly unread: boolean;
}

export interface Flow {
	/** The function around the line. */
	readonly function: string | undefined;
	/** A taking call stands on the line itself. */
	readonly onLine: boolean;
	readonly journeys: readonly FlowJourney[];
	/** The function around the line names the family but could not be read. */
	readonly unread: boolean;
	/** A taking call stands in a macro there. */
	readonly macro: boolean;
}

/** Endings that put the pages into other hands. */
const ELSEWHERE = new Set<Ending['kind']>(['handed', 'kept', 'returned']);

function siteOf(file: FileContext, { name, nameRange }: CallExpr): Site {
	const { start, end } = nameRange;
	const place = file.unit.placeOf(start);
	return { start, end, name, function: file.ir.around(start) ?? '', ...(place && { place }) };
}

function releasesOf(file: FileContext, journey: Journey): ReleaseSite[] {
	return journey.releases.map(({ call, via }) => ({ ...siteOf(file, call), via: via && siteOf(file, via) }));
}

function covers({ start, end }: Range, offset: number): boolean {
	return start <= offset && offset <= end;
}

/** One entry for each taking call, over all functions its pages come to. */
export function allPartners(file: FileContext): Partners[] {
	const byTaking = new Map<number, Journey[]>();
	for (const journey of journeys(file)) {
		const { start } = journey.taking.call;
		byTaking.set(start, [...(byTaking.get(start) ?? []), journey]);
	}
	const all = [...byTaking.values()].map((group): Partners => {
		const [first] = group as [Journey, ...Journey[]];
		const releases = new Map(
			group.flatMap((one) => releasesOf(file, one)).map((site) => [`${site.start} ${site.via?.start}`, site]),
		);
		const ways = group.flatMap((one) => one.ways.map(({ ending }) => ending)).filter(({ kind }) => kind !== 'none');
		const elsewhere = ways.filter(({ kind }) => ELSEWHERE.has(kind));
		return {
			taking: siteOf(file, first.taking.call),
			kind: first.kind,
			through: group.flatMap((one) => (one.call === one.taking.call ? [] : [siteOf(file, one.call)])),
			releases: [...releases.values()].sort((a, b) => a.start - b.start),
			waysOut: ways.length,
			leaks: ways.filter(({ kind }) => kind === 'left' || kind === 'short-left').length,
			elsewhere: [...new Map(elsewhere.map((ending) => [JSON.stringify(ending), ending])).values()],
			incomplete: group.some((one) => one.bounded || one.unread || !one.holding),
		};
	});
	return all.filter(({ taking, through, releases }) => [taking, ...through, ...releases].some(({ place }) => !place));
}

/** Entries whose taking or releasing call, or a call that leads there, has its name at an offset. */
export function partnersAt(all: readonly Partners[], offset: number): Partners[] {
	return all.filter(({ taking, through, releases }) =>
		[taking, ...through, ...releases, ...releases.flatMap(({ via }) => via ?? [])].some((site) => covers(site, offset)),
	);
}

function snapshotOf(holding: Holding | undefined): Snapshot | undefined {
	return (
		holding && {
			place: holding.place,
			one: holding.single || holding.askedConstant === 1,
			status: holding.status,
			outcome: holding.outcome,
			earlier: holding.earlier,
			spared: holding.spared?.name,
			shared: holding.shared,
			counted: holding.counted,
		}
	);
}

/** A path as the events of its trace tell it: for one that cannot be gone again. */
function stepsFromTrace(journey: Journey, way: WayOut): FlowStep[] {
	let now = snapshotOf(journey.holding);
	return traceSteps(way.state.trace).flatMap((step): FlowStep[] => {
		const { start, end, about, event } = step;
		if (event.kind === 'branch')
			return [{ start, end, kind: 'branch', truth: event.truth, release: undefined, state: now, takes: false }];
		if (about !== journey.id) return [];
		if (now) now = { ...now, ...CHANGES[event.kind] };
		const release = event.kind === 'released' ? event.callee : undefined;
		return [{ start, end, kind: 'step', truth: undefined, release, state: now, takes: isAcquire(step, journey.id) }];
	});
}

/** What an event changes of the pages it is about. */
const CHANGES: Readonly<Record<Exclude<TraceEvent['kind'], 'branch'>, Partial<Snapshot>>> = {
	acquired: { outcome: 'untested', status: 'held', spared: undefined },
	none: { outcome: 'none' },
	partial: { outcome: 'short' },
	released: { status: 'released' },
	listed: {},
	escaped: { status: 'gone' },
};

function stepsAlong(journey: Journey, way: WayOut, replays: Replays): FlowStep[] {
	const { id } = journey;
	const takings = new Set(traceSteps(way.state.trace).flatMap((step) => (isAcquire(step, id) ? [step.start] : [])));
	const stations = replays.stations({
		id,
		at: way.at,
		state: way.state,
		holding: way.holding,
		before: way.ending.kind === 'wrong',
	});
	const steps =
		stations?.map(({ holding, ...station }): FlowStep => {
			const takes = station.kind === 'step' && takings.has(station.start) && holding?.status === 'held';
			return { ...station, state: snapshotOf(holding), takes };
		}) ?? stepsFromTrace(journey, way);
	// with pages of an earlier pass the path begins where those were taken
	const first =
		way.holding?.earlier || way.holding?.spared
			? steps.findIndex((step) => step.takes)
			: steps.findLastIndex((step) => step.takes);
	return steps.slice(Math.max(first, 0));
}

function flowJourney(file: FileContext, journey: Journey, replays: Replays): FlowJourney {
	const { taking, call, fn, kind, holding, ways, bounded, unread } = journey;
	const count = taking.arg('count');
	return {
		taking: siteOf(file, taking.call),
		through: call === taking.call ? undefined : siteOf(file, call),
		function: fn.name,
		kind,
		place: holding?.place,
		single: holding?.single ?? false,
		asked: count && file.slice(count),
		releases: releasesOf(file, journey),
		ways: ways.map((way, i) => ({
			ending: way.ending,
			at: way.at,
			steps: i < MOST_PATHS ? stepsAlong(journey, way, replays) : [],
			last: snapshotOf(way.holding),
		})),
		bounded,
		unread,
	};
}

/** Start of a line (from 1) to its end. */
function lineRange(text: string, line: number): Range {
	let start = 0;
	for (let i = 1; i < line && start >= 0; i++) start = text.indexOf('\n', start) + 1 || text.length;
	const end = text.indexOf('\n', start);
	return { start, end: end < 0 ? text.length : end };
}

/**
 * Paths of the taking calls on a line; when there are none, of those of the function around it.
 * @param line from 1
 */
export function flowAt(file: FileContext, line: number): Flow {
	const all = journeys(file).filter(({ fn }) => file.unit.isOwn(fn));
	const at = lineRange(file.text, line);
	const touches = ({ start, end }: Range): boolean => start < at.end && at.start < end;
	const here = all.filter(({ taking, call }) => touches(taking.call) || touches(call));
	const name = file.ir.around(at.start) ?? file.ir.around(at.end);
	const inside = all.filter((one) => one.fn.name === name || file.ir.around(one.taking.call.start) === name);
	const releasing = all.filter((one) => one.releases.some((release) => release.function === name));
	const chosen = here.length ? here : inside.length ? inside : releasing;
	const replays = new Map(chosen.map(({ fn }) => [fn, new Replays(fn, file.ownership)]));
	return {
		function: name,
		onLine: here.length > 0,
		journeys: chosen.map((journey) => flowJourney(file, journey, replays.get(journey.fn) as Replays)),
		unread: name !== undefined && file.ir.unread.includes(name),
		macro: file.calls.some((call) => !call.fn && takes(call) && touches(call.call)),
	};
}
