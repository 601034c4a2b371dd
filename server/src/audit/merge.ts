import { AuditError, type AuditReport, byPath } from './report.js';

/** Joins the reports of all shards to the one that a single machine gives. Throws an AuditError where they do not fit. */
export function merge(reports: readonly AuditReport[]): AuditReport {
	const [first] = reports;
	if (!first) throw new AuditError('no report to merge');
	for (const { kernel, tool } of reports) {
		if (kernel !== first.kernel) throw new AuditError(`reports of different kernels: ${first.kernel} and ${kernel}`);
		if (tool.version !== first.tool.version)
			throw new AuditError(`reports of different versions of the program: ${first.tool.version} and ${tool.version}`);
	}
	const owner = new Map<string, AuditReport>();
	for (const report of reports) {
		for (const { path } of report.sites) {
			const other = owner.get(path);
			if (other && other !== report) throw new AuditError(`${path} is in two of the reports: the same shard twice?`);
			owner.set(path, report);
		}
	}
	const sum = (of: (report: AuditReport) => number) => reports.reduce((all, report) => all + of(report), 0);
	return {
		tool: first.tool,
		kernel: first.kernel,
		files: sum(({ files }) => files),
		elapsedMs: sum(({ elapsedMs }) => elapsedMs),
		partial: reports.some(({ partial }) => partial),
		sites: reports.flatMap(({ sites }) => sites).sort((a, b) => byPath(a, b) || a.line - b.line),
		skipped: reports.flatMap(({ skipped }) => skipped).sort(byPath),
	};
}
