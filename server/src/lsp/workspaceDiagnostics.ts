import {
	type Connection,
	type Diagnostic,
	DocumentDiagnosticReportKind,
	type WorkspaceDocumentDiagnosticReport,
} from 'vscode-languageserver';
import type { AuditFinding } from '../audit/results.js';
import { folderOf } from '../audit/scope.js';
import type { Position } from '../workspace/lines.js';
import { isC, join, relative } from '../workspace/paths.js';
import type { AuditHost, AuditIndex } from './audit.js';
import type { ClientCapabilities } from './client.js';
import { toLspDiagnostic } from './diagnostics.js';
import type { DocumentStore } from './document-store.js';
import type { Folders } from './folders.js';
import type { Log } from './log.js';
import { placeRange } from './positions.js';
import type { Settings, SettingsStore } from './settings.js';

/** Milliseconds to wait for more changes. */
const PAUSE = 300;

/** The findings of a file as they are told. */
interface Told {
	readonly id: string;
	readonly items: readonly Diagnostic[];
}

interface Surroundings {
	readonly client: ClientCapabilities;
	readonly documents: DocumentStore;
	readonly folders: Folders;
	readonly settings: SettingsStore;
	readonly log: Log;
}

/**
 * Answers `workspace/diagnostic` for files that are not open, from what the audits of the folders found. Clients ask every
 * other second: the first question starts the audits, and none waits for one.
 */
export class WorkspaceDiagnostics implements AuditIndex {
	readonly #host: AuditHost;
	readonly #around: Surroundings;
	/** By folder, then by path in it. */
	readonly #found = new Map<string, ReadonlyMap<string, readonly AuditFinding[]>>();
	/** By URI. */
	#told = new Map<string, Told>();
	/** Folders whose audit was started. */
	readonly #audited = new Set<string>();
	readonly #stale = new Map<string, Set<string>>();
	#timer: ReturnType<typeof setTimeout> | undefined;
	#count = 0;

	constructor(connection: Connection, host: AuditHost, around: Surroundings) {
		this.#host = host;
		this.#around = around;
		connection.languages.diagnostics.onWorkspace(({ previousResultIds }) => {
			const { roots } = around.folders;
			for (const root of this.#found.keys()) if (!roots.includes(root)) this.#leave(root);
			for (const root of roots) this.#start(root);
			return { items: this.#items(new Map(previousResultIds.map(({ uri, value }) => [uri, value]))) };
		});
	}

	/** An audit is done: of a whole folder, or of some of its subfolders. */
	async take(
		root: string,
		folders: readonly string[] | undefined,
		found: ReadonlyMap<string, readonly AuditFinding[]>,
	): Promise<void> {
		const stale = folders && new Set(folders);
		const isKept = (path: string): boolean => stale !== undefined && !stale.has(folderOf(path));
		const before = this.#found.get(root) ?? new Map();
		this.#found.set(root, new Map([...[...before].filter(([path]) => isKept(path)), ...found]));
		await this.settle();
	}

	/** Findings or settings changed: what is told is made anew; what stays the same keeps its id. */
	async settle(): Promise<void> {
		const told = new Map<string, Told>();
		for (const [root, found] of this.#found) {
			const settings = await this.#around.settings.of(root);
			for (const [path, findings] of found) {
				const uri = join(root, path);
				const items = findings.flatMap((finding) => this.#diagnostic(root, finding, settings) ?? []);
				const before = this.#told.get(uri);
				const same = before !== undefined && JSON.stringify(before.items) === JSON.stringify(items);
				told.set(uri, same ? before : { id: String(++this.#count), items });
			}
		}
		this.#told = told;
	}

	/** Files changed on disk: their folders are audited again, after a short pause. */
	changed(uris: readonly string[]): void {
		for (const uri of uris) {
			const root = [...this.#audited].find((folder) => uri.startsWith(`${folder}/`));
			const path = root && relative(root, uri);
			if (root === undefined || path === undefined || !isC(path)) continue;
			const stale = this.#stale.get(root) ?? new Set();
			this.#stale.set(root, stale.add(folderOf(path)));
		}
		clearTimeout(this.#timer);
		if (this.#stale.size > 0) this.#timer = setTimeout(() => this.#refresh(), PAUSE);
	}

	/** The folders are judged otherwise: all are audited again. */
	auditAgain(): void {
		for (const root of this.#audited) this.#audit(root, undefined);
	}

	dispose(): void {
		clearTimeout(this.#timer);
	}

	#refresh(): void {
		for (const [root, folders] of this.#stale) this.#audit(root, [...folders]);
		this.#stale.clear();
	}

	#start(root: string): void {
		if (this.#audited.has(root) || !root.startsWith('file:')) return;
		this.#audited.add(root);
		this.#audit(root, undefined);
	}

	/** The folder was taken out of the window. */
	#leave(root: string): void {
		this.#found.delete(root);
		this.#audited.delete(root);
		for (const uri of [...this.#told.keys()]) if (uri.startsWith(`${root}/`)) this.#told.delete(uri);
	}

	#audit(root: string, folders: readonly string[] | undefined): void {
		this.#host
			.audit(
				{ uri: root, trusted: this.#around.client.trusted, ...(folders && { folders }) },
				new AbortController().signal,
				() => undefined,
			)
			.then(({ findings }) => this.take(root, folders, findings))
			.catch((error) => {
				this.#around.log.error(`auditing ${root}`, error);
				// the next question tries again
				if (!folders) this.#audited.delete(root);
			});
	}

	/** @param known result ids that the client has, by URI */
	#items(known: ReadonlyMap<string, string>): WorkspaceDocumentDiagnosticReport[] {
		const { documents } = this.#around;
		const reports: WorkspaceDocumentDiagnosticReport[] = [];
		for (const [uri, { id, items }] of this.#told) {
			if (documents.get(uri)) continue;
			const base = { uri, version: null, resultId: id };
			if (known.get(uri) === id) reports.push({ ...base, kind: DocumentDiagnosticReportKind.Unchanged });
			else reports.push({ ...base, kind: DocumentDiagnosticReportKind.Full, items: [...items] });
		}
		for (const uri of known.keys())
			if (!this.#told.has(uri) && !documents.get(uri))
				reports.push({ uri, version: null, kind: DocumentDiagnosticReportKind.Full, items: [] });
		return reports;
	}

	#diagnostic(root: string, finding: AuditFinding, { severities }: Settings): Diagnostic | undefined {
		const severity = severities[finding.rule] ?? finding.severity;
		if (severity === 'off') return undefined;
		const at = ({ line, column }: Position) => ({ line: line - 1, character: column - 1 });
		const range = { start: at(finding.start), end: at(finding.end) };
		const related = () =>
			finding.related.map(({ path, start, length, message }) => ({
				location: { uri: join(root, path), range: placeRange(start, length) },
				message,
			}));
		return toLspDiagnostic({ ...finding, severity, range, related }, this.#around.client);
	}
}
