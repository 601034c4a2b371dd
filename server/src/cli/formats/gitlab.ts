import type { Severity } from '../../rules/rule.js';
import { Lines } from '../../workspace/lines.js';
import { printedJson, sentence } from '../../workspace/wording.js';
import { fingerprints } from '../fingerprint.js';
import type { Report } from '../report.js';

const SEVERITY: Readonly<Record<Severity, 'critical' | 'major' | 'minor' | 'info'>> = {
	error: 'critical',
	warning: 'major',
	information: 'minor',
	hint: 'info',
};

/** A code quality report, which GitLab shows beside the lines of a merge request. */
export function gitlab(report: Report): string {
	const findings = report.reports.flatMap(({ path, text, findings }) => {
		const lines = new Lines(text);
		const prints = fingerprints(path, text, findings);
		return findings.map(({ rule, severity, message, start, end }, i) => ({
			description: sentence(message),
			check_name: rule,
			fingerprint: prints[i],
			severity: SEVERITY[severity],
			location: { path, lines: { begin: lines.position(start).line, end: lines.position(end).line } },
		}));
	});
	return printedJson(findings);
}
