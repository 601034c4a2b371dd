import { allCalls, isExported } from '../analysis/callers.js';
import type { ApiCall, FileContext } from '../analysis/context.js';
import type { Use } from '../analysis/derived-values/index.js';
import { mayBeDirtied } from '../analysis/dirtying.js';
import { contextOf } from '../analysis/execution-context.js';
import { type IgnoredDirty, ignoredDirty } from '../analysis/ignored-dirty.js';
import { isFailure } from '../analysis/ownership/contract.js';
import { ownershipOf } from '../analysis/ownership/ownership.js';
import { locate, type PagePlace } from '../analysis/page-places.js';
import { isAllTaken, originOf } from '../analysis/points-to-query.js';
import { isParameter } from '../analysis/variables.js';
import { bare, place as placeName, valuesOf, walkedIn } from '../analysis/walk.js';
import { CURSORS } from '../kernel/page-flow.js';
import type { CallExpr, Expr, FunctionIR } from '../syntax/ir.js';
import { isExemptPath } from './exempt-paths.js';
import { inFunction, type Site, sitesOf } from './page-use.js';
import type { Fix, Related, Report, Rule } from './rule.js';

/** What the call says about writing: always, on some paths, only what is done with the pages tells, or nothing. */
type Writing = 'always' | 'sometimes' | 'untold' | undefined;

function writingOf({ flags, api }: ApiCall): Writing {
	if (/^(?:iov-iter|extract)$/.test(api.record.group)) return 'untold';
	if (!flags) return undefined;
	const written = flags.filter((value) => value.bits.has('FOLL_WRITE'));
	if (written.length === flags.length) return 'always';
	// `dir == DMA_FROM_DEVICE` is FOLL_WRITE when it is true
	if (flags.some((value) => value.booleans.length > 0)) return 'sometimes';
	return written.length > 0 && flags.every((value) => !value.open) ? 'sometimes' : undefined;
}

/** Somebody may write the data, although nothing here says so. */
const REACHES: ReadonlySet<Use['kind']> = new Set(['device', 'kept', 'stored', 'registered', 'write']);

/** Somebody gets at the contents: by the page tables of the kernel, or around them by the physical address. */
function reaches({ kind, address }: Use): boolean {
	return REACHES.has(kind) || (kind === 'handed' && address === true);
}

/** FOLL_LONGTERM may be set: until 6.2 such a pin needs FOLL_WRITE even where it only reads. */
function isLong({ flags }: ApiCall): boolean {
	return !flags || flags.some((value) => value.open || value.bits.has('FOLL_LONGTERM'));
}

/** What writes to the pages; undefined `use` where only the flags show that something does. */
interface Evidence {
	readonly use: Use | undefined;
}

function evidenceOf(site: Site, writing: Writing): Evidence | undefined {
	const { uses } = site.uses;
	const stored = uses.find(({ kind }) => kind === 'write');
	const ways = writing === 'untold' ? /^from-device$/ : /^(?:from-device|both)$/;
	const device = uses.find(({ kind, direction }) => kind === 'device' && ways.test(direction ?? ''));
	const use = stored ?? device;
	if (use) return { use };
	const devices = uses.filter(({ kind }) => kind === 'device');
	const onlyRead = devices.length > 0 && devices.every((one) => one.direction === 'to-device');
	// who asks to write without saying for how long does not only break copy-on-write
	const asked = devices.find(({ direction }) => direction === 'unknown');
	if (writing === 'always' && asked && !isLong(site.call)) return { use: asked };
	// a mapping that lasts is for somebody who does what was asked for
	const isMapped = uses.some(({ kind, mapped }) => kind === 'kept' && mapped);
	const isAsked = writing === 'always' && !isLong(site.call) && isMapped;
	return !onlyRead && (isAsked || (writing === 'sometimes' && uses.some(reaches))) ? { use: undefined } : undefined;
}

/** A store that was seen, and what the call asks for, stand whatever else was not followed. */
function isEnough({ uses }: Site, { use }: Evidence, writing: Writing): boolean {
	const stands = use ? use.kind === 'write' : writing === 'always';
	return !uses.core && (uses.complete || stands);
}

interface Release {
	readonly fn: FunctionIR;
	readonly call: CallExpr;
}

/** The call a use is about. */
function callOf(file: FileContext, use: Use): Release | undefined {
	const [fn] = file.ir.naming(file.slice(use)).filter((one) => one.start <= use.start && use.end <= one.end);
	const call = fn?.calls.find(({ nameRange }) => nameRange.start === use.start);
	return fn && call ? { fn, call } : undefined;
}

/** The function runs only on behalf of the taking one, maybe for its failures alone. */
export function belongsTo(file: FileContext, fn: FunctionIR, taking: FunctionIR): boolean {
	if (fn.name === taking.name) return true;
	const sites = allCalls(file, fn);
	return sites !== undefined && sites.length > 0 && sites.every((site) => site.fn.name === taking.name);
}

/** Pages found again by their address: somebody else knows it as well, and may have dirtied them. */
function isSame(file: FileContext, { fn, call }: Release, taken: ApiCall): boolean {
	const [page] = call.args;
	return page !== undefined && originOf(file, fn, page).taken.has(taken);
}

/** The taking function gives the pages back on every way out on which it has some. */
function givesBack(file: FileContext, { call: { call } }: Site, taking: FunctionIR): boolean {
	const held = ownershipOf(file)
		.walk(taking)
		.exits.flatMap(({ state }) => state.holdings.get(`t${call.start}`) ?? [])
		.filter(({ outcome }) => outcome !== 'none');
	return held.length > 0 && held.every(({ status }) => status === 'released');
}

/**
 * The function prepares the pages for later: where it succeeds somebody keeps them, and only where it fails it releases them. So
 * nobody was told of them yet, although they are mapped already.
 */
function isUnwinding(file: FileContext, { fn }: Release, { call }: Site): boolean {
	const { exits } = ownershipOf(file).walk(fn);
	const held = exits.flatMap((exit) =>
		[...exit.state.holdings.values()].flatMap((holding) =>
			holding.acquire === call && holding.outcome !== 'none' ? { fails: isFailure(fn, exit), ...holding } : [],
		),
	);
	return (
		held.some(({ fails, status }) => !fails && status !== 'released' && status !== 'partlyReleased') &&
		held.every(({ fails, status }) => fails || (status !== 'released' && status !== 'partlyReleased'))
	);
}

/** Calls of calls that are followed to where something is done. */
const DEEPEST = 3;

function leadsTo(file: FileContext, name: string, target: string, depth = 0): boolean {
	if (name === target) return true;
	const fn = depth < DEEPEST ? file.ir.lookup(name) : undefined;
	return fn?.calls.some((call) => call.name !== name && leadsTo(file, call.name, target, depth + 1)) ?? false;
}

/** Places of `fn` at which something reaches the data: there, or in a function that is called there. */
export function reachedIn(file: FileContext, site: Pick<Site, 'uses'>, fn: FunctionIR): readonly number[] {
	return site.uses.uses.flatMap((use) => {
		if (!reaches(use) || use.kind === 'stored' || use.kind === 'registered') return [];
		if (use.function === fn.name) return [use.start];
		return fn.calls.filter((call) => leadsTo(file, call.name, use.function)).map((call) => call.start);
	});
}

/**
 * The release behind what reaches the pages: one before that is the way out of a failure.
 * @returns undefined where the taking function gives them back before anybody, here or in its callers, has used them
 */
function behindUses(file: FileContext, site: Site, first: Release, taking: FunctionIR): Release | undefined {
	const { fn, call } = first;
	const places = reachedIn(file, site, fn);
	if (fn.name === taking.name && places.length === 0) return undefined;
	const reached = places.some((at) => at < call.start) ? undefined : Math.min(...places);
	const next = reached && fn.calls.find((other) => other.name === call.name && other.start > reached);
	return next ? { fn, call: next } : first;
}

/** Releases of pages that were written, one a function. */
function releasesOf(file: FileContext, site: Site, taking: FunctionIR): readonly Release[] {
	const found = new Map<string, Release>();
	for (const use of site.uses.uses) {
		const first = use.kind === 'released' && !found.has(use.function) ? callOf(file, use) : undefined;
		const release = first && behindUses(file, site, first, taking);
		if (!release || file.kernel.api(release.call.name)?.record.group !== 'release') continue;
		if (!isSame(file, release, site.call) || isUnwinding(file, release, site)) continue;
		if (site.uses.transient || !belongsTo(file, release.fn, taking) || givesBack(file, site, taking))
			found.set(use.function, release);
	}
	return [...found.values()];
}

/** Places that a page, or a list of pages, is read from: those behind the variable that goes through them. */
function placesOf(file: FileContext, fn: FunctionIR, expr: Expr, depth = 0): readonly (PagePlace | undefined)[] {
	const place = locate(expr, fn, file.ir);
	if (place?.root.kind !== 'variable' || place.path.length > 0 || depth === DEEPEST) return [place];
	const { name } = place.root;
	const sources = [...valuesOf(fn, name), ...walkedIn(fn, name)].filter((value) => !isMoved(value, name));
	if (sources.length === 0 || isParameter(fn, name)) return [place];
	return sources.flatMap((value) => placesOf(file, fn, value, depth + 1));
}

/** `sg = sg_next(sg)` */
function isMoved(value: Expr, name: string): boolean {
	const at = bare(value);
	const [from] = at.kind === 'call' && CURSORS.has(at.name) ? at.args : [];
	return from !== undefined && placeName(bare(from)) === name;
}

/** Another file may call the release, and sees the object the pages are kept in: it may dirty them before. */
function isOpen(file: FileContext, { fn, call }: Release, { uses }: Site, taking: FunctionIR): boolean {
	if (fn.isStatic || fn.name === taking.name) return false;
	const [pages] = call.args;
	if (!pages) return true;
	// a variable of the caller that got the pages, and gives them back before it returns
	const isOwn = uses.transient && isAllTaken(originOf(file, fn, pages));
	return placesOf(file, fn, pages).some((place) => {
		const isLocal = place?.root.kind === 'variable' && place.path.length === 0 && !isParameter(fn, place.root.name);
		return !(isOwn && isLocal) && isSeenElsewhere(file, place);
	});
}

function isSeenElsewhere({ ir }: FileContext, place: PagePlace | undefined): boolean {
	if (place?.root.kind !== 'record') return true;
	return ir.field(place.root.name.replace(/^(?:struct|union) /, ''), place.path[0] ?? '') === undefined;
}

/** Somebody else may have dirtied the pages before they come back. */
function isShared(file: FileContext, site: Site, releases: readonly Release[], taking: FunctionIR): boolean {
	const names = new Set([taking.name, ...releases.map(({ fn }) => fn.name)]);
	// pages that come back before the taking function returns meet no other caller
	const outlives = releases.some(({ fn }) => fn.name !== taking.name);
	return (
		(outlives && [...names].some((name) => isExported(file, name))) ||
		site.uses.uses.some(
			({ kind, function: name, address, listed }) =>
				kind === 'returned' ||
				(kind === 'handed' && !address && !listed && releases.some(({ fn }) => fn.name === name)),
		)
	);
}

/** Dirtying locks the page: nothing shows that this release may wait for that. */
function mayNotSleep(file: FileContext, { fn, call }: Release): boolean {
	return /^(?:atomic|callback)$/.test(contextOf(file, fn, call));
}

function fixOf(file: FileContext, { fn, call }: Release, writing: Writing): readonly Fix[] {
	if (call.name !== 'unpin_user_pages' || writing !== 'always' || call.args.length !== 2) return [];
	if (mayNotSleep(file, { fn, call })) return [];
	const close = call.argsRange.end - 1;
	return [
		{
			title: 'Replace unpin_user_pages with unpin_user_pages_dirty_lock',
			safe: false,
			edits: [
				{ ...call.nameRange, text: 'unpin_user_pages_dirty_lock' },
				{ start: close, end: close, text: ', true' },
			],
		},
	];
}

function walk(site: Site, { use }: Evidence): readonly Related[] {
	return [
		{ ...site.call.call.nameRange, message: `${site.name}: acquired for writing here` },
		...(use ? [{ start: use.start, end: use.end, message: `${site.name}: ${use.text}${inFunction(site, use)}` }] : []),
	];
}

/** The function is told that the pages were written, and releases them clean. */
function ignoredReport(file: FileContext, { param, release }: IgnoredDirty): Report {
	const pins = file.apiCall(release)?.api.record.takes === 'pin';
	return {
		...release.nameRange,
		message: `${param} is not used, so ${release.name}() releases written pages as clean and data may be lost on reclaim; use ${pins ? 'unpin_user_pages_dirty_lock()' : `set_page_dirty_lock() if ${param}`}`,
	};
}

export const dirtyMissing: Rule = {
	meta: {
		id: 'dirty-missing',
		title: 'Written pages released without being marked dirty',
		severity: 'information',
		needles: ['FOLL_WRITE', 'get_user_pages', 'pin_user_pages', 'iov_iter_'],
		fix: 'unsafe',
		versioned: false,
	},
	check(file, report) {
		if (!isExemptPath(file)) for (const one of ignoredDirty(file)) report(ignoredReport(file, one));
		for (const group of ['get', 'pin', 'iov-iter', 'extract'] as const)
			for (const site of sitesOf(file, group, (call) => writingOf(call) !== undefined)) {
				const taking = site.call.fn;
				const writing = writingOf(site.call);
				const evidence = evidenceOf(site, writing);
				if (!taking || !evidence || !isEnough(site, evidence, writing)) continue;
				const releases = releasesOf(file, site, taking).filter((release) => !isOpen(file, release, site, taking));
				if (releases.length === 0 || isShared(file, site, releases, taking)) continue;
				for (const release of releases) {
					if (mayBeDirtied(file, site.call, release)) continue;
					const { call } = release;
					const right =
						group === 'pin' || group === 'extract' ? 'unpin_user_pages_dirty_lock()' : 'set_page_dirty_lock() first';
					report({
						...call.nameRange,
						message: `${site.name}: written, but ${call.name}() releases without marking dirty, so data may be lost on reclaim; use ${right}${writing === 'sometimes' ? ' if written' : ''}${mayNotSleep(file, release) ? ' where sleeping is allowed' : ''}`,
						related: walk(site, evidence),
						fixes: fixOf(file, release, writing),
					});
				}
			}
	},
};
