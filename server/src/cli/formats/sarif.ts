import { existsSync, readFileSync } from 'node:fs';
import type { Location, Log, PhysicalLocation, Region, ReportingDescriptor, Result } from 'sarif';
import type { Finding, Located, Place } from '../../engine.js';
import type { RuleMeta, Severity } from '../../rules/rule.js';
import type { Range } from '../../syntax/ir.js';
import { Lines } from '../../workspace/lines.js';
import { oneLine, printable, printedJson, sentence } from '../../workspace/wording.js';
import { fingerprints } from '../fingerprint.js';
import { rulePage } from '../package.js';
import type { FileReport, Report } from '../report.js';
import { codeFlows } from './sarifPaths.js';

const LEVEL: Readonly<Record<Severity, 'error' | 'warning' | 'note'>> = {
	error: 'error',
	warning: 'warning',
	information: 'note',
	hint: 'note',
};

/** Base of all paths: where the command ran, which for code scanning is the top of the checkout. */
export const BASE = '%SRCROOT%';
export const SCHEMA = 'https://json.schemastore.org/sarif-2.1.0.json';

/** SARIF 2.1.0. */
export function sarif(report: Report): string {
	const indexes = new Map(report.rules.map((rule, index) => [rule.id, index]));
	const log: Log = {
		$schema: SCHEMA,
		version: '2.1.0',
		runs: [
			{
				tool: {
					driver: {
						name: report.tool.name,
						version: report.tool.version,
						semanticVersion: report.tool.version,
						rules: report.rules.map(descriptor),
					},
				},
				columnKind: 'utf16CodeUnits',
				originalUriBaseIds: { [BASE]: { description: { text: 'The folder the command ran in.' } } },
				invocations: [
					{
						executionSuccessful: report.complete,
						toolExecutionNotifications: report.skipped.map(({ path, reason }) => ({
							level: 'warning',
							message: { text: printable(reason) },
							locations: [{ physicalLocation: { artifactLocation: artifact(path) } }],
						})),
					},
				],
				results: report.reports.flatMap((file) => results(file, indexes)),
			},
		],
	};
	return printedJson(log);
}

/** The page of the rule itself: code scanning shows it beside the finding, offline too. */
function help(rule: RuleMeta): NonNullable<ReportingDescriptor['help']> {
	const path = rulePage(rule.id);
	return existsSync(path) ? { text: rule.title, markdown: readFileSync(path, 'utf8') } : { text: rule.title };
}

function descriptor(rule: RuleMeta): ReportingDescriptor {
	return {
		id: rule.id,
		shortDescription: { text: rule.title },
		help: help(rule),
		defaultConfiguration: { level: LEVEL[rule.severity] },
		...(rule.tags ? { properties: { tags: [...rule.tags] } } : {}),
	};
}

function results(file: FileReport, indexes: ReadonlyMap<string, number>): Result[] {
	const lines = new Lines(file.text);
	const region = (range: Range): Region => {
		const start = lines.position(range.start);
		const end = lines.position(range.end);
		return { startLine: start.line, startColumn: start.column, endLine: end.line, endColumn: end.column };
	};
	const place = (range: Range) => ({ artifactLocation: artifact(file.path), region: region(range) });
	const located = ({ start, end, place: there, until }: Located): PhysicalLocation =>
		there ? between(file, there, until ?? there) : place({ start, end });
	const prints = fingerprints(file.path, file.text, file.findings);
	return file.findings.map((finding, i): Result => {
		const result: Result = {
			ruleId: finding.rule,
			level: LEVEL[finding.severity],
			message: { text: sentence(finding.message) },
			locations: [location(finding, place(finding))],
			partialFingerprints: { 'gupLensFinding/v1': prints[i] as string },
			properties: { kernel: file.kernel.version, severity: finding.severity, tags: [...finding.tags] },
		};
		const index = indexes.get(finding.rule);
		if (index !== undefined) result.ruleIndex = index;
		if (finding.related.length > 0) {
			result.relatedLocations = finding.related.map((related, id) => ({
				id,
				physicalLocation: related.place ? foreign(file, related, related.place) : place(related),
				message: { text: sentence(related.message) },
			}));
		}
		const flows = codeFlows(file.paths?.get(finding) ?? [], located);
		if (flows.length > 0) result.codeFlows = flows;
		if (finding.fixes.length > 0) {
			result.fixes = finding.fixes.map((fix) => ({
				description: { text: sentence(fix.title) },
				artifactChanges: [
					{
						artifactLocation: artifact(file.path),
						replacements: fix.edits.map((edit) => ({
							deletedRegion: region(edit),
							insertedContent: { text: edit.text },
						})),
					},
				],
				properties: { safe: fix.safe },
			}));
		}
		return result;
	});
}

function foreign(file: FileReport, { start, end }: Range, place: Place): PhysicalLocation {
	const { line: startLine, column: startColumn } = place;
	const region = { startLine, startColumn, endLine: startLine, endColumn: startColumn + end - start };
	return { artifactLocation: artifact(file.elsewhere(place).path), region };
}

function between(file: FileReport, start: Place, end: Place): PhysicalLocation {
	const region = { startLine: start.line, startColumn: start.column, endLine: end.line, endColumn: end.column };
	return { artifactLocation: artifact(file.elsewhere(start).path), region };
}

function location(finding: Finding, physicalLocation: NonNullable<Location['physicalLocation']>): Location {
	if (finding.function === null) return { physicalLocation };
	return { physicalLocation, logicalLocations: [{ name: oneLine(finding.function), kind: 'function' }] };
}

export function artifact(path: string): { uri: string; uriBaseId: string } {
	// A report from elsewhere may hold half a character, which no URI can.
	const whole = path.replace(/\p{Cs}/gu, '\ufffd');
	return { uri: whole.split('/').map(encodeURIComponent).join('/'), uriBaseId: BASE };
}
