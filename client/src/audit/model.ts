/** The audit as a tree: verdict, subsystem, file, site. No VS Code in here. */

import { countsOf, leftToDo, subsystemOf } from '../../../server/src/audit/burndown.js';
import { compare } from '../../../server/src/audit/compare.js';
import { type AuditReport, type AuditSite, VERDICTS } from '../../../server/src/audit/report.js';
import type { AuditFinding } from '../../../server/src/audit/results.js';
import type { Verdict } from '../../../server/src/verdict/site.js';

interface Group<Kind extends string, Child> {
	readonly kind: Kind;
	/** Stays the same over refreshes. */
	readonly id: string;
	readonly label: string;
	readonly children: readonly Child[];
	/** Of all sites below, in the order of the report. */
	readonly sites: readonly AuditSite[];
}

export interface SiteNode {
	readonly kind: 'site';
	readonly id: string;
	readonly site: AuditSite;
	readonly sites: readonly [AuditSite];
}

/** An error or a warning of a rule: what a verdict does not say. */
export interface FindingNode {
	readonly kind: 'finding';
	readonly id: string;
	readonly path: string;
	readonly finding: AuditFinding;
	readonly sites: readonly [];
}

/** A site that is another than in the audit before. */
export interface ChangeNode {
	readonly kind: 'change';
	readonly id: string;
	/** As it is, or as it was where it is gone. */
	readonly site: AuditSite;
	/** "convert → ok", "new: convert", "gone: was convert" */
	readonly what: string;
	/** False: it is gone. */
	readonly isThere: boolean;
	readonly sites: readonly AuditSite[];
}

export type FileNode = Group<'file', SiteNode | FindingNode> & { readonly path: string };
export type SubsystemNode = Group<'subsystem', FileNode>;
export type VerdictNode = Group<'verdict', SubsystemNode> & { readonly verdict: Verdict };
export type ChangesNode = Group<'changes', ChangeNode>;
export type AuditNode = ChangesNode | ChangeNode | VerdictNode | SubsystemNode | FileNode | SiteNode | FindingNode;

/** Findings by path. */
export type Findings = Readonly<Record<string, readonly AuditFinding[]>>;

/** Say what the verdict `convert` says. */
export const POLICY: ReadonlySet<string> = new Set(['iov-iter-get-pages', 'foll-get-for-dma', 'foll-get-for-write']);

/** Errors and warnings that a verdict does not say, the errors first. */
function wrongIn(findings: readonly AuditFinding[] = []): readonly AuditFinding[] {
	const of = (wanted: AuditFinding['severity']) =>
		findings.filter(({ rule, severity }) => severity === wanted && !POLICY.has(rule));
	return [...of('error'), ...of('warning')];
}

/** "2 errors, 1 warning"; "" where there are none. */
export function problemWords(findings: readonly AuditFinding[]): string {
	const words = (severity: AuditFinding['severity']): string => {
		const count = findings.filter((finding) => finding.severity === severity).length;
		return count === 0 ? '' : `${count} ${severity}${count === 1 ? '' : 's'}`;
	};
	return [words('error'), words('warning')].filter(Boolean).join(', ');
}

/** Those of the files of some sites. */
export function problemsOf(sites: readonly AuditSite[], findings: Findings): readonly AuditFinding[] {
	return [...new Set(sites.map(({ path }) => path))].flatMap((path) => wrongIn(findings[path]));
}

/** What a site is found by. */
function wordsOf(site: AuditSite): string {
	const { path, function: name, api, flags, verdict, target, reason, release, findings } = site;
	return [path, name, api, flags, verdict, target, reason, release, ...findings]
		.filter(Boolean)
		.join(' ')
		.toLowerCase();
}

/** Sites that have every word of a filter: in path, function, API, flags, verdict, target, reason, release or rules. */
export function filtered(sites: readonly AuditSite[], filter: string): readonly AuditSite[] {
	const wanted = filter.toLowerCase().split(/\s+/).filter(Boolean);
	return sites.filter((site) => {
		const words = wordsOf(site);
		return wanted.every((word) => words.includes(word));
	});
}

function grouped(sites: readonly AuditSite[], by: (site: AuditSite) => string): [string, AuditSite[]][] {
	const groups = new Map<string, AuditSite[]>();
	for (const site of sites) {
		const key = by(site);
		const known = groups.get(key);
		if (known) known.push(site);
		else groups.set(key, [site]);
	}
	return [...groups].sort(([a], [b]) => (a < b ? -1 : 1));
}

/** No name holds what stands between the parts of an id. */
function inside(above: string, name: string): string {
	return `${above}\0${name}`;
}

function siteNode(above: string, site: AuditSite, position: number): SiteNode {
	return { kind: 'site', id: inside(above, `${site.line}:${position}`), site, sites: [site] };
}

function fileNode(above: string, path: string, sites: readonly AuditSite[], findings: Findings): FileNode {
	const id = inside(above, path);
	const label = path.slice(path.lastIndexOf('/') + 1);
	const wrong = wrongIn(findings[path]).map(
		(finding, i): FindingNode => ({
			kind: 'finding',
			id: inside(id, `${finding.rule}:${i}`),
			path,
			finding,
			sites: [],
		}),
	);
	const children = [...sites.map((site, i) => siteNode(id, site, i)), ...wrong];
	return { kind: 'file', id, label, path, sites, children };
}

function subsystemNode(above: string, label: string, sites: readonly AuditSite[], findings: Findings): SubsystemNode {
	const id = inside(above, label);
	const files = grouped(sites, ({ path }) => path);
	return { kind: 'subsystem', id, label, sites, children: files.map(([path, of]) => fileNode(id, path, of, findings)) };
}

/** Verdicts that have sites, those that ask for work first. */
export function treeOf({ sites }: AuditReport, filter: string, findings: Findings = {}): readonly VerdictNode[] {
	const shown = filtered(sites, filter);
	return VERDICTS.toReversed().flatMap((verdict): VerdictNode[] => {
		const of = shown.filter((site) => site.verdict === verdict);
		if (of.length === 0) return [];
		const subsystems = grouped(of, ({ path }) => subsystemOf(path));
		const children = subsystems.map(([label, some]) => subsystemNode(verdict, label, some, findings));
		return [{ kind: 'verdict', id: verdict, label: verdict, verdict, sites: of, children }];
	});
}

/** What of an audit is kept for the next one to be compared with. */
export function kept(report: AuditReport): AuditReport {
	return { ...report, skipped: [], sites: report.sites.map((site) => ({ ...site, evidence: [] })) };
}

/** @returns what is another than before; undefined where nothing is, or not all of a tree was looked at */
export function changesSince(before: AuditReport | undefined, after: AuditReport): ChangesNode | undefined {
	if (!before || before.partial || after.partial) return undefined;
	const [step] = compare([
		{ label: 'before', report: before },
		{ label: 'after', report: after },
	]).steps;
	if (!step) return undefined;
	const pairs = [...step.converted, ...step.changed];
	const changes: Omit<ChangeNode, 'id'>[] = [
		...pairs.map(({ before: was, after: site }) => changed(site, `${was.verdict} → ${site.verdict}`)),
		...step.added.map((site) => changed(site, `new: ${site.verdict}`)),
		...step.gone.map((site) => ({ ...changed(site, `gone: was ${site.verdict}`), isThere: false, sites: [] })),
	];
	if (changes.length === 0) return undefined;
	const children = changes.map((change, i): ChangeNode => ({ ...change, id: inside('changes', String(i)) }));
	const sites = children.flatMap((child) => child.sites);
	const since = before.named ?? 'the last audit';
	return { kind: 'changes', id: 'changes', label: `Since ${since}`, children, sites };
}

function changed(site: AuditSite, what: string): Omit<ChangeNode, 'id'> {
	return { kind: 'change', site, what, isThere: true, sites: [site] };
}

/** What is left to do in one audit and in another: "v6.1: 33 → 12 left to do"; "" where the other one is of no revision. */
export function burnDownWords(before: AuditReport | undefined, after: AuditReport): string {
	if (before?.named === undefined) return '';
	const [was, left] = [before, after].map(({ sites }) => leftToDo(countsOf(sites)));
	return `${before.named}: ${was} → ${left} left to do`;
}

/** "12 sites in 59,932 files, 2 bugs, 5 to convert; 3 errors, 4 warnings" */
export function tally(report: AuditReport, findings: Findings): string {
	const count = (verdict: Verdict) => report.sites.filter((site) => site.verdict === verdict).length;
	const [bugs, open] = [count('bug'), count('convert')];
	const verdicts = [bugs > 0 && `${bugs} bug${bugs === 1 ? '' : 's'}`, open > 0 && `${open} to convert`].filter(
		Boolean,
	);
	const sites = `${report.sites.length} site${report.sites.length === 1 ? '' : 's'} in ${report.files.toLocaleString()} files`;
	const problems = problemWords(problemsOf(report.sites, findings));
	return `${[sites, ...verdicts].join(', ')}${problems && `; rules find ${problems}`}`;
}
