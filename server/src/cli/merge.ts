import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { merge } from '../audit/merge.js';
import { readReport } from '../audit/readReport.js';
import { AuditError, type AuditReport } from '../audit/report.js';
import { sourceIn } from '../audit/reports/source.js';
import { reasonOf } from '../workspace/collect.js';
import { type Io, UsageError } from './io.js';
import { checkReport, type ReportOptions, write } from './reports.js';

export interface MergeCommand extends ReportOptions {
	/** Where the code of the sites is. */
	readonly tree?: string;
}

/** Joins the JSON of shards. @returns 0 done, 1 one of them is partial, 2 an input error */
export async function runMerge(files: readonly string[], options: MergeCommand, io: Io): Promise<number> {
	checkReport(options, io);
	const reports: AuditReport[] = [];
	for (const file of files) reports.push(await read(file, io));
	const report = merged(reports);
	await write(report, sourceIn(options.tree && resolve(io.cwd, options.tree)), undefined, options, io);
	return report.partial ? 1 : 0;
}

async function read(file: string, io: Io): Promise<AuditReport> {
	try {
		const bytes = file === '-' ? await io.stdin() : await readFile(resolve(io.cwd, file));
		return readReport(bytes.toString());
	} catch (error) {
		const reason = error instanceof AuditError ? error.message : reasonOf(error as NodeJS.ErrnoException);
		throw new UsageError(`${file}: ${reason}`);
	}
}

function merged(reports: readonly AuditReport[]): AuditReport {
	try {
		return merge(reports);
	} catch (error) {
		throw error instanceof AuditError ? new UsageError(error.message) : error;
	}
}
