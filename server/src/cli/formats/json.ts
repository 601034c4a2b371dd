import { Lines } from '../../workspace/lines.js';
import { printedJson } from '../../workspace/wording.js';
import { fingerprints } from '../fingerprint.js';
import type { Report } from '../report.js';

/** Stable for tools: lines and columns from 1, columns in UTF-16 units, `end` exclusive. */
export function json(report: Report): string {
	const findings = report.reports.flatMap(({ path, text, findings, elsewhere }) => {
		const lines = new Lines(text);
		const prints = fingerprints(path, text, findings);
		return findings.map((finding, i) => ({
			path,
			rule: finding.rule,
			fingerprint: prints[i],
			severity: finding.severity,
			message: finding.message,
			function: finding.function,
			range: { start: lines.position(finding.start), end: lines.position(finding.end) },
			fixes: finding.fixes.map(({ title, safe }) => ({ title, safe })),
			related: finding.related.map(({ start, message, place }) => ({
				path: place ? elsewhere(place).path : path,
				line: place?.line ?? lines.position(start).line,
				message,
			})),
		}));
	});
	const { tool, kernel, files, elapsedMs } = report;
	const skipped = report.skipped.map(({ path, reason }) => ({ path, reason }));
	return printedJson({ tool, kernel: kernel.version, files, elapsedMs, findings, skipped });
}
