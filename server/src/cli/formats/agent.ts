import { Lines } from '../../workspace/lines.js';
import { oneLine, sentence } from '../../workspace/wording.js';
import { conversionCommand } from '../convertible.js';
import type { FileReport, Report } from '../report.js';
import { summary } from './text.js';

/** For programs that read prose: one block a finding with the path that leads to it, no drawing, and a last line that sums up. */
export function agent(report: Report): string {
	return [...report.reports.flatMap(blocks), `summary: ${summary(report)}`].join('\n');
}

function blocks({ shown, text, findings, elsewhere, conversions }: FileReport): string[] {
	const lines = new Lines(text);
	const at = (start: number): string => {
		const { line } = lines.position(start);
		return `${oneLine(shown)}:${line}: ${oneLine(lines.line(line).trim())}`;
	};
	return findings.map((finding) => {
		const path = finding.related.map(({ start, message, place }) => {
			if (!place) return `  ${at(start)}  <- ${sentence(message)}`;
			const other = elsewhere(place);
			return `  ${oneLine(other.shown)}:${place.line}: ${oneLine(new Lines(other.text).line(place.line).trim())}  <- ${sentence(message)}`;
		});
		return [
			`${finding.severity} ${finding.rule}${finding.function === null ? '' : ` in ${oneLine(finding.function)}()`}`,
			at(finding.start),
			sentence(finding.message),
			...(path.length > 0 ? ['path:', ...path] : []),
			...finding.fixes.map(({ title, safe }) => `fix (${safe ? 'safe' : 'unsafe'}): ${sentence(title)}`),
			...(conversions?.has(finding) ? [`convert: ${oneLine(conversionCommand(finding.rule, shown))}`] : []),
			'',
		].join('\n');
	});
}
