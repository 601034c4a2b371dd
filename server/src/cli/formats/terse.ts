import type { Severity } from '../../rules/rule.js';
import { Lines } from '../../workspace/lines.js';
import { oneLine, sentence } from '../../workspace/wording.js';
import type { FileReport, Report } from '../report.js';

/** The words of checkpatch.pl, which b4 and CI systems look for. */
const WORDS: Readonly<Record<Severity, string>> = {
	error: 'ERROR',
	warning: 'WARNING',
	information: 'CHECK',
	hint: 'CHECK',
};

/** One line a finding, as `checkpatch.pl --terse` has them: "path:12: WARNING: what [rule]". */
export function terse(report: Report): string {
	return report.reports.flatMap((file) => terseLines(file).map(({ line }) => `${line}\n`)).join('');
}

/** The lines of a file with their severities. */
export function terseLines({ shown, text, findings }: FileReport): { severity: Severity; line: string }[] {
	const lines = new Lines(text);
	return findings.map(({ start, severity, message, rule }) => ({
		severity,
		line: `${oneLine(shown)}:${lines.position(start).line}: ${WORDS[severity]}: ${sentence(message)} [${rule}]`,
	}));
}
