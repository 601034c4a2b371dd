import type { Verdict } from '../../verdict/site.js';
import { burnDown, type Counts, countsOf, worklist } from '../burndown.js';
import type { Comparison, Step } from '../compare.js';
import type { AuditReport, AuditSite } from '../report.js';
import {
	adviceOf,
	byWhom,
	COLUMNS,
	caveats,
	clean,
	footer,
	MEANING,
	originOf,
	skippedByReason,
	skippedPlace,
	whyOf,
} from './words.js';

/** For an issue, a wiki or a chat: the tables of the report, then every site. */
export function auditMarkdown(of: AuditReport, comparing?: Comparison): string {
	const report = clean(of);
	const comparison = clean(comparing);
	const { rows, counts, total } = burnDown(report.sites);
	const burn = rows.map((row) => [code(row.subsystem), ...numbers(row.counts), String(row.total)]);
	const parts = [
		`# Users of get_user_pages() and related functions in Linux ${text(report.kernel)}${text(caveats(report))}`,
		report.sites.length === 0
			? 'No sites.'
			: table(['subsystem', ...COLUMNS, 'total'], [...burn, ['**total**', ...numbers(counts), String(total)]], true),
		COLUMNS.map((verdict) => `- **${verdict}**: ${MEANING[verdict]}`).join('\n'),
		...(comparison ? compared(comparison) : []),
		...listed(
			'Bugs',
			worklist(report.sites).filter(({ verdict }) => verdict === 'bug'),
		),
		...listed(
			'To convert',
			worklist(report.sites).filter(({ verdict }) => verdict === 'convert'),
		),
		...(['benefit', 'keep', 'ok'] satisfies Verdict[]).flatMap((verdict) =>
			listed(
				`Verdict: ${verdict}`,
				report.sites.filter((site) => site.verdict === verdict),
			),
		),
		...skips(report),
		`*${text(footer(report))}*`,
	];
	return `${parts.join('\n\n')}\n`;
}

/** One site as a list item, to be pasted on its own. */
export function siteMarkdown(of: AuditSite): string {
	const site = clean(of);
	const advice = markedAdvice(site);
	const where = site.function === null ? '' : ` in ${code(`${site.function}()`)}`;
	const head = `- ${code(`${site.path}:${site.line}`)} ${code(`${site.api}()`)}${where}: **${site.verdict}**${advice && ` ${advice}`}`;
	const evidence = site.evidence.map((one) => `  - ${code(`${one.path}:${one.line}`)} ${text(one.text)}`);
	const source = site.source === null ? [] : [`  - source: ${text(site.source)}`];
	return [head, ...evidence, ...source].join('\n');
}

function markedAdvice(site: AuditSite): string {
	return site.target === null ? text(adviceOf(site)) : `→ ${code(site.target)}`;
}

function listed(title: string, sites: readonly AuditSite[]): string[] {
	if (sites.length === 0) return [];
	const rows = sites.map((site) => [
		code(`${site.path}:${site.line}`),
		code(site.api),
		site.function === null ? '' : code(site.function),
		site.flags === null ? '' : code(site.flags),
		markedAdvice(site),
		text(whyOf(site)),
	]);
	return [`## ${title} (${sites.length})`, table(['site', 'function called', 'in', 'flags', 'what', 'why'], rows)];
}

function compared({ versions, steps }: Comparison): string[] {
	const rows = versions.map(({ label, report }) => [
		[label, originOf(report)].filter(Boolean).map(text).join(', '),
		...numbers(countsOf(report.sites)),
		String(report.sites.length),
	]);
	return ['## Burn-down', table(['version', ...COLUMNS, 'total'], rows, true), ...steps.flatMap(stepParts)];
}

function stepParts({ from, to, converted, changed, moved, added, gone }: Step): string[] {
	const place = ({ path, line }: AuditSite) => code(`${path}:${line}`);
	const call = (site: AuditSite) => `${code(site.api)}${site.function === null ? '' : ` in ${code(site.function)}`}`;
	const list = (title: string, items: readonly string[]) =>
		items.length === 0 ? [] : [`**${title}** (${items.length})`, items.map((item) => `- ${item}`).join('\n')];
	return [
		`### ${text(from.label)} → ${text(to.label)}`,
		...list(
			'Converted',
			converted.map((pair) => {
				const who = byWhom(pair);
				return `${place(pair.after)} ${code(pair.before.api)} → ${code(pair.after.api)}${who && `, by ${text(who)}`}`;
			}),
		),
		...list(
			'Verdict changed',
			changed.map(({ before, after }) => `${place(after)} ${call(after)}: ${before.verdict} → ${after.verdict}`),
		),
		...list(
			'Moved',
			moved.map(({ before, after }) => `${place(after)} ${call(after)}, was ${place(before)}`),
		),
		...list(
			'New',
			added.map((site) => `${place(site)} ${call(site)}: ${site.verdict}`),
		),
		...list(
			'Gone',
			gone.map((site) => `${place(site)} ${call(site)}: ${site.verdict}`),
		),
	];
}

function skips({ skipped }: AuditReport): string[] {
	if (skipped.length === 0) return [];
	const rows = skippedByReason(skipped).flatMap(([reason, of]) =>
		of.map((skip) => [code(skippedPlace(skip)), text(reason)]),
	);
	return [`## Skipped or partially analysed (${skipped.length})`, table(['place', 'reason'], rows)];
}

function numbers(counts: Counts): string[] {
	return COLUMNS.map((verdict) => (counts[verdict] === 0 ? '' : String(counts[verdict])));
}

/** @param numeric all columns but the first stand to the right */
function table(head: readonly string[], rows: readonly (readonly string[])[], numeric = false): string {
	const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
	const rule = `|${head.map((_, i) => (numeric && i > 0 ? '--:' : '---')).join('|')}|`;
	return [line(head), rule, ...rows.map(line)].join('\n');
}

/** Plain words: nothing of a tree becomes markup. */
export function text(words: string): string {
	return words.replace(/\s+/g, ' ').replace(/[\\`*_{}[\]<>|#~&]/g, '\\$&');
}

/** As code; a table cell ends at a bar even there. */
function code(words: string): string {
	const plain = words.replace(/\s+/g, ' ');
	// Longer than any run of them inside.
	const longest = Math.max(0, ...Array.from(plain.matchAll(/`+/g), ([run]) => run.length));
	const fence = '`'.repeat(longest + 1);
	const inner = plain.startsWith('`') || plain.endsWith('`') ? ` ${plain} ` : plain;
	return `${fence}${inner.replaceAll('|', '\\|')}${fence}`;
}
