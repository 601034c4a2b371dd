/** How the server is: for people who wonder what it does, and by what a file is judged. */
import { type Connection, RequestType } from 'vscode-languageserver';
import { version } from '../version.js';
import { count, oneLine } from '../workspace/wording.js';
import type { AuditHost } from './audit.js';
import type { DocumentStore } from './document-store.js';
import { type Status, toStatus } from './status.js';

/** Asks how the server is. */
export interface ServerStatusParams {
	/** The document that is looked at; nothing is said of one without it. */
	readonly uri?: string | null;
}

/** An audit that ended since the server started. */
export interface EndedAudit {
	/** Of the folder. */
	readonly uri: string;
	/** Name of the revision that was read in place of the work tree; null for the work tree. */
	readonly revision: string | null;
	/** Subfolders it looked at alone; null for the whole folder. */
	readonly folders: number | null;
	/** ISO 8601 in UTC. */
	readonly ended: string;
	readonly elapsedMs: number;
	/** Calls that acquire user pages. */
	readonly sites: number;
	/** It was stopped before its end. */
	readonly partial: boolean;
}

/** Bytes that the process of the server holds. */
export interface MemoryUse {
	readonly resident: number;
	/** Of JavaScript, without the memory of the parser. */
	readonly heap: number;
}

/** Answer to `gup-lens/serverStatus`. */
export interface ServerStatus {
	readonly version: string;
	/** Of the document that was asked about; null where it is not open. */
	readonly document: Status | null;
	/** A configuration file says that nothing is to be said of that document. */
	readonly isExcluded: boolean;
	/** Documents that are open. */
	readonly documents: number;
	/** Those of them whose syntax trees are kept, and the UTF-16 units of their texts. */
	readonly kept: { readonly documents: number; readonly characters: number };
	/** null in a web worker, which cannot know. */
	readonly memory: MemoryUse | null;
	readonly lastAudit: EndedAudit | null;
	/** False: the user does not trust the workspace, so no program is started for it. */
	readonly trusted: boolean;
	/** The same for people, a line each. */
	readonly text: string;
}

const serverStatusRequest = new RequestType<ServerStatusParams, ServerStatus, void>('gup-lens/serverStatus');

/** Remembers the audit that ended last, whoever asked for it. */
export class AuditRecord {
	#last: EndedAudit | null = null;

	get last(): EndedAudit | null {
		return this.#last;
	}

	/** The same host, whose audits are remembered. */
	of(host: AuditHost): AuditHost {
		return {
			...host,
			audit: async (task, signal, progress) => {
				const answer = await host.audit(task, signal, progress);
				const { sites, partial, elapsedMs } = answer.report;
				this.#last = {
					uri: task.uri,
					revision: task.revision ?? null,
					folders: task.folders?.length ?? null,
					ended: new Date().toISOString(),
					elapsedMs,
					sites: sites.length,
					partial,
				};
				return answer;
			},
		};
	}
}

/** What the answer is made of, beside the documents. */
interface Around {
	readonly audits: AuditRecord;
	/** Where the process can tell. */
	readonly memory: (() => MemoryUse) | undefined;
	readonly trusted: boolean;
	/** There is a disk: programs may be started where the workspace is trusted. */
	readonly hasPrograms: boolean;
}

/** Answers `gup-lens/serverStatus`. */
export function serveServerStatus(connection: Connection, documents: DocumentStore, around: Around): void {
	connection.onRequest(serverStatusRequest, async ({ uri }, token) => {
		const analysed = uri ? await documents.analyse(uri, token) : undefined;
		const status: Omit<ServerStatus, 'text'> = {
			version,
			document: analysed ? toStatus(analysed) : null,
			isExcluded: analysed?.context.isExcluded ?? false,
			documents: documents.uris().length,
			kept: documents.kept,
			memory: around.memory?.() ?? null,
			lastAudit: around.audits.last,
			trusted: around.trusted,
		};
		return { ...status, text: page(status, around.hasPrograms) };
	});
}

function page(status: Omit<ServerStatus, 'text'>, hasPrograms: boolean): string {
	const { document, documents, kept, memory, lastAudit } = status;
	const rows = [
		['This file', document ? fileWords(document, status.isExcluded) : 'none that is open and C'],
		...(document ? [['Kernel', kernelWords(document)]] : []),
		[
			'Open documents',
			`${documents}; syntax trees are kept of ${kept.documents}, with ${count(kept.characters, 'character')}`,
		],
		...(memory ? [['Memory', `${megabytes(memory.resident)}, of them ${megabytes(memory.heap)} JavaScript heap`]] : []),
		['Last audit', lastAudit ? auditWords(lastAudit) : 'none since the server started'],
		['Workspace', trustWords(status.trusted, hasPrograms)],
	];
	return [`GUP Lens ${status.version}`, '', ...rows.map(([name, words]) => `${name}: ${words}`)].join('\n');
}

function fileWords({ uri, state, findings, unread, bounded, skipped }: Status, isExcluded: boolean): string {
	const name = oneLine(uri);
	if (isExcluded) return `${name}, left out by a configuration file`;
	const not = [
		unread.length > 0 ? `functions that could not be read: ${unread.join(', ')}` : undefined,
		bounded.length > 0 ? `functions with too many paths to follow: ${bounded.join(', ')}` : undefined,
	].filter((words) => words !== undefined);
	switch (state) {
		case 'irrelevant':
			return `${name}, which uses no function of the family: it is not parsed`;
		case 'failed':
			return `${name}, where the analysis failed; the log says why`;
		case 'skipped':
			return `${name}, not analysed: the file is ${skipped}`;
		default:
			return [`${name}, ${count(findings, 'finding')}`, ...not].join('; ');
	}
}

function kernelWords({ kernel, originWords, tree, assumed }: Status): string {
	const what = `Linux ${kernel}, ${originWords}${tree === null ? '' : ` (${oneLine(tree)})`}`;
	return assumed ? `${what}; findings that depend on the version are information at most` : what;
}

function auditWords({ uri, revision, folders, ended, elapsedMs, sites, partial }: EndedAudit): string {
	const of = revision === null ? oneLine(uri) : `${oneLine(revision)} in ${oneLine(uri)}`;
	const part = folders === null ? '' : `, ${count(folders, 'folder')} of it`;
	const how = `${count(sites, 'call')} in ${(elapsedMs / 1000).toFixed(1)} s`;
	return `${of}${part}: ${how}, ended ${ended}${partial ? ', stopped before its end' : ''}`;
}

function trustWords(trusted: boolean, hasPrograms: boolean): string {
	if (!hasPrograms) return 'no program is started: the server runs in the browser';
	return trusted ? 'trusted: git and ripgrep may be started' : 'not trusted: no program is started';
}

function megabytes(bytes: number): string {
	return `${Math.round(bytes / 1_000_000)} MB`;
}
