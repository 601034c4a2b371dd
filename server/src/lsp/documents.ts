import type { CancellationToken, TextDocuments } from 'vscode-languageserver';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import type { AnalyseOptions, Analysis, Engine, OpenFile, Partners } from '../engine.js';
import type { Context, Contexts } from './contexts.js';
import type { Log } from './log.js';

/** The findings of one version of a document. Valid until the next message is read: the document moves on in place. */
export interface Analysed {
	readonly document: TextDocument;
	readonly context: Context;
	readonly analysis: Analysis;
	/** The engine gave up on this text; `analysis` is then empty. */
	readonly failed: boolean;
}

interface Held {
	/** undefined until the first analysis, and after one that failed. */
	file: OpenFile | undefined;
	version: number;
	context: Context;
	failed: boolean;
	/** Without and with fixes; each is made when first asked for. */
	plain: Analysis | undefined;
	fixed: Analysis | undefined;
}

const NOTHING: Analysis = { findings: [], irrelevant: false, unread: [], bounded: [] };

/** One engine file for each open document, and the last result of each. */
export class Documents {
	readonly #texts: TextDocuments<TextDocument>;
	readonly #engine: Engine;
	readonly #contexts: Contexts;
	readonly #log: Log;
	readonly #held = new Map<string, Held>();

	constructor(texts: TextDocuments<TextDocument>, engine: Engine, contexts: Contexts, log: Log) {
		this.#texts = texts;
		this.#engine = engine;
		this.#contexts = contexts;
		this.#log = log;
	}

	get(uri: string): TextDocument | undefined {
		return this.#texts.get(uri);
	}

	uris(): string[] {
		return this.#texts.keys();
	}

	context(uri: string): Promise<Context> {
		return this.#contexts.of(uri);
	}

	/**
	 * Findings of the newest text of an open document.
	 * @param fixes also work out the fixes, which costs an analysis each
	 * @returns undefined when the document is closed or the request was cancelled meanwhile
	 */
	async analyse(uri: string, fixes: boolean, token?: CancellationToken): Promise<Analysed | undefined> {
		if (!this.#texts.get(uri)) return undefined;
		const context = await this.#contexts.of(uri);
		// Let messages that wait be read first: a cancellation or a newer edit makes the work below idle.
		await nextTurn();
		const document = this.#texts.get(uri);
		if (!document || token?.isCancellationRequested) return undefined;
		const held = this.#hold(uri, document.version, context);
		const known = held.fixed ?? (fixes ? undefined : held.plain);
		const analysis = known ?? this.#run(held, document, fixes);
		held[fixes ? 'fixed' : 'plain'] = analysis;
		return { document, context, analysis, failed: held.failed };
	}

	/**
	 * Taking calls of a document with all that gives their pages back, from what its findings rest on.
	 * @param document as the client saw it; nothing is known of it once it has moved on
	 */
	partners(document: TextDocument, context: Context): readonly Partners[] {
		return this.#ask(document, context, (file, options) => file.partners(document.getText(), options)) ?? [];
	}

	/** Those of the call at an offset. */
	partnersAt(document: TextDocument, context: Context, offset: number): readonly Partners[] {
		return this.#ask(document, context, (file, options) => file.partnersAt(document.getText(), options, offset)) ?? [];
	}

	/**
	 * Analyse a text that is no document (a trial of fixes).
	 * @returns the engine's answer; throws what the engine throws
	 */
	trial(text: string, context: Context): Analysis {
		return this.#engine.analyse(text, this.#options(context, true));
	}

	/** The document was closed: free its trees. */
	close(uri: string): void {
		const held = this.#held.get(uri);
		this.#held.delete(uri);
		this.#contexts.forget(uri);
		this.#dispose(held?.file);
	}

	dispose(): void {
		for (const uri of [...this.#held.keys()]) this.close(uri);
	}

	#hold(uri: string, version: number, context: Context): Held {
		const held = this.#held.get(uri);
		if (!held) {
			const fresh: Held = { file: undefined, version, context, failed: false, plain: undefined, fixed: undefined };
			this.#held.set(uri, fresh);
			return fresh;
		}
		if (held.version !== version || held.context !== context) {
			Object.assign(held, { version, context, failed: false, plain: undefined, fixed: undefined });
		}
		return held;
	}

	#run(held: Held, document: TextDocument, fixes: boolean): Analysis {
		const options = this.#options(held.context, fixes);
		return this.#guarded(held, document, (file) => file.analyse(document.getText(), options)) ?? NOTHING;
	}

	/** Ask the engine of a document that has not moved on. */
	#ask<T>(
		document: TextDocument,
		context: Context,
		ask: (file: OpenFile, options: AnalyseOptions) => T,
	): T | undefined {
		const { uri, version } = document;
		if (this.#texts.get(uri)?.version !== version) return undefined;
		const held = this.#hold(uri, version, context);
		const options = this.#options(context, false);
		return held.failed ? undefined : this.#guarded(held, document, (file) => ask(file, options));
	}

	/** One document must never end the server: after a failure its trees are in doubt and go. */
	#guarded<T>(held: Held, document: TextDocument, ask: (file: OpenFile) => T): T | undefined {
		try {
			held.file ??= this.#engine.open();
			return ask(held.file);
		} catch (error) {
			this.#log.error(`analysing ${document.uri} (version ${document.version})`, error);
			this.#dispose(held.file);
			held.file = undefined;
			held.failed = true;
			return undefined;
		}
	}

	#dispose(file: OpenFile | undefined): void {
		try {
			file?.dispose();
		} catch (error) {
			this.#log.error('freeing a syntax tree', error);
		}
	}

	#options({ path, kernel, settings }: Context, fixes: boolean): AnalyseOptions {
		return { path, kernel, severities: settings.severities, fixes };
	}
}

function nextTurn(): Promise<void> {
	return new Promise((resolve) => setTimeout(resolve, 0));
}
