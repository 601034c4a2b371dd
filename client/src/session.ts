import {
	type CancellationToken,
	type Disposable,
	EventEmitter,
	type ExtensionContext,
	type LogOutputChannel,
	Uri,
	workspace,
} from 'vscode';
import type { BaseLanguageClient, LanguageClientOptions } from 'vscode-languageclient';
import type { Status } from '../../server/src/lsp/status.js';
import { selector } from './documents.js';
import type { Launcher } from './launch.js';
import { readFile, readFolder } from './reading.js';

/** idle: no document asked for the server yet. */
export type SessionState = 'idle' | 'starting' | 'running' | 'stopped' | 'failed';

/** The server, from the first document that needs it to the end, over restarts. */
export class Session implements Disposable {
	readonly #context: ExtensionContext;
	readonly #log: LogOutputChannel;
	readonly #load: () => Promise<Launcher>;
	readonly #changed = new EventEmitter<void>();
	readonly #statuses = new Map<string, Status>();
	#client: BaseLanguageClient | undefined;
	#state: SessionState = 'idle';
	/** Requests with progress so far: each has a token of its own. */
	#asked = 0;
	/** Starts and stops one after the other. */
	#turn: Promise<void> = Promise.resolve();

	/** Fires when the state, or what is known of a document, has changed. */
	readonly onDidChange = this.#changed.event;

	constructor(context: ExtensionContext, log: LogOutputChannel, load: () => Promise<Launcher>) {
		this.#context = context;
		this.#log = log;
		this.#load = load;
	}

	get state(): SessionState {
		return this.#state;
	}

	/** What the server made of an open document; undefined before it said so. */
	statusOf(uri: string): Status | undefined {
		return this.#statuses.get(uri);
	}

	/** Starts the server, once: later calls do nothing, whatever became of it. */
	start(): Promise<void> {
		if (this.#state !== 'idle') return this.#turn;
		this.#enter('starting');
		return this.#enqueue(() => this.#launch());
	}

	/**
	 * Asks the server, which is started for it when it does not run.
	 * @param progress called with what the server does meanwhile, in words
	 */
	async request<Answer>(
		method: string,
		params: object,
		token?: CancellationToken,
		progress?: (message: string) => void,
	): Promise<Answer> {
		await this.start();
		const client = this.#client;
		if (!client) throw new Error('the server does not run; the log says why');
		// a token that is undefined would be sent as a second parameter
		const cancelling = token ? [token] : [];
		if (!progress) return client.sendRequest<Answer>(method, params, ...cancelling);
		const workDoneToken = `gup-lens-${++this.#asked}`;
		const { WorkDoneProgress } = await this.#load();
		const listening = client.onProgress(WorkDoneProgress.type, workDoneToken, (told) => {
			if (told.kind === 'report' && told.message !== undefined) progress(told.message);
		});
		try {
			return await client.sendRequest<Answer>(method, { ...params, workDoneToken }, ...cancelling);
		} finally {
			listening.dispose();
		}
	}

	/** Ends the server if there is one and starts a new one. */
	restart(): Promise<void> {
		this.#enter('starting');
		return this.#enqueue(async () => {
			await this.#end();
			await this.#launch();
		});
	}

	dispose(): Promise<void> {
		return this.#enqueue(() => this.#end()).finally(() => this.#changed.dispose());
	}

	#enqueue(task: () => Promise<void>): Promise<void> {
		this.#turn = this.#turn.then(task).catch((error: unknown) => {
			this.#log.error(error instanceof Error ? error : String(error));
			this.#enter('failed');
		});
		return this.#turn;
	}

	async #launch(): Promise<void> {
		const begun = performance.now();
		const { launch, State } = await this.#load();
		const client = await launch(this.#context, this.#options());
		this.#client = client;
		client.onRequest('gup-lens/readFile', readFile);
		client.onRequest('gup-lens/readFolder', readFolder);
		client.onNotification('gup-lens/status', (status: Status) => {
			this.#statuses.set(status.uri, status);
			this.#changed.fire();
		});
		client.onDidChangeState(({ newState }) => {
			// A replaced client still tells of its own end.
			if (client !== this.#client) return;
			if (newState === State.Running) this.#enter('running');
			else if (newState === State.Starting) this.#enter('starting');
			else this.#enter(newState === State.StartFailed ? 'failed' : 'stopped');
		});
		await client.start();
		this.#log.info(`server ready in ${(performance.now() - begun).toFixed(0)} ms`);
	}

	async #end(): Promise<void> {
		const client = this.#client;
		this.#client = undefined;
		this.#statuses.clear();
		await client?.dispose().catch((error: unknown) => this.#log.warn(`the server did not end well: ${String(error)}`));
	}

	#options(): LanguageClientOptions {
		return {
			documentSelector: [...selector],
			outputChannel: this.#log,
			diagnosticCollectionName: 'gup-lens',
			initializationOptions: {
				status: true,
				readFile: true,
				paths: true,
				trusted: workspace.isTrusted,
				workspaceDiagnostics: workspace.getConfiguration('gup-lens.audit').get('workspaceDiagnostics') === true,
				pages: Uri.joinPath(this.#context.extensionUri, 'docs', 'rules').toString(),
			},
			markdown: { isTrusted: false, supportHtml: false },
		};
	}

	#enter(state: SessionState): void {
		this.#state = state;
		this.#changed.fire();
	}
}
