/** The audit as a tree: verdict, subsystem, file, site. No VS Code in here. */
import { subsystemOf } from '../../../server/src/audit/burndown.js';
import { type AuditReport, type AuditSite, VERDICTS } from '../../../server/src/audit/report.js';
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

export type FileNode = Group<'file', SiteNode> & { readonly path: string };
export type SubsystemNode = Group<'subsystem', FileNode>;
export type VerdictNode = Group<'verdict', SubsystemNode> & { readonly verdict: Verdict };
export type AuditNode = VerdictNode | SubsystemNode | FileNode | SiteNode;

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

function fileNode(above: string, path: string, sites: readonly AuditSite[]): FileNode {
	const id = inside(above, path);
	const label = path.slice(path.lastIndexOf('/') + 1);
	return { kind: 'file', id, label, path, sites, children: sites.map((site, i) => siteNode(id, site, i)) };
}

function subsystemNode(above: string, label: string, sites: readonly AuditSite[]): SubsystemNode {
	const id = inside(above, label);
	const files = grouped(sites, ({ path }) => path);
	return { kind: 'subsystem', id, label, sites, children: files.map(([path, of]) => fileNode(id, path, of)) };
}

/** Verdicts that have sites, those that ask for work first. */
export function treeOf({ sites }: AuditReport, filter: string): readonly VerdictNode[] {
	const shown = filtered(sites, filter);
	return VERDICTS.toReversed().flatMap((verdict): VerdictNode[] => {
		const of = shown.filter((site) => site.verdict === verdict);
		if (of.length === 0) return [];
		const subsystems = grouped(of, ({ path }) => subsystemOf(path));
		const children = subsystems.map(([label, some]) => subsystemNode(verdict, label, some));
		return [{ kind: 'verdict', id: verdict, label: verdict, verdict, sites: of, children }];
	});
}
