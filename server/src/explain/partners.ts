/** Who releases what a call acquires, in words: for a hover and for the line above the call. */
import type { AcquireReleasePairs, ReleaseSite, Site } from '../analysis/ownership/presentation.js';
import { acquiredWord } from '../analysis/ownership/trace.js';
import { endingWords } from './flow.js';
import { code, codify, list, paragraphs } from './prose.js';

/** Partners that are named. */
const MOST_NAMED = 8;

const GIVEN: Readonly<Record<string, string>> = { pin: 'unpinned', reference: 'put', extracted: 'unpinned' };

/** "line 120", or "trans_common.c:14" of another file; as a link where there can be one. */
export type ToLine = (site: Site) => string;

function givenWord(kind: string): string {
	return GIVEN[kind] ?? 'released';
}

function at(site: Site, toLine: ToLine): string {
	return `${code(`${site.name}()`)} in ${code(`${site.function}()`)}, ${toLine(site)}`;
}

function release(site: ReleaseSite, toLine: ToLine): string {
	return `${at(site, toLine)}${site.via ? `, called by ${code(`${site.via.function}()`)} on ${toLine(site.via)}` : ''}`;
}

function bullets(items: readonly string[]): string {
	const more = items.length - MOST_NAMED;
	return [...items.slice(0, MOST_NAMED).map((item) => `- ${item}`), ...(more > 0 ? [`- and ${more} more`] : [])].join(
		'\n',
	);
}

function isOn({ start, end }: Site, offset: number): boolean {
	return start <= offset && offset <= end;
}

function leaksOf({ waysOut, leaks }: AcquireReleasePairs): string | undefined {
	if (leaks === 0) return undefined;
	return `**${leaks} of ${waysOut} exit path${waysOut === 1 ? '' : 's'} ${leaks === 1 ? 'does' : 'do'} not release.**`;
}

/** The pages are not tracked, and nothing is known of them. */
function isUnknown({ incomplete, releases }: AcquireReleasePairs): boolean {
	return incomplete && releases.length === 0;
}

function where(sites: readonly Site[]): string {
	return sites.some(({ place }) => place) ? '**In this folder**' : '**In this file**';
}

function ofTaking(partners: AcquireReleasePairs, toLine: ToLine): string | undefined {
	if (isUnknown(partners)) return undefined;
	const { kind, releases, elsewhere } = partners;
	if (releases.length > 0)
		return paragraphs(
			`${where(releases)} ${acquiredWord(kind)} here, released by`,
			bullets(releases.map((site) => release(site, toLine))),
			leaksOf(partners),
		);
	const others = elsewhere.length > 0 ? `: ${codify(list([...new Set(elsewhere.map(endingWords))]))}` : '';
	return paragraphs(`**In this file** ${acquiredWord(kind)} here, no release found${others}.`, leaksOf(partners));
}

function ofRelease(all: readonly AcquireReleasePairs[], toLine: ToLine): string {
	const takings = all.map(({ taking, kind }) => `${acquiredWord(kind)} by ${at(taking, toLine)}`);
	return paragraphs(`${where(all.map(({ taking }) => taking))} releases pages`, bullets(takings));
}

/**
 * What a hover on a call says of its partners.
 * @param all entries of the call at the offset
 * @returns Markdown; undefined when there is nothing to say
 */
export function partnersMarkdown(
	all: readonly AcquireReleasePairs[],
	offset: number,
	toLine: ToLine,
): string | undefined {
	const own = all.find(({ taking }) => isOn(taking, offset));
	if (own) return ofTaking(own, toLine);
	return all.length > 0 ? ofRelease(all, toLine) : undefined;
}

/**
 * One line above an acquiring call: "pinned here, unpinned in 2 places; 1 path leaks".
 * @returns undefined when nothing is known of its pages
 */
export function partnersLine(partners: AcquireReleasePairs): string | undefined {
	if (isUnknown(partners)) return undefined;
	const { kind, releases, leaks } = partners;
	const places = releases.length;
	const given =
		places === 0
			? `not ${givenWord(kind)} in this file`
			: `${givenWord(kind)} in ${places} place${places === 1 ? '' : 's'}`;
	const left = leaks === 0 ? '' : `; ${leaks === 1 ? '1 path leaks' : `${leaks} paths leak`}`;
	return `${acquiredWord(kind)} here, ${given}${left}`;
}
