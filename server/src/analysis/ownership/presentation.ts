/** What a reader is told of the pages in a file: partners of a call, and the paths of a taking call. Plain data, no words. */
import type { CallExpr, FunctionIR, Place, Range } from '../../syntax/ir.js';
import type { FileContext } from '../context.js';
import type { Held } from '../holders.js';
import type { ExitDisposition } from './exit-disposition.js';
import { type ExitPath, lifecycles, type ResourceLifecycle } from './lifecycle.js';
import { ownershipOf, takes } from './ownership.js';
import { PathReplay, type PathStep } from './path-replay.js';
import { OwnershipState, type TrackedResource } from './state.js';
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
export interface AcquireReleasePairs {
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
	readonly elsewhere: readonly ExitDisposition[];
	/** Something of it is not known: a function with too many paths, one that could not be read, a place that is not followed. */
	readonly incomplete: boolean;
}

/** What is known of the pages at one place of a path. */
export interface Snapshot {
	readonly place: string;
	/** One page, not several. */
	readonly one: boolean;
	/** Number of pages asked for, where it is a constant. */
	readonly asked: number | undefined;
	readonly status: TrackedResource['status'];
	readonly outcome: TrackedResource['outcome'];
	/** Pages of an earlier pass of the loop are held as well. */
	readonly earlier: boolean;
	/** A release of this place that did not reach these pages. */
	readonly spared: string | undefined;
	readonly shared: boolean;
	/** The number returned was looked at beyond its sign. */
	readonly counted: boolean;
}

export interface FlowStep extends Range {
	readonly kind: PathStep['kind'];
	readonly truth: boolean | undefined;
	/** Name of the call that gave pages back, whether or not it was right. */
	readonly release: string | undefined;
	/** The call of that name that gave them back, where it stands in a helper. */
	readonly within: Site | undefined;
	/** Number of pages the release was told, where that is a constant; in a loop, of each pass. */
	readonly pages: number | undefined;
	/** It is done in a loop that the taking call is not in. */
	readonly repeated: boolean;
	readonly state: Snapshot | undefined;
	/** The step took the pages. */
	readonly takes: boolean;
}

/** A step in a helper that takes the pages. */
export interface HelperStep extends FlowStep {
	readonly function: string;
	/** It returns with them here. */
	readonly returns: boolean;
}

export interface FlowPath {
	readonly ending: ExitDisposition;
	/** Where the function is left, or the wrong call. */
	readonly at: Range;
	/** From the taking call on. */
	readonly steps: readonly FlowStep[];
	/** How the helper that took the pages returned with them; empty where none did. */
	readonly helper: readonly HelperStep[];
	readonly last: Snapshot | undefined;
}

/** The paths of the pages of one taking call in one function. */
export interface FlowLifecycle {
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
	readonly ways: readonly FlowPath[];
	readonly bounded: boolean;
	readonly unread: boolean;
}

export interface Flow {
	/** The function around the line. */
	readonly function: string | undefined;
	/** A taking call stands on the line itself. */
	readonly onLine: boolean;
	readonly journeys: readonly FlowLifecycle[];
	/** The function around the line names the family but could not be read. */
	readonly unread: boolean;
	/** A taking call stands in a macro there. */
	readonly macro: boolean;
}

/** Endings that a finding is about. */
const WRONG = new Set<ExitDisposition['kind']>(['left', 'short-left', 'wrong']);

/** Endings that put the pages into other hands. */
const ELSEWHERE = new Set<ExitDisposition['kind']>(['handed', 'kept', 'returned']);

function siteOf(file: FileContext, { name, nameRange }: CallExpr): Site {
	const { start, end } = nameRange;
	const place = file.unit.placeOf(start);
	return { start, end, name, function: file.ir.around(start) ?? '', ...(place && { place }) };
}

function releasesOf(file: FileContext, journey: ResourceLifecycle): ReleaseSite[] {
	return journey.releases.map(({ call, via }) => ({ ...siteOf(file, call), via: via && siteOf(file, via) }));
}

function covers({ start, end }: Range, offset: number): boolean {
	return start <= offset && offset <= end;
}

/** One entry for each taking call, over all functions its pages come to. */
export function allPairs(file: FileContext): AcquireReleasePairs[] {
	const byTaking = new Map<number, ResourceLifecycle[]>();
	for (const journey of lifecycles(file)) {
		const { start } = journey.taking.call;
		byTaking.set(start, [...(byTaking.get(start) ?? []), journey]);
	}
	const all = [...byTaking.values()].map((group): AcquireReleasePairs => {
		const [first] = group as [ResourceLifecycle, ...ResourceLifecycle[]];
		const releases = new Map(
			group.flatMap((one) => releasesOf(file, one)).map((site) => [`${site.start} ${site.via?.start}`, site]),
		);
		const ways = group.flatMap((one) => one.exits.map(({ ending }) => ending)).filter(({ kind }) => kind !== 'none');
		const elsewhere = ways.filter(({ kind }) => ELSEWHERE.has(kind));
		return {
			taking: siteOf(file, first.taking.call),
			kind: first.kind,
			through: group.flatMap((one) => (one.call === one.taking.call ? [] : [siteOf(file, one.call)])),
			releases: [...releases.values()].sort((a, b) => a.start - b.start),
			waysOut: ways.length,
			leaks: ways.filter(({ kind }) => kind === 'left' || kind === 'short-left').length,
			elsewhere: [...new Map(elsewhere.map((ending) => [JSON.stringify(ending), ending])).values()],
			incomplete: group.some((one) => one.limitExceeded || one.unread || !one.holding),
		};
	});
	return all.filter(({ taking, through, releases }) => [taking, ...through, ...releases].some(({ place }) => !place));
}

/** Entries whose taking or releasing call, or a call that leads there, has its name at an offset. */
export function pairsAt(all: readonly AcquireReleasePairs[], offset: number): AcquireReleasePairs[] {
	return all.filter(({ taking, through, releases }) =>
		[taking, ...through, ...releases, ...releases.flatMap(({ via }) => via ?? [])].some((site) => covers(site, offset)),
	);
}

function snapshotOf(holding: TrackedResource | undefined): Snapshot | undefined {
	return (
		holding && {
			place: holding.place,
			one: holding.single || holding.askedConstant === 1,
			asked: holding.askedConstant,
			status: holding.status,
			outcome: holding.outcome,
			earlier: holding.earlier,
			spared: holding.missedByRelease?.name,
			shared: holding.shared,
			counted: holding.countInspected !== false,
		}
	);
}

/** What is followed: pages of a call of a function. */
type Followed = Pick<ResourceLifecycle, 'id' | 'fn' | 'call' | 'holding'>;

type ReplaysOf = (fn: FunctionIR) => PathReplay;

/** A path as the events of its trace tell it: for one that cannot be gone again. */
function stepsFromTrace(journey: Followed, way: ExitPath): FlowStep[] {
	let now = snapshotOf(journey.holding);
	return traceSteps(way.state.trace).flatMap((step): FlowStep[] => {
		const { start, end, about, event } = step;
		if (event.kind === 'branch') return [{ ...NOTHING, start, end, kind: 'branch', truth: event.truth, state: now }];
		if (about !== journey.id) return [];
		if (now) now = { ...now, ...CHANGES[event.kind] };
		const release = event.kind === 'released' ? event.callee : undefined;
		return [{ ...NOTHING, start, end, release, state: now, takes: isAcquire(step, journey.id) }];
	});
}

/** A step that does nothing to the pages. */
const NOTHING: Omit<FlowStep, 'start' | 'end' | 'state'> = {
	kind: 'step',
	truth: undefined,
	release: undefined,
	within: undefined,
	pages: undefined,
	repeated: false,
	takes: false,
};

/** What an event changes of the pages it is about. */
const CHANGES: Readonly<Record<Exclude<TraceEvent['kind'], 'branch'>, Partial<Snapshot>>> = {
	acquired: { outcome: 'untested', status: 'held', spared: undefined },
	none: { outcome: 'none' },
	partial: { outcome: 'partial' },
	released: { status: 'released' },
	listed: {},
	escaped: { status: 'escaped' },
};

function stepsAlong(file: FileContext, journey: Followed, way: ExitPath, replays: PathReplay): FlowStep[] {
	const { id, fn, call } = journey;
	const takings = new Set(traceSteps(way.state.trace).flatMap((step) => (isAcquire(step, id) ? [step.start] : [])));
	const stations = replays.stations({
		id,
		at: way.at,
		state: way.state,
		holding: way.holding,
		before: way.ending.kind === 'wrong',
	});
	// what a helper took need not be told by an event of its own
	const appears = stations?.findIndex(({ holding }) => holding !== undefined);
	const steps =
		stations?.map(({ holding, release, ...station }, i): FlowStep => {
			const again = takings.has(station.start) && holding?.status === 'held';
			const takes = station.kind === 'step' && (again || i === appears);
			const { start } = station;
			return {
				...station,
				release: release?.call.name,
				within: release && release.inner !== release.call ? siteOf(file, release.inner) : undefined,
				pages: release?.pages,
				repeated: fn.loops.some((loop) => covers(loop, start) && !covers(loop, call.start)),
				state: snapshotOf(holding),
				takes,
			};
		}) ?? stepsFromTrace(journey, way);
	// with pages of an earlier pass the path begins where those were taken
	const first =
		way.holding?.earlier || way.holding?.missedByRelease
			? steps.findIndex((step) => step.takes)
			: steps.findLastIndex((step) => step.takes);
	return steps.slice(Math.max(first, 0));
}

/** How the helpers that a call leads to took the pages and returned with them, the innermost first. */
function helperSteps(file: FileContext, holding: TrackedResource | undefined, replaysOf: ReplaysOf): HelperStep[] {
	const { inner } = holding ?? {};
	if (!inner) return [];
	const { holding: taken, left } = inner;
	const { fn, trace, start, end } = left;
	const state = new OwnershipState();
	state.trace = trace;
	state.holdings.set(taken.id, taken);
	const way: ExitPath = { ending: { kind: 'returned' }, at: { start, end }, state, holding: taken };
	const followed = { id: taken.id, fn, call: taken.call, holding: taken };
	const steps = stepsAlong(file, followed, way, replaysOf(fn)).map((step) => ({
		...step,
		function: fn.name,
		returns: false,
	}));
	const last = { ...NOTHING, start, end, state: snapshotOf(taken), function: fn.name, returns: true };
	return [...helperSteps(file, taken, replaysOf), ...steps, last];
}

function flowJourney(file: FileContext, journey: ResourceLifecycle, replaysOf: ReplaysOf): FlowLifecycle {
	const { taking, call, fn, kind, holding, exits: ways, limitExceeded: bounded, unread } = journey;
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
			steps: i < MOST_PATHS ? stepsAlong(file, journey, way, replaysOf(fn)) : [],
			helper: i < MOST_PATHS ? helperSteps(file, way.holding ?? holding, replaysOf) : [],
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
 * Paths of the taking calls on a line; when there are none, of those whose pages are released on it; then of those of the
 * function around it, and of those released there.
 * @param line from 1
 * @param everywhere also of taking calls in other files
 */
export function flowAt(file: FileContext, line: number, everywhere = false): Flow {
	const all = lifecycles(file).filter(({ fn }) => everywhere || file.unit.isOwn(fn));
	const at = lineRange(file.text, line);
	const touches = (range: Range): boolean => overlap(range, at);
	const here = all.filter(({ taking, call }) => touches(taking.call) || touches(call));
	const released = all.filter(({ releases }) =>
		releases.some(({ call, via }) => touches(call) || (via && touches(via))),
	);
	const name = file.ir.around(at.start) ?? file.ir.around(at.end);
	const inside = all.filter((one) => one.fn.name === name || file.ir.around(one.taking.call.start) === name);
	const releasing = all.filter((one) => one.releases.some((release) => release.function === name));
	const chosen = [here, released, inside, releasing].find((some) => some.length > 0) ?? [];
	return {
		function: name,
		onLine: here.length > 0,
		journeys: toldOf(file, chosen),
		unread: name !== undefined && file.ir.unread.includes(name),
		macro: file.calls.some((call) => !call.fn && takes(call) && touches(call.call)),
	};
}

/** What a finding points at. */
export interface About extends Range {
	readonly related: readonly Range[];
}

/** The paths that a finding is about: they end in a place of it, else its release stands on them. */
export function flowsOf(file: FileContext, about: About): FlowLifecycle[] {
	const meant = lifecycles(file).filter(({ taking, call, releases }) =>
		[taking.call, call, ...releases.flatMap(({ call, via }) => [call, ...(via ? [via] : [])])].some((range) =>
			overlap(range, about),
		),
	);
	const ending = meant.map((journey) => ({ ...journey, ways: journey.exits.filter((way) => endsIn(way, about)) }));
	const some = ending.some(({ ways }) => ways.length > 0)
		? ending
		: meant.filter(({ releases }) =>
				releases.some(({ call, via }) => overlap(call, about) || (via && overlap(via, about))),
			);
	const told = toldOf(
		file,
		some.filter(({ exits: ways }) => ways.length > 0),
	);
	const chosen = waysAbout(told, about);
	return told.flatMap((journey) => {
		const ways = journey.ways.filter((way) => chosen.has(way));
		return ways.length > 0 ? [{ ...journey, ways }] : [];
	});
}

/** Those of some paths that a finding is about. */
export function waysAbout(flows: readonly FlowLifecycle[], about: About): ReadonlySet<FlowPath> {
	const all = flows.flatMap(({ ways }) => ways);
	const ending = all.filter((way) => endsIn(way, about));
	// a helper's return is named as well where its caller loses the pages
	const wrong = ending.filter((way) => WRONG.has(way.ending.kind));
	if (ending.length > 0) return new Set(wrong.length > 0 ? wrong : ending);
	return new Set(all.filter(({ steps }) => steps.some((step) => step.release !== undefined && overlap(step, about))));
}

/** The path ends in the wrong call that the finding stands on, or in a place that the finding names. */
function endsIn({ ending, at }: Pick<ExitPath, 'ending' | 'at'>, about: About): boolean {
	return (
		(ending.kind === 'wrong' && overlap(at, about)) ||
		about.related.some(({ start, end }) => start === at.start && end === at.end)
	);
}

function overlap(a: Range, b: Range): boolean {
	return a.start < b.end && b.start < a.end;
}

function toldOf(file: FileContext, chosen: readonly ResourceLifecycle[]): FlowLifecycle[] {
	const known = new Map<FunctionIR, PathReplay>();
	const replaysOf = (fn: FunctionIR): PathReplay => {
		const replays = known.get(fn) ?? new PathReplay(fn, ownershipOf(file));
		known.set(fn, replays);
		return replays;
	};
	return chosen.map((journey) => flowJourney(file, journey, replaysOf));
}
