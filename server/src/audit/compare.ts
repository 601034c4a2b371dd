/** What became of the sites of one tree in another. */
import type { Commit } from '../workspace/revision.js';
import type { AuditReport, AuditSite } from './report.js';

/** A site, and what it is in the other tree. */
export interface Pair {
	readonly before: AuditSite;
	readonly after: AuditSite;
	/** Those that changed such a call there, newest first, where the history of both is known. */
	readonly commits?: readonly Commit[];
}

export interface Version {
	/** "6.1.192", with a name where two have the same; of a revision its name. */
	readonly label: string;
	readonly report: AuditReport;
}

export interface Step {
	readonly from: Version;
	readonly to: Version;
	/** Took plain references, and pins or extracts now. */
	readonly converted: readonly Pair[];
	/** The same call, judged otherwise. */
	readonly changed: readonly Pair[];
	/** In another file or function; converted ones are not among them. */
	readonly moved: readonly Pair[];
	readonly added: readonly AuditSite[];
	readonly gone: readonly AuditSite[];
}

export interface Comparison {
	readonly versions: readonly Version[];
	/** From each version to the next. */
	readonly steps: readonly Step[];
}

/** @param versions in the order they are told, at least two */
export function compare(versions: readonly Version[]): Comparison {
	const steps = versions.slice(1).map((to, i) => step(versions[i] as Version, to));
	return { versions, steps };
}

const PINS = /^(?:pin_user_page|iov_iter_extract_pages|extract_iter_to_sg|netfs_extract|memfd_pin)/;

function pins({ api }: AuditSite): boolean {
	return PINS.test(api);
}

/** Outside its part of the kernel, a function of the same name is another one. */
function areaOf({ path }: AuditSite): string {
	return path.slice(0, path.indexOf('/'));
}

/** Which of the two families a call is of: a conversion stays in it. */
function familyOf({ api }: AuditSite): string {
	return /iter/.test(api) ? 'iterators' : 'addresses';
}

/** By what a site is found again, surest first. `null`: not found this way. */
const LIKENESS: readonly ((site: AuditSite, side: 'before' | 'after') => string | null)[] = [
	(site) => site.function && key(site.path, site.function, site.api),
	(site) => site.function && key(site.path, site.function),
	(site) => site.function && key(site.function, site.api),
	(site) => key(site.path, site.api),
	(site) => site.function && key(areaOf(site), site.function, String(pins(site))),
	(site) => site.function && key(areaOf(site), site.function),
	// A function made anew for the conversion: what was plain is gone, and what pins is new.
	(site, side) => ((side === 'after') === pins(site) ? key(site.path, familyOf(site)) : null),
];

/** No name holds what stands between them. */
function key(...names: readonly string[]): string {
	return names.join('\0');
}

function step(from: Version, to: Version): Step {
	const pairs: Pair[] = [];
	let before = from.report.sites;
	let after = to.report.sites;
	for (const likeness of LIKENESS) {
		const found = paired(before, after, likeness);
		pairs.push(...found);
		const taken = new Set(found.flatMap((pair) => [pair.before, pair.after]));
		before = before.filter((site) => !taken.has(site));
		after = after.filter((site) => !taken.has(site));
	}
	const isConverted = (pair: Pair) => !pins(pair.before) && pins(pair.after);
	const rest = pairs.filter((pair) => !isConverted(pair));
	return {
		from,
		to,
		converted: inOrder(pairs.filter(isConverted)),
		changed: inOrder(rest.filter((pair) => pair.before.verdict !== pair.after.verdict)),
		moved: inOrder(
			rest.filter(
				({ before, after }) =>
					before.verdict === after.verdict && (before.path !== after.path || before.function !== after.function),
			),
		),
		added: after,
		gone: before,
	};
}

/** Sites of the same likeness in the order they stand. */
function paired(
	before: readonly AuditSite[],
	after: readonly AuditSite[],
	likeness: (typeof LIKENESS)[number],
): Pair[] {
	const waiting = new Map<string, AuditSite[]>();
	for (const site of after) {
		const key = likeness(site, 'after');
		if (key !== null) waiting.set(key, [...(waiting.get(key) ?? []), site]);
	}
	return before.flatMap((site) => {
		const key = likeness(site, 'before');
		const match = key === null ? undefined : waiting.get(key)?.shift();
		return match ? [{ before: site, after: match }] : [];
	});
}

function inOrder(pairs: readonly Pair[]): readonly Pair[] {
	return pairs.toSorted(({ after: a }, { after: b }) => (a.path < b.path ? -1 : a.path > b.path ? 1 : a.line - b.line));
}
