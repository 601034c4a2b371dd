import { printedJson } from '../../workspace/wording.js';
import type { AuditReport } from '../report.js';

/** Stable for tools. */
export function auditJson(report: AuditReport): string {
	return printedJson(report);
}
