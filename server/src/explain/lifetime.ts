/** Since when, until when, and what instead: for names that one kernel does not have. */
import { API_RECORDS } from '../kernel/apis/index.js';
import { compareReleases, covers } from '../kernel/releases.js';
import type { Api, Kernel, Release } from '../kernel/types.js';
import { code, codify, list } from './prose.js';

interface Span {
	readonly since: Release;
	readonly until?: Release;
}

/** "was added in 5.6", "was removed in 5.18": why this kernel does not have it. */
export function absence(spans: readonly Span[], kernel: Kernel): string {
	const next = spans.find((span) => compareReleases(span.since, kernel.release) > 0);
	const past = spans.findLast((span) => span.until && compareReleases(span.until, kernel.release) <= 0);
	if (past && next) return `was removed in ${past.until} and added again in ${next.since}`;
	if (next) return `was added in ${next.since}`;
	if (past) return `was removed in ${past.until}`;
	return 'is not declared in the headers of this tree';
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
	return `${isComing ? 'Before that, use' : 'Use'} ${list(names.map(code))}.`;
}

/** What a newer kernel changes about a function this one has: "arguments change in 6.5", "removed in 6.12". */
export function later(api: Api, kernel: Kernel): string | undefined {
	const here = api.record.signatures.find((span) => covers(span, kernel.release));
	if (!here?.until) return undefined;
	const next = api.record.signatures.find((span) => span.since === here.until);
	if (!next) return `Removed in ${here.until}${api.record.renamedTo ? `: ${code(api.record.renamedTo.name)}` : ''}.`;
	const changed =
		next.params.length !== here.params.length || next.params.some((param, i) => param.role !== here.params[i]?.role);
	return changed ? `Arguments change in ${next.since}.` : undefined;
}
