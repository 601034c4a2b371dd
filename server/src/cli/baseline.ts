import { readFile } from 'node:fs/promises';
import type { Log } from 'sarif';
import { reasonOf } from '../workspace/collect.js';
import { fingerprints } from './fingerprint.js';
import { UsageError } from './io.js';
import type { FileReport } from './report.js';

interface JsonReport {
	readonly findings?: readonly { readonly fingerprint?: unknown }[];
}

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
	let report: JsonReport & Partial<Log>;
	try {
		report = JSON.parse(text) ?? {};
	} catch {
		throw fail('no JSON; give what "gup-lens check --format json" wrote');
	}
	const found = report.runs
		? report.runs.flatMap(({ results = [] }) =>
				results.map(({ partialFingerprints }) => partialFingerprints?.['gupLensFinding/v1']),
			)
		: report.findings?.map(({ fingerprint }) => fingerprint);
	if (!found) throw fail('no report of "gup-lens check"');
	return new Set(found.filter((print) => typeof print === 'string'));
}

/** Reports without the findings that are known. */
export function beyond(known: ReadonlySet<string>, reports: readonly FileReport[]): FileReport[] {
	return reports.flatMap((report) => {
		const prints = fingerprints(report.path, report.text, report.findings);
		const findings = report.findings.filter((_, i) => !known.has(prints[i] as string));
		return findings.length > 0 ? [{ ...report, findings }] : [];
	});
}
