import {
	type Connection,
	type Diagnostic,
	type DiagnosticRelatedInformation,
	DiagnosticSeverity,
	DiagnosticTag,
	type DocumentDiagnosticReport,
	DocumentDiagnosticReportKind,
	LSPErrorCodes,
	type Range as LspRange,
	ResponseError,
} from 'vscode-languageserver';
import type { Finding } from '../engine.js';
import type { Severity, Tag } from '../rules/rule.js';
import { sentence } from '../workspace/wording.js';
import type { ClientCapabilities } from './client.js';
import type { Analysed, DocumentStore } from './document-store.js';
import type { Log } from './log.js';
import { placeRange, toLspRange } from './positions.js';

const SOURCE = 'gup-lens';

const SEVERITY: Readonly<Record<Severity, DiagnosticSeverity>> = {
	error: DiagnosticSeverity.Error,
	warning: DiagnosticSeverity.Warning,
	information: DiagnosticSeverity.Information,
	hint: DiagnosticSeverity.Hint,
};

const TAG: Readonly<Record<Tag, DiagnosticTag>> = {
	deprecated: DiagnosticTag.Deprecated,
	unnecessary: DiagnosticTag.Unnecessary,
};

/** How long typing must pause before findings are pushed, in milliseconds. */
const PAUSE = 100;
/** The same before those of other documents are. */
export const DEPENDENT_DEBOUNCE_MS = 1_000;

/** What a diagnostic is made of. */
interface Parts extends Pick<Finding, 'rule' | 'severity' | 'message' | 'tags'> {
	readonly range: LspRange;
	related(): DiagnosticRelatedInformation[];
}

/** A finding as the protocol words it, with no more than the client understands. */
export function toLspDiagnostic(
	{ rule, severity, message, tags, range, related }: Parts,
	client: ClientCapabilities,
): Diagnostic {
	const { diagnostics: dress, pages } = client;
	const diagnostic: Diagnostic = {
		range,
		severity: SEVERITY[severity],
		code: rule,
		source: SOURCE,
		message: sentence(message),
	};
	if (dress.codeDescription && pages) diagnostic.codeDescription = { href: `${pages}/${rule}.md` };
	const drawn = tags.map((tag) => TAG[tag]).filter((tag) => dress.tags.has(tag));
	if (drawn.length > 0) diagnostic.tags = drawn;
	const places = (dress.related ? related() : []).map((one) => ({ ...one, message: sentence(one.message) }));
	if (places.length > 0) diagnostic.relatedInformation = places;
	return diagnostic;
}

/** The same for an open document. */
export function toDiagnostic({ document, uriOf }: Analysed, finding: Finding, client: ClientCapabilities): Diagnostic {
	const related = (): DiagnosticRelatedInformation[] =>
		finding.related.flatMap(({ start, end, message, place }) => {
			if (!place) return { location: { uri: document.uri, range: toLspRange(document, { start, end }) }, message };
			const uri = uriOf(place);
			return uri === undefined ? [] : { location: { uri, range: placeRange(place, end - start) }, message };
		});
	return toLspDiagnostic({ ...finding, range: toLspRange(document, finding), related }, client);
}

/** All that is said of a document. */
function diagnosticsOf(analysed: Analysed, client: ClientCapabilities): Diagnostic[] {
	const { skipped, analysis } = analysed;
	if (skipped !== undefined) return [notAnalysed(skipped)];
	return analysis.findings.map((finding) => toDiagnostic(analysed, finding, client));
}

function notAnalysed(why: string): Diagnostic {
	const start = { line: 0, character: 0 };
	const message = sentence(`not analysed: the file is ${why}`);
	return { range: { start, end: start }, severity: DiagnosticSeverity.Information, source: SOURCE, message };
}

/** Called with every result that is handed to the client. */
type Shown = (analysed: Analysed) => void;

/** For clients that ask. The same findings keep their result id, so that nothing is sent twice. */
export class PulledDiagnostics {
	readonly #last = new Map<string, { readonly id: string; readonly items: string }>();
	#count = 0;

	constructor(connection: Connection, client: ClientCapabilities, documents: DocumentStore, shown: Shown) {
		connection.languages.diagnostics.on(async ({ textDocument: { uri }, previousResultId }, token) => {
			const analysed = await documents.analyse(uri, token);
			if (token.isCancellationRequested) {
				throw new ResponseError(LSPErrorCodes.RequestCancelled, 'cancelled');
			}
			if (!analysed) return { kind: DocumentDiagnosticReportKind.Full, items: [] };
			shown(analysed);
			return this.#report(uri, diagnosticsOf(analysed, client), previousResultId);
		});
	}

	forget(uri: string): void {
		this.#last.delete(uri);
	}

	#report(uri: string, items: Diagnostic[], previous: string | undefined): DocumentDiagnosticReport {
		const text = JSON.stringify(items);
		const last = this.#last.get(uri);
		const resultId = last?.items === text ? last.id : String(++this.#count);
		this.#last.set(uri, { id: resultId, items: text });
		return resultId === previous
			? { kind: DocumentDiagnosticReportKind.Unchanged, resultId }
			: { kind: DocumentDiagnosticReportKind.Full, resultId, items };
	}
}

/** For clients that cannot ask: findings follow the typing, after a short pause. */
export class PushedDiagnostics {
	readonly #connection: Connection;
	readonly #client: ClientCapabilities;
	readonly #documents: DocumentStore;
	readonly #shown: Shown;
	readonly #log: Log;
	readonly #waiting = new Map<string, ReturnType<typeof setTimeout>>();
	readonly #seen = new Set<string>();

	constructor(connection: Connection, client: ClientCapabilities, documents: DocumentStore, shown: Shown, log: Log) {
		this.#connection = connection;
		this.#client = client;
		this.#documents = documents;
		this.#shown = shown;
		this.#log = log;
	}

	/** The document was opened or edited. */
	changed(uri: string): void {
		this.push(uri, this.#seen.has(uri) ? PAUSE : 0);
		this.#seen.add(uri);
	}

	/** @param pause milliseconds to wait for more changes */
	push(uri: string, pause = 0): void {
		clearTimeout(this.#waiting.get(uri));
		this.#waiting.set(
			uri,
			setTimeout(() => {
				this.#waiting.delete(uri);
				this.#send(uri).catch((error) => this.#log.error(`publishing the findings of ${uri}`, error));
			}, pause),
		);
	}

	/** The document was closed: its findings leave the client's list. */
	close(uri: string): void {
		clearTimeout(this.#waiting.get(uri));
		this.#waiting.delete(uri);
		this.#seen.delete(uri);
		void this.#connection.sendDiagnostics({ uri, diagnostics: [] });
	}

	dispose(): void {
		for (const timer of this.#waiting.values()) clearTimeout(timer);
		this.#waiting.clear();
	}

	async #send(uri: string): Promise<void> {
		const analysed = await this.#documents.analyse(uri);
		if (!analysed) return;
		this.#shown(analysed);
		await this.#connection.sendDiagnostics({
			uri,
			...(this.#client.versionedPush ? { version: analysed.document.version } : {}),
			diagnostics: diagnosticsOf(analysed, this.#client),
		});
	}
}
