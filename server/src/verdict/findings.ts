/** What the rules say of a site: the findings at it, and whether they make it a bug. */
import type { Range } from '../syntax/ir.js';
import type { Site } from './site.js';

/** A finding, as far as it matters here. */
export interface Said extends Range {
	readonly rule: string;
	readonly severity: 'error' | 'warning' | 'information' | 'hint';
	readonly message: string;
	readonly related: readonly Range[];
}

/** A site with what evidence alone says of its policy. */
export interface JudgedSite {
	readonly site: Site;
	/** Range of the whole call. */
	readonly call: Range;
	/** The verdict rests on evidence, not on what is left where there is none. */
	readonly sure: boolean;
}

/** Rules that say by themselves what `convert` says: no bug on top of it. */
const POLICY_RULES: ReadonlySet<string> = new Set(['iov-iter-get-pages', 'foll-get-for-dma', 'foll-get-for-write']);

function isWrong({ rule, severity }: Said): boolean {
	return (severity === 'error' || severity === 'warning') && !POLICY_RULES.has(rule);
}

function within(inner: Range, outer: Range): boolean {
	return inner.start >= outer.start && inner.start < outer.end;
}

/** The finding is about the pages of this call: it stands in it or around it, or names it as where they were taken. */
function isAbout(said: Said, call: Range): boolean {
	return (
		within(said, call) ||
		(said.start <= call.start && call.end <= said.end) ||
		said.related.some((place) => within(place, call))
	);
}

/** The site with its findings; a `bug` where it would be `ok`, or its policy is a guess, and an error or a warning is among them. */
export function withFindings({ site, call, sure }: JudgedSite, all: readonly Said[]): Site {
	const here = all.filter((said) => isAbout(said, call));
	const findings = [...new Set(here.map(({ rule }) => rule))];
	const wrong = here.filter(isWrong);
	const isBug = wrong.length > 0 && site.decidedBy === 'inference' && (site.verdict === 'ok' || !sure);
	if (!isBug) return { ...site, findings };
	const evidence = wrong.map(({ start, end, message, rule }) => ({ start, end, text: `${rule}: ${message}` }));
	return { ...site, findings, verdict: 'bug', target: null, reason: null, evidence: [...evidence, ...site.evidence] };
}
