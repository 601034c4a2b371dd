import { type Connection, NotificationType, RequestType } from 'vscode-languageserver';
import { originOf } from '../kernel/origin.js';
import type { Kernel } from '../kernel/types.js';
import { oneLine } from '../workspace/wording.js';
import type { ClientCapabilities } from './client.js';
import type { Analysed, DocumentStore } from './document-store.js';
import type { Log } from './log.js';

/** What the server makes of one open document. */
export interface Status {
	readonly uri: string;
	/** Version of the kernel the document is judged by, "6.12.117". */
	readonly kernel: string;
	/** Where that number comes from. */
	readonly origin: Kernel['origin'];
	/** The same in words, e.g. "from the headers of this tree". */
	readonly originWords: string;
	/** Nothing said which kernel this is, or it lies beyond the table: the nearest known one was taken. */
	readonly assumed: boolean;
	/** Root of the kernel tree as a URI without a trailing "/", null outside one. */
	readonly tree: string | null;
	/**
	 * `ready`: analysed. `irrelevant`: names nothing of the family and was not parsed.
	 * `partial`: some functions could not be read (`unread`), or have too many paths to follow (`bounded`). `failed`: the engine gave up, the log says why.
	 * `skipped`: not analysed, because the file is as `skipped` says.
	 */
	readonly state: 'ready' | 'irrelevant' | 'partial' | 'failed' | 'skipped';
	readonly findings: number;
	/** Functions that could not be read, by name. */
	readonly unread: readonly string[];
	/** Functions with too many paths to follow their pages, by name. */
	readonly bounded: readonly string[];
	/** "larger than 10 MB"; null for a file that is analysed. */
	readonly skipped: string | null;
}

/** Sent whenever the status of a document changed, to clients that set `status: true` in `initializationOptions`. */
const statusNotification = new NotificationType<Status>('gup-lens/status');

/** Asks for the status of an open document; null when it is not open. */
const statusRequest = new RequestType<{ readonly uri: string }, Status | null, void>('gup-lens/status');

/** What is told of a document that was analysed. */
export function toStatus(analysed: Analysed): Status {
	const { document, context, analysis, skipped } = analysed;
	const { kernel, kernelSetBy, tree } = context;
	return {
		uri: document.uri,
		kernel: kernel.version,
		origin: kernel.origin,
		originWords: originOf(kernel, true, kernelSetBy),
		assumed: kernel.assumed,
		tree: tree?.root ?? null,
		state: stateOf(analysed),
		findings: analysis.findings.length,
		unread: analysis.unread.map(oneLine),
		bounded: analysis.bounded.map(oneLine),
		skipped: skipped ?? null,
	};
}

function stateOf({ failed, skipped, analysis }: Analysed): Status['state'] {
	if (skipped !== undefined) return 'skipped';
	if (failed) return 'failed';
	if (analysis.irrelevant) return 'irrelevant';
	return analysis.unread.length + analysis.bounded.length > 0 ? 'partial' : 'ready';
}

/** Tells the client about each document, once per change. */
export class StatusReporter {
	readonly #connection: Connection;
	readonly #wanted: boolean;
	readonly #log: Log;
	readonly #told = new Map<string, string>();

	constructor(connection: Connection, client: ClientCapabilities, documents: DocumentStore, log: Log) {
		this.#connection = connection;
		this.#wanted = client.status;
		this.#log = log;
		connection.onRequest(statusRequest, async ({ uri }, token) => {
			const analysed = await documents.analyse(uri, token);
			return analysed ? toStatus(analysed) : null;
		});
	}

	tell(analysed: Analysed): void {
		if (!this.#wanted) return;
		const status = toStatus(analysed);
		const text = JSON.stringify(status);
		if (this.#told.get(status.uri) === text) return;
		this.#told.set(status.uri, text);
		this.#connection.sendNotification(statusNotification, status).catch((error) => {
			this.#log.error('sending the status', error);
		});
	}

	forget(uri: string): void {
		this.#told.delete(uri);
	}
}
