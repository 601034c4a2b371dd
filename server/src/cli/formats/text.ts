import picocolors from 'picocolors';
import type { Finding, Place } from '../../engine.js';
import { SEVERITIES, type Severity } from '../../rules/rule.js';
import type { Range } from '../../syntax/ir.js';
import { Lines } from '../../workspace/lines.js';
import { count, oneLine, sentence } from '../../workspace/wording.js';
import { conversionCommand } from '../convertible.js';
import type { FileReport, Report } from '../report.js';
import { snippet } from './snippet.js';

type Colours = ReturnType<typeof picocolors.createColors>;

const PAINT: Readonly<Record<Severity, (colours: Colours) => (text: string) => string>> = {
	error: (colours) => colours.red,
	warning: (colours) => colours.magenta,
	information: (colours) => colours.cyan,
	hint: (colours) => colours.dim,
};

/** As compilers print it, so that editors and people jump to the place. */
export function text(report: Report, colour: boolean): string {
	const colours = picocolors.createColors(colour);
	return report.reports.map((file) => fileText(file, colours)).join('');
}

/** What compilers call it; they know no more than these. */
const COMPILERS: Readonly<Record<Severity, string>> = {
	error: 'error',
	warning: 'warning',
	information: 'note',
	hint: 'note',
};

/** In the words of compilers alone, for programs that read their output. */
export function compiler(reports: readonly FileReport[], colour: boolean): string {
	const colours = picocolors.createColors(colour);
	const plain = (finding: Finding): Finding => ({ ...finding, fixes: [] });
	return reports.map((file) => fileText({ ...file, findings: file.findings.map(plain) }, colours, COMPILERS)).join('');
}

/** "2 findings (1 error, 1 warning) in 1 file; 3 files checked, 1 skipped" */
export function summary(report: Report): string {
	const findings = report.reports.flatMap((file) => file.findings);
	const checked = `${count(report.files, 'file')} checked`;
	const skipped = report.skipped.length > 0 ? `, ${report.skipped.length} skipped` : '';
	if (findings.length === 0) return `no findings; ${checked}${skipped}\n`;
	const kinds = SEVERITIES.toReversed().flatMap((severity) => {
		const number = findings.filter((finding) => finding.severity === severity).length;
		return number === 0 ? [] : [severity === 'information' ? `${number} information` : count(number, severity)];
	});
	const files = count(report.reports.length, 'file');
	return `${count(findings.length, 'finding')} (${kinds.join(', ')}) in ${files}; ${checked}${skipped}\n`;
}

/** How many findings each rule has, the most first. */
export function statistics(report: Report): string {
	const counts = new Map<string, number>();
	for (const { rule } of report.reports.flatMap(({ findings }) => findings))
		counts.set(rule, (counts.get(rule) ?? 0) + 1);
	const sorted = [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
	return sorted.map(([rule, number]) => `${String(number).padStart(6)}  ${rule}\n`).join('');
}

function fileText(file: FileReport, colours: Colours, words?: Readonly<Record<Severity, string>>): string {
	const own = new Lines(file.text);
	const place: Placing = (range, label, message, paint, away) => {
		const other = away && file.elsewhere(away);
		const lines = other ? new Lines(other.text) : own;
		const path = oneLine(other?.shown ?? file.shown);
		const { line, column } = away ?? lines.position(range.start);
		const shown = snippet(lines.line(line), column - 1, column - 1 + range.end - range.start);
		const gutter = String(line).padStart(5);
		return [
			`${colours.bold(`${path}:${line}:${column}:`)} ${label} ${message}`,
			`${gutter} | ${shown.line}`,
			`${' '.repeat(gutter.length)} | ${paint(shown.mark)}`,
			'',
		].join('\n');
	};
	return file.findings.map((finding) => findingText(finding, place, colours, file, words)).join('');
}

/** A place with its line of code; `away` when it lies in another file. */
type Placing = (range: Range, label: string, message: string, paint: (text: string) => string, away?: Place) => string;

function findingText(
	finding: Finding,
	place: Placing,
	colours: Colours,
	{ shown, conversions }: FileReport,
	words?: Readonly<Record<Severity, string>>,
): string {
	const converts = conversions?.has(finding);
	const paint = PAINT[finding.severity](colours);
	const message = `${colours.bold(sentence(finding.message))} ${colours.dim(`[${finding.rule}]`)}`;
	const severity = words?.[finding.severity] ?? finding.severity;
	const parts = [place(finding, colours.bold(paint(`${severity}:`)), message, paint)];
	for (const related of finding.related) {
		parts.push(
			place(related, colours.bold(colours.blue('note:')), sentence(related.message), colours.blue, related.place),
		);
	}
	for (const fix of finding.fixes) {
		parts.push(`      = ${colours.green('fix')} (${fix.safe ? 'safe' : 'unsafe'}): ${sentence(fix.title)}\n`);
	}
	if (converts) parts.push(`      = ${colours.green('convert')}: ${oneLine(conversionCommand(finding.rule, shown))}\n`);
	return parts.join('');
}
