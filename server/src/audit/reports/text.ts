import picocolors from 'picocolors';
import type { Verdict } from '../../verdict/site.js';
import { count } from '../../workspace/wording.js';
import { type BurnDown, burnDown, type Counts, countsOf, leftToDo, worklist } from '../burndown.js';
import type { Comparison, Pair, Step } from '../compare.js';
import type { AuditReport, AuditSite } from '../report.js';
import { errorsOf } from './errors.js';
import {
	adviceOf,
	byWhom,
	COLUMNS,
	callOf,
	caveats,
	clean,
	footer,
	MEANING,
	number,
	originOf,
	skippedByReason,
	skippedPlace,
	whyOf,
} from './words.js';

type Colours = ReturnType<typeof picocolors.createColors>;

const PAINT: Readonly<Record<Verdict, (colours: Colours) => (text: string) => string>> = {
	bug: (colours) => colours.red,
	convert: (colours) => colours.yellow,
	benefit: (colours) => colours.cyan,
	keep: (colours) => colours.blue,
	ok: (colours) => colours.green,
};

/** Mails wrap behind this. */
const WIDTH = 76;
/** Of each reason, named in the report. */
const NAMED = 5;

/** As one would paste it into a mail: a burn-down table, then the sites with something to do. */
export function auditText(of: AuditReport, colour: boolean, comparing?: Comparison): string {
	const report = clean(of);
	const comparison = clean(comparing);
	const colours = picocolors.createColors(colour);
	const title = `Users of get_user_pages() and related functions in Linux ${report.kernel}${caveats(report)}`;
	const parts = [
		`${colours.bold(title)}\n`,
		report.sites.length === 0 ? 'No sites.\n' : table(burnDown(report.sites), colours),
		...(comparison ? [versions(comparison, colours), ...comparison.steps.map((step) => stepText(step, colours))] : []),
		...todo(report.sites, colours),
		...skips(report),
		`${footer(report)}\n`,
	];
	return parts.join('\n');
}

function table({ rows, counts, total }: BurnDown, colours: Colours): string {
	const width = Math.max('subsystem'.length, ...rows.map(({ subsystem }) => subsystem.length));
	const line = (name: string, of: Counts | undefined, all: string, paint: (text: string) => string) => {
		const cells = COLUMNS.map((verdict) => {
			if (!of) return verdict.padStart(8);
			const text = (of[verdict] === 0 ? '.' : String(of[verdict])).padStart(8);
			return of[verdict] === 0 ? colours.dim(text) : PAINT[verdict](colours)(text);
		});
		return `  ${paint(name.padEnd(width))}${cells.join('')}${all.padStart(8)}\n`;
	};
	const plain = (text: string) => text;
	const rule = `  ${'-'.repeat(width + 8 * (COLUMNS.length + 1))}\n`;
	return [
		line('subsystem', undefined, 'total', colours.bold),
		rule,
		...rows.map((row) => line(row.subsystem, row.counts, String(row.total), plain)),
		rule,
		line('total', counts, String(total), colours.bold),
	].join('');
}

function todo(sites: readonly AuditSite[], colours: Colours): string[] {
	return (['bug', 'convert'] satisfies Verdict[]).flatMap((verdict) => {
		const of = worklist(sites).filter((site) => site.verdict === verdict);
		if (of.length === 0) return [];
		const title = `${verdict === 'bug' ? 'Bugs' : 'To convert'} (${of.length}): ${MEANING[verdict]}`;
		const paths = [...new Set(of.map(({ path }) => path))];
		const files = paths.map((path) =>
			fileText(
				path,
				of.filter((site) => site.path === path),
				colours,
			),
		);
		return [`${PAINT[verdict](colours)(title)}\n\n${files.join('')}`];
	});
}

function fileText(path: string, sites: readonly AuditSite[], colours: Colours): string {
	const lines = sites.flatMap((site) => {
		const advice = adviceOf(site);
		return [
			`    :${String(site.line).padEnd(5)} ${colours.bold(callOf(site))}${advice && `  ${advice}`}`,
			...[whyOf(site), errorsAt(site)].flatMap((text) => wrapped(text, WIDTH - 11)).map((text) => `           ${text}`),
		];
	});
	return `  ${path}\n${lines.join('\n')}\n`;
}

/** A bug has them in its first line. */
function errorsAt(site: AuditSite): string {
	const errors = site.verdict === 'bug' ? [] : errorsOf(site);
	return errors.length === 0 ? '' : `${errors.length === 1 ? 'error' : 'errors'} at this call: ${errors.join(', ')}`;
}

/** One row for each version, so that one sees what is left shrink. */
function versions({ versions }: Comparison, colours: Colours): string {
	const rows = versions.map(({ label, report }) => ({
		label,
		counts: countsOf(report.sites),
		total: report.sites.length,
		origin: originOf(report),
	}));
	const width = Math.max('version'.length, ...rows.map(({ label }) => label.length));
	const most = Math.max(1, ...rows.map(({ counts }) => leftToDo(counts)));
	const cells = (of: readonly string[]) => of.map((cell) => cell.padStart(8)).join('');
	return [
		colours.bold(`  ${'version'.padEnd(width)}${cells([...COLUMNS, 'total'])}   left to do`),
		...rows.map(({ label, counts, total, origin }) => {
			const left = leftToDo(counts);
			const bar = '#'.repeat(Math.round((16 * left) / most));
			return `  ${label.padEnd(width)}${cells([...COLUMNS.map((verdict) => String(counts[verdict])), String(total)])}   ${colours.yellow(bar)} ${left}${origin && `   ${origin}`}`;
		}),
		'',
	].join('\n');
}

function stepText({ from, to, converted, changed, moved, added, gone }: Step, colours: Colours): string {
	const title = `${from.label} -> ${to.label}: ${converted.length} converted, ${changed.length} verdict changed, ${moved.length} moved, ${added.length} new, ${gone.length} gone`;
	const place = ({ path, line }: AuditSite) => `${path}:${line}`;
	const section = (name: string, lines: readonly string[]) =>
		lines.length === 0 ? '' : `\n  ${name}\n${lines.map((line) => `    ${line}\n`).join('')}`;
	const from_ = ({ before, after }: Pair) => (before.path === after.path ? '' : `, was in ${before.path}`);
	return [
		`${colours.bold(title)}\n`,
		section(
			'Converted',
			converted.map((pair) => {
				const who = byWhom(pair);
				return `${place(pair.after)} ${pair.before.api} -> ${pair.after.api}${from_(pair)}${who && `, by ${who}`}`;
			}),
		),
		section(
			'Verdict changed',
			changed.map(({ before, after }) => {
				const was = before.api === after.api ? '' : `, was ${before.api}()`;
				return `${place(after)} ${callOf(after)}${was}: ${before.verdict} -> ${after.verdict}`;
			}),
		),
		section(
			'Moved',
			moved.map(({ before, after }) => `${place(after)} ${callOf(after)}, was ${before.path} ${before.function ?? ''}`),
		),
		section(
			'New',
			added.map((site) => `${place(site)} ${callOf(site)}: ${site.verdict}`),
		),
		section(
			'Gone',
			gone.map((site) => `${place(site)} ${callOf(site)}: ${site.verdict}`),
		),
	].join('');
}

function skips({ skipped }: AuditReport): string[] {
	if (skipped.length === 0) return [];
	const lines = skippedByReason(skipped).map(([reason, of]) => {
		const named = of.slice(0, NAMED).map(skippedPlace);
		const more = of.length > NAMED ? `, and ${number(of.length - NAMED)} more` : '';
		return `  ${number(of.length)} ${reason}: ${named.join(', ')}${more}\n`;
	});
	return [`Skipped or partially analysed (${count(skipped.length, 'place')}):\n${lines.join('')}`];
}

function wrapped(text: string, width: number): string[] {
	const lines: string[] = [];
	for (const word of text.split(/\s+/).filter(Boolean)) {
		const last = lines.at(-1);
		if (last !== undefined && last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`;
		else lines.push(word);
	}
	return lines;
}
