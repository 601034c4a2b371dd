import { resolve } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { audit } from '../audit/audit.js';
import { AuditError, type AuditReport } from '../audit/report.js';
import type { Source } from '../audit/reports/html/excerpt.js';
import { sourceFor, sourceIn } from '../audit/reports/source.js';
import { findRevision, withRevision } from '../audit/revision.js';
import type { AuditSession } from '../audit/session.js';
import { realpath } from '../programs/find.js';
import { slashed } from '../workspace/collect.js';
import { auditSession, prepared, type TreeOptions } from './auditing.js';
import { compared, versionsNamed } from './compare.js';
import { type Io, UsageError } from './io.js';
import { progressBar } from './progress.js';
import { checkReport, type ReportOptions, showsCode, write } from './reports.js';
import { tell, tellFailure } from './stderr.js';

export interface AuditCommand extends TreeOptions, ReportOptions {
	readonly tags?: string;
}

/**
 * How much a function must run before V8 optimises it, about 15 times the usual: what pays in a server that runs for hours costs
 * nearly half of the time of an audit that reads some 150 files once (`npm run bench:audit`).
 */
const PATIENT = '--interrupt-budget=1000000';

/** @returns 0 done, 1 stopped before its end, 2 an input or program error */
export async function runAudit(tree: string, given: AuditCommand, io: Io): Promise<number> {
	checkReport(given, io);
	const { rev, others } = await versionsNamed(tree, given, io);
	const session = auditSession(given.jobs);
	const options = { ...given, session, ...(rev === undefined ? {} : { rev }) };
	if (options.prefilter && others.length < 3) setFlagsFromString(PATIENT);
	const stop = new AbortController();
	const interrupt = () => {
		// The second one ends the program as usual.
		process.removeListener('SIGINT', interrupt);
		stop.abort();
	};
	process.on('SIGINT', interrupt);
	const bar = progressBar(io);
	try {
		const { signal } = stop;
		const { report, notes, failed } = await audit({ ...prepared(tree, options, io), signal, progress: bar.show });
		bar.end();
		for (const note of report.files > 0 ? notes : ['no C files found']) tell(io, note);
		for (const { path, reason } of failed) tellFailure(io, path, reason);
		if (report.partial) tell(io, 'stopped early: the report is partial');
		const comparison = options.compare && (await compared(others, report, tree, options, io, signal));
		// From here on the first Ctrl-C ends the program as usual.
		process.removeListener('SIGINT', interrupt);
		await write(report, await sourceOf(report, resolve(io.cwd, tree), options, session), comparison, options, io);
		return failed.length > 0 ? 2 : report.partial ? 1 : 0;
	} catch (error) {
		if (error instanceof AuditError) throw new UsageError(`${tree}: ${error.message}`);
		throw error;
	} finally {
		bar.end();
		process.removeListener('SIGINT', interrupt);
		await session.end();
	}
}

/** The code that a page shows. */
async function sourceOf(
	report: AuditReport,
	tree: string,
	options: AuditCommand,
	session: AuditSession,
): Promise<Source> {
	if (options.rev === undefined || !showsCode(options)) return sourceIn(tree);
	const root = slashed(realpath(tree));
	const repository = session.repository.around(root);
	const { tree: object } = await findRevision(repository, options.rev);
	return withRevision(repository, object, (sources) => sourceFor(report, root, sources));
}
