import type { AuditReport } from '../report.js';

/** Stable for tools. */
export function auditJson(report: AuditReport): string {
	return `${JSON.stringify(report, null, '\t')}\n`;
}
