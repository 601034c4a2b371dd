import type { AuditReport } from '../audit/report.js';
import type { Io } from './io.js';

export interface ReportOptions {
	readonly format: 'json';
}
export async function write(report: AuditReport, _tree: string, _options: ReportOptions, io: Io): Promise<void> {
	io.stdout.write(`${JSON.stringify(report, null, '\t')}\n`);
}
