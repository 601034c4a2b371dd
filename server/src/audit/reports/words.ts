/** The words all reports use. */
import type { Verdict } from '../../verdict/site.js';
import { count, oneLine, sentence } from '../../workspace/wording.js';
import { countsOf, leftToDo } from '../burndown.js';
import type { Pair } from '../compare.js';
import { type AuditReport, type AuditSite, type AuditSkip, shardName } from '../report.js';

/** What is left to do stands first. */
export const COLUMNS: readonly Verdict[] = ['bug', 'convert', 'benefit', 'keep', 'ok'];

/** What a verdict asks of a maintainer, in one line. */
export const MEANING: Readonly<Record<Verdict, string>> = {
	bug: 'acquires or releases pages incorrectly',
	convert: 'accesses page contents through plain references: must pin',
	benefit: 'only reads, or transfers the references: conversion is cleanup',
	keep: 'plain references for a good reason',
	ok: 'pins or extracts, and releases correctly',
};

export const REASONS: Readonly<Record<NonNullable<AuditSite['reason']>, string>> = {
	'mmu-notifier': 'synchronized by an MMU notifier',
	transient: 'short access, reference dropped immediately',
	'struct-page-only': 'only struct page is accessed',
	'core-mm': 'core memory management',
};

/** "iov_iter_get_pages2() in ceph_direct_read_write()" */
export function callOf({ api, function: name }: AuditSite): string {
	return name === null ? `${api}()` : `${api}() in ${name}()`;
}

/** What to do or why not: a target, a reason, or nothing. */
export function adviceOf({ verdict, target, reason, findings }: AuditSite): string {
	if (target !== null) return `-> ${target}`;
	if (reason !== null) return REASONS[reason];
	return verdict === 'bug' ? findings.join(', ') : '';
}

/** The piece of evidence that decided, first of all. */
export function whyOf({ evidence }: AuditSite): string {
	return evidence[0]?.text ?? '';
}

/** A copy whose words do no harm on a terminal or in a page: everything in a tree is untrusted. */
export function clean<T>(data: T): T {
	if (typeof data === 'string') return oneLine(data) as T;
	if (Array.isArray(data)) return data.map(clean) as T;
	if (typeof data !== 'object' || data === null) return data;
	return Object.fromEntries(Object.entries(data).map(([name, value]) => [name, clean(inLine(name, value))])) as T;
}

/** What belongs on one line: a stack trace is no part of a reason, and evidence may quote code of several lines. */
function inLine(name: string, value: unknown): unknown {
	if (typeof value !== 'string') return value;
	if (name === 'reason') return value.split('\n', 1)[0];
	return name === 'text' ? sentence(value) : value;
}

export function number(value: number): string {
	return value.toLocaleString('en-GB');
}

/** "3.2 s", "450 ms" */
export function duration(milliseconds: number): string {
	return milliseconds < 1000 ? `${milliseconds} ms` : `${(milliseconds / 1000).toFixed(1)} s`;
}

/** What limits a report, for its title: " (assumed: no kernel tree; shard 1/2, part of a full audit)"; "" where nothing does. */
export function caveats({ kernelAssumed, partial, shard }: AuditReport): string {
	const words = [
		...(kernelAssumed ? ['assumed: no kernel tree'] : []),
		...(shard ? [`shard ${shardName(shard)}, part of a full audit`] : []),
		...(partial ? ['partial'] : []),
	];
	return words.length === 0 ? '' : ` (${words.join('; ')})`;
}

/** "function st_map could not be parsed" */
const FUNCTION = /^function (\S+) /;

/** "st_map() in drivers/scsi/st.c", or the file alone. */
export function skippedPlace({ path, reason }: AuditSkip): string {
	const [, name] = FUNCTION.exec(reason) ?? [];
	return name === undefined ? path : `${name}() in ${path}`;
}

/** What was skipped, counted by reason, the most frequent first. */
export function skippedByReason(
	skipped: readonly AuditSkip[],
): readonly (readonly [reason: string, skips: AuditSkip[]])[] {
	const reasons = new Map<string, AuditSkip[]>();
	for (const skip of skipped) {
		// The name of a function would make each a reason of its own.
		const reason = skip.reason.replace(FUNCTION, '');
		reasons.set(reason, [...(reasons.get(reason) ?? []), skip]);
	}
	return [...reasons].sort(([a, x], [b, y]) => y.length - x.length || (a < b ? -1 : 1));
}

/** "59,932 files, 118 sites, 41 skipped" */
function amounts({ files, sites, skipped }: AuditReport): string {
	const left = skipped.length > 0 ? `, ${number(skipped.length)} skipped` : '';
	return `${number(files)} ${files === 1 ? 'file' : 'files'}, ${count(sites.length, 'site')}${left}`;
}

/** "59,932 files, 118 sites, 41 skipped; gup-lens 0.1.0, 3.2 s; revision 0c3836482481, 2026-12-01 00:45 UTC" */
export function footer(report: AuditReport): string {
	const { tool, elapsedMs } = report;
	return [`${amounts(report)}; ${tool.name} ${tool.version}, ${duration(elapsedMs)}`, stamp(report)]
		.filter(Boolean)
		.join('; ');
}

/** Where a version comes from: "adc218676eef of 2024-11-17"; "" where nobody says. */
export function originOf({ revision, committed }: Pick<AuditReport, 'revision' | 'committed'>): string {
	return [revision, committed && `of ${committed.slice(0, DAY)}`].filter(Boolean).join(' ');
}

/** Who converted a site: "1d3c2b4a5f6e (Zoe: fs: pin)"; "" where nobody says. */
export function byWhom({ commits = [] }: Pair): string {
	return commits.map(({ id, author, subject }) => `${id} (${author}: ${subject})`).join(', ');
}

/**
 * What the report is of: "revision 0c3836482481, 2026-12-01 00:45 UTC", "v6.12, revision adc218676eef of 2024-11-17";
 * "" where nobody says.
 */
export function stamp({ named, revision, committed, taken }: Pick<AuditReport, Stamped>): string {
	const time = taken && `${taken.slice(0, 16).replace('T', ' ')} UTC`;
	return [named, revision && `revision ${originOf({ revision, ...(committed && { committed }) })}`, time]
		.filter(Boolean)
		.join(', ');
}

/** "2026-12-01" */
const DAY = 10;

type Stamped = 'named' | 'revision' | 'committed' | 'taken';

/** In place of the report: "59,932 files, 118 sites, 41 skipped; 33 left to do (shard 1/2, part of a full audit)" */
export function summary(report: AuditReport): string {
	return `${amounts(report)}; ${leftToDo(countsOf(report.sites))} left to do${caveats(report)}`;
}
