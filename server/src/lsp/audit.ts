import {
	type Connection,
	LSPErrorCodes,
	RequestType,
	ResponseError,
	type WorkDoneProgressParams,
} from 'vscode-languageserver';
import { refreshed } from '../audit/refresh.js';
import { AuditError, type AuditReport } from '../audit/report.js';
import type { AuditFinding } from '../audit/results.js';
import { oneLine, printable } from '../workspace/wording.js';
import type { Log } from './log.js';

/** Asks for the audit of a folder, or of some of its subfolders alone. */
export interface AuditParams extends WorkDoneProgressParams {
	/** Folder, a `file:` URI. */
	readonly uri: string;
	/** Only these folders below it, not what is below them; relative, with "/", "" for the folder itself. */
	readonly folders?: readonly string[];
	/** Name of a revision that is read in place of the work tree; the page shows what became of its sites since. */
	readonly revision?: string;
}

/** An audit to be run. */
export interface AuditTask extends Pick<AuditParams, 'uri' | 'folders' | 'revision'> {
	/** False: no program is started. */
	readonly trusted: boolean;
	/** URI of the workspace folder it lies in. */
	readonly workspace?: string | undefined;
}

export interface AuditAnswer {
	readonly report: AuditReport;
	/** What the rules find in its files, by path relative to the folder. */
	readonly findings: Readonly<Record<string, readonly AuditFinding[]>>;
	/** For people: the kernel and where it comes from, trouble with the cache. */
	readonly notes: readonly string[];
}

/** Asks for the last audit of a folder as a self-contained page; null when there was none. */
export interface PageParams {
	readonly uri: string;
}

interface HostAnswer extends Omit<AuditAnswer, 'findings'> {
	/** Findings of all rules, by path relative to the folder. */
	readonly findings: ReadonlyMap<string, readonly AuditFinding[]>;
}

/** Who else wants to know what an audit finds. */
export interface AuditIndex {
	take(
		root: string,
		folders: readonly string[] | undefined,
		found: ReadonlyMap<string, readonly AuditFinding[]>,
	): Promise<void>;
}

/** Where there is a disk: runs audits. */
export interface AuditHost {
	/**
	 * @param progress per cent, and what is done in words
	 * @throws an AuditError whose message is for people
	 */
	audit(task: AuditTask, signal: AbortSignal, progress: (percent: number, text: string) => void): Promise<HostAnswer>;
	/** @param before of a revision that it is compared with */
	page(report: AuditReport, uri: string, before: AuditReport | undefined): Promise<string>;
}

const auditRequest = new RequestType<AuditParams, AuditAnswer, void>('gup-lens/audit');
const pageRequest = new RequestType<PageParams, string | null, void>('gup-lens/auditPage');

/** Answers `gup-lens/audit` and `gup-lens/auditPage`; a cancelled audit gives what it has, marked as partial. */
export function serveAudit(
	connection: Connection,
	host: AuditHost,
	trusted: boolean,
	index: AuditIndex | undefined,
	log: Log,
): void {
	/** Whole audits by folder. */
	const last = new Map<string, AuditReport>();
	/** Those of the revision that a folder was compared with last. */
	const earlier = new Map<string, AuditReport>();
	connection.onRequest(auditRequest, async (params, token) => {
		const stop = new AbortController();
		const cancelled = token.onCancellationRequested(() => stop.abort());
		// of a token that is cancelled already the event never comes
		if (token.isCancellationRequested) stop.abort();
		const progress = connection.window.attachWorkDoneProgress(params.workDoneToken);
		progress.begin('Audit', 0);
		try {
			const { report, notes, findings } = await host.audit({ ...params, trusted }, stop.signal, (percent, text) =>
				progress.report(percent, text),
			);
			if (typeof params.revision === 'string') {
				if (!report.partial) earlier.set(params.uri, report);
				return { report, findings: {}, notes: notes.map(oneLine) };
			}
			const before = last.get(params.uri);
			if (!params.folders) last.set(params.uri, report);
			else if (before) last.set(params.uri, refreshed(before, params.folders, report.sites, report.taken));
			if (!report.partial) await index?.take(params.uri, params.folders, findings);
			return { report, findings: Object.fromEntries(findings), notes: notes.map(oneLine) };
		} catch (error) {
			if (token.isCancellationRequested) return new ResponseError<void>(LSPErrorCodes.RequestCancelled, 'stopped');
			if (!AuditError.is(error)) log.error(`auditing ${params.uri}`, error);
			return new ResponseError<void>(
				LSPErrorCodes.RequestFailed,
				printable(error instanceof Error ? error.message : String(error)),
			);
		} finally {
			progress.done();
			cancelled.dispose();
		}
	});
	connection.onRequest(pageRequest, ({ uri }) => {
		const report = last.get(uri);
		return report ? host.page(report, uri, earlier.get(uri)) : null;
	});
}
