import {
	CodeActionKind,
	CodeLensRefreshRequest,
	type Connection,
	ErrorCodes,
	type InitializeParams,
	type InitializeResult,
	PositionEncodingKind,
	ResponseError,
	type ServerCapabilities,
	TextDocumentSyncKind,
	TextDocuments,
} from 'vscode-languageserver';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import { loadEngine, type WasmFiles } from '../engine.js';
import { version } from '../version.js';
import type { ConfigurationFiles } from '../workspace/configuration/configurations.js';
import type { Files } from '../workspace/files.js';
import { Neighbourhood } from '../workspace/neighbours.js';
import { APPLY, serveActions } from './actions.js';
import { type AuditHost, serveAudit } from './audit.js';
import { type ClientCapabilities, isRecord, readClientCapabilities } from './client.js';
import { completionTriggers, serveCompletion } from './completion.js';
import { configurationsBy, WorkspaceConfigurations } from './configuration.js';
import { Contexts } from './contexts.js';
import { CONVERT_ALL, type FindExternalUsers } from './conversions.js';
import { DEPENDENT_DEBOUNCE_MS, PulledDiagnostics, PushedDiagnostics } from './diagnostics.js';
import { DocumentStore } from './document-store.js';
import { serveExplain } from './explain.js';
import { clientFiles, noFiles } from './files.js';
import { FIX_ALL } from './fixes.js';
import { Folders } from './folders.js';
import { serveHighlights } from './highlight.js';
import { serveHover } from './hover.js';
import { documentKinds, isTooLarge } from './largeDocument.js';
import { serveLenses } from './lens.js';
import { Log } from './log.js';
import { servePaths } from './paths.js';
import { AuditRecord, type MemoryUse, serveServerStatus } from './serverStatus.js';
import { SECTION, SettingsStore } from './settings.js';
import { serveSignature, signatureTriggers } from './signature.js';
import { StatusReporter } from './status.js';
import { watchTrees } from './watch.js';
import { WorkspaceDiagnostics } from './workspaceDiagnostics.js';

/** What the entries differ in. */
interface Host {
	readonly connection: Connection;
	loadWasm(params: InitializeParams): Promise<WasmFiles>;
	/** Reads `file:` URIs; undefined where there is no disk. */
	readonly disk: Files | undefined;
	/** Reads configuration files on it. */
	readonly configurations?: ConfigurationFiles | undefined;
	/** Runs audits, where there is a disk. */
	readonly audits?: AuditHost | undefined;
	/** Searches trees on the disk, where there is one. */
	readonly strangers?: FindExternalUsers | undefined;
	/** URI of the folder with the rule pages, without a final "/", where there is a disk with them. */
	readonly pages?: string | undefined;
	/** What the process holds, where it can tell. */
	readonly memory?: (() => MemoryUse) | undefined;
}

/** Serve the protocol on a connection until the client ends it. */
export function serve(host: Host): void {
	const { connection } = host;
	const texts = new TextDocuments(documentKinds);
	const log = new Log(connection.console);
	connection.onInitialize(async (params) => {
		try {
			return await initialise(host, params, texts, log);
		} catch (error) {
			if (error instanceof ResponseError) throw error;
			log.error('starting', error);
			throw new ResponseError(-32603, `GUP Lens cannot start: ${String(error)}`, { retry: false });
		}
	});
	texts.listen(connection);
	connection.listen();
}

async function initialise(
	{ connection, loadWasm, disk, configurations: ofDisk, audits: auditing, strangers, pages, memory }: Host,
	params: InitializeParams,
	texts: TextDocuments<TextDocument>,
	log: Log,
): Promise<InitializeResult> {
	const client = clientOf(params, pages);
	const engine = await loadEngine(await loadWasm(params));
	const settings = new SettingsStore(connection, client, log, engine.rules, initialSettings(params));
	const folders = new Folders(params);
	const files = filesFor(connection, client, disk);
	const record = new AuditRecord();
	const audits = auditing && record.of(within(auditing, folders));
	const configurations = new WorkspaceConfigurations(connection, configurationFiles(files, ofDisk), folders);
	const contexts = new Contexts(files, settings, folders, configurations, log);
	const neighbourhood = new Neighbourhood(edited(texts, files));
	const documents = new DocumentStore(texts, engine, contexts, neighbourhood, log);
	const status = new StatusReporter(connection, client, documents, log);
	const shown = status.tell.bind(status);
	const pulled = client.pulls ? new PulledDiagnostics(connection, client, documents, shown) : undefined;
	const pushed = client.pulls ? undefined : new PushedDiagnostics(connection, client, documents, shown, log);

	const whole = audits !== undefined && client.pulls && client.wholeWorkspace;
	const index = whole
		? new WorkspaceDiagnostics(connection, audits, { client, documents, folders, settings, log })
		: undefined;

	/** Something beside the texts changed: every open document is judged anew. */
	const refresh = (): void => {
		if (pushed) for (const uri of documents.uris()) pushed.push(uri);
		else if (client.refreshesPulls) {
			connection.languages.diagnostics.refresh().catch((error) => log.error('refreshing', error));
		}
		if (client.refreshesLenses)
			connection.sendRequest(CodeLensRefreshRequest.type).catch((error) => log.error('refreshing lenses', error));
	};
	const contextsChanged = (): void => {
		contexts.clear();
		index?.settle().catch((error) => log.error('telling findings anew', error));
		refresh();
	};
	/** What folders hold may be judged otherwise. */
	const configurationChanged = (): void => {
		contextsChanged();
		index?.auditAgain();
	};
	const filesChanged = (uris: readonly string[]): void => {
		configurations
			.changed(uris)
			.then((changed) => changed && configurationChanged())
			.catch((error) => log.error('reading configuration files', error));
		const stale = uris.filter((uri) => {
			const beside = documents.neighbourChanged(uri);
			return contexts.fileChanged(uri) || beside;
		});
		if (stale.length > 0) refresh();
		index?.changed(uris);
	};

	texts.onDidOpen(({ document }) => {
		documents.forget(document.uri);
		// nobody says when one changes
		if (!client.registersWatchers) configurations.clear();
	});
	// Comes for the opening of a document too.
	texts.onDidChangeContent(({ document }) => {
		pushed?.changed(document.uri);
		// clients that pull know that files depend on each other, and ask again
		for (const uri of documents.neighbourEdited(document)) pushed?.push(uri, DEPENDENT_DEBOUNCE_MS);
	});
	texts.onDidSave(({ document }) => filesChanged([document.uri]));
	texts.onDidClose(({ document: { uri } }) => {
		pushed?.close(uri);
		pulled?.forget(uri);
		status.forget(uri);
		documents.close(uri);
		// what was not saved is gone
		filesChanged([uri]);
	});
	connection.onDidChangeConfiguration(({ settings: told }) => {
		settings.changed(told);
		contextsChanged();
	});
	connection.onInitialized(() => {
		settings.register().catch((error) => log.error('registering for settings', error));
		watchTrees(connection, client, filesChanged).catch((error) => log.error('watching kernel trees', error));
		if (client.workspaceFolders)
			folders.watch(connection, () => {
				configurations.clear();
				contextsChanged();
			});
	});
	connection.onShutdown(() => {
		pushed?.dispose();
		index?.dispose();
		documents.dispose();
	});
	serveHover(connection, client, documents);
	serveExplain(connection, documents);
	serveHighlights(connection, documents);
	serveLenses(connection, client, documents);
	servePaths(connection, documents);
	serveCompletion(connection, client, documents);
	serveSignature(connection, client, documents);
	serveActions(connection, client, documents, strangers, log);
	const { trusted } = client;
	serveServerStatus(connection, documents, { audits: record, memory, trusted, hasPrograms: audits !== undefined });
	if (audits) serveAudit(connection, audits, trusted, index, log);

	return { capabilities: capabilities(client, whole), serverInfo: { name: SECTION, version } };
}

function clientOf(params: InitializeParams, pages: string | undefined): ClientCapabilities {
	try {
		return readClientCapabilities(params, pages);
	} catch {
		throw new ResponseError(ErrorCodes.InvalidParams, 'initialize: capabilities are not what the protocol asks for');
	}
}

/** Settings of clients that only ever tell: the section itself, or wrapped in its name. */
function initialSettings({ initializationOptions: options }: InitializeParams): unknown {
	return isRecord(options) && SECTION in options ? options[SECTION] : options;
}

/** `file:` from the disk where there is one, the rest through the client where it answers. */
function filesFor(connection: Connection, client: ClientCapabilities, disk: Files | undefined): Files {
	const remote = client.readsFiles ? clientFiles(connection) : noFiles;
	const source = (uri: string): Files => (disk && uri.startsWith('file:') ? disk : remote);
	return { read: (uri) => source(uri).read(uri), list: (uri) => source(uri).list(uri) };
}

/** Configuration files on the disk where there is one, the rest through the client. */
function configurationFiles(files: Files, disk: ConfigurationFiles | undefined): ConfigurationFiles {
	const remote = configurationsBy(files);
	const source = (uri: string): ConfigurationFiles => (disk && uri.startsWith('file:') ? disk : remote);
	return { read: (uri, top) => source(uri).read(uri, top), isTop: (uri) => source(uri).isTop(uri) };
}

/** Audits that know which workspace folder they are about. */
function within(host: AuditHost, folders: Folders): AuditHost {
	return {
		...host,
		audit: (task, signal, progress) => host.audit({ ...task, workspace: folders.around(task.uri) }, signal, progress),
	};
}

/** An open document counts as it is in the editor; one that is too large as if it were not there. */
function edited(texts: TextDocuments<TextDocument>, files: Files): Files {
	return {
		read: async (uri) => {
			const open = texts.get(uri);
			if (!open) return files.read(uri);
			return isTooLarge(open) ? undefined : open.getText();
		},
		list: (uri) => files.list(uri),
	};
}

function capabilities(client: ClientCapabilities, workspaceDiagnostics: boolean): ServerCapabilities {
	return {
		positionEncoding: PositionEncodingKind.UTF16,
		textDocumentSync: { openClose: true, change: TextDocumentSyncKind.Incremental, save: { includeText: false } },
		hoverProvider: true,
		documentHighlightProvider: true,
		codeLensProvider: { resolveProvider: false },
		completionProvider: { triggerCharacters: completionTriggers },
		signatureHelpProvider: signatureTriggers,
		codeActionProvider: {
			codeActionKinds: [
				CodeActionKind.QuickFix,
				CodeActionKind.RefactorRewrite,
				CodeActionKind.SourceFixAll,
				FIX_ALL,
				CONVERT_ALL,
			],
			resolveProvider: client.resolvesActions,
		},
		...(client.codeActionLiterals ? {} : { executeCommandProvider: { commands: [APPLY] } }),
		...(client.pulls
			? {
					diagnosticProvider: {
						identifier: SECTION,
						interFileDependencies: true,
						workspaceDiagnostics,
					},
				}
			: {}),
		...(client.workspaceFolders
			? { workspace: { workspaceFolders: { supported: true, changeNotifications: true } } }
			: {}),
	};
}
