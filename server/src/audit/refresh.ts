import { type AuditReport, type AuditSite, byPath } from './report.js';
import { folderOf } from './scope.js';

/**
 * A report with the sites of some folders as they are now.
 * @param folders relative to the audited folder
 * @param sites all of those folders
 * @param taken when they were looked at
 */
export function refreshed(
	report: AuditReport,
	folders: readonly string[],
	sites: readonly AuditSite[],
	taken?: string,
): AuditReport {
	const stale = new Set(folders);
	const kept = report.sites.filter(({ path }) => !stale.has(folderOf(path)));
	return {
		...report,
		...(taken && { taken }),
		sites: [...kept, ...sites].sort((a, b) => byPath(a, b) || a.line - b.line),
	};
}
