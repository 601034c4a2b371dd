import { createHash } from 'node:crypto';
import type { Log, ReportingDescriptor, Result } from 'sarif';
import type { AuditReport, AuditSite } from '../../audit/report.js';
import { adviceOf, COLUMNS, callOf, MEANING, whyOf } from '../../audit/reports/words.js';
import type { Verdict } from '../../verdict/site.js';
import { oneLine, printable, printedJson, sentence } from '../../workspace/wording.js';
import { artifact, BASE, SCHEMA } from './sarif.js';

/** What is done, or need not be, is told as passed: services show only the rest. */
const LEVEL: Readonly<Record<Verdict, 'error' | 'warning' | 'note' | 'none'>> = {
	bug: 'error',
	convert: 'warning',
	benefit: 'note',
	keep: 'none',
	ok: 'none',
};

/** SARIF 2.1.0, a rule for each verdict. */
export function auditSarif({ tool, kernel, kernelAssumed, partial, shard, sites, skipped }: AuditReport): string {
	const seen = new Map<string, number>();
	const log: Log = {
		$schema: SCHEMA,
		version: '2.1.0',
		runs: [
			{
				tool: {
					driver: {
						name: tool.name,
						version: tool.version,
						semanticVersion: tool.version,
						rules: COLUMNS.map(descriptor),
					},
				},
				columnKind: 'utf16CodeUnits',
				originalUriBaseIds: { [BASE]: { description: { text: 'The audited folder.' } } },
				invocations: [
					{
						executionSuccessful: !partial,
						toolExecutionNotifications: skipped.map(({ path, reason }) => ({
							level: 'warning',
							message: { text: printable(reason) },
							locations: [{ physicalLocation: { artifactLocation: artifact(path) } }],
						})),
					},
				],
				properties: { kernel, ...(kernelAssumed ? { kernelAssumed } : {}), ...(shard ? { shard: { ...shard } } : {}) },
				results: sites.map((site) => result(site, seen)),
			},
		],
	};
	return printedJson(log);
}

function ruleOf(verdict: Verdict): string {
	return `audit-${verdict}`;
}

function descriptor(verdict: Verdict): ReportingDescriptor {
	return {
		id: ruleOf(verdict),
		shortDescription: { text: `Verdict "${verdict}": ${MEANING[verdict]}` },
		defaultConfiguration: { level: LEVEL[verdict] },
	};
}

function result(site: AuditSite, seen: Map<string, number>): Result {
	const { verdict, path, line } = site;
	const passed = LEVEL[verdict] === 'none';
	const words = [adviceOf(site).replace('-> ', 'should be '), whyOf(site)].filter(Boolean).join(': ');
	const place = (of: { readonly path: string; readonly line: number }) => ({
		artifactLocation: artifact(of.path),
		region: { startLine: of.line },
	});
	return {
		ruleId: ruleOf(verdict),
		ruleIndex: COLUMNS.indexOf(verdict),
		kind: passed ? 'pass' : 'fail',
		level: LEVEL[verdict],
		message: { text: sentence(`${callOf(site)}: ${verdict}${words && `, ${words}`}`) },
		locations: [
			{
				physicalLocation: place({ path, line }),
				...(site.function === null ? {} : { logicalLocations: [{ name: oneLine(site.function), kind: 'function' }] }),
			},
		],
		relatedLocations: site.evidence.map((evidence, id) => ({
			id,
			physicalLocation: place(evidence),
			message: { text: sentence(evidence.text) },
		})),
		partialFingerprints: { 'gupLensSite/v1': fingerprint(site, seen) },
		properties: {
			api: site.api,
			flags: site.flags,
			release: site.release,
			target: site.target,
			reason: site.reason,
			decidedBy: site.decidedBy,
			source: site.source,
			findings: [...site.findings],
		},
	};
}

/** The same site after lines were added above it. */
function fingerprint({ path, function: name, api }: AuditSite, seen: Map<string, number>): string {
	const key = [path, name ?? '', api].join('\0');
	const ordinal = seen.get(key) ?? 0;
	seen.set(key, ordinal + 1);
	return createHash('sha256').update(`${key}\0${ordinal}`).digest('hex').slice(0, 32);
}
