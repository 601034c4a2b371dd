import { printedJson } from '../../workspace/wording.js';
import { countsOf, leftToDo } from '../burndown.js';
import type { Comparison, Pair, Step, Version } from '../compare.js';
import type { AuditReport, AuditSite } from '../report.js';

/** Stable for tools. */
export function auditJson(report: AuditReport, comparison?: Comparison): string {
	if (!comparison) return printedJson(report);
	const { versions, steps } = comparison;
	return printedJson({ ...report, comparison: { versions: versions.map(versionData), steps: steps.map(stepData) } });
}

function versionData({ label, report }: Version) {
	const { kernel, named, revision, committed, files, sites, partial } = report;
	const counts = countsOf(sites);
	const origin = { ...(named && { named }), ...(revision && { revision }), ...(committed && { committed }) };
	return { label, kernel, ...origin, files, partial, counts, leftToDo: leftToDo(counts) };
}

function stepData({ from, to, converted, changed, moved, added, gone }: Step) {
	return {
		from: from.label,
		to: to.label,
		converted: converted.map(pairData),
		changed: changed.map(pairData),
		moved: moved.map(pairData),
		added: added.map(siteData),
		gone: gone.map(siteData),
	};
}

function pairData({ before, after, commits }: Pair) {
	return { before: siteData(before), after: siteData(after), ...(commits && { commits }) };
}

function siteData({ path, line, function: name, api, verdict }: AuditSite) {
	return { path, line, function: name, api, verdict };
}
