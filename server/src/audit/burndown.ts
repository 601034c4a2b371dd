import type { Verdict } from '../verdict/site.js';
import { type AuditSite, VERDICTS } from './report.js';
import { folderOf } from './scope.js';

export type Counts = Readonly<Record<Verdict, number>>;

export interface BurnDownRow {
	/** "drivers/gpu", "mm". */
	readonly subsystem: string;
	readonly counts: Counts;
	readonly total: number;
}

export interface BurnDown {
	/** Those with the most to do first. */
	readonly rows: readonly BurnDownRow[];
	readonly counts: Counts;
	readonly total: number;
}

/** Two folders deep, as kernel people name what they maintain: "fs/nfs", "arch/x86", "mm". */
export function subsystemOf(path: string): string {
	return folderOf(path).split('/').slice(0, 2).join('/') || '.';
}

export function burnDown(sites: readonly AuditSite[]): BurnDown {
	const groups = new Map<string, AuditSite[]>();
	for (const site of sites) {
		const subsystem = subsystemOf(site.path);
		groups.set(subsystem, [...(groups.get(subsystem) ?? []), site]);
	}
	const rows = [...groups].map(([subsystem, of]) => ({ subsystem, counts: countsOf(of), total: of.length }));
	rows.sort(
		(a, b) => leftToDo(b.counts) - leftToDo(a.counts) || b.total - a.total || (a.subsystem < b.subsystem ? -1 : 1),
	);
	return { rows, counts: countsOf(sites), total: sites.length };
}

export function countsOf(sites: readonly AuditSite[]): Counts {
	const counts = Object.fromEntries(VERDICTS.map((verdict) => [verdict, 0])) as Record<Verdict, number>;
	for (const { verdict } of sites) counts[verdict]++;
	return counts;
}

/** Sites that somebody has to change; what would only benefit is not among them. */
export function leftToDo({ bug, convert }: Counts): number {
	return bug + convert;
}

/** Sites that somebody has to change, bugs first, then by path. */
export function worklist(sites: readonly AuditSite[]): readonly AuditSite[] {
	return [...sites.filter(({ verdict }) => verdict === 'bug'), ...sites.filter(({ verdict }) => verdict === 'convert')];
}
