import { type ChildProcess, spawn } from 'node:child_process';
import {
	type CodeAction,
	type CodeActionContext,
	type CompletionItem,
	type CompletionList,
	createProtocolConnection,
	type Diagnostic,
	type DocumentDiagnosticReport,
	type Hover,
	type InitializeParams,
	type InitializeResult,
	type Position,
	type ProtocolConnection,
	type PublishDiagnosticsParams,
	type Range,
	type SignatureHelp,
	StreamMessageReader,
	StreamMessageWriter,
} from 'vscode-languageserver/node';
import { buildServer } from './build.js';

export type Capabilities = InitializeParams['capabilities'];

/** What VS Code announces, as far as this server looks at it. */
export const MODERN: Capabilities = {
	general: { positionEncodings: ['utf-16'] },
	workspace: {
		configuration: true,
		workspaceFolders: true,
		didChangeConfiguration: { dynamicRegistration: true },
		didChangeWatchedFiles: { dynamicRegistration: true },
		workspaceEdit: { documentChanges: true },
		diagnostics: { refreshSupport: true },
	},
	textDocument: {
		diagnostic: {
			dynamicRegistration: true,
			relatedInformation: true,
			tagSupport: { valueSet: [1, 2] },
			codeDescriptionSupport: true,
		},
		hover: { contentFormat: ['markdown', 'plaintext'] },
		completion: { completionItem: { documentationFormat: ['markdown', 'plaintext'] } },
		signatureHelp: {
			signatureInformation: {
				documentationFormat: ['markdown', 'plaintext'],
				parameterInformation: { labelOffsetSupport: true },
				activeParameterSupport: true,
			},
		},
		codeAction: {
			isPreferredSupport: true,
			codeActionLiteralSupport: { codeActionKind: { valueSet: ['quickfix', 'source.fixAll'] } },
		},
	},
};

export interface Start {
	readonly capabilities?: Capabilities;
	readonly folders?: readonly string[];
	readonly initializationOptions?: unknown;
	/** Answers `workspace/configuration` for one item: the `gup-lens` section of a resource. */
	readonly configuration?: (scope: string | undefined) => unknown;
	/** Answers `gup-lens/readFile`. */
	readonly readFile?: (uri: string) => string | null;
}

/** A server process and a client that talks to it. */
export class Session {
	readonly process: ChildProcess;
	readonly connection: ProtocolConnection;
	readonly registrations: { method: string; registerOptions?: unknown }[] = [];
	readonly published: PublishDiagnosticsParams[] = [];
	readonly notified: unknown[] = [];
	readonly logged: string[] = [];
	/** Messages shown to the user. */
	readonly shown: string[] = [];
	refreshes = 0;
	initialised!: InitializeResult;
	readonly #versions = new Map<string, number>();
	#listeners: (() => void)[] = [];

	private constructor(process: ChildProcess) {
		this.process = process;
		if (!process.stdout || !process.stdin) throw new Error('the server has no streams');
		this.connection = createProtocolConnection(
			new StreamMessageReader(process.stdout),
			new StreamMessageWriter(process.stdin),
		);
	}

	static async start(start: Start = {}): Promise<Session> {
		const server = await buildServer();
		const session = new Session(spawn(process.execPath, [server, '--stdio'], { stdio: ['pipe', 'pipe', 'inherit'] }));
		session.#answer(start);
		session.connection.listen();
		const folders = (start.folders ?? []).map((uri) => ({ uri, name: uri.split('/').at(-1) ?? '' }));
		session.initialised = await session.connection.sendRequest<InitializeResult>('initialize', {
			processId: process.pid,
			rootUri: folders[0]?.uri ?? null,
			workspaceFolders: folders.length > 0 ? folders : null,
			capabilities: start.capabilities ?? {},
			...(start.initializationOptions === undefined ? {} : { initializationOptions: start.initializationOptions }),
		});
		await session.connection.sendNotification('initialized', {});
		return session;
	}

	#answer({ configuration, readFile }: Start): void {
		const { connection } = this;
		connection.onRequest('workspace/configuration', ({ items }: { items: { scopeUri?: string }[] }) =>
			items.map(({ scopeUri }) => configuration?.(scopeUri) ?? null),
		);
		connection.onRequest('client/registerCapability', ({ registrations }) => {
			this.registrations.push(...registrations);
			this.#happened();
			return null;
		});
		connection.onRequest('workspace/diagnostic/refresh', () => {
			this.refreshes++;
			this.#happened();
			return null;
		});
		connection.onRequest('gup-lens/readFile', ({ uri }: { uri: string }) => readFile?.(uri) ?? null);
		connection.onNotification('textDocument/publishDiagnostics', (params: PublishDiagnosticsParams) => {
			this.published.push(params);
			this.#happened();
		});
		connection.onNotification('gup-lens/status', (status: unknown) => {
			this.notified.push(status);
			this.#happened();
		});
		connection.onNotification('window/showMessage', ({ message }: { message: string }) => {
			this.shown.push(message);
			this.#happened();
		});
		connection.onNotification('window/logMessage', ({ message }: { message: string }) => {
			this.logged.push(message);
			this.#happened();
		});
	}

	#happened(): void {
		for (const listener of this.#listeners) listener();
	}

	/** Waits until `found` gives something, looking again whenever the server said something. */
	async until<T>(found: () => T | undefined | false, what: string, ms = 10_000): Promise<T> {
		const now = found();
		if (now) return now;
		return new Promise((resolve, reject) => {
			const timer = setTimeout(() => end(() => reject(new Error(`waited ${ms} ms for ${what}`))), ms);
			const look = () => {
				const value = found();
				if (value) end(() => resolve(value));
			};
			const end = (then: () => void) => {
				clearTimeout(timer);
				this.#listeners = this.#listeners.filter((it) => it !== look);
				then();
			};
			this.#listeners.push(look);
		});
	}

	async open(uri: string, text: string, languageId = 'c'): Promise<void> {
		this.#versions.set(uri, 1);
		await this.connection.sendNotification('textDocument/didOpen', {
			textDocument: { uri, languageId, version: 1, text },
		});
	}

	/** @param changes with a range, or without one for the whole text */
	async change(uri: string, ...changes: { range?: Range; text: string }[]): Promise<number> {
		const version = this.version(uri) + 1;
		this.#versions.set(uri, version);
		await this.connection.sendNotification('textDocument/didChange', {
			textDocument: { uri, version },
			contentChanges: changes,
		});
		return version;
	}

	version(uri: string): number {
		return this.#versions.get(uri) ?? 0;
	}

	async close(uri: string): Promise<void> {
		this.#versions.delete(uri);
		await this.connection.sendNotification('textDocument/didClose', { textDocument: { uri } });
	}

	pull(uri: string, previousResultId?: string): Promise<DocumentDiagnosticReport> {
		return this.connection.sendRequest('textDocument/diagnostic', {
			textDocument: { uri },
			...(previousResultId === undefined ? {} : { previousResultId }),
		});
	}

	async findings(uri: string): Promise<Diagnostic[]> {
		const report = await this.pull(uri);
		if (report.kind !== 'full') throw new Error('expected a full report');
		return report.items;
	}

	/** The findings pushed for a version (of the latest push when none is given). */
	pushed(uri: string, version?: number): Promise<Diagnostic[]> {
		return this.until(
			() =>
				this.published.findLast((it) => it.uri === uri && (version === undefined || it.version === version))
					?.diagnostics,
			`findings of ${uri}`,
		);
	}

	hover(uri: string, position: Position): Promise<Hover | null> {
		return this.connection.sendRequest('textDocument/hover', { textDocument: { uri }, position });
	}

	completion(uri: string, position: Position): Promise<CompletionList | CompletionItem[] | null> {
		return this.connection.sendRequest('textDocument/completion', { textDocument: { uri }, position });
	}

	signature(uri: string, position: Position): Promise<SignatureHelp | null> {
		return this.connection.sendRequest('textDocument/signatureHelp', { textDocument: { uri }, position });
	}

	actions(uri: string, range: Range, context: Partial<CodeActionContext> = {}): Promise<CodeAction[]> {
		return this.connection.sendRequest('textDocument/codeAction', {
			textDocument: { uri },
			range,
			context: { diagnostics: [], ...context },
		});
	}

	/** Ends the server as a client does. @returns its exit code */
	async end(): Promise<number | null> {
		const exited = new Promise<number | null>((resolve) => this.process.once('exit', resolve));
		if (this.process.exitCode !== null) return this.process.exitCode;
		await this.connection.sendRequest('shutdown');
		await this.connection.sendNotification('exit');
		const code = await exited;
		this.connection.dispose();
		return code;
	}
}
