import type { Severity } from '../../rules/rule.js';
import { Lines } from '../../workspace/lines.js';
import { printable, sentence } from '../../workspace/wording.js';
import type { Report } from '../report.js';

const COMMAND: Readonly<Record<Severity, string>> = {
	error: 'error',
	warning: 'warning',
	information: 'notice',
	hint: 'notice',
};

/** Workflow commands that GitHub Actions shows beside the line. */
export function github(report: Report): string {
	return report.reports
		.flatMap(({ path, text, findings }) => {
			const lines = new Lines(text);
			return findings.map((finding) => {
				const start = lines.position(finding.start);
				const end = lines.position(finding.end);
				const properties: [string, string | number][] = [
					['file', path],
					['line', start.line],
					['endLine', end.line],
				];
				// Columns of a range over several lines are refused.
				if (start.line === end.line) {
					properties.push(['col', start.column], ['endColumn', Math.max(start.column, end.column - 1)]);
				}
				properties.push(['title', finding.rule]);
				const list = properties.map(([name, value]) => `${name}=${escapeProperty(String(value))}`).join(',');
				return `::${COMMAND[finding.severity]} ${list}::${escapeData(sentence(finding.message))}\n`;
			});
		})
		.join('');
}

/** As the runner reads it back; what nobody sees stays escaped in its log. */
function escapeData(text: string): string {
	return printable(text).replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function escapeProperty(text: string): string {
	return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
