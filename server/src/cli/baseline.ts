import { readFile } from 'node:fs/promises';
import { reasonOf } from '../workspace/collect.js';
import { fingerprints } from './fingerprint.js';
import { UsageError } from './io.js';
import type { FileReport } from './report.js';

/**
 * Fingerprints of the findings of an earlier report, as `check --format json` or `--format sarif` wrote it.
 * @throws UsageError for a file that is none
 */
export async function baseline(path: string): Promise<ReadonlySet<string>> {
	const fail = (why: string): UsageError => new UsageError(`--baseline ${path}: ${why}`);
	let text: string;
	try {
		text = await readFile(path, 'utf8');
	} catch (error) {
		throw fail(reasonOf(error as NodeJS.ErrnoException));
	}
	return fingerprintsIn(text, fail);
}

/**
 * @param fail makes the error for a text that is no report
 * @throws what `fail` makes
 */
export function fingerprintsIn(text: string, fail: (why: string) => UsageError): ReadonlySet<string> {
	let report: unknown;
	try {
		report = JSON.parse(text);
	} catch {
		throw fail('not a JSON report of "gup-lens check --format json"');
	}
	const found =
		listIn(report, 'findings')?.map((finding) => fieldOf(finding, 'fingerprint')) ??
		listIn(report, 'runs')?.flatMap((run) =>
			(listIn(run, 'results') ?? []).map((result) =>
				fieldOf(fieldOf(result, 'partialFingerprints'), 'gupLensFinding/v1'),
			),
		);
	if (!found) throw fail('not a report of "gup-lens check"');
	return new Set(found.filter((print) => typeof print === 'string'));
}

/** A field of what may be anything. */
function fieldOf(value: unknown, name: string): unknown {
	return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

function listIn(value: unknown, name: string): readonly unknown[] | undefined {
	const list = fieldOf(value, name);
	return Array.isArray(list) ? list : undefined;
}

/** Reports without the findings that are known. */
export function beyond(known: ReadonlySet<string>, reports: readonly FileReport[]): FileReport[] {
	return reports.flatMap((report) => {
		const prints = fingerprints(report.path, report.text, report.findings);
		const findings = report.findings.filter((_, i) => !known.has(prints[i] as string));
		return findings.length > 0 ? [{ ...report, findings }] : [];
	});
}
