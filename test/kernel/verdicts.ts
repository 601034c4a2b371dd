/** The labelled call sites of a real tree against the verdicts of the audit. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TreeName } from '../../scripts/trees.js';
import type { Site } from '../../server/src/engine.js';
import { corpus, engine } from './corpus.js';

/** A row of callsites-<tree>.tsv. */
export interface Label {
	readonly path: string;
	/** From 1. */
	readonly line: number;
	readonly api: string;
	readonly verdict: string;
	readonly target: string;
	/** Verdicts that reviewers find defensible as well. */
	readonly others: readonly string[];
	readonly note: string;
}

export interface Placed extends Site {
	readonly path: string;
	/** Of the function's name in the call, from 1. */
	readonly line: number;
}

export interface Comparison {
	readonly sites: readonly Placed[];
	/** Labels whose call is among the sites. */
	readonly pairs: readonly { readonly label: Label; readonly site: Placed }[];
	readonly missing: readonly Label[];
	/** Sites without a label. */
	readonly unlabelled: readonly Placed[];
}

export function labels(tree: TreeName): Label[] {
	const [, , ...rows] = readFileSync(join(import.meta.dirname, `callsites-${tree}.tsv`), 'utf8')
		.trimEnd()
		.split('\n');
	return rows.map((row): Label => {
		const [path, line, , api, , , verdict, target, , tags, note] = row.split('\t') as string[];
		const others = (tags as string).split(',').flatMap((tag) => (tag.startsWith('alt:') ? [tag.slice(4)] : []));
		return {
			path: path as string,
			line: Number(line),
			api: api as string,
			verdict: verdict as string,
			target: target as string,
			others,
			note: note as string,
		};
	});
}

/** Verdict and target are the label's; or the verdict is one the reviewers find defensible as well. */
export function agrees({ verdict, target, others }: Label, site: Site): boolean {
	return others.includes(site.verdict) || (site.verdict === verdict && (site.target ?? '-') === target);
}

const sites = new Map<string, Promise<Placed[]>>();

/** Every site of a tree; worked out once. */
export function sitesOf(tree: TreeName, knownUsers: boolean): Promise<Placed[]> {
	const key = `${tree} ${knownUsers}`;
	const known = sites.get(key) ?? sitesAnew(tree, knownUsers);
	sites.set(key, known);
	return known;
}

async function sitesAnew(tree: TreeName, knownUsers: boolean): Promise<Placed[]> {
	const { files, kernel } = await corpus(tree);
	return files.flatMap(({ path, text, neighbours }) =>
		engine
			.audit(text, { path, kernel, neighbours, fixes: false, knownUsers })
			.sites.map((site) => ({ ...site, path, line: text.slice(0, site.start).split('\n').length })),
	);
}

const comparisons = new Map<string, Promise<Comparison>>();

/** The labels of a tree against its sites; worked out once. */
export function compare(tree: TreeName, knownUsers: boolean): Promise<Comparison> {
	const key = `${tree} ${knownUsers}`;
	const known = comparisons.get(key) ?? compareAnew(tree, knownUsers);
	comparisons.set(key, known);
	return known;
}

async function compareAnew(tree: TreeName, knownUsers: boolean): Promise<Comparison> {
	const sites = await sitesOf(tree, knownUsers);
	const byPlace = new Map(sites.map((site) => [`${site.path}:${site.line}:${site.api}`, site]));
	const pairs: { label: Label; site: Placed }[] = [];
	const missing: Label[] = [];
	for (const label of labels(tree)) {
		const site = byPlace.get(`${label.path}:${label.line}:${label.api}`);
		if (site) pairs.push({ label, site });
		else missing.push(label);
	}
	const labelled = new Set(pairs.map(({ site }) => site));
	return { sites, pairs, missing, unlabelled: sites.filter((site) => !labelled.has(site)) };
}

/** Part of the labelled sites on which the audit and the reviewers agree, 0 to 1. */
export function agreement({ pairs, missing }: Comparison): number {
	return pairs.filter(({ label, site }) => agrees(label, site)).length / (pairs.length + missing.length);
}

/** Part of all sites that the table of known users decides, 0 to 1. */
export function decidedByTable({ sites }: Comparison): number {
	return sites.filter(({ decidedBy }) => decidedBy === 'known-user').length / sites.length;
}
