import type { AuditReport, AuditSite } from '../report.js';
import { clean } from './words.js';

const FIELDS: readonly (readonly [name: string, of: (site: AuditSite) => string | number | null])[] = [
	['path', (site) => site.path],
	['line', (site) => site.line],
	['function', (site) => site.function],
	['api', (site) => site.api],
	['flags', (site) => site.flags],
	['release', (site) => site.release],
	['verdict', (site) => site.verdict],
	['target', (site) => site.target],
	['reason', (site) => site.reason],
	['decidedBy', (site) => site.decidedBy],
	['source', (site) => site.source],
	['findings', (site) => site.findings.join(' ')],
	['evidence', (site) => site.evidence.map(({ path, line, text }) => `${path}:${line}: ${text}`).join('\n')],
];

/** RFC 4180: a header, then a line for each site. */
export function auditCsv(report: AuditReport): string {
	const { sites } = clean(report);
	const lines = [FIELDS.map(([name]) => name), ...sites.map((site) => FIELDS.map(([, of]) => cell(of(site))))];
	return lines.map((cells) => `${cells.join(',')}\r\n`).join('');
}

/** A spreadsheet would run what begins like a formula, also in the forms of full width. */
function cell(value: string | number | null): string {
	const text = String(value ?? '');
	const plain = typeof value === 'string' && /^\s*[=+\-@\uff1d\uff0b\uff0d\uff20]/.test(text) ? `'${text}` : text;
	return /[",\r\n]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
}
