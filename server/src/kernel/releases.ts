/** Kernel releases: parsing, order, and which of them the table was read from. */
import type { Release } from './types.js';

/** Release -> exact version whose headers and mm/gup.c were read for the table, oldest first. Tests hold the digest of what was read. */
export const READ: readonly (readonly [release: Release, version: string])[] = [
	['4.19', '4.19.0'],
	['5.2', '5.2.1'],
	['5.4', '5.4.59'],
	['5.6', '5.6.4'],
	['5.7', '5.7.14'],
	['5.8', '5.8.1'],
	['5.9', '5.9.1'],
	['5.10', '5.10.7'],
	['5.11', '5.11.0'],
	['5.14', '5.14.0'],
	['5.15', '5.15.24'],
	['5.17', '5.17.0'],
	['5.19', '5.19.0'],
	['6.0', '6.0.19'],
	['6.1', '6.1.192'],
	['6.2', '6.2.1'],
	['6.3', '6.3.8'],
	['6.4', '6.4.6'],
	['6.5', '6.5.0'],
	['6.6', '6.6.9'],
	['6.8', '6.8.1'],
	['6.9', '6.9.0'],
	['6.11', '6.11.11'],
	['6.12', '6.12.117'],
	['6.13', '6.13.7'],
	['6.14', '6.14.0'],
	['6.19', '6.19.0'],
	['7.1', '7.1.5'],
	['7.2', '7.2.13'],
	['7.3', '7.3.4'],
];

/** The newest kernel the table knows; assumed where nothing says which kernel a file is for. */
export const NEWEST: Release = '7.3';

/** The oldest kernel the table knows: a record that starts here is that old or older. */
export const OLDEST: Release = '4.19';

/** The release the table answers for when asked about this one: itself, or the nearest end of what it knows. */
export function tabled(release: Release): Release {
	if (compareReleases(release, OLDEST) < 0) return OLDEST;
	return compareReleases(release, NEWEST) > 0 ? NEWEST : release;
}

/** "newer than the table knows: treated as 7.3"; undefined for a release of the table. */
export function beyondTable(release: Release): string | undefined {
	const judged = tabled(release);
	if (judged === release) return undefined;
	return `${judged === NEWEST ? 'newer' : 'older'} than the table knows: treated as ${judged}`;
}

interface ParsedVersion {
	readonly release: Release;
	/** As shown: without a leading "v", with the patch level when given. */
	readonly version: string;
}

/** "6.12.117", "v6.1-rc3", "5.10.0-28-amd64" -> release and shown version; undefined for anything else. */
export function parseVersion(text: string): ParsedVersion | undefined {
	const match = /^v?((\d{1,3})\.(\d{1,3})(?:\.\d{1,5})?(?:-rc\d+)?)(?:[-+.~_]\S*)?$/.exec(text.trim());
	if (!match) return undefined;
	return { release: `${Number(match[2])}.${Number(match[3])}`, version: match[1] as string };
}

/** Releases as numbers in their order; there are few of them, and they are compared all the time. */
const ORDER = new Map<Release, number>();

function orderOf(release: Release): number {
	let order = ORDER.get(release);
	if (order === undefined) {
		const [major = 0, minor = 0] = release.split('.').map(Number);
		order = major * 1000 + minor;
		ORDER.set(release, order);
	}
	return order;
}

/** Negative, 0 or positive, as `a` is older than, the same as or newer than `b`. */
export function compareReleases(a: Release, b: Release): number {
	return orderOf(a) - orderOf(b);
}

interface ReleaseRange {
	readonly since?: Release | undefined;
	readonly until?: Release | undefined;
}

/** True when since <= release < until; kernels before OLDEST count as OLDEST. */
export function covers(range: ReleaseRange, release: Release): boolean {
	const asked = compareReleases(release, OLDEST) < 0 ? OLDEST : release;
	if (range.since !== undefined && compareReleases(asked, range.since) < 0) return false;
	return range.until === undefined || compareReleases(asked, range.until) < 0;
}

/** Versions that were read inside a range, oldest first. */
export function readIn(range: ReleaseRange): string[] {
	return READ.filter(([release]) => covers(range, release)).map(([, version]) => version);
}

/**
 * True when reading settles what holds at `release`: it was read itself, or the nearest kernels read on both
 * sides agree (`same`). Outside the span that was read nothing is settled.
 */
export function isSettled(release: Release, same: (read: Release) => boolean): boolean {
	const below = READ.findLast(([read]) => compareReleases(read, release) <= 0)?.[0];
	const above = READ.find(([read]) => compareReleases(read, release) >= 0)?.[0];
	return below !== undefined && above !== undefined && same(below) && same(above);
}
