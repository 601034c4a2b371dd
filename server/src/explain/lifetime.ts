/** Since when, until when, and what instead: for names that one kernel does not have. */
import { API_RECORDS } from '../kernel/apis/index.js';
import { compareReleases, covers } from '../kernel/releases.js';
import type { Api, Kernel, Release } from '../kernel/types.js';
import { code, codify, list } from './prose.js';

interface Span {
	readonly since: Release;
	readonly until?: Release;
}

/** "comes with 5.6", "is gone since 5.18", "is missing from 6.0 to 6.1": why this kernel does not have it. */
export function absence(spans: readonly Span[], kernel: Kernel): string {
	const next = spans.find((span) => compareReleases(span.since, kernel.release) > 0);
	const past = spans.findLast((span) => span.until && compareReleases(span.until, kernel.release) <= 0);
	if (past && next) return `is missing here: it was there before ${past.until} and comes back with ${next.since}`;
	if (next) return `comes with ${next.since}`;
	if (past) return `is gone since ${past.until}`;
	return 'is not declared by the headers of this tree';
}

/** What to call instead, in this kernel: the new name, the successor, or the older function it succeeds. */
function replacements(api: Api, kernel: Kernel): string[] {
	const { record } = api;
	const older = API_RECORDS.filter((other) => other.successor === record.name || other.renamedTo?.name === record.name);
	const names = [record.renamedTo?.name, record.successor, ...older.map((other) => other.name)];
	const usable = names.filter((name) => name !== undefined && kernel.api(name)?.signature !== undefined);
	return [...new Set(usable as string[])].slice(0, 2);
}

/** What to call in this kernel, as a sentence; undefined when nothing takes its place. */
export function useInstead(api: Api, kernel: Kernel): string | undefined {
	const { record } = api;
	const isComing = record.signatures.every((span) => compareReleases(span.since, kernel.release) > 0);
	if (record.instead && !isComing) return codify(record.instead);
	const names = replacements(api, kernel);
	if (names.length === 0) return undefined;
	return `${isComing ? 'Until then' : 'Use'} ${list(names.map(code))}.`;
}

/** What a newer kernel changes about a function this one has: "other arguments since 6.5", "gone since 6.12". */
export function later(api: Api, kernel: Kernel): string | undefined {
	const here = api.record.signatures.find((span) => covers(span, kernel.release));
	if (!here?.until) return undefined;
	const next = api.record.signatures.find((span) => span.since === here.until);
	if (!next) return `Gone since ${here.until}${api.record.renamedTo ? `: ${code(api.record.renamedTo.name)}` : ''}.`;
	const changed =
		next.params.length !== here.params.length || next.params.some((param, i) => param.role !== here.params[i]?.role);
	return changed ? `Other arguments since ${next.since}.` : undefined;
}
